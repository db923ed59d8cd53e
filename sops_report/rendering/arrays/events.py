"""Which nodes have an event to tell, by masks."""

import numpy as np

from sops_report.analysis.arrays.tree import is_one_of
from sops_report.rendering.arrays.nodes import is_ignored, is_leaf, is_skipped
from sops_report.report.nodes import NodeColumns


def touched(nodes: NodeColumns) -> list[int]:
    """Return the positions of the nodes that were skipped, ignored or tried before."""
    marked = is_skipped(nodes) | is_ignored(nodes)
    marked[[position for position, attempts in nodes.attempts.items() if attempts]] = True
    found: list[int] = np.flatnonzero(marked).tolist()
    return found


def waiting(nodes: NodeColumns) -> list[int]:
    """Return the positions of the leaves that wait."""
    marked = is_one_of(nodes.state_group, {"waiting"}) & is_leaf(nodes)
    found: list[int] = np.flatnonzero(marked).tolist()
    return found
