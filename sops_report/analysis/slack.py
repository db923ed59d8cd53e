"""Slack and drag: how late a node could have ended, and what it really cost.

Slack asks the successors. Drag asks who ran beside a node of the path: were the node gone, the
parallel one with the least slack would decide, so the task gets shorter by no more than that.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from sops_report.analysis.spans import Run, Span, span_of
from sops_report.snapshot import is_columnar


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """Per position, in microseconds; None where not defined.

    Attributes:
        slack_us: How much later the node could have ended without delaying the task; None off the
            path for nodes that are open or never began.
        drag_us: How much shorter the task would be were the node 0 s; 0 off the path.
        wait_us: From the end of its last predecessor (or the start of its scope) to its entry.
    """

    slack_us: Sequence[int | None]
    drag_us: Sequence[int | None]
    wait_us: Sequence[int | None]


def slack_of(run: Run, on_path: Sequence[bool]) -> Slack:
    """Return slack, drag and waiting time of every node.

    Args:
        run: The run that is analysed.
        on_path: Per position: the node is on the critical path.
    """
    size = len(run.tree)
    if run.clock.end_us is None:
        nobody = [None] * size
        return Slack(slack_us=nobody, drag_us=nobody, wait_us=nobody)
    if is_columnar(run.tree) and run.snapshot.flow is None:
        from sops_report.analysis.arrays import slack as arrays  # noqa: PLC0415 - start-up

        return arrays.slack_of(run, on_path)
    slack: list[int | None] = [None] * size
    limit: list[int | None] = [None] * size
    wait: list[int | None] = [None] * size
    strict: list[int | None] = [None] * size
    slack[0] = strict[0] = 0
    limit[0] = run.clock.wall_us
    for scope in range(size):
        if not run.tree.is_leaf(scope):
            order = _Order.of(run, scope)
            _fill_slack(order, scope, slack, strict, wait)
            _fill_limit(order, scope, on_path, strict, limit)
    drag = [_drag(run, position, limit[position]) for position in range(size)]
    for position in range(size):
        slack[position] = _shown(run, position, slack[position], on_path=on_path[position])
    return Slack(slack_us=slack, drag_us=drag, wait_us=wait)


def _shown(run: Run, position: int, slack: int | None, *, on_path: bool) -> int | None:
    if on_path:
        return 0
    return slack if run.clock.finish_is_valid[position] else None


def _drag(run: Run, position: int, limit: int | None) -> int | None:
    span = span_of(run, position)
    if span is None:
        return None
    return 0 if limit is None else min(limit, span.end_us - span.start_us)


@dataclass(frozen=True, slots=True)
class _Order:
    """Who follows whom inside one scope.

    Attributes:
        run: The run that is analysed.
        spans: By entry, then end, then position.
        ready: By position: the latest end of the node's predecessors; None without any.
    """

    run: Run
    spans: Sequence[Span]
    ready: dict[int, int | None]

    @classmethod
    def of(cls, run: Run, scope: int) -> "_Order":
        spans = [span for child in run.tree.children(scope) if (span := span_of(run, child))]
        by_flow = _is_ranked(run, spans)
        spans.sort(key=lambda s: _place(run, s, by_flow=by_flow))
        by_times = _ready_by_times(spans)
        known = {span.position: span for span in spans}
        ready = {
            span.position: _ready(run, span, known, latest)
            for span, latest in zip(spans, by_times, strict=True)
        }
        return cls(run, spans, ready)

    def slack(self) -> Iterator[tuple[Span, int, int]]:
        """Yield each span with its slack inside the scope, the last one entered first.

        First the one that is shown (from times only the next to begin follows), then the one that
        counts whoever began later: the drag of the path must not promise more than they allow.
        """
        entries = [span.entry_us for span in self.spans]
        index_of = {span.position: index for index, span in enumerate(self.spans)}
        last_end = max((span.end_us for span in self.spans), default=0)
        own, strict = [0] * len(self.spans), [0] * len(self.spans)
        # By index: the latest end that delays none of those who began from there on.
        latest = [last_end] * (len(self.spans) + 1)
        for index in range(len(self.spans) - 1, -1, -1):
            span, ready = self.spans[index], self.ready[self.spans[index].position]
            followers = self._followers(index, index_of, entries)
            own[index] = self._room(span, followers, own, last_end)
            if self._is_in_flow(span):
                strict[index] = self._room(span, followers, strict, last_end)
            else:
                first = max(bisect_left(entries, span.end_us), index + 1)
                strict[index] = latest[first] - span.end_us
            own_limit = last_end if ready is None else strict[index] + ready
            latest[index] = min(latest[index + 1], own_limit)
            yield span, own[index], strict[index]

    def _room(self, span: Span, followers: Sequence[int], slack: Sequence[int], end: int) -> int:
        rooms = [
            slack[other] + max(0, (self.ready[self.spans[other].position] or 0) - span.end_us)
            for other in followers
        ]
        return min(rooms) if rooms else end - span.end_us

    def _is_in_flow(self, span: Span) -> bool:
        flow, node_id = self.run.snapshot.flow, self.run.tree.node_id[span.position]
        return flow is not None and node_id is not None and node_id in flow.nodes

    def _followers(
        self, index: int, index_of: dict[int, int], entries: Sequence[int]
    ) -> Sequence[int]:
        span = self.spans[index]
        flow, node_id = self.run.snapshot.flow, self.run.tree.node_id[span.position]
        if flow is None or node_id is None or node_id not in flow.nodes:
            first = max(bisect_left(entries, span.end_us), index + 1)
            return [first] if first < len(self.spans) else []
        targets = (
            index_of.get(self.run.position_of.get(target, -1), -1)
            for target in flow.nodes[node_id].successors
            if (node_id, target) not in flow.back_edges
        )
        return [other for other in targets if other > index]


def _is_ranked(run: Run, spans: Sequence[Span]) -> bool:
    """Tell whether the flow knows every node, so that its order can be trusted."""
    flow = run.snapshot.flow
    return flow is not None and all(run.tree.node_id[s.position] in flow.rank for s in spans)


def _place(run: Run, span: Span, *, by_flow: bool) -> tuple[int, int, int]:
    """Return the place in the flow, in which no one stands before a predecessor; else in time."""
    if by_flow:
        return run.order_of(span.position), 0, 0
    return span.entry_us, span.end_us, span.position


def _ready_by_times(spans: Sequence[Span]) -> Iterator[int | None]:
    """Yield for each span the latest end of those before it that had ended by its entry.

    Of several instants in one second only the earlier ones in the order precede.
    """
    ended: list[int] = []
    latest: int | None = None
    for span in spans:
        while ended and ended[0] <= span.entry_us:
            latest = heappop(ended)
        yield latest
        heappush(ended, span.end_us)


def _ready(run: Run, span: Span, known: dict[int, Span], by_times: int | None) -> int | None:
    flow, node_id = run.snapshot.flow, run.tree.node_id[span.position]
    if flow is None or node_id is None or node_id not in flow.nodes:
        return by_times
    sources = [
        known[position].end_us
        for source in flow.nodes[node_id].predecessors
        if (position := run.position_of.get(source, -1)) in known
        if (source, node_id) not in flow.back_edges
    ]
    return max(sources, default=None)


def _fill_slack(
    order: _Order,
    scope: int,
    slack: list[int | None],
    strict: list[int | None],
    wait: list[int | None],
) -> None:
    outer, strict_outer = slack[scope], strict[scope]
    scope_start = order.run.tree.start_us[scope]
    for span, own, strict_own in order.slack():
        slack[span.position] = None if outer is None else own + outer
        strict[span.position] = None if strict_outer is None else strict_own + strict_outer
        ready = order.ready[span.position]
        since = scope_start if ready is None else ready
        wait[span.position] = None if since is None else max(0, span.entry_us - since)


def _fill_limit(
    order: _Order,
    scope: int,
    on_path: Sequence[bool],
    slack: Sequence[int | None],
    limit: list[int | None],
) -> None:
    """Set how much the scope's nodes on the path could shorten the task at most.

    Spans beside the path, least slack first, claim the path nodes that they overlap (their own
    waiting included); each path node is claimed once, so the pass is linear after the sort.
    """
    outer = limit[scope]
    path = [span for span in order.spans if on_path[span.position]]
    if outer is None or not path:
        return
    begins = [span.entry_us for span in path]
    free = list(range(len(path) + 1))  # the next unclaimed index, by union-find
    for span in path:
        limit[span.position] = outer
    beside = [span for span in order.spans if not on_path[span.position]]
    beside.sort(key=lambda span: slack[span.position] or 0)
    for span in beside:
        ready = order.ready[span.position]
        begin = span.entry_us if ready is None else min(ready, span.entry_us)
        index = _next_free(free, max(0, bisect_right(begins, begin) - 1))
        while index < len(path) and path[index].entry_us < span.end_us:
            if path[index].end_us > begin:
                limit[path[index].position] = min(outer, slack[span.position] or 0)
                free[index] = index + 1
            index = _next_free(free, index + 1)


def _next_free(free: list[int], index: int) -> int:
    root = index
    while root < len(free) and free[root] != root:
        root = free[root]
    while index < root:
        free[index], index = root, free[index]
    return root
