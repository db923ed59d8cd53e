"""Which rows are shown where not all fit, and where their bars stand."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sops_report.report.model import Node, Report

_SLOWEST: Final = 20
_PLAIN: Final = 5
_QUIET: Final = frozenset({"success", "not_started"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One shown node.

    Attributes:
        node: The node.
        n_folded: How many nodes below it are not shown as rows of their own.
        start, end: Its bar as parts (0 … 1) of the task's time; None if it never ran.
    """

    node: Node
    n_folded: int
    start: float | None
    end: float | None


def choose(report: Report, limit: int, most: int = 0) -> list[Row]:
    """Return the rows to show in document order, the telling ones first of all.

    Failed, skipped, retried, open and critical nodes and the slowest come before the quiet ones,
    shallow quiet ones before deep ones; a shown node's ancestors are shown too. What is left out
    is counted on its nearest shown ancestor, so nothing is lost silently.

    Args:
        report: The report.
        limit: How many rows the quiet nodes may fill up.
        most: How many rows the telling ones may take, where that is more than *limit*.
    """
    nodes = report.nodes
    everything = len(nodes) <= limit
    shown = set(range(len(nodes))) if everything else _telling(nodes, max(limit, most))
    if not everything:
        _fill(nodes, shown, limit)
    folded = _folded(nodes, shown)
    return [_row(report, nodes[at], folded[at]) for at in sorted(shown)]


def _telling(nodes: Sequence[Node], limit: int) -> set[int]:
    leaves = [node for node in nodes if node.is_leaf and node.duration_s]
    leaves.sort(key=lambda node: -(node.duration_s or 0))
    slow = {node.position for node in leaves[:_SLOWEST]}
    ranked = [(rank, node) for node in nodes if (rank := _rank(node, slow)) < _PLAIN]
    ranked.sort(key=lambda pair: (pair[0], pair[1].depth, pair[1].position))
    shown: set[int] = {0}
    for _, node in ranked:
        room = limit - len(shown)
        chain = _missing_chain(nodes, node, shown, room)
        if len(chain) <= room:
            shown.update(chain)
    return shown


def _fill(nodes: Sequence[Node], shown: set[int], limit: int) -> None:
    """Add whole families of quiet siblings while they fit, the shallow ones first."""
    families: dict[int, list[int]] = defaultdict(list)
    for node in nodes:
        if node.position not in shown:
            families[node.parent].append(node.position)
    for parent in sorted(families, key=lambda parent: (nodes[parent].depth, parent)):
        if parent in shown and len(shown) + len(families[parent]) <= limit:
            shown.update(families[parent])


def _rank(node: Node, slow: set[int]) -> int:
    if node.is_root_cause or node.state_group == "failed":
        return 0
    if node.skip or node.error_ignored or node.retry:
        return 1
    if node.state_group not in _QUIET:
        return 2
    if node.position in slow:
        return 3
    return 4 if node.on_critical_path and node.is_leaf else _PLAIN


def _missing_chain(nodes: Sequence[Node], node: Node, shown: set[int], room: int) -> list[int]:
    chain: list[int] = []
    at = node.position
    while at >= 0 and at not in shown and len(chain) <= room:
        chain.append(at)
        at = nodes[at].parent
    return chain


def _folded(nodes: Sequence[Node], shown: set[int]) -> Counter[int]:
    above: list[int] = []
    folded: Counter[int] = Counter()
    for node in nodes:
        holder = node.position if node.position in shown else above[node.parent]
        above.append(holder)
        folded[holder] += holder != node.position
    return folded


def _row(report: Report, node: Node, n_folded: int) -> Row:
    start = part_of_wall(report, node.start_time)
    end = part_of_wall(report, node.end_time)
    if start is None or end is None:
        return Row(node=node, n_folded=n_folded, start=None, end=None)
    return Row(node=node, n_folded=n_folded, start=start, end=max(start, end))


def part_of_wall(report: Report, when: datetime | None) -> float | None:
    """Return a moment as a part of the task's time, kept within it; None without times."""
    start, wall = report.task.start_time, report.task.wall_s
    if when is None or start is None or wall is None:
        return None
    seconds = (when - start).total_seconds()
    return min(1.0, max(0.0, seconds / wall)) if wall > 0 else 0.0


def chunks(rows: Sequence[Row], size: int) -> Iterable[Sequence[Row]]:
    """Yield *rows* in pieces of *size*."""
    return (rows[at : at + size] for at in range(0, len(rows), size))
