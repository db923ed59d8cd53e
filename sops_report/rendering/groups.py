"""Steps of the same name, put together: which of them takes the time, and how evenly."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from sops_report.report.model import Node, Report

_FEWEST_NODES: Final = 10
_STEPS: Final = frozenset({"activity", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Steps of one name; lengths in seconds.

    Attributes:
        first: The position of the first of them: its label is the name.
        n: How many there are.
        n_failed: How many of them failed.
        on_path: What they have of the critical path.
    """

    first: int
    n: int
    n_failed: int
    total: float
    p50: float
    p95: float
    longest: float
    on_path: float


def groups_of(report: Report) -> list[Group]:
    """Return the groups, the largest total first; none where each name occurs once."""
    if len(report.nodes) < _FEWEST_NODES:
        return []
    named: dict[str, list[Node]] = defaultdict(list)
    for node in report.nodes:
        if node.is_leaf and node.named and node.kind in _STEPS and node.duration_s is not None:
            named[node.label].append(node)
    if all(len(nodes) == 1 for nodes in named.values()):
        return []
    on_path: dict[int, float] = defaultdict(float)
    for piece in report.critical_path:
        if not piece.is_gap:
            on_path[piece.position] += piece.seconds
    groups = [_group(nodes, on_path) for nodes in named.values()]
    return sorted(groups, key=lambda group: -group.total)


def _group(nodes: Sequence[Node], on_path: dict[int, float]) -> Group:
    lengths = sorted(node.duration_s or 0.0 for node in nodes)
    return Group(
        first=nodes[0].position,
        n=len(nodes),
        n_failed=sum(node.state_group == "failed" for node in nodes),
        total=sum(lengths),
        p50=quantile(lengths, 0.5),
        p95=quantile(lengths, 0.95),
        longest=lengths[-1],
        on_path=sum(on_path.get(node.position, 0.0) for node in nodes),
    )


def quantile(lengths: Sequence[float], part: float) -> float:
    """Return the smallest of sorted *lengths* that at least *part* of them do not exceed.

    Example:
        >>> quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 0.95), quantile([7], 0.5)
        (2, 4, 7)
    """
    return lengths[max(0, ceil(part * len(lengths)) - 1)]
