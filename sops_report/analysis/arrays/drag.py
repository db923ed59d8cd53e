"""What limits the drag of the path's nodes: whoever ran beside them with little slack."""

from typing import TYPE_CHECKING, Final

import numpy as np

from sops_report.analysis.arrays.tree import Flags, Ints, least_from_above
from sops_report.columns import MISSING
from sops_report.snapshot import Tree

if TYPE_CHECKING:
    from sops_report.analysis.arrays.slack import Order

_NO_LIMIT: Final = 2**61


def limits_of(tree: Tree, order: "Order", on_path: Flags, slack: Ints, wall_us: int) -> Ints:
    """Return by how much each node of the path could shorten the task at most.

    Args:
        tree: The nodes.
        order: Their spans.
        on_path: Per position: on the critical path.
        slack: Per position: the strict slack.
        wall_us: The length of the run, the limit of the root.

    Returns:
        Microseconds per position; `MISSING` beside the path.
    """
    position = order.family.position
    marked, has_path = on_path[position], np.zeros(order.family.n_scopes, dtype=np.bool_)
    path_rows = np.flatnonzero(marked)
    has_path[order.family.scope[path_rows]] = True
    others = np.flatnonzero(has_path[order.family.scope] & ~marked)
    first, after = _overlaps(order, path_rows, others)
    claims = slack[position[others]]
    claims = np.where(claims == MISSING, 0, claims)
    found = np.full(len(tree), MISSING)
    found[position[path_rows]] = least_over(len(path_rows), first, after, claims)
    found[0] = wall_us
    return least_from_above(tree, found)


def _overlaps(order: "Order", path_rows: Ints, others: Ints) -> tuple[Ints, Ints]:
    """Return which of the path's rows, from first to before after, each other one ran beside.

    Its own waiting counts as running.
    """
    scope, entry, ready = order.family.scope, order.entry_us, order.ready_us
    begin_us = np.where(ready == MISSING, entry, np.minimum(ready, entry))[others]
    begin = order.line.at(scope[others], begin_us)
    entries = order.line.at(scope[path_rows], entry[path_rows])
    ends = order.line.at(scope[path_rows], order.end_us[path_rows])
    first = np.maximum(
        np.searchsorted(entries, begin, side="right") - 1,
        np.searchsorted(scope[path_rows], scope[others]),
    )
    after = np.searchsorted(entries, order.line.at(scope[others], order.end_us[others]))
    if len(path_rows):
        first += ends[np.minimum(first, len(path_rows) - 1)] <= begin
    return first, after


def least_over(size: int, first: Ints, after: Ints, values: Ints) -> Ints:
    """Return for each of *size* places the least value whose range, first to before after, has it.

    Each range is covered by two of a power of two; those are halved from the longest down.

    Example:
        >>> least_over(5, np.array([0, 2]), np.array([3, 4]), np.array([7, 5])).tolist()[:4]
        [7, 7, 5, 5]
    """
    some = first < after
    first, after, values = first[some], after[some], values[some]
    level = np.log2(after - first).astype(np.int64) if len(first) else first
    found = np.full(size, _NO_LIMIT)
    for power in range(int(level.max(initial=0)), -1, -1):
        half = 1 << power
        mine = level == power
        np.minimum.at(found, first[mine], values[mine])
        np.minimum.at(found, after[mine] - half, values[mine])
        if power:
            lower = found.copy()
            shift = half >> 1
            lower[shift:] = np.minimum(lower[shift:], found[: size - shift])
            found = lower
    return found
