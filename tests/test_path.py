"""The critical path: sections that partition the run; each drawing is the specification."""

from typing import Any

import pytest
from builders import analysed, attempt, event, flow, histories, names, node, path, seconds, sections

from sops_report.analysis import Analysis

RUN = {"state": "RUNNING"}


def ids(found: Analysis, positions: object) -> list[str]:
    return names(found.snapshot, positions)


# Five cases that other tools get wrong (whole-second data: every hand-over is a tie)


def test_back_to_back_nodes_are_all_on_the_path() -> None:
    # a ─10─ b ─10─ c ─10─ d ─10─ e ─10─ f
    found = analysed(
        node("go", 0, 60, *(node(n, 10 * i, 10 * i + 10) for i, n in enumerate("abcdef")))
    )
    assert sections(found) == [(n, 10, "work") for n in "abcdef"]


def test_a_thousand_of_them_too() -> None:
    steps = [node(f"n{i:04}", 10 * i, 10 * i + 10) for i in range(1001)]
    found = analysed(node("go", 0, 10_010, *steps))
    assert dict(found.ledger) == {"work": 10_010_000_000}
    assert len(sections(found)) == 1001


def test_instants_at_both_ends_lose_nobody() -> None:
    # in|a ─10─ b ─10─|out
    root = node("go", 0, 20, event("in", 0), node("a", 0, 10), node("b", 10, 20), event("out", 20))
    assert sections(analysed(root)) == [("a", 10, "work"), ("b", 10, "work")]


def test_a_gateway_between_loses_nobody() -> None:
    # a ─10─|gate|b ─20─
    root = node("go", 0, 30, node("a", 0, 10), event("gate", 10), node("b", 10, 30))
    assert sections(analysed(root)) == [("a", 10, "work"), ("b", 20, "work")]
    assert path(analysed(root)) == ["a", "gate", "b"]


def test_of_two_equal_branches_one_is_on_the_path_and_the_other_named() -> None:
    # a ─10─ b1 ─10─ c ─10─
    #        b2 ─10─
    root = node(
        "go", 0, 30, node("a", 0, 10), node("b1", 10, 20), node("b2", 10, 20), node("c", 20, 30)
    )
    found = analysed(root)
    assert [(name, length) for name, length, _ in sections(found)] == [
        ("a", 10),
        ("b2", 10),
        ("c", 10),
    ]
    assert [ids(found, s.co_critical) for s in found.sections if s.length_us] == [[], ["b1"], []]


# Order


def test_the_path_steps_back_from_the_last_to_end() -> None:
    # 0         4   5   6     10
    # a --------
    #       b ------
    #                   c -----
    root = node("go", 0, 10, node("a", 0, 4), node("b", 2, 5), node("c", 6, 10))
    assert sections(analysed(root)) == [
        ("b", 2, "paused"), ("b", 3, "work"), ("c", 1, "dispatch"), ("c", 4, "work"),
    ]  # fmt: skip


def test_only_true_predecessors_count_with_the_flow() -> None:
    # a ---- c ------      a → c, b is a branch of its own that happens to end before c begins
    # b -----
    root = node("go", 0, 10, node("a", 0, 4), node("b", 0, 5), node("c", 5, 10))
    assert path(analysed(root)) == ["b", "c"]
    found = analysed(root, flow=flow("a>c", "in>b"))
    assert path(found) == ["a", "c"]
    assert found.order_source == "flow"
    assert all(section.certain for section in found.sections)


def test_the_row_order_of_the_answer_does_not_matter() -> None:
    steps = [node("c", 6, 10), node("a", 0, 4), node("b", 4, 6)]
    assert path(analysed(node("go", 0, 10, *steps))) == ["a", "b", "c"]


def test_containers_are_walked_into() -> None:
    # sub ────────────── 10
    #   x 1 ── 4  y 4 ── 9
    found = analysed(node("go", 0, 10, node("sub", 0, 10, node("x", 1, 4), node("y", 4, 9))))
    assert sections(found) == [
        ("x", 1, "dispatch"), ("x", 3, "work"), ("y", 5, "work"), ("sub", 1, "dispatch"),
    ]  # fmt: skip
    assert found.on_path == [True] * 4


def test_a_child_outside_its_container_is_clipped_or_no_candidate() -> None:
    #        sub 4 ─────── 10       an older pass left `old` before it, `x` reaches over its start
    #  old 0-2  x 3 ──── 8
    sub = node("sub", 4, 10, node("old", 0, 2), node("x", 3, 8), node("y", 8, 10))
    found = analysed(node("go", 0, 10, node("a", 0, 4), sub))
    assert sections(found) == [("a", 4, "work"), ("x", 4, "work"), ("y", 2, "work")]


def test_of_several_still_open_the_one_that_began_first_leads() -> None:
    # a ── 3  b ────── …        c began later
    #            c ─── …
    inner = [node("a", 0, 3), node("b", 3, None, **RUN), node("c", 5, None, **RUN)]
    found = analysed(node("go", 0, None, *inner, elapsed_time=9, **RUN))
    assert sections(found) == [("a", 3, "work"), ("b", 6, "running")]


# Doubt


def test_near_ends_make_a_section_uncertain_and_the_flow_settles_it() -> None:
    # a ───── 9   c 10 ── 20
    # b ────── 10
    root = node("go", 0, 20, node("a", 0, 9), node("b", 0, 10), node("c", 10, 20))
    found = analysed(root)
    assert [s.certain for s in found.sections if s.length_us] == [False, True]
    assert all(s.certain for s in analysed(root, flow=flow("a>c", "b>c")).sections)


def test_a_gap_beside_an_open_branch_is_uncertain() -> None:
    # a ── 3        c 8 ───────── 20
    # b ─────────── 9
    root = node("go", 0, 20, node("a", 0, 3), node("b", 0, 9), node("c", 8, 20))
    doubt = {s.position: s.certain for s in analysed(root).sections if not s.is_gap}
    assert doubt == {1: False, 3: True}


# Gaps


@pytest.mark.parametrize(
    ("start", "fields", "gap"),
    [
        (5, {}, "dispatch"),
        (6, {}, "paused"),
        (6, {"retry": 1}, "retry_gap"),
        (6, {"loop": 2}, "loop_gap"),
        (6, {"retry": 1, "loop": 2}, "retry_gap"),
        (5, {"retry": 1}, "retry_gap"),
    ],
)
def test_a_gap_is_classed_by_the_node_it_precedes(
    start: float, fields: dict[str, Any], gap: str
) -> None:
    found = analysed(node("go", 0, 10, node("a", 0, 4), node("b", start, 10, **fields)))
    assert sections(found)[1] == ("b", start - 4, gap)


def test_a_skip_of_the_first_engine_is_the_gap_before_it() -> None:
    # a ── 4 (failed, waited) |skip at 9| b ── 12
    root = node("go", 0, 12, node("a", 0, 4), node("x", 9, 9, skip=True), node("b", 9, 12))
    assert sections(analysed(root)) == [("a", 4, "work"), ("x", 5, "skipped"), ("b", 3, "work")]


def test_a_skip_of_the_second_engine_holds_the_wait() -> None:
    root = node("go", 0, 12, node("x", 0, 9, skip=True), node("b", 9, 12))
    assert dict(analysed(root).ledger) == {"skipped": 9_000_000, "work": 3_000_000}


@pytest.mark.parametrize("state", ["READY", "SUSPENDED"])
def test_after_the_last_child_the_one_that_is_due_is_named(state: str) -> None:
    # a ── 4 ……………… 10   b has not begun
    root = node(
        "go", 0, None, node("a", 0, 4), node("b", None, None, state=state), elapsed_time=10, **RUN
    )
    assert sections(analysed(root)) == [("a", 4, "work"), ("b", 6, "paused")]


def test_without_a_due_child_the_container_waits() -> None:
    root = node("go", 0, None, node("a", 0, 4), elapsed_time=10, **RUN)
    assert sections(analysed(root)) == [("a", 4, "work"), ("go", 6, "paused")]


def test_histories_split_the_gap_before_a_retried_node() -> None:
    # a: 0 ── 2 failed …… 5 ── 6 failed … 8 ── 10
    root = node("go", 0, 10, node("a", 8, 10, retry=2))
    assert sections(analysed(root)) == [("a", 8, "retry_gap"), ("a", 2, "work")]
    found = analysed(root, histories=histories(a=[attempt(0, 2), attempt(5, 6)]))
    assert dict(found.ledger) == {"reaction": 5_000_000, "attempt": 3_000_000, "work": 2_000_000}
    assert sum(length for _, length, _ in sections(found)) == 10


# Leaves


@pytest.mark.parametrize(
    ("component", "fields", "expected"),
    [
        ("pause_node", {}, "manual"),
        ("bk_approve", {}, "manual"),
        ("bot-approval", {}, "manual"),
        ("sleep_timer", {}, "timer"),
        ("bk_job", {}, "work"),
        ("pause_node", {"skip": True}, "skipped"),
        ("pause_node", {"state": "RUNNING", "finish_time": None}, "manual"),
        ("bk_job", {"state": "RUNNING", "finish_time": None}, "running"),
        ("bk_job", {"state": "PENDING_APPROVAL", "finish_time": None}, "manual"),
        ("bk_job", {"state": "PENDING_CONFIRMATION", "finish_time": None}, "manual"),
    ],
)
def test_the_class_of_a_leaf(component: str, fields: dict[str, Any], expected: str) -> None:
    root = node("go", 0, None, node("a", 0, 9, **fields), elapsed_time=9, **RUN)
    assert sections(analysed(root, flow=flow("a>b", a=component))) == [("a", 9, expected)]


def test_a_gateway_that_takes_time_is_control() -> None:
    root = node("go", 0, 9, node("p", 0, 3, name=""), node("a", 3, 9))
    found = analysed(root, flow=flow("p>a", kinds={"p": "parallel_gateway"}))
    assert dict(found.ledger) == {"work": 6_000_000, "control": 3_000_000}


def test_a_loop_shows_its_last_pass_and_the_gap_before_it() -> None:
    # in 0 | a 21 ── 32 (loop 2)  b 32 ── 42 (loop 2) | out
    root = node(
        "go", 0, 42, event("in", 0), node("a", 21, 32, loop=2), node("b", 32, 42, loop=2),
        event("out", 42),
    )  # fmt: skip
    assert sections(analysed(root)) == [
        ("a", 21, "loop_gap"), ("a", 11, "work"), ("b", 10, "work"),
    ]  # fmt: skip


def test_a_single_leaf_task_is_its_own_path() -> None:
    found = analysed(node("go", 0, 7))
    assert sections(found) == [("go", 7, "work")]
    assert seconds(found.clock.wall_us) == 7
