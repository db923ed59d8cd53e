"""Waits for people: how soon somebody reacted to a failure, and which nodes wait by nature.

Nothing is claimed where the data cannot tell. A retry shows when a failure ended only where
histories or older snapshots prove the attempt; a retry within the engine's own interval may have
been automatic; without the flow an approval looks like any other node.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.clock import SECOND_US
from sops_report.analysis.ledger import leaf_class, leaves_of_class
from sops_report.analysis.operations import recorded
from sops_report.analysis.spans import Run, busy_us
from sops_report.snapshot import Operation

# The engine's automatic retries wait no longer than this, unless a site allows more.
LONGEST_AUTO_RETRY_US: Final = 60 * SECOND_US
_WAITING: Final = frozenset({"manual", "timer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """From a failure to what was done about it.

    Attributes:
        position: The node.
        failed_at_us: When it failed; None where only a skip is known and not the failure.
        until_us: When it was tried again or skipped.
        at_most_us: The time in between; an upper bound where `failed_at_us` is None, None where
            not even that is known.
        how: ``retry`` or ``skip``.
        maybe_automatic: A retry so soon that the engine itself may have done it, and of which no
            record says otherwise.
        operation: The record of it, None if none was given or it was not recorded.
    """

    position: int
    failed_at_us: int | None
    until_us: int
    at_most_us: int | None
    how: str
    maybe_automatic: bool
    operation: Operation | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the failure's own time is proven."""
        return self.failed_at_us is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingNode:
    """A node that waits by nature: ``manual`` (confirm, approve) or ``timer``."""

    position: int
    kind: str
    start_us: int
    end_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleWaits:
    """All waits for people; lengths in microseconds.

    Attributes:
        reactions: By time.
        waiting: Nodes that wait by nature, in document order; timers wait for a clock.
        unanswered: Failed nodes that nobody has dealt with: (position, failed at), by time.
        on_path_us: Time waited for people on the critical path (proven; no timers, no reactions
            that may be automatic). None where the data can prove none and excludes none.
        off_path_us: The same beside the critical path.
    """

    reactions: tuple[Reaction, ...]
    waiting: tuple[WaitingNode, ...]
    unanswered: tuple[tuple[int, int], ...]
    on_path_us: int | None
    off_path_us: int | None


def people_waits(analysis: Analysis) -> PeopleWaits:
    """Find the waits for people."""
    run = analysis.run
    skipped = analysis.incidents.skipped
    reactions = tuple(sorted(_reactions(run, skipped), key=lambda r: (r.until_us, r.position)))
    waiting = tuple(_waiting_nodes(run))
    waits = [
        (r.position, r.failed_at_us, r.until_us)
        for r in reactions
        if r.failed_at_us is not None and not r.maybe_automatic
    ]
    waits += [(w.position, w.start_us, w.end_us) for w in waiting if w.kind == "manual"]
    known = bool(waits) or (run.snapshot.flow is not None and run.snapshot.attempts is not None)
    total, on_path = _lengths(analysis, waits)
    return PeopleWaits(
        reactions=reactions,
        waiting=waiting,
        unanswered=_unanswered(analysis),
        on_path_us=on_path if known else None,
        off_path_us=total - on_path if known else None,
    )


def _reactions(run: Run, skipped: Sequence[int]) -> Iterator[Reaction]:
    for position in sorted({*run.attempts, *skipped} - {0}):
        attempts = run.attempts.get(position, ())
        if attempts and run.tree.is_leaf(position):
            yield from _proven(run, position)
        if run.tree.skip[position] is True and not any(a.end_us and a.skipped for a in attempts):
            yield from _skip_alone(run, position)


def _proven(run: Run, position: int) -> Iterator[Reaction]:
    """Yield the reactions to attempts whose end is known."""
    attempts = run.attempts[position]
    newest = run.tree.loop[position] or 1
    for number, attempt in enumerate(attempts):
        if not attempt.failed or attempt.end_us is None:
            continue
        after = next((a for a in attempts[number + 1 :] if a.loop == attempt.loop), None)
        if attempt.skipped:
            until = run.tree.finish_us[position] if attempt.loop == newest else None
        elif after is not None:
            until = after.start_us
        else:
            until = run.tree.start_us[position] if attempt.loop == newest else None
        if until is not None and until >= attempt.end_us:
            how = "skip" if attempt.skipped else "retry"
            yield _reaction(run, position, attempt.end_us, until, how)


def _reaction(run: Run, position: int, failed_at: int, until: int, how: str) -> Reaction:
    length = until - failed_at
    operation = _record_of(run, position, how, failed_at, until)
    return Reaction(
        position=position,
        failed_at_us=failed_at,
        until_us=until,
        at_most_us=length,
        how=how,
        maybe_automatic=(how == "retry" and length <= LONGEST_AUTO_RETRY_US and operation is None),
        operation=operation,
    )


def _record_of(run: Run, position: int, how: str, start: int, end: int) -> Operation | None:
    node_id = run.tree.node_id[position]
    return recorded(run.snapshot.operations or (), node_id, how, start, end)


def _skip_alone(run: Run, position: int) -> Iterator[Reaction]:
    """Yield a skip whose failure is not known: the node's whole time is the bound, if any."""
    start, finish = run.tree.start_us[position], run.tree.finish_us[position]
    if finish is None or not run.clock.finish_is_valid[position]:
        return
    yield Reaction(
        position=position,
        failed_at_us=None,
        until_us=finish,
        at_most_us=finish - start if start is not None and finish > start else None,
        how="skip",
        maybe_automatic=False,
        operation=_record_of(run, position, "skip", start or 0, finish),
    )


def _waiting_nodes(run: Run) -> Iterator[WaitingNode]:
    for position in leaves_of_class(run, _WAITING):
        start, end = run.tree.start_us[position], run.clock.end_of[position]
        if position and start is not None and end is not None:
            kind = leaf_class(run, position)
            yield WaitingNode(position=position, kind=kind, start_us=start, end_us=max(start, end))


def _unanswered(analysis: Analysis) -> tuple[tuple[int, int], ...]:
    due = frozenset(analysis.incidents.retry_due)
    return tuple(
        (failure.position, failure.failed_at_us)
        for failure in analysis.failures
        if failure.failed_at_us is not None and failure.position not in due
    )


def _lengths(analysis: Analysis, waits: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """Return how long was waited (times at once count once), and how much of it on the path."""
    first, last = analysis.clock.start_us, analysis.clock.end_us
    if first is None or last is None:
        return 0, 0
    cut = [(p, max(start, first), min(end, last)) for p, start, end in waits]
    cut = [(p, start, end) for p, start, end in cut if start < end]
    pieces: dict[int, list[tuple[int, int]]] = {}
    for section in analysis.sections:
        pieces.setdefault(section.position, []).append((section.start_us, section.end_us))
    on_path = [part for wait in cut for part in _overlaps(wait, pieces)]
    return busy_us([(start, end) for _, start, end in cut]), busy_us(on_path)


def _overlaps(
    wait: tuple[int, int, int], pieces: Mapping[int, Sequence[tuple[int, int]]]
) -> Iterator[tuple[int, int]]:
    """Yield the parts of a wait in which the path is at its node; pieces are in order of time."""
    position, start, end = wait
    own = pieces.get(position, ())
    index = max(0, bisect_left(own, (start, start)) - 1)
    while index < len(own) and own[index][0] < end:
        begin, finish = max(start, own[index][0]), min(end, own[index][1])
        if begin < finish:
            yield begin, finish
        index += 1
