"""Columns → rows: the one place where every node of a tree becomes an object."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sops_report.analysis import Analysis
from sops_report.report.model import Node, Try
from sops_report.report.moments import moment_of, seconds_of
from sops_report.snapshot import Attempt


class _Moments(dict[int | None, datetime | None]):
    """The moments of a run: many nodes begin and end together, so each is made once."""

    def __missing__(self, us: int | None) -> datetime | None:
        made = self[us] = moment_of(us)
        return made


def nodes_of(analysis: Analysis, paths: Sequence[str], anchors: Sequence[str]) -> tuple[Node, ...]:
    """Return all nodes in document order.

    Args:
        analysis: The run.
        paths: By position.
        anchors: By position.
    """
    return tuple(_nodes(analysis, paths, anchors))


def _nodes(analysis: Analysis, paths: Sequence[str], anchors: Sequence[str]) -> Iterator[Node]:
    snapshot, tree, clock = analysis.snapshot, analysis.snapshot.tree, analysis.clock
    lengths, slack, attempts = analysis.durations, analysis.slack, analysis.attempts
    moments = _Moments()
    # Column by column: a question by position costs a call, and this asks thirty a node.
    structure = zip(tree.node_id, tree.parent, tree.depth, tree.n_descendants, strict=True)
    words = zip(anchors, snapshot.label, snapshot.named, paths, strict=True)
    kinds = zip(snapshot.kind, snapshot.kind_source, tree.state, clock.group, strict=True)
    times = zip(tree.start_us, tree.finish_us, clock.end_of, strict=True)
    spans = zip(lengths.duration_us, lengths.self_us, strict=True)
    waits = zip(slack.wait_us, slack.slack_us, slack.drag_us, strict=True)
    marks = zip(tree.retry, tree.loop, tree.skip, tree.error_ignored, strict=True)
    rest = zip(analysis.on_path, tree.version, tree.ex_data, strict=True)
    rows = zip(structure, words, kinds, times, spans, waits, marks, rest, strict=True)
    for position, (
        (node_id, parent, depth, n_descendants),
        (anchor, label, named, path),
        (kind, kind_source, state, group),
        (start, finish, end),
        (duration, own),
        (wait, room, drag),
        (retry, loop, skip, ignored),
        (on_path, version, text),
    ) in enumerate(rows):
        is_leaf, is_failed = n_descendants == 0, group == "failed"
        yield Node(
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
            attempts=_tries(attempts[position]) if position in attempts else (),
        )


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
