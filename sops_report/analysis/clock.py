"""The time model: when the task and each node really began and ended.

``elapsed_time`` of an unfinished node is the only server clock in an answer; a finish time counts
only in a closed state; a failed task ended with its last activity, however long it stood still
afterwards. Definitions: `docs/measures.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.snapshot import Snapshot, Tree, is_columnar
from sops_report.states import CLOSED, group_of

SECOND_US: Final = 1_000_000
OPEN_GROUPS: Final = frozenset({"running", "waiting"})
_TIMELESS: Final = frozenset({"CREATED", "EXPIRED"})
_STANDING_STILL: Final = frozenset({"failed", "revoked", "waiting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """All moments of one snapshot, in microseconds since 1970 (UTC).

    Attributes:
        as_of_us: The moment the snapshot speaks of; None when there is no time at all.
        as_of_source: ``server_clock``, ``fetched_at``, ``last_activity`` or None.
        start_us, end_us: Of the task; None for CREATED, EXPIRED or no time at all.
        idle_us: How long the task stood still after its end, 0 while it runs; None as above.
        last_activity_us: The latest valid finish or start below the root.
        group: The state group per position.
        finish_is_valid: Per position; None where there is no finish time.
        is_live: Per position: an unfinished leaf that runs or waits, or a node that holds one.
        end_of: The effective end per position; None if the node has none.
        revoked_at_us: When the task was revoked, if another source than the answer knows it.
    """

    as_of_us: int | None
    as_of_source: str | None
    start_us: int | None
    end_us: int | None
    idle_us: int | None
    last_activity_us: int | None
    group: Sequence[str]
    finish_is_valid: Sequence[bool | None]
    is_live: Sequence[bool]
    end_of: Sequence[int | None]
    revoked_at_us: int | None = None

    @property
    def wall_us(self) -> int | None:
        """The run's length, ``end - start``."""
        if self.start_us is None or self.end_us is None:
            return None
        return self.end_us - self.start_us


def read_clock(snapshot: Snapshot, outcome: str, *, revoked_at_us: int | None = None) -> Clock:
    """Return the moments of *snapshot*.

    Args:
        snapshot: What was read.
        outcome: The outcome of the task; only some outcomes stand still.
        revoked_at_us: When the task was revoked, if another source than the answer knows it.
    """
    facts = facts_of(snapshot.tree)
    as_of, source = _as_of(facts, snapshot.origin.fetched_at_us)
    start, end = facts.run(as_of, revoked_at_us)
    return Clock(
        as_of_us=as_of,
        as_of_source=source,
        start_us=start,
        end_us=end,
        idle_us=_idle(outcome, as_of, end),
        last_activity_us=facts.activity[0],
        group=facts.group,
        finish_is_valid=facts.valid,
        is_live=facts.live,
        end_of=facts.effective_ends(as_of, end),
        revoked_at_us=revoked_at_us,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the time model is made from, per position.

    Attributes:
        tree: The nodes.
        group: State groups.
        valid: Whether the finish time counts; None where there is none.
        unfinished: A start and no valid finish.
        activity: The latest start or valid finish of the descendants.
        live: An unfinished leaf that runs or waits, or a node that holds one.
    """

    tree: Tree
    group: Sequence[str]
    valid: Sequence[bool | None]
    unfinished: Sequence[bool]
    activity: Sequence[int | None]
    live: Sequence[bool]

    def run(self, as_of: int | None, revoked_at: int | None) -> tuple[int | None, int | None]:
        """Return start and end of the task; None where it has no times."""
        if self.tree.state[0] in _TIMELESS:
            return None, None
        start = self.tree.start_us[0]
        if start is None:
            start = self.first_start()
        if start is None:
            return None, None
        return start, max(start, self._end(start, as_of, revoked_at))

    def _end(self, start: int, as_of: int | None, revoked_at: int | None) -> int:
        finish = self.tree.finish_us[0] if self.valid[0] else None
        last = (finish or start) if self.activity[0] is None else self.activity[0]
        if self.group[0] == "success" and finish is not None:
            return finish
        if self.group[0] == "revoked":
            return revoked_at or finish or last
        if (self.group[0] == "running" or self.live[0]) and as_of is not None:
            return as_of
        return last

    def effective_ends(self, as_of: int | None, end: int | None) -> Sequence[int | None]:
        """Return the effective end of each node."""
        return self.ends_with(as_of if end is None or as_of is None else min(as_of, end))

    # What follows goes over all nodes; `arrays.clock` does the same on whole columns.

    def ends_with(self, open_end: int | None) -> Sequence[int | None]:
        """Return the effective ends, given that of whatever is still open."""
        columns = zip(self.tree.finish_us, self.valid, self.live, self.activity, strict=True)
        return [
            finish if valid else open_end if live else activity
            for finish, valid, live, activity in columns
        ]

    def first_start(self) -> int | None:
        """Return the earliest start of all nodes."""
        return min((us for us in self.tree.start_us if us is not None), default=None)

    def last_moment(self) -> int | None:
        """Return the latest start or finish of all nodes, valid or not."""
        columns = (self.tree.start_us, self.tree.finish_us)
        return max((us for column in columns for us in column if us is not None), default=None)

    def server_clock(self) -> int | None:
        """Return ``start + elapsed_time`` of the root, else the largest of an unfinished node.

        A node that still shows an older finish counts its elapsed time to that, so it is no clock.
        """
        tree = self.tree
        clocks = {
            position: start + round(elapsed * SECOND_US)
            for position, (start, finish, elapsed) in enumerate(
                zip(tree.start_us, tree.finish_us, tree.elapsed_s, strict=True)
            )
            if self.unfinished[position] and start is not None and finish is None
            if elapsed is not None and elapsed >= 0
        }
        return clocks[0] if 0 in clocks else max(clocks.values(), default=None)


def facts_of(tree: Tree) -> Facts:
    """Return what the time model is made from."""
    if is_columnar(tree):
        from sops_report.analysis.arrays.clock import ArrayFacts  # noqa: PLC0415 - start-up

        return ArrayFacts.of(tree)
    group = [group_of(state) for state in tree.state]
    valid = [finish_is_valid(tree, position) for position in range(len(tree))]
    unfinished = [
        start is not None and not ok for start, ok in zip(tree.start_us, valid, strict=True)
    ]
    return Facts(
        tree=tree,
        group=group,
        valid=valid,
        unfinished=unfinished,
        activity=_last_activity_below(tree, valid),
        live=_live(tree, group, unfinished),
    )


def finish_is_valid(tree: Tree, position: int) -> bool | None:
    """Tell whether a node's finish time counts; None where there is none.

    It counts in a closed state only, and not if it lies before the start: a node that a loop has
    entered again still shows the end of the earlier pass.
    """
    finish, start = tree.finish_us[position], tree.start_us[position]
    if finish is None:
        return None
    return tree.state[position] in CLOSED and (start is None or finish >= start)


def _last_activity_below(tree: Tree, valid: Sequence[bool | None]) -> list[int | None]:
    """Return the latest start or valid finish of each node's descendants."""
    latest: list[int | None] = [None] * len(tree)
    for position in range(len(tree) - 1, 0, -1):
        parent = tree.parent[position]
        own = tree.finish_us[position] if valid[position] else tree.start_us[position]
        latest[parent] = _later(latest[parent], _later(own, latest[position]))
    return latest


def _later(first: int | None, second: int | None) -> int | None:
    if first is None or second is None:
        return second if first is None else first
    return max(first, second)


def _live(tree: Tree, group: Sequence[str], unfinished: Sequence[bool]) -> list[bool]:
    live = [
        tree.is_leaf(position) and unfinished[position] and group[position] in OPEN_GROUPS
        for position in range(len(tree))
    ]
    for position in range(len(tree) - 1, 0, -1):
        if live[position]:
            live[tree.parent[position]] = True
    return live


def _as_of(facts: Facts, fetched_at: int | None) -> tuple[int | None, str | None]:
    latest, clock = facts.last_moment(), facts.server_clock()
    for moment, source in ((clock, "server_clock"), (fetched_at, "fetched_at")):
        if moment is not None:
            return (moment if latest is None else max(moment, latest)), source
    return latest, None if latest is None else "last_activity"


def _idle(outcome: str, as_of: int | None, end: int | None) -> int | None:
    if as_of is None or end is None:
        return None
    return max(0, as_of - end) if outcome in _STANDING_STILL else 0
