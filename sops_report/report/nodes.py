"""Columns → rows: the one place where the nodes of a tree become objects.

Those of a small answer all do; those of a big one when somebody asks for them, so a report of a
million nodes costs objects for the thousands it shows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final, overload

from sops_report.analysis import Analysis
from sops_report.columns import Rows, taken
from sops_report.report.anchors import Anchors, anchors_of
from sops_report.report.model import Node, Try
from sops_report.report.moments import moment_of, seconds_of
from sops_report.report.paths import Paths
from sops_report.snapshot import Attempt, is_columnar

_ROWS: Final = 4096  # made at a time, for who wants them all


class _Moments(dict[int | None, datetime | None]):
    """The moments of some nodes: many begin and end together, so each is made once."""

    def __missing__(self, us: int | None) -> datetime | None:
        made = self[us] = moment_of(us)
        return made


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NodeColumns(Sequence[Node]):
    """All nodes in document order: columns inside, a `model.Node` for whoever asks by place.

    Attributes:
        paths, anchors: By position.
        attempts: Earlier attempts by position; most nodes have none.
        duration_us, self_us, wait_us, slack_us, drag_us: Microseconds; None where not defined.
        start_us, finish_us, end_us: Microseconds since 1970; None where not known.

    The others are as in `model.Node`. Of a big run they are `columns` whose arrays may be asked.
    """

    node_id: Sequence[str | None]
    anchors: Sequence[str]
    parent: Sequence[int]
    depth: Sequence[int]
    n_descendants: Sequence[int]
    label: Sequence[str]
    named: Sequence[bool]
    paths: Paths
    kind: Sequence[str]
    kind_source: Sequence[str]
    state: Sequence[str | None]
    state_group: Sequence[str]
    start_us: Sequence[int | None]
    finish_us: Sequence[int | None]
    end_us: Sequence[int | None]
    duration_us: Sequence[int | None]
    self_us: Sequence[int | None]
    wait_us: Sequence[int | None]
    slack_us: Sequence[int | None]
    drag_us: Sequence[int | None]
    retry: Sequence[int | None]
    loop: Sequence[int | None]
    skip: Sequence[bool | None]
    error_ignored: Sequence[bool | None]
    on_critical_path: Sequence[bool]
    version: Sequence[str | None]
    ex_data: Sequence[str | None]
    attempts: Mapping[int, tuple[Try, ...]]

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.parent)

    @overload
    def __getitem__(self, at: int) -> Node: ...
    @overload
    def __getitem__(self, at: slice) -> list[Node]: ...
    def __getitem__(self, at: int | slice) -> Node | list[Node]:
        """Return a node, or some nodes."""
        places = range(len(self))[at]
        if isinstance(places, int):
            values = tuple(column[places] for column in self._columns())
            return _made(self.attempts, _Moments(), places, self.paths[places], values)
        return self.some(places)

    def some(self, positions: Sequence[int]) -> list[Node]:
        """Return the nodes at *positions*."""
        import numpy as np  # noqa: PLC0415 - only big runs come here

        rows = np.asarray(positions, dtype=np.int64)
        return [*self._rows(rows, positions, map(self.paths.__getitem__, positions))]

    def __iter__(self) -> Iterator[Node]:
        """Iterate over all nodes; none is kept."""
        paths = iter(self.paths)
        for begin in range(0, len(self), _ROWS):
            rows = range(begin, min(begin + _ROWS, len(self)))
            yield from self._rows(slice(rows.start, rows.stop), rows, islice(paths, len(rows)))

    def __eq__(self, other: object) -> bool:
        """Compare with any sequence of nodes, node by node."""
        if not isinstance(other, Sequence) or len(other) != len(self):
            return False
        return all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as a list's

    def _columns(self) -> tuple[Sequence[object], ...]:
        """Return what a row is read from, in the order of `_made`."""
        return (
            self.node_id, self.anchors, self.parent, self.depth, self.n_descendants, self.label,
            self.named, self.kind, self.kind_source, self.state, self.state_group, self.start_us,
            self.finish_us, self.end_us, self.duration_us, self.self_us, self.wait_us,
            self.slack_us, self.drag_us, self.retry, self.loop, self.skip, self.error_ignored,
            self.on_critical_path, self.version, self.ex_data,
        )  # fmt: skip

    def _rows(self, rows: Rows, positions: Sequence[int], paths: Iterator[str]) -> Iterator[Node]:
        # Column by column: a question by position costs a call, and this asks thirty a node.
        values = zip(*(taken(column, rows) for column in self._columns()), strict=True)
        return map(partial(_made, self.attempts, _Moments()), positions, paths, values)


def _made(
    attempts: Mapping[int, tuple[Try, ...]],
    moments: _Moments,
    position: int,
    path: str,
    values: tuple[Any, ...],
) -> Node:
    (
        node_id, anchor, parent, depth, n_descendants, label, named, kind, kind_source, state,
        group, start, finish, end, duration, own, wait, room, drag, retry, loop, skip, ignored,
        on_path, version, text,
    ) = values  # fmt: skip
    is_leaf, is_failed = n_descendants == 0, group == "failed"
    return Node(
        position=position,
        node_id=node_id,
        anchor=anchor,
        parent=parent,
        depth=depth,
        n_descendants=n_descendants,
        label=label,
        named=named,
        path=path,
        kind=kind,
        kind_source=kind_source,
        state=state,
        state_group=group,
        start_time=moments[start],
        finish_time=moments[finish],
        end_time=moments[end],
        duration_s=seconds_of(duration),
        self_s=seconds_of(own),
        wait_before_s=seconds_of(wait),
        slack_s=seconds_of(room),
        drag_s=seconds_of(drag),
        retry=retry,
        loop=loop,
        skip=position > 0 and skip is True,
        error_ignored=ignored is True,
        is_leaf=is_leaf,
        is_root_cause=is_failed and is_leaf,
        is_echo=is_failed and not is_leaf,
        on_critical_path=on_path,
        version=version,
        ex_data=text,
        attempts=attempts.get(position, ()),
    )


def nodes_of(analysis: Analysis, paths: Paths) -> Sequence[Node]:
    """Return all nodes in document order.

    Args:
        analysis: The run.
        paths: By position.

    Returns:
        A tuple; of a big run `NodeColumns`.
    """
    snapshot, tree, clock = analysis.snapshot, analysis.snapshot.tree, analysis.clock
    lengths, slack, is_big = analysis.durations, analysis.slack, is_columnar(tree)
    nodes = NodeColumns(
        node_id=tree.node_id,
        anchors=Anchors(tree.node_id) if is_big else anchors_of(tree.node_id),
        parent=tree.parent,
        depth=tree.depth,
        n_descendants=tree.n_descendants,
        label=snapshot.label,
        named=snapshot.named,
        paths=paths,
        kind=snapshot.kind,
        kind_source=snapshot.kind_source,
        state=tree.state,
        state_group=clock.group,
        start_us=tree.start_us,
        finish_us=tree.finish_us,
        end_us=clock.end_of,
        duration_us=lengths.duration_us,
        self_us=lengths.self_us,
        wait_us=slack.wait_us,
        slack_us=slack.slack_us,
        drag_us=slack.drag_us,
        retry=tree.retry,
        loop=tree.loop,
        skip=tree.skip,
        error_ignored=tree.error_ignored,
        on_critical_path=analysis.on_path,
        version=tree.version,
        ex_data=tree.ex_data,
        attempts={position: _tries(found) for position, found in analysis.attempts.items()},
    )
    return nodes if is_big else tuple(nodes)


def nodes_at(nodes: Sequence[Node], positions: Sequence[int]) -> list[Node]:
    """Return some of the nodes: of columns all at once, which costs less than one by one."""
    if isinstance(nodes, NodeColumns):
        return nodes.some(positions)
    return [nodes[position] for position in positions]


def ids_of(nodes: Sequence[Node]) -> Sequence[str | None]:
    """Return the id of each node."""
    if isinstance(nodes, NodeColumns):
        return nodes.node_id
    return [node.node_id for node in nodes]


def _tries(attempts: Sequence[Attempt]) -> tuple[Try, ...]:
    return tuple(
        Try(
            start_time=moment_of(attempt.start_us),
            end_time=moment_of(attempt.end_us),
            loop=attempt.loop,
            failed=attempt.failed,
            skipped=attempt.skipped,
        )
        for attempt in attempts
    )
