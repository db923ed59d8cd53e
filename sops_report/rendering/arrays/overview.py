"""The bars of the small picture, of a million leaves as of a hundred."""

from collections.abc import Iterable

import numpy as np

from sops_report.analysis.arrays.tree import Ints
from sops_report.columns import MISSING, numbers
from sops_report.rendering.arrays.nodes import TONES, is_leaf, tones_of
from sops_report.rendering.arrays.scale import Reals, places_of
from sops_report.rendering.overview import LANES, PLACES, Bar
from sops_report.rendering.scale import Scale
from sops_report.report.nodes import NodeColumns

_WIDTH = 10**PLACES
_NEARLY = 1e-6


def drawn(scale: Scale, nodes: NodeColumns) -> tuple[int, dict[str, Iterable[Bar]]]:
    """Return the number of lanes, and the bars of each colour, equal ones once."""
    start, end = numbers(nodes.start_us), numbers(nodes.end_us)
    leaves = np.flatnonzero(is_leaf(nodes) & (start != MISSING))
    lanes = min(len(leaves), LANES)
    if not lanes:
        return 0, {}
    lane = np.arange(len(leaves)) * lanes // len(leaves)
    has_end = end[leaves] != MISSING
    leaves, lane = leaves[has_end], lane[has_end]
    left = _thousandths(places_of(scale, start[leaves]))
    right = np.maximum(left, _thousandths(places_of(scale, end[leaves])))
    tone = tones_of(nodes).codes[leaves]
    shape = (len(TONES), lanes, _WIDTH + 1, _WIDTH + 1)
    bars = np.unique(np.ravel_multi_index((tone, lane, left, right), shape))
    found: dict[str, Iterable[Bar]] = {TONES[code]: [] for code in _in_order(tone)}
    codes, *edges = np.unravel_index(bars, shape)
    for code, name in enumerate(TONES):
        if name in found:
            lanes_of, lefts, rights = (edge[codes == code].tolist() for edge in edges)
            found[name] = [
                (at, begin / _WIDTH, until / _WIDTH)
                for at, begin, until in zip(lanes_of, lefts, rights, strict=True)
            ]
    return lanes, found


def _in_order(codes: Ints) -> list[int]:
    """Return the distinct codes in the order of their coming."""
    _, first = np.unique(codes, return_index=True)
    found: list[int] = codes[np.sort(first)].tolist()
    return found


def _thousandths(places: Reals) -> Ints:
    """Return places rounded as `round` does: what is nearly half way is rounded by it."""
    scaled = places * _WIDTH
    found = np.rint(scaled).astype(np.int64)
    doubtful = np.flatnonzero(np.abs(scaled - np.floor(scaled) - 0.5) < _NEARLY)
    exact = [round(place, PLACES) * _WIDTH for place in places[doubtful].tolist()]
    found[doubtful] = np.rint(exact).astype(np.int64)
    return found
