"""The forward model behind what-if: from lengths and lags to new times.

Inside a scope only differences count, so scopes are laid out from the innermost outwards, relative
to their own start, and placed on the clock from the outermost inwards. Linear but for the sorting.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from sops_report.analysis.clock import SECOND_US
from sops_report.analysis.spans import Run, Span, span_of

# Times are whole seconds of several workers' clocks: a predecessor may seem to end this much late.
TOLERANCE_US: Final = SECOND_US


@dataclass(frozen=True, slots=True)
class Times:
    """When a node is entered, when its last attempt begins, and when it ends (microseconds)."""

    entry_us: int
    start_us: int
    end_us: int


def recorded_spans(run: Run) -> list[Span | None]:
    """Return the newest pass of every node as recorded; the root reaches over the whole run."""
    spans = [span_of(run, position) for position in range(len(run.tree))]
    start, end = run.clock.start_us, run.clock.end_us
    if start is not None and end is not None:
        spans[0] = Span(0, start, start, end, end, 1)
    return spans


@dataclass(slots=True)
class Layout:
    """One run, to be laid out anew.

    Attributes:
        run: The run as it was.
        spans: Its spans by position.
        lengths: The new lengths asked for, by position.
        sooner: How much sooner the last attempt begins after the predecessors, by position.
        length: The new length by position, filled from the innermost scope outwards.
        entry: The new entry by position, relative to the start of its scope.
    """

    run: Run
    spans: Sequence[Span | None]
    lengths: Mapping[int, int]
    sooner: Mapping[int, int]
    length: list[int]
    entry: list[int]

    @classmethod
    def of(
        cls,
        run: Run,
        spans: Sequence[Span | None],
        lengths: Mapping[int, int],
        sooner: Mapping[int, int],
    ) -> "Layout":
        """Begin with the lengths as they were."""
        before = [0 if span is None else span.end_us - span.start_us for span in spans]
        return cls(run, spans, lengths, sooner, before, [0] * len(spans))

    def times(self) -> list[Times | None]:
        """Return the new times by position; None where nothing was recorded."""
        for scope in range(len(self.spans) - 1, -1, -1):
            span = self.spans[scope]
            if scope in self.lengths:
                self.length[scope] = max(0, self.lengths[scope])
            elif span is not None and not self.run.tree.is_leaf(scope):
                self.length[scope] = self._lay_out(scope, span)
        return self._placed()

    def _lay_out(self, scope: int, outer: Span) -> int:
        """Set the entries of a scope's children; return the scope's new length."""
        inside = [s for child in self.run.tree.children(scope) if (s := self.spans[child])]
        inside.sort(key=lambda s: (s.entry_us, s.end_us, s.position))
        ends: dict[int, int] = {}
        for span, before, after in Order(self.run, inside, outer.start_us, ends).ready_times():
            entry = after + self._lag(span, before)
            self.entry[span.position] = entry - outer.start_us
            ends[span.position] = entry + self._tries(span) + self.length[span.position]
        last = [s for s in inside if s.end_us <= outer.end_us + TOLERANCE_US]
        if not last:
            return outer.end_us - outer.start_us
        tail = outer.end_us - max(s.end_us for s in last)
        return max(0, max(ends[s.position] for s in last) + tail - outer.start_us)

    def _tries(self, span: Span) -> int:
        """Return the new time from the entry to the last attempt's start."""
        return max(0, span.start_us - span.entry_us - self.sooner.get(span.position, 0))

    def _lag(self, span: Span, ready_us: int) -> int:
        """Return the new time from the predecessors' end to the entry."""
        lag = span.entry_us - ready_us
        rest = self.sooner.get(span.position, 0) - (span.start_us - span.entry_us)
        return lag if rest <= 0 else lag - max(0, min(lag, rest))

    def _placed(self) -> list[Times | None]:
        placed: list[Times | None] = [None] * len(self.spans)
        squeezed_by: list[int | None] = [None] * len(self.spans)
        for position, span in enumerate(self.spans):
            parent = self.run.tree.parent[position]
            if parent >= 0:
                outermost = squeezed_by[parent]
                is_given = outermost is None and parent in self.lengths
                squeezed_by[position] = parent if is_given else outermost
            if span is not None:
                placed[position] = self._place(span, squeezed_by[position], placed)
        return placed

    def _place(self, span: Span, squeezed_by: int | None, placed: Sequence[Times | None]) -> Times:
        if squeezed_by is not None:
            outer, new_outer = self.spans[squeezed_by], placed[squeezed_by]
            if outer is not None and new_outer is not None:
                return _squeezed(span, outer, new_outer)
        parent = self.run.tree.parent[span.position]
        scope = placed[parent] if parent >= 0 else None
        # The root, and what lies in a container without times of its own, stays in its place.
        entry = span.entry_us if scope is None else scope.start_us + self.entry[span.position]
        start = entry + self._tries(span)
        return Times(entry, start, start + self.length[span.position])


def _squeezed(span: Span, outer: Span, new_outer: Times) -> Times:
    """Map times inside a container of a given length in proportion."""
    old, new = outer.end_us - outer.start_us, new_outer.end_us - new_outer.start_us

    def mapped(us: int) -> int:
        return new_outer.start_us + ((us - outer.start_us) * new // old if old else 0)

    return Times(mapped(span.entry_us), mapped(span.start_us), mapped(span.end_us))


@dataclass(frozen=True, slots=True)
class Order:
    """Who waits for whom inside one scope.

    Attributes:
        run: The run as it was.
        inside: The children's spans by entry, then end, then position.
        start_us: The start of the scope.
        ends: The new ends by position, filled by the caller as each span is yielded.
    """

    run: Run
    inside: Sequence[Span]
    start_us: int
    ends: Mapping[int, int]

    def ready_times(self) -> Iterator[tuple[Span, int, int]]:
        """Yield each span, predecessors first, with its old and its new ready time."""
        sources = dict(self._true_sources())
        yield from self._by_edges(sources)
        yield from self._by_times(sources)

    def _true_sources(self) -> Iterator[tuple[int, list[Span]]]:
        """Yield the predecessors of each node that the flow knows, without back edges."""
        flow = self.run.snapshot.flow
        if flow is None:
            return
        known = {span.position: span for span in self.inside}
        for span in self.inside:
            node_id = self.run.tree.node_id[span.position] or ""
            if node_id in flow.nodes:
                yield (
                    span.position,
                    [
                        known[position]
                        for source in dict.fromkeys(flow.nodes[node_id].predecessors)
                        if (position := self.run.position_of.get(source, -1)) in known
                        if source in flow.nodes and (source, node_id) not in flow.back_edges
                        if known[position].end_us <= span.entry_us + TOLERANCE_US
                    ],
                )

    def _by_edges(self, sources: Mapping[int, list[Span]]) -> Iterator[tuple[Span, int, int]]:
        known = {span.position: span for span in self.inside}
        missing = {position: len(before) for position, before in sources.items()}
        followers: dict[int, list[int]] = {}
        for position, before in sources.items():
            for source in before:
                followers.setdefault(source.position, []).append(position)
        queue = deque(position for position, count in missing.items() if count == 0)
        while queue:
            span = known[queue.popleft()]
            before = sources[span.position]
            yield (
                span,
                max((source.end_us for source in before), default=self.start_us),
                max((self.ends[source.position] for source in before), default=self.start_us),
            )
            for follower in followers.get(span.position, ()):
                missing[follower] -= 1
                if missing[follower] == 0:
                    queue.append(follower)

    def _by_times(self, done: Mapping[int, list[Span]]) -> Iterator[tuple[Span, int, int]]:
        """Yield the others: whoever ended by a node's entry has to end before it, always."""
        ended: list[tuple[int, int]] = []  # (old end, position), the earliest end first
        old_ready = new_ready = None
        for span in self.inside:
            while ended and ended[0][0] <= span.entry_us:
                old, position = heappop(ended)
                old_ready = old if old_ready is None else max(old_ready, old)
                new = self.ends[position]
                new_ready = new if new_ready is None else max(new_ready, new)
            if span.position not in done:
                floor = min(self.start_us, span.entry_us)
                yield (
                    span,
                    max(floor, floor if old_ready is None else old_ready),
                    max(floor, floor if new_ready is None else new_ready),
                )
            heappush(ended, (span.end_us, span.position))
