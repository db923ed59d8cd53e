"""The analysis of a big tree: on whole columns against the loops that define it, and a peer."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Final
from unittest.mock import patch

from sops_report.analysis import Analysis, analyse
from sops_report.analysis.arrays.tree import with_columns
from sops_report.analysis.concurrency import concurrency_of
from sops_report.analysis.durations import durations_of
from sops_report.analysis.path import critical_pieces
from sops_report.analysis.slack import slack_of
from sops_report.reading import read_bytes
from sops_report.snapshot import Snapshot
from sops_report.table import flatten

COLUMNS, LOOP = "on columns", "by the loop"
STAGES: Final[Mapping[str, Callable[[Analysis], object]]] = {
    "duration and self time": lambda found: durations_of(found.run),
    "slack, drag and waits": lambda found: slack_of(found.run, found.on_path),
    "concurrency": concurrency_of,
    "critical path": lambda found: critical_pieces(found.run),
}
ALL, FLATTEN = "all analyses", "flatten, for comparison"
QUADRATIC = "critical path, each predecessor searched among all children"
_MOST_QUADRATIC = 20_000  # nodes


def contenders(data: bytes) -> Mapping[str, Callable[[], object]]:
    """Return what is timed on an answer that is read already."""
    snapshot = read_bytes(data)
    columns, lists = with_columns(snapshot), with_lists(snapshot)
    on_columns, by_loop = analyse(columns), looped(lists)
    made: dict[str, Callable[[], object]] = {}
    for name, stage in STAGES.items():
        made[f"{name}, {COLUMNS}"] = partial(stage, on_columns)
        made[f"{name}, {LOOP}"] = partial(stage, by_loop)
    made[f"{ALL}, {COLUMNS}"] = lambda: analyse(columns)
    made[f"{ALL}, {LOOP}"] = lambda: looped(lists)
    made[FLATTEN] = lambda: flatten(columns)
    if len(snapshot.tree) < _MOST_QUADRATIC:
        made[QUADRATIC] = lambda: quadratic_path(by_loop)
    return made


def speedups(seconds: Mapping[str, float]) -> dict[str, float]:
    """Return how many times as long each stage takes by the loop, and how all compare."""
    found = {
        name: seconds[f"{name}, {LOOP}"] / seconds[f"{name}, {COLUMNS}"] for name in (*STAGES, ALL)
    }
    if QUADRATIC in seconds:
        found[QUADRATIC] = seconds[QUADRATIC] / seconds[f"critical path, {COLUMNS}"]
    return found | {f"{ALL} ÷ flatten": seconds[f"{ALL}, {COLUMNS}"] / seconds[FLATTEN]}


def with_lists(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with plain lists for columns, as a small answer has them."""
    columns = {one.name: list(getattr(snapshot.tree, one.name)) for one in fields(snapshot.tree)}
    return replace(snapshot, tree=replace(snapshot.tree, **columns), kind=list(snapshot.kind))


def looped(lists: Snapshot) -> Analysis:
    """Analyse by the loops, however big the tree is."""
    with patch("sops_report.analysis.MANY", len(lists.tree) + 1):
        return analyse(lists)


def quadratic_path(found: Analysis) -> list[int]:
    """Walk back as trace viewers do: among all children look for the last that had ended.

    No ties, no gaps, no doubts: positions only, and work that grows with the square of a scope.
    """
    tree, ends = found.run.tree, found.clock.end_of
    path: list[int] = []
    pending = [(0, ends[0] or 0)]
    while pending:
        scope, limit = pending.pop()
        children = [c for c in tree.children(scope) if ends[c] is not None]
        if not children:
            path.append(scope)
        while fitting := [(ends[c] or 0, c) for c in children if (ends[c] or 0) <= limit]:
            end, child = max(fitting)
            children.remove(child)
            pending.append((child, end))
            limit = tree.start_us[child] or end
    return path
