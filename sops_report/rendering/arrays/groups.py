"""Steps of the same name, put together by one sort."""

from itertools import pairwise

import numpy as np

from sops_report.analysis.arrays.tree import is_one_of
from sops_report.columns import MISSING, coded, numbers
from sops_report.rendering.arrays.nodes import SECOND_US, is_leaf
from sops_report.rendering.groups import STEPS, Namesakes
from sops_report.report.nodes import NodeColumns


def namesakes(nodes: NodeColumns) -> list[Namesakes]:
    """Return all steps by name, in the order of the first of each."""
    took, name = numbers(nodes.duration_us), coded(nodes.label).codes
    counts = is_leaf(nodes) & is_one_of(nodes.named, {True}) & is_one_of(nodes.kind, STEPS)
    steps = np.flatnonzero(counts & (took != MISSING))
    by_name = steps[np.argsort(name[steps], kind="stable")]
    by_length = steps[np.lexsort((took[steps], name[steps]))]
    _, begins = np.unique(name[by_name], return_index=True)
    failed = np.concatenate(([0], np.cumsum(is_one_of(nodes.state_group, {"failed"})[by_name])))
    bounds = [*begins.tolist(), len(steps)]
    positions, lengths = by_name.tolist(), (took[by_length] / SECOND_US).tolist()
    found = [
        Namesakes(positions[begin:end], int(failed[end] - failed[begin]), lengths[begin:end])
        for begin, end in pairwise(bounds)
    ]
    return sorted(found, key=lambda one: one.positions[0])
