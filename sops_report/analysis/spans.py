"""Who was under way when: one span a node, and one for each earlier pass that is proven.

Path, slack and concurrency ask spans, not nodes: a loop runs a node several times, and histories
bring the earlier passes back.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sops_report.analysis.attempts import Attempts
from sops_report.analysis.clock import SECOND_US, Clock
from sops_report.snapshot import Attempt, Snapshot, Tree, is_columnar

# Gateways and events: they take no time of their own, and something always follows them at once.
CONTROL_KINDS: Final = frozenset({
    "start_event", "end_event", "exclusive_gateway", "parallel_gateway",
    "conditional_parallel_gateway", "converge_gateway", "control",
})  # fmt: skip


class FirstPositions(Mapping[str, int]):
    """The position by node id, of twins the first; made on the first question."""

    def __init__(self, node_ids: Sequence[str | None]) -> None:
        """Remember the ids."""
        self._ids = node_ids
        self._found: dict[str, int] | None = None

    @property
    def _positions(self) -> dict[str, int]:
        if self._found is None:
            last_first = zip(reversed(self._ids), range(len(self._ids) - 1, -1, -1), strict=True)
            self._found = {node_id: at for node_id, at in last_first if node_id is not None}
        return self._found

    def __getitem__(self, node_id: str) -> int:
        """Return the position of a node."""
        return self._positions[node_id]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids."""
        return iter(self._positions)

    def __len__(self) -> int:
        """Return the number of distinct ids."""
        return len(self._positions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as the analysis sees it.

    Attributes:
        snapshot: What was read.
        clock: Its moments.
        attempts: Earlier attempts by position.
        position_of: The position by node id (of twins the first).
        tree: The nodes.
        spans: The newest pass per position; None for a node that has not begun or has no end.
    """

    snapshot: Snapshot
    clock: Clock
    attempts: Attempts
    position_of: Mapping[str, int]
    tree: Tree = field(init=False)
    spans: Sequence["Span | None"] = field(init=False)

    def order_of(self, position: int) -> int:
        """Return what decides where times tie: the place in the flow, else in the document."""
        flow = self.snapshot.flow
        if flow is None:
            return position
        return flow.rank.get(self.tree.node_id[position] or "", position)

    def __post_init__(self) -> None:
        """Work the spans out once: every analysis asks for them."""
        object.__setattr__(self, "tree", self.snapshot.tree)
        object.__setattr__(self, "spans", _newest_spans(self))


@dataclass(frozen=True, slots=True)
class Span:
    """One visit of a node.

    Attributes:
        position: The node.
        entry_us: When the node was entered: the first attempt of the pass, where it is known.
        start_us: When the last attempt of the pass began.
        end_us: When the pass ended (or the effective end).
        exact_end_us: The same to the millisecond, where the engine tells it.
        loop: The number of the pass.
        is_newest: False for a pass that only histories or older snapshots still know.
    """

    position: int
    entry_us: int
    start_us: int
    end_us: int
    exact_end_us: int
    loop: int
    is_newest: bool = True


def leaves_of_kind(snapshot: Snapshot, kinds: Collection[str]) -> list[int]:
    """Return the leaves below the root that are of one of the *kinds*, in document order."""
    below = zip(snapshot.kind, snapshot.tree.n_descendants, strict=True)
    return [p for p, (kind, inside) in enumerate(below) if p and not inside and kind in kinds]


def span_of(run: Run, position: int) -> Span | None:
    """Return the newest pass of a node; None if it has not begun or has no end."""
    return run.spans[position]


def _newest_spans(run: Run) -> Sequence[Span | None]:
    if is_columnar(run.tree):
        from sops_report.analysis.arrays.spans import SpanColumns  # noqa: PLC0415 - start-up

        return SpanColumns.of(run.tree, run.clock, run.attempts)
    return [_newest_span(run, position) for position in range(len(run.tree))]


def _newest_span(run: Run, position: int) -> Span | None:
    start, end = run.tree.start_us[position], run.clock.end_of[position]
    if start is None or end is None:
        return None
    end = max(start, end)
    loop = run.tree.loop[position] or 1
    return Span(
        position=position,
        entry_us=entry_of(run.attempts.get(position, ()), start, loop),
        start_us=start,
        end_us=end,
        exact_end_us=_exact_end(run, position, end),
        loop=loop,
    )


def entry_of(attempts: Sequence[Attempt], start: int, loop: int) -> int:
    """Return when a pass was entered: at its first failed attempt, if any is known."""
    tries = [
        attempt.start_us
        for attempt in attempts
        if attempt.loop == loop and attempt.failed and attempt.start_us is not None
    ]
    return min([start, *tries]) if tries else start


def _exact_end(run: Run, position: int, end: int) -> int:
    """Refine a whole-second finish by the first engine's ``state_refresh_at``."""
    refresh = run.tree.refresh_us[position]
    if refresh is None or not run.clock.finish_is_valid[position]:
        return end
    return refresh if end <= refresh < end + SECOND_US else end


def earlier_spans(run: Run, position: int) -> list[Span]:
    """Return the proven earlier passes of a node, oldest first."""
    passes: dict[int, list[tuple[int, int]]] = {}
    newest = run.tree.loop[position] or 1
    for attempt in run.attempts.get(position, ()):
        if attempt.loop < newest and attempt.start_us is not None and attempt.end_us is not None:
            times = (attempt.start_us, max(attempt.start_us, attempt.end_us))
            passes.setdefault(attempt.loop, []).append(times)
    return [
        Span(
            position=position,
            entry_us=min(times)[0],
            start_us=max(times)[0],
            end_us=max(times)[1],
            exact_end_us=max(times)[1],
            loop=loop,
            is_newest=False,
        )
        for loop, times in sorted(passes.items())
    ]


def child_spans(run: Run, scope: int) -> list[Span]:
    """Return the spans of a scope's direct children, in document order."""
    spans: list[Span] = []
    for child in run.tree.children(scope):
        if child in run.attempts:
            spans.extend(earlier_spans(run, child))
        span = span_of(run, child)
        if span is not None:
            spans.append(span)
    return spans


def busy_us(intervals: Sequence[tuple[int, int]]) -> int:
    """Return the length of the union of intervals.

    Example:
        >>> busy_us([(0, 4), (2, 6), (8, 9)])
        7
    """
    total, reached = 0, None
    for start, end in sorted(intervals):
        begin = start if reached is None else max(start, reached)
        if end > begin:
            total += end - begin
        reached = end if reached is None else max(reached, end)
    return total
