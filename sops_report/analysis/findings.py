"""What is odd about the times and states of a tree: notes, found by comparing columns."""

from collections.abc import Iterator, Sequence
from typing import Final

from sops_report.analysis.clock import SECOND_US, Clock
from sops_report.analysis.outcome import Incidents
from sops_report.snapshot import Note, Snapshot, is_columnar
from sops_report.states import CLOSED, GROUP_OF

_TOLERANCE_S: Final = 1.5  # times are cut to seconds, elapsed_time is rounded


def find_oddities(snapshot: Snapshot, clock: Clock, incidents: Incidents) -> list[Note]:
    """Return the notes about states and times, by position."""
    found = [
        note
        for position in _suspects(snapshot, clock)
        for note in _of_node(snapshot, clock, position)
    ]
    return [*_of_task(snapshot, clock, incidents), *found]


def _suspects(snapshot: Snapshot, clock: Clock) -> Sequence[int]:
    """Return the nodes to be looked at: of a big tree only those that could be odd."""
    if is_columnar(snapshot.tree):
        from sops_report.analysis.arrays import oddities  # noqa: PLC0415 - start-up

        return oddities.suspects(snapshot, clock, tolerance_s=_TOLERANCE_S)
    return range(len(snapshot.tree))


def _of_task(snapshot: Snapshot, clock: Clock, incidents: Incidents) -> Iterator[Note]:
    tree, state = snapshot.tree, snapshot.tree.state[0]
    if tree.start_us[0] is None and clock.start_us is not None:
        yield Note(code="root-no-start", position=0)
    is_told = clock.finish_is_valid[0] or clock.revoked_at_us is not None
    if state == "REVOKED" and not is_told and clock.end_us is not None:
        yield Note(code="revoke-time", position=0)
    if incidents.root_causes and clock.group[0] not in ("failed", "running", "revoked"):
        yield Note(code="state-contradicts", position=0, values={"value": state or "–"})
    if clock.group[0] == "failed" and incidents.running:
        values = {"value": state or "–", "count": len(incidents.running)}
        yield Note(code="failing-while-running", position=0, values=values)
    if clock.group[0] == "not_started" and any(len(older.tree) > 1 for older in snapshot.earlier):
        yield Note(code="created-but-started", position=0)
    if any(tree.ex_data[p] is None for p in incidents.root_causes):
        missing = [p for p in incidents.root_causes if tree.ex_data[p] is None]
        yield from (Note(code="no-failure-text", position=p) for p in missing[:20])


def _of_node(snapshot: Snapshot, clock: Clock, position: int) -> Iterator[Note]:
    tree = snapshot.tree
    state = tree.state[position]
    if state is not None and state not in GROUP_OF:
        yield Note(code="state-unknown", position=position, values={"value": state[:60]})
    start, finish = tree.start_us[position], tree.finish_us[position]
    if start is None and state in CLOSED and position:
        yield Note(code="no-start", position=position)
    if start is not None and finish is not None and not clock.finish_is_valid[position]:
        is_stale = state not in CLOSED
        yield Note(code="stale-finish" if is_stale else "finish-before-start", position=position)
    if state == "FINISHED" and start is not None and finish is None:
        yield Note(code="no-finish", position=position)
    yield from _of_elapsed(snapshot, clock, position)
    yield from _of_parent(snapshot, clock, position)


def _of_elapsed(snapshot: Snapshot, clock: Clock, position: int) -> Iterator[Note]:
    tree = snapshot.tree
    elapsed, start, finish = (
        tree.elapsed_s[position], tree.start_us[position], tree.finish_us[position],
    )  # fmt: skip
    if elapsed is None:
        return
    if elapsed < 0:
        yield Note(code="negative-elapsed", position=position, values={"value": f"{elapsed:g}"})
    elif clock.finish_is_valid[position] and start is not None and finish is not None:
        times = (finish - start) / SECOND_US
        if abs(times - elapsed) > _TOLERANCE_S:
            values = {"value": f"{elapsed:g}", "times": f"{times:g}"}
            yield Note(code="elapsed-differs", position=position, values=values)


def _of_parent(snapshot: Snapshot, clock: Clock, position: int) -> Iterator[Note]:
    """A child outside its parent's time: an earlier pass of a loop, or clocks that differ."""
    tree, parent = snapshot.tree, snapshot.tree.parent[position]
    if parent < 0:
        return
    start, finish = tree.start_us[position], tree.finish_us[position]
    parent_start = tree.start_us[parent]
    if start is None or parent_start is None:
        return
    too_early = start < parent_start - SECOND_US
    too_late = (
        finish is not None
        and bool(clock.finish_is_valid[position])
        and bool(clock.finish_is_valid[parent])
        and finish > (tree.finish_us[parent] or finish) + SECOND_US
    )
    if too_early or too_late:
        yield Note(code="child-outside", position=position)
