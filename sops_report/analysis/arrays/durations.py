"""Duration and self time: the union of all children's intervals by one running maximum."""

import numpy as np

from sops_report.analysis.arrays.order import Line
from sops_report.analysis.arrays.spans import Families, SpanColumns
from sops_report.analysis.arrays.tree import Ints, is_leaf
from sops_report.analysis.durations import Durations
from sops_report.analysis.spans import Run
from sops_report.columns import MISSING, Numbers
from sops_report.snapshot import Tree


def durations_of(run: Run) -> Durations:
    """Return what `durations.durations_of` returns."""
    spans = run.spans
    assert isinstance(spans, SpanColumns)
    start, is_known = spans.start_us, spans.exists
    length = np.where(is_known, spans.end_us - start, 0)
    # Earlier attempts change the entries; the starts are what counts here.
    family = spans.family.sorted_by(start) if run.attempts else spans.by_entry
    covered = _covered(run.tree, family, start, length)
    return Durations(
        duration_us=Numbers(np.where(is_known, length, MISSING)),
        self_us=Numbers(np.where(is_known, length - covered, MISSING)),
    )


def _covered(tree: Tree, family: Families, start: Ints, length: Ints) -> Ints:
    """Return how long at least one child of each node ran, within the node's own time.

    Args:
        tree: The nodes.
        family: Their children, in each scope by start.
        start: Of each node.
        length: Of each node, 0 where it is not known.
    """
    position, scope = family.position, family.scope
    container = np.flatnonzero(~is_leaf(tree))
    begins, ends = start[container], start[container] + length[container]
    begin = np.maximum(start[position], begins[scope])
    end = np.minimum(start[position] + length[position], ends[scope])
    inside = begin < end  # never where a node or its parent has no length
    scope, begin, end = scope[inside], begin[inside], end[inside]
    found = np.zeros(len(tree), dtype=np.int64)
    gained = _gained(Line(family.n_scopes, begin, end), scope, begin, end)
    np.add.at(found, container[scope], gained)
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
