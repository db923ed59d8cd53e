"""The time model: as_of, the end of a task and of a node, idle time."""

import pytest
from builders import analysed, by_name, envelope, node, seconds, us

from sops_report.analysis import Analysis, analyse
from sops_report.reading import read_bytes

RUNNING = {"state": "RUNNING"}
BAD = {"state": "FAILED"}
WAITING = {"state": "SUSPENDED"}
AFTER_REVOKE = (node("a", 0, 5), node("b", 5, None, **RUNNING))


def times(found: Analysis) -> tuple[float | None, float | None, float | None]:
    """Return as_of, end and idle time in seconds."""
    clock = found.clock
    return seconds(clock.as_of_us), seconds(clock.end_us), seconds(clock.idle_us)


# as_of: the server's clock, else the sidecar's, else the latest time


def test_the_root_s_clock_comes_first() -> None:
    inner = node("a", 10, None, elapsed_time=95, **RUNNING)
    found = analysed(node("go", 0, None, inner, elapsed_time=100, **RUNNING), fetched_at=500)
    assert (seconds(found.clock.as_of_us), found.clock.as_of_source) == (100, "server_clock")


def test_without_the_root_s_the_largest_below_counts() -> None:
    inner = [
        node(n, 10, None, elapsed_time=e, **RUNNING) for n, e in (("a", 20), ("b", 30), ("c", -5))
    ]
    found = analysed(node("go", 0, None, *inner, elapsed_time=None, **RUNNING), fetched_at=500)
    assert (seconds(found.clock.as_of_us), found.clock.as_of_source) == (40, "server_clock")


def test_a_finished_task_has_no_clock_so_the_sidecar_counts() -> None:
    found = analysed(node("go", 0, 9, node("a", 0, 9)), fetched_at=60)
    assert (seconds(found.clock.as_of_us), found.clock.as_of_source) == (60, "fetched_at")
    assert times(found) == (60, 9, 0)


def test_without_both_the_latest_time_counts() -> None:
    found = analysed(node("go", 0, 9, node("a", 0, 9)))
    assert (seconds(found.clock.as_of_us), found.clock.as_of_source) == (9, "last_activity")


def test_as_of_is_never_before_the_latest_time() -> None:
    assert seconds(analysed(node("go", 0, 9), fetched_at=3).clock.as_of_us) == 9


def test_without_any_time_there_is_no_moment_at_all() -> None:
    for state in ("CREATED", "EXPIRED", "FINISHED", "FAILED"):
        clock = analysed({"state": state}).clock
        assert (clock.as_of_us, clock.as_of_source, clock.wall_us, clock.idle_us) == (None,) * 4


def test_a_stale_finish_makes_elapsed_time_no_clock() -> None:
    # A loop entered `a` again at 20; its elapsed time counts to the older finish at 8.
    again = node("a", 20, 8, elapsed_time=-12, loop=2, **RUNNING)
    found = analysed(node("go", 0, None, again, elapsed_time=25, **RUNNING))
    assert found.clock.finish_is_valid[1] is False
    assert times(found) == (25, 25, 0)
    assert by_name(found, found.durations.duration_us)["a"] == 5


# The end of a task


@pytest.mark.parametrize(
    ("root", "end", "idle"),
    [
        # FINISHED with a valid finish
        (node("go", 0, 9, node("a", 0, 8)), 9, 0),
        # FINISHED without one: the last activity
        (node("go", 0, None, node("a", 0, 8)), 8, 0),
        # FAILED, nothing under way: the last activity; then it stood still
        (node("go", 0, None, node("a", 0, 5, **BAD), **BAD, elapsed_time=60), 5, 55),
        # FAILED, but a branch runs on
        (
            node(
                "go", 0, None, node("a", 0, 5, state="FAILED"),
                node("b", 0, None, elapsed_time=60, **RUNNING), state="FAILED", elapsed_time=60,
            ),
            60, 0,
        ),
        # RUNNING
        (node("go", 0, None, node("a", 0, 5), elapsed_time=60, **RUNNING), 60, 0),
        # SUSPENDED, nothing under way
        (node("go", 0, None, node("a", 0, 5), state="SUSPENDED", elapsed_time=60), 5, 55),
        # SUSPENDED, a node still runs
        (
            node("go", 0, None, node("a", 0, None, **RUNNING), state="SUSPENDED", elapsed_time=60),
            60, 0,
        ),
        # a leaf that waits is under way
        (
            node("go", 0, None, node("a", 2, None, **WAITING), **WAITING, elapsed_time=60),
            60, 0,
        ),
        # v2 REVOKED: no finish of its own
        (
            node("go", 0, None, *AFTER_REVOKE, state="REVOKED", elapsed_time=60),
            5, 55,
        ),
        # v1 REVOKED: the finish is the moment of the revoke
        (node("go", 0, 30, node("a", 0, 5), state="REVOKED"), 30, 0),
    ],
)  # fmt: skip
def test_where_a_task_ends(root: dict[str, object], end: float, idle: float) -> None:
    found = analysed(root)
    assert (seconds(found.clock.end_us), seconds(found.clock.idle_us)) == (end, idle)


def test_a_known_revoke_moment_wins() -> None:
    root = node("go", 0, None, node("a", 0, None, **RUNNING), state="REVOKED", elapsed_time=60)
    found = analyse(read_bytes(envelope(root)), revoked_at_us=us(20))
    assert times(found) == (60, 20, 40)
    assert seconds(found.clock.end_of[1]) == 20


def test_a_root_without_a_start_takes_the_earliest_below_with_a_note() -> None:
    found = analysed(node("go", None, None, node("a", 3, 5), node("b", 2, 4), state="FAILED"))
    assert seconds(found.clock.start_us) == 2
    assert "root-no-start" in {note.code for note in found.notes}


@pytest.mark.parametrize("state", ["CREATED", "EXPIRED"])
def test_what_never_ran_has_no_sections_and_an_empty_ledger(state: str) -> None:
    found = analysed(node("go", 0, 9, node("a", 0, 9), state=state))
    assert (found.clock.wall_us, found.sections, dict(found.ledger)) == (None, [], {})


# The end of a node


def test_effective_ends() -> None:
    # 0    2    5        9            60
    # go ----------------------------- FAILED
    #   sub ------------               FAILED: its last activity
    #     done ---                     its own finish
    #     bad  ----------              its own finish
    #   odd --                         closed without a finish: nothing below, no end
    sub = node(
        "sub", 0, None, node("done", 0, 2), node("bad", 2, 9, state="FAILED"), state="FAILED"
    )
    root = node("go", 0, None, sub, node("odd", 5, None), state="FAILED", elapsed_time=60)
    found = analysed(root)
    assert by_name(found, found.clock.end_of) == {
        "go": 9, "sub": 9, "done": 2, "bad": 9, "odd": None,
    }  # fmt: skip
    assert times(found) == (60, 9, 51)


def test_a_container_that_holds_a_running_leaf_is_open_with_it() -> None:
    root = node(
        "go",
        0,
        None,
        node("sub", 0, None, node("a", 1, None, **RUNNING), **RUNNING),
        elapsed_time=7,
        **RUNNING,
    )
    found = analysed(root)
    assert by_name(found, found.clock.end_of) == {"go": 7, "sub": 7, "a": 7}


def test_self_time_is_what_no_child_covers() -> None:
    # sub 0 ─────────── 10
    #   a 1 ── 4
    #   b   3 ──── 6
    #   c (an older pass, before it) and d beyond its end do not count
    inner = [node("a", 1, 4), node("b", 3, 6), node("c", -5, -2), node("d", 9, 12)]
    found = analysed(node("go", 0, 12, node("sub", 0, 10, *inner)))
    assert by_name(found, found.durations.self_us)["sub"] == 10 - 5 - 1
