"""Places of many moments on the axis, and its longest gap."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sops_report.analysis.arrays.tree import Ints
from sops_report.columns import MISSING, numbers
from sops_report.rendering.arrays.nodes import is_leaf, seconds_since
from sops_report.rendering.scale import Scale
from sops_report.report.moments import us_of
from sops_report.report.nodes import NodeColumns

Reals = NDArray[np.float64]


def places_of(scale: Scale, us: Ints) -> Reals:
    """Return `Scale.place` of moments that are known."""
    seconds = seconds_since(us, us_of(scale.start))
    places = np.empty(len(seconds))
    is_open = np.ones(len(seconds), dtype=np.bool_)
    for piece in scale.pieces:
        is_here = is_open & (seconds <= piece.end_s)
        if piece is scale.pieces[-1]:
            is_here = is_open
        length = piece.end_s - piece.start_s
        part = (seconds[is_here] - piece.start_s) / length if length > 0 else 0.0
        width = piece.right - piece.left
        places[is_here] = piece.left + np.minimum(1.0, np.maximum(0.0, part)) * width
        is_open &= ~is_here
    return places


def longest_gap(nodes: NodeColumns, start: datetime, wall_s: float) -> tuple[float, float]:
    """Return the longest time in which no leaf was under way, its earlier attempts included."""
    begin, end = _intervals(nodes, start)
    order = np.argsort(begin, kind="stable")
    begin = np.append(np.minimum(begin[order], wall_s), wall_s)
    reached = np.maximum.accumulate(np.concatenate(([0.0], end[order])))
    gaps = begin - reached
    at = int(np.argmax(gaps))
    return (float(reached[at]), float(begin[at])) if gaps[at] > 0 else (0.0, 0.0)


def _intervals(nodes: NodeColumns, start: datetime) -> tuple[Reals, Reals]:
    leaf, began = is_leaf(nodes), numbers(nodes.start_us) != MISSING
    first = numbers(nodes.start_us)[leaf & began]
    last = np.maximum(first, numbers(nodes.end_us)[leaf & began])  # a missing end is the least
    tries = [
        (us_of(tried.start_time), us_of(tried.end_time or tried.start_time))
        for position, attempts in nodes.attempts.items()
        if leaf[position]
        for tried in attempts
        if tried.start_time is not None
    ]
    more = np.asarray(tries, dtype=np.int64).reshape(-1, 2)
    since = us_of(start)
    return (
        seconds_since(np.concatenate((first, more[:, 0])), since),
        seconds_since(np.concatenate((last, np.maximum(more[:, 0], more[:, 1]))), since),
    )
