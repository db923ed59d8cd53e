"""Steps of the same name, put together: which of them takes the time, and how evenly."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from sops_report.report.model import Node, Report
from sops_report.report.nodes import NodeColumns

_FEWEST_NODES: Final = 10
STEPS: Final = frozenset({"activity", "unknown"})


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
    namesakes = _namesakes(report.nodes)
    if all(len(one.positions) == 1 for one in namesakes):
        return []
    on_path: dict[int, float] = defaultdict(float)
    for piece in report.critical_path:
        if not piece.is_gap:
            on_path[piece.position] += piece.seconds
    groups = [_group(one, on_path) for one in namesakes]
    return sorted(groups, key=lambda group: -group.total)


@dataclass(frozen=True, slots=True)
class Namesakes:
    """Steps of one name: their positions in document order, how many failed, sorted lengths."""

    positions: Sequence[int]
    n_failed: int
    lengths: Sequence[float]


def _namesakes(nodes: Sequence[Node]) -> list[Namesakes]:
    """Return all steps by name, in the order of the first of each."""
    if isinstance(nodes, NodeColumns):
        from sops_report.rendering.arrays import groups as arrays  # noqa: PLC0415 - start-up

        return arrays.namesakes(nodes)
    named: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        if node.is_leaf and node.named and node.kind in STEPS and node.duration_s is not None:
            named[node.label].append(node)
    return [
        Namesakes(
            [node.position for node in same],
            sum(node.state_group == "failed" for node in same),
            sorted(node.duration_s or 0.0 for node in same),
        )
        for same in named.values()
    ]


def _group(one: Namesakes, on_path: dict[int, float]) -> Group:
    return Group(
        first=one.positions[0],
        n=len(one.positions),
        n_failed=one.n_failed,
        total=sum(one.lengths),
        p50=quantile(one.lengths, 0.5),
        p95=quantile(one.lengths, 0.95),
        longest=one.lengths[-1],
        on_path=sum(on_path.get(position, 0.0) for position in one.positions),
    )


def quantile(lengths: Sequence[float], part: float) -> float:
    """Return the smallest of sorted *lengths* that at least *part* of them do not exceed.

    Example:
        >>> quantile([1, 2, 3, 4], 0.5), quantile([1, 2, 3, 4], 0.95), quantile([7], 0.5)
        (2, 4, 7)
    """
    return lengths[max(0, ceil(part * len(lengths)) - 1)]
