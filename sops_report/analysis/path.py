"""The critical path: sections that partition the run from start to end, without gap or overlap.

Walked backwards: begin with the child that ended last, go on with the one that ended last before
it began. With the flow only true predecessors are asked; without, the times decide, and a section
whose neighbour they cannot tell says so. Ties are the rule on whole-second data, so every
comparison allows equality; a strict one loses half of the nodes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, NamedTuple

from sops_report.analysis.clock import SECOND_US
from sops_report.analysis.spans import CONTROL_KINDS, Run, child_spans
from sops_report.snapshot import is_columnar

_DOUBT_US: Final = 2 * SECOND_US  # another end this near could have been the true predecessor
_MOST_GATEWAYS: Final = 100  # how far to look for one; more cannot end within a second
DUE: Final = frozenset({"READY", "SUSPENDED"})


class Piece(NamedTuple):
    """One piece of the path, before it is classed; how sure it is, is found out when asked.

    A named tuple: of a run that is one long sequence every node makes two of them.

    Attributes:
        position: The node; for a gap the node it waits for.
        start_us, end_us: Its part of the run.
        scope: The container it was found in; None where nothing is to be asked.
        candidate: Its index there, or that of the one a gap comes after; -1 without any.
        limit_us: How far the path had come down before the candidate.
        follower: The candidate that came after it, if any.
        is_candidate: It is the candidate itself, or a part of it, and not a gap.
        is_gap: Nothing ran on the path.
        at_end: A gap after the last child of its scope.
    """

    position: int
    start_us: int
    end_us: int
    scope: "Scope | None" = None
    candidate: int = -1
    limit_us: int = 0
    follower: int | None = None
    is_candidate: bool = False
    is_gap: bool = False
    at_end: bool = False

    @property
    def certain(self) -> bool:
        """Whether times alone can tell; True with the flow."""
        if self.scope is None or self.candidate < 0:
            return True
        return self.scope.is_certain(self.candidate, self.limit_us, self.follower)

    @property
    def co_critical(self) -> tuple[int, ...]:
        """Positions of the others of a true tie."""
        if self.scope is None or not self.is_candidate:
            return ()
        return self.scope.ties(self.candidate, self.follower)


def critical_pieces(run: Run) -> list[Piece]:
    """Return the critical path of the whole task, earliest piece first."""
    if run.clock.start_us is None or run.clock.end_us is None:
        return []
    scope_of = _scopes(run)
    pieces: list[Piece] = []
    pending = [Piece(0, run.clock.start_us, run.clock.end_us)]
    while pending:
        piece = pending.pop()
        if piece.is_gap or run.tree.is_leaf(piece.position):
            pieces.append(piece)
        else:
            pending.extend(_inside(scope_of(piece)))
    return pieces


def _inside(scope: "Scope") -> list[Piece]:
    """Return the pieces of a container's interval, latest first; without any all of it waits."""
    return scope.walk() or [scope.waiting(scope.whole.start_us, scope.whole.end_us)]


def _scopes(run: Run) -> Callable[[Piece], "Scope"]:
    """Return what looks into a container; in a big tree its children are found already."""
    if is_columnar(run.tree) and run.snapshot.flow is None:
        from sops_report.analysis.arrays.path import Candidates  # noqa: PLC0415 - start-up

        return Candidates.of(run).scope
    due = _due_children(run)
    return lambda piece: Scope.of(run, piece, due.get(piece.position))


@dataclass(slots=True, kw_only=True)
class Scope:
    """One container seen from inside: the candidates, sorted by their ends.

    Attributes:
        run: The run that is analysed.
        whole: The container and its part of the run.
        positions, entry, end, ends, loop: The candidates by exact end, then entry, then position:
            node, entry, end, exact end and number of the pass; see `spans.Span`.
        is_control: Of each candidate: it is a gateway or event.
        due: The child that is due but has not begun, if any.
        by_node: Indices of candidates by position; empty without a flow.
        below: The path has come down to this index; whatever ended later is no candidate.
        visited: What is on the path already: the edges of a loop must not lead back to it.
        sure: What is known already of `is_certain`.
        entered: The candidates by entry; made where it is asked for.
    """

    run: Run
    whole: Piece
    positions: Sequence[int]
    entry: Sequence[int]
    end: Sequence[int]
    ends: Sequence[int]
    loop: Sequence[int]
    is_control: Sequence[bool]
    due: int | None
    by_node: Mapping[int, Sequence[int]] = field(default_factory=dict)
    below: int = field(init=False)
    visited: set[int] = field(default_factory=set)
    sure: dict[int, bool] = field(default_factory=dict)
    entered: "Entered | None" = None

    def __post_init__(self) -> None:
        """Begin behind the last candidate."""
        self.below = len(self.positions)

    @classmethod
    def of(cls, run: Run, whole: Piece, due: int | None) -> "Scope":
        """Sort the candidates; a child wholly outside the interval (an old pass) is none."""
        spans = [
            span
            for span in child_spans(run, whole.position)
            if span.end_us >= whole.start_us and span.entry_us <= whole.end_us
        ]
        spans.sort(key=lambda s: (s.exact_end_us, s.entry_us, s.position, s.loop))
        kinds = run.snapshot.kind
        by_node: dict[int, list[int]] = {}
        if run.snapshot.flow is not None:
            for index, span in enumerate(spans):
                by_node.setdefault(span.position, []).append(index)
        return cls(
            run=run,
            whole=whole,
            positions=[span.position for span in spans],
            entry=[span.entry_us for span in spans],
            end=[span.end_us for span in spans],
            ends=[span.exact_end_us for span in spans],
            loop=[span.loop for span in spans],
            is_control=[kinds[span.position] in CONTROL_KINDS for span in spans],
            due=due,
            by_node=by_node,
        )

    def walk(self) -> list[Piece]:
        """Return the scope's pieces, latest first; empty without a candidate."""
        pieces: list[Piece] = []
        limit, first = self.whole.end_us, self.whole.start_us
        follower: int | None = None
        index = self._last()
        while index is not None:
            self.below = index
            if self.by_node:
                self.visited.add(index)
            end, before = min(self.end[index], limit), limit
            if end < limit:
                pieces.append(self._gap(end, limit, index, follower))
            limit = min(max(self.entry[index], first), end)
            position = self.positions[index]
            pieces.append(
                Piece(position, limit, end, self, index, before, follower, is_candidate=True)
            )
            follower, index = index, self._predecessor(index)
        if follower is not None and first < limit:
            pieces.append(Piece(self.positions[follower], first, limit, is_gap=True))
        return pieces

    def _last(self) -> int | None:
        """Return the candidate that ended last.

        Of several that are still open the one that began first, else the one that began last.
        """
        if not self.positions:
            return None
        latest = min(self.ends[-1], self.whole.end_us)
        tied = range(bisect_left(self.ends, latest), len(self.ends))
        closed = self.run.clock.finish_is_valid
        still_open = [index for index in tied if not closed[self.positions[index]]]
        if still_open:
            # The second engine lists children in the order they were entered.
            return min(still_open, key=self._entered)
        return max(self._without_followers(tied), key=self._entered)

    def _entered(self, index: int) -> tuple[int, int]:
        return self.entry[index], self.positions[index]

    def _without_followers(self, tied: Sequence[int]) -> Sequence[int]:
        """Leave out whoever was followed by another one of the tied, as the flow tells."""
        followed = {source for index in tied for source in self._sources(index) or ()}
        return [index for index in tied if index not in followed] or tied

    def _predecessor(self, index: int) -> int | None:
        sources = self._sources(index)
        if sources is None:
            return self._latest_before(index)
        # An edge of the flow proves the order; two workers' clocks may differ by a second.
        limit = self.entry[index] + SECOND_US
        fitting = (i for i in sources if self.end[i] <= limit and i not in self.visited)
        return max(fitting, default=None)

    def _sources(self, index: int) -> list[int] | None:
        """Return the candidates that the flow allows; None where it does not know the node."""
        flow = self.run.snapshot.flow
        if flow is None:
            return None
        node_id = self.run.tree.node_id[self.positions[index]]
        if node_id is None or node_id not in flow.nodes:
            return None
        return [
            other
            for source in flow.nodes[node_id].predecessors
            for other in self.by_node.get(self.run.position_of.get(source, -1), ())
            if (source, node_id) not in flow.back_edges or self.loop[other] < self.loop[index]
        ]

    def _latest_before(self, follower: int) -> int | None:
        entry = self.entry[follower]
        limit = min(entry + SECOND_US - 1, self.ends[follower])
        index = min(bisect_right(self.ends, limit), self.below) - 1
        while index >= 0 and self.end[index] > entry:
            index -= 1
        if index < 0:
            return None
        gateway = self._gateway_before(follower, index)
        return index if gateway is None else gateway

    def _gateway_before(self, follower: int, latest: int) -> int | None:
        """Return a gateway that must have led to a node, though another ended a moment later.

        Something follows a gateway within milliseconds. Where the node is the first to begin after
        it, and within a second, it is what followed; whoever ended in between leads elsewhere.
        """
        if self.is_control[latest] or not self._begins_by_itself(follower):
            return None
        # In a tie the rules decide, so only gateways of an earlier second are asked.
        first = bisect_left(self.ends, self.entry[follower] - SECOND_US)
        after = bisect_left(self.ends, self.end[latest])
        for index in range(after - 1, max(first, after - _MOST_GATEWAYS) - 1, -1):
            if self.is_control[index] and self.entry[index] == self.end[index]:
                work = self._by_entry().work
                if work[bisect_left(work, self.end[index])] == self.entry[follower]:
                    return index
        return None

    def _begins_by_itself(self, index: int) -> bool:
        """Tell whether a step's start is the moment the flow reached it (no retry, no join)."""
        tree, position = self.run.tree, self.positions[index]
        is_step = not self.is_control[index]
        return is_step and not tree.retry[position] and (tree.loop[position] or 1) == 1

    def is_certain(self, index: int, limit: int, follower: int | None) -> bool:
        """Tell whether the times leave no doubt that this one came right before *limit*."""
        if index not in self.sure:  # the gap after it asks as well
            self.sure[index] = self._is_sure(index, limit, follower)
        return self.sure[index]

    def _is_sure(self, index: int, limit: int, follower: int | None) -> bool:
        if follower is not None and self._sources(follower) is not None:
            return True
        if follower is None and self.run.snapshot.flow is not None:
            return True
        near = index > 0 and self.ends[index - 1] >= limit - _DOUBT_US
        passed = index + 1 < len(self.ends) and self.ends[index + 1] <= limit
        gap = limit - self.end[index] > SECOND_US
        if near or passed or (gap and self._is_another_open(limit)):
            return False
        return follower is None or not self._leads_elsewhere(index, follower)

    def _leads_elsewhere(self, index: int, follower: int) -> bool:
        """Tell whether another one began beside *follower*: a step has one successor only."""
        if self.is_control[index]:
            return False
        entry = self.entry[follower]
        first = max(self.end[index], entry - SECOND_US)
        last = min(self.end[follower], entry + SECOND_US + 1)
        entries = self._by_entry().entries
        return bisect_left(entries, last) - bisect_left(entries, first) > 1

    def _is_another_open(self, moment: int) -> bool:
        """Tell whether a branch that was entered before *moment* ended after it."""
        by_entry = self._by_entry()
        count = bisect_left(by_entry.entries, moment)
        return count > 0 and by_entry.reach[count - 1] > moment

    def _by_entry(self) -> "Entered":
        if self.entered is None:
            self.entered = Entered.of(self)
        return self.entered

    def ties(self, index: int, follower: int | None) -> tuple[int, ...]:
        """Return the others that ended in the same second and could stand in its place."""
        if self.entry[index] >= self.end[index]:
            return ()  # an instant: whoever ended with it may have come before it
        allowed = self._sources(follower) if follower is not None else None
        first = bisect_left(self.ends, self.end[index])
        last = bisect_left(self.ends, self.end[index] + SECOND_US)
        return tuple(
            self.positions[other]
            for other in (allowed if allowed is not None else range(first, last))
            if first <= other < last and self.positions[other] != self.positions[index]
            if self.entry[other] < self.end[other]
        )

    def _gap(self, start: int, end: int, index: int, follower: int | None) -> Piece:
        """Return the gap after a candidate: up to the one that followed, or to the scope's end."""
        if follower is None:
            return self.waiting(start, end, index)
        position = self.positions[follower]
        return Piece(position, start, end, self, index, end, follower, is_gap=True)

    def waiting(self, start: int, end: int, index: int = -1) -> Piece:
        """Return the gap after the last child: it waits for the child that is due, if any."""
        if self.due is not None:
            return Piece(self.due, start, end, self, index, end, is_gap=True)
        position = self.whole.position
        return Piece(position, start, end, self, index, end, is_gap=True, at_end=True)


@dataclass(frozen=True, slots=True)
class Entered:
    """The candidates of a scope in order of their entries.

    Attributes:
        entries: All entries.
        reach: The latest end of those entered until then.
        work: The entries of all but gateways and events.
    """

    entries: Sequence[int]
    reach: Sequence[int]
    work: Sequence[int]

    @classmethod
    def of(cls, scope: Scope) -> "Entered":
        """Sort the candidates once more."""
        by_entry = sorted(zip(scope.entry, scope.end, scope.is_control, strict=True))
        entries, ends, _ = zip(*by_entry, strict=True)
        return cls(
            entries=entries,
            reach=list(accumulate(ends, max)),
            work=[entry for entry, _, is_control in by_entry if not is_control],
        )


def _due_children(run: Run) -> dict[int, int]:
    """Return by scope the last child that is due but has not begun: READY or SUSPENDED."""
    tree = run.tree
    return {
        parent: child
        for child, (parent, state, start) in enumerate(
            zip(tree.parent, tree.state, tree.start_us, strict=True)
        )
        if start is None and state in DUE
    }
