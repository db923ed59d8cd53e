"""Waits for people: exact where something proves them, silent where nothing does."""

from builders import analysed, attempt, flow, histories, node, seconds

from sops_report.analysis.people import PeopleWaits, people_waits


def told(found: PeopleWaits) -> list[tuple[str, float | None, bool, bool]]:
    return [(r.how, seconds(r.at_most_us), r.is_exact, r.maybe_automatic) for r in found.reactions]


def test_a_retry_is_measured_from_the_failure_to_the_next_attempt() -> None:
    root = node("go", 0, 500, node("a", 400, 500, retry=2))
    rows = histories(a=[attempt(0, 10), attempt(40, 50)])
    found = people_waits(analysed(root, histories=rows))
    assert told(found) == [("retry", 30, True, True), ("retry", 350, True, False)]
    assert (found.on_path_us, found.off_path_us) == (350_000_000, 0)


def test_without_histories_a_retry_claims_nothing() -> None:
    found = people_waits(analysed(node("go", 0, 500, node("a", 400, 500, retry=2))))
    assert (found.reactions, found.on_path_us, found.off_path_us) == ((), None, None)


def test_a_skip_ends_the_wait_in_the_second_engine() -> None:
    root = node("go", 0, 90, node("a", 0, 90, skip=True))
    assert told(people_waits(analysed(root))) == [("skip", 90, False, False)]
    exact = people_waits(analysed(root, histories=histories(a=[attempt(0, 12)])))
    assert told(exact) == [("skip", 78, True, False)]
    assert (exact.on_path_us, exact.off_path_us) == (78_000_000, 0)


def test_a_skip_of_the_first_engine_has_no_length_of_its_own() -> None:
    root = node("go", 0, 90, node("a", 90, 90, skip=True))
    assert told(people_waits(analysed(root))) == [("skip", None, False, False)]
    exact = people_waits(analysed(root, histories=histories(a=[attempt(0, 12)])))
    assert told(exact) == [("skip", 78, True, False)]
    assert exact.on_path_us == 78_000_000


def test_a_wait_beside_the_path_is_told_apart() -> None:
    root = node("go", 0, 900, node("a", 400, 500, retry=1), node("b", 0, 900))
    found = people_waits(analysed(root, histories=histories(a=[attempt(0, 10)])))
    assert (found.on_path_us, found.off_path_us) == (0, 390_000_000)


def test_waiting_nodes_are_known_by_their_component() -> None:
    root = node("go", 0, 60, node("ask", 0, 40), node("wait", 40, 60))
    edges = flow("ask>wait", ask="pause_node", wait="sleep_timer")
    found = people_waits(analysed(root, flow=edges))
    assert [(w.position, w.kind, seconds(w.end_us)) for w in found.waiting] == [
        (1, "manual", 40),
        (2, "timer", 60),
    ]
    assert found.on_path_us == 40_000_000  # a timer waits for no person
    assert people_waits(analysed(root)).waiting == ()


def test_an_open_failure_is_unanswered() -> None:
    root = node("go", 0, None, node("a", 0, 9, state="FAILED"), state="FAILED")
    found = people_waits(analysed(root))
    assert [(position, seconds(at)) for position, at in found.unanswered] == [(1, 9)]


def test_a_clean_run_with_everything_known_waited_for_nobody() -> None:
    root = node("go", 0, 9, node("a", 0, 4), node("b", 4, 9))
    found = people_waits(analysed(root, flow=flow("a>b"), histories=histories()))
    assert (found.on_path_us, found.off_path_us) == (0, 0)
