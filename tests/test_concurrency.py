"""How many ran at once, counted on small drawn runs."""

import pytest
from builders import analysed, attempt, flow, histories, node, seconds

from sops_report.analysis.concurrency import Concurrency, concurrency_of


def steps(found: Concurrency) -> list[tuple[float | None, int]]:
    return [(seconds(moment), count) for moment, count in found.steps]


def test_counts_rise_and_fall_with_the_leaves() -> None:
    # a 0────4
    # b   2──────8
    # c      4─────────10
    root = node("go", 0, 12, node("a", 0, 4), node("b", 2, 8), node("c", 4, 10))
    found = concurrency_of(analysed(root))
    assert steps(found) == [(0, 1), (2, 2), (8, 1), (10, 0)]
    assert found.peak == 2
    assert (seconds(found.peak_start_us), seconds(found.peak_end_us)) == (2, 4)
    assert found.peak_positions == (1, 2)
    alone = [(s.position, seconds(s.start_us), seconds(s.end_us)) for s in found.lonely]
    assert alone == [(1, 0, 2), (3, 8, 10)]
    assert (found.none_us, found.work_us) == (2_000_000, 16_000_000)
    assert found.factor == pytest.approx(16 / 12)


def test_one_after_the_other_is_never_lonely() -> None:
    found = concurrency_of(analysed(node("go", 0, 8, node("a", 0, 4), node("b", 4, 8))))
    assert (found.peak, found.lonely) == (1, ())
    assert steps(found) == [(0, 1), (8, 0)]


def test_containers_and_instants_do_not_count() -> None:
    inner = node("sub", 0, 5, node("start", 0, 0), node("x", 0, 5))
    found = concurrency_of(analysed(node("go", 0, 5, inner)))
    assert (found.peak, found.work_us) == (1, 5_000_000)


def test_a_person_and_a_timer_are_no_work() -> None:
    root = node("go", 0, 20, node("ask", 0, 10), node("wait", 0, 10), node("do", 10, 20))
    edges = flow("ask>do", "wait>do", ask="bk_approve", wait="sleep_timer")
    assert concurrency_of(analysed(root, flow=edges)).work_us == 10_000_000
    assert concurrency_of(analysed(root)).work_us == 30_000_000  # without the flow nothing tells


def test_of_a_skipped_node_only_its_proven_attempt_is_work() -> None:
    root = node("go", 0, 30, node("a", 0, 30, skip=True))
    assert concurrency_of(analysed(root)).work_us == 0
    known = analysed(root, histories=histories(a=[attempt(0, 4)]))
    assert concurrency_of(known).work_us == 4_000_000


def test_earlier_attempts_count() -> None:
    root = node("go", 0, 30, node("a", 20, 30, retry=1))
    known = analysed(root, histories=histories(a=[attempt(0, 6)]))
    assert concurrency_of(known).work_us == 16_000_000
    assert concurrency_of(known).none_us == 14_000_000


def test_nothing_ran() -> None:
    found = concurrency_of(analysed(node("go", None, None, state="CREATED")))
    assert (list(found.steps), found.peak, found.peak_start_us, found.factor) == ([], 0, None, None)
