"""The rows of a list of nodes: which are shown, what they stand for, where their bars stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sops_report.rendering.folding import Fold, folds, shown_positions
from sops_report.report.model import Node, Report
from sops_report.report.nodes import nodes_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One shown node.

    Attributes:
        node: The node.
        start, end: Its bar as parts (0 … 1) of the task's time; None if it never ran.
        fold: The nodes below it that are not shown as rows of their own.
    """

    node: Node
    start: float | None
    end: float | None
    fold: Fold

    @property
    def n_folded(self) -> int:
        """How many nodes below it are not shown as rows of their own."""
        return self.fold.n


def choose(
    report: Report, limit: int, most: int = 0, ranks: Sequence[int] | None = None
) -> list[Row]:
    """Return the rows to show in document order, the telling ones first of all.

    Failed, skipped, retried, open and critical nodes and the slowest come before the quiet ones; a
    shown node's ancestors are shown too. What is left out is counted on its nearest shown ancestor,
    so nothing is lost silently.

    Args:
        report: The report.
        limit: How many rows the quiet nodes may fill up.
        most: How many rows the telling ones may take, where that is more than *limit*.
        ranks: What `folding.ranks_of` returned for the nodes, if it is at hand.
    """
    shown = shown_positions(report.nodes, limit, most, ranks)
    folded = folds(report.nodes, shown, ranks)
    nothing = Fold()
    chosen = nodes_at(report.nodes, shown)
    return [_row(report, node, folded.get(node.position, nothing)) for node in chosen]


def _row(report: Report, node: Node, fold: Fold) -> Row:
    start = part_of_wall(report, node.start_time)
    end = part_of_wall(report, node.end_time)
    if start is None or end is None:
        return Row(node=node, start=None, end=None, fold=fold)
    return Row(node=node, start=start, end=max(start, end), fold=fold)


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
