"""An `Analysis` seen as a run again, and nodes by the names people call them."""

from sops_report.analysis import Analysis
from sops_report.analysis.spans import Run
from sops_report.snapshot import Snapshot


def run_of(analysis: Analysis) -> Run:
    """Return the run that was analysed, for the rooms that ask spans."""
    return Run(
        snapshot=analysis.snapshot,
        clock=analysis.clock,
        attempts=analysis.attempts,
        position_of={
            node_id: position
            for position, node_id in reversed(list(enumerate(analysis.snapshot.tree.node_id)))
            if node_id is not None
        },
    )


def path_of(snapshot: Snapshot, position: int) -> str:
    """Return the labels from the root's child down to a node, joined by `` / ``."""
    labels: list[str] = []
    while position > 0:
        labels.append(snapshot.label[position])
        position = snapshot.tree.parent[position]
    return " / ".join(reversed(labels))
