"""Duration and self time: the union of all children's intervals by one running maximum."""

import numpy as np

from sops_report.analysis.arrays.order import Line, sorted_by
from sops_report.analysis.arrays.spans import scope_numbers
from sops_report.analysis.arrays.tree import Ints
from sops_report.analysis.clock import Clock
from sops_report.analysis.durations import Durations
from sops_report.columns import MISSING, Numbers, numbers
from sops_report.snapshot import Tree


def durations_of(tree: Tree, clock: Clock) -> Durations:
    """Return what `durations.durations_of` returns."""
    start, end = numbers(tree.start_us), numbers(clock.end_of)
    is_known = (start != MISSING) & (end != MISSING)
    length = np.where(is_known, np.maximum(end - start, 0), 0)
    covered = _covered(tree, start, length)
    return Durations(
        duration_us=Numbers(np.where(is_known, length, MISSING)),
        self_us=Numbers(np.where(is_known, length - covered, MISSING)),
    )


def _covered(tree: Tree, start: Ints, length: Ints) -> Ints:
    """Return how long at least one child of each node ran, within the node's own time."""
    took_time = np.flatnonzero(length[1:]) + 1
    parent = numbers(tree.parent)[took_time]
    begin = np.maximum(start[took_time], start[parent])
    end = np.minimum(start[took_time] + length[took_time], start[parent] + length[parent])
    inside = (begin < end) & (length[parent] > 0)  # a parent without a start has no length
    begin, end, parent = begin[inside], end[inside], parent[inside]
    number, n_scopes = scope_numbers(tree)
    order = sorted_by(number[parent], begin)
    begin, end, parent = begin[order], end[order], parent[order]
    found = np.zeros(len(tree), dtype=np.int64)
    np.add.at(found, parent, _gained(Line(n_scopes, begin, end), number[parent], begin, end))
    return found


def _gained(line: Line, scope: Ints, begin: Ints, end: Ints) -> Ints:
    """Return what each interval adds to the union of those before it in its scope."""
    if not len(scope):
        return scope
    ends = line.at(scope, end)
    reached = np.maximum.accumulate(ends)
    since = line.at(scope, begin)
    since[1:] = np.maximum(since[1:], reached[:-1])  # an earlier scope has reached nothing here
    return np.where(ends > since, line.us(ends) - line.us(since), 0)
