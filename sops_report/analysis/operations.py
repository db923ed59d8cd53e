"""What the record of operations proves: when a task was revoked, and what a person did by hand.

The record and the tree are two witnesses. Where they disagree neither is mended: a note says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sops_report.analysis.clock import SECOND_US, Clock
from sops_report.snapshot import Note, Operation, Snapshot

# An answer may be ten seconds old when it comes, and clocks differ.
_LATER_US: Final = 60 * SECOND_US
# The record tells when somebody asked, the tree in whole seconds when it happened.
_BESIDE_US: Final = 5 * SECOND_US
_MOST_NOTES: Final = 20


def people_of(operations: Sequence[Operation]) -> dict[str, int]:
    """Return a number for each operator, in order of appearance, from 1."""
    names = dict.fromkeys(op.operator for op in operations if op.operator)
    return {name: number for number, name in enumerate(names, 1)}


def revoked_at(snapshot: Snapshot) -> int | None:
    """Return when a revoked task was revoked (microseconds); None if the record does not tell."""
    if snapshot.tree.state[0] != "REVOKED":
        return None
    start = snapshot.tree.start_us[0] or 0
    moments = [
        op.at_us
        for op in snapshot.operations or ()
        if op.what == "revoke" and op.node_id is None and op.at_us >= start
    ]
    return max(moments, default=None)


def heeded(snapshot: Snapshot, clock: Clock) -> tuple[Operation, ...]:
    """Return the operations up to the moment that the answer speaks of."""
    known = snapshot.operations or ()
    if clock.as_of_us is None:
        return known
    latest = clock.as_of_us + _LATER_US
    return tuple(op for op in known if op.at_us <= latest)


def recorded(
    operations: Sequence[Operation], node_id: str | None, what: str, start_us: int, end_us: int
) -> Operation | None:
    """Return the last operation *what* on a node between two moments; None if there is none."""
    found = [
        op
        for op in operations
        if op.node_id == node_id
        and op.what == what
        and start_us - _BESIDE_US <= op.at_us <= end_us + _BESIDE_US
    ]
    return found[-1] if found and node_id is not None else None


def find_contradictions(
    snapshot: Snapshot, clock: Clock, position_of: Mapping[str, int]
) -> list[Note]:
    """Return notes on what the record says and the tree does not show."""
    if snapshot.operations is None:
        return []
    told = heeded(snapshot, clock)
    notes = [*_of_record(snapshot, clock, told), *_of_tree(snapshot, told, position_of)]
    return notes[:_MOST_NOTES]


def _of_record(snapshot: Snapshot, clock: Clock, told: Sequence[Operation]) -> Iterator[Note]:
    later = len(snapshot.operations or ()) - len(told)
    if later:
        yield Note(code="operations-later", values={"count": later})
    if not snapshot.operations and clock.start_us is not None:
        yield Note(code="operations-empty")


def _of_tree(
    snapshot: Snapshot, told: Sequence[Operation], position_of: Mapping[str, int]
) -> Iterator[Note]:
    tree = snapshot.tree
    last = {(op.node_id, op.what): op for op in told}
    revoke = last.get((None, "revoke"))
    started = tree.start_us[0]
    if revoke is not None and started is not None and revoke.at_us >= started:
        if tree.state[0] not in ("REVOKED", "FINISHED"):
            yield Note(code="revoke-unseen", position=0, values={"value": tree.state[0] or "–"})
        elif tree.state[0] == "FINISHED":
            yield Note(code="revoke-too-late", position=0)
    for node_id, what in last:
        position = position_of.get(node_id or "")
        if node_id is not None and position is None:
            yield Note(code="operation-elsewhere", values={"what": what[:40], "id": node_id[:64]})
        elif what == "skip" and position is not None and _shows_no_skip(snapshot, position):
            yield Note(code="skip-unseen", position=position)


def _shows_no_skip(snapshot: Snapshot, position: int) -> bool:
    """Tell whether a plain node bears no trace of a skip; a later pass would have wiped it."""
    tree = snapshot.tree
    if not tree.is_leaf(position) or tree.skip[position] is not False:
        return False
    known = (snapshot.attempts or {}).get(tree.node_id[position] or "", ())
    return (tree.loop[position] or 1) == 1 and not any(attempt.skipped for attempt in known)
