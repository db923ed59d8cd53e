"""Paths of all nodes at once: each different one is written once."""

from collections.abc import Sequence
from itertools import count
from operator import add
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import Coded
from sops_report.snapshot import LONGEST_PATH, PATH_JOINT, clipped_path

Ints = NDArray[np.int64]
_MARK: Final = PATH_JOINT.strip()
_SPARSE: Final = 64  # places a number: more are slower to fill than the numbers are to sort


def paths_of(parent: Ints, depth: NDArray[np.int32], label: Coded[str]) -> Coded[str]:
    """Return each node's path as `Snapshot.paths` has it, level by level.

    Args:
        parent: The row of each node's parent, -1 at a root.
        depth: 0 at a root.
        label: What each node is called.
    """
    codes = np.zeros(len(parent), np.int32)
    order = np.argsort(depth.astype(np.uint16) if depth.max() < 1 << 16 else depth, kind="stable")
    ends = np.cumsum(np.bincount(depth))
    words, written = label.words, [""]
    longest = max(map(len, words))
    are_different = not any(_MARK in word for word in words)  # else two ways lead to one path
    for begin, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        rows = order[begin:end]
        around, which = _different(codes[parent[rows]].astype(np.int64), len(written))
        pairs, which = _different(which * len(words) + label.codes[rows], len(around) * len(words))
        above, below = np.divmod(pairs, len(words))
        codes[rows] = which + len(written)
        # From a root's path, the empty one, there is nothing to go on from.
        heads = [f"{path}{PATH_JOINT}" if path else "" for path in _at(written, around)]
        paths = [*map(add, _at(heads, above), _at(words, below))]
        if max(map(len, heads)) + longest > LONGEST_PATH:
            paths, are_different = [*map(clipped_path, paths)], False
        written += paths
    return Coded(codes, written) if are_different else _each_once(codes, written)


def _at(texts: Sequence[str], places: Ints) -> list[str]:
    return [texts[place] for place in places.tolist()]


def _different(numbers: Ints, end: int) -> tuple[Ints, Ints]:
    """Return the different numbers, all below *end*, and the place of each number among them."""
    if end > len(numbers) * _SPARSE:
        return np.unique(numbers, return_inverse=True)
    seen = np.zeros(end, np.bool_)
    seen[numbers] = True
    different = seen.nonzero()[0]
    place = np.empty(end, np.int64)
    place[different] = np.arange(len(different))
    return different, place[numbers]


def _each_once(codes: NDArray[np.int32], written: list[str]) -> Coded[str]:
    """Return the column with each path once."""
    place = dict(zip(dict.fromkeys(written), count(), strict=False))
    if len(place) < len(written):
        codes = np.asarray([place[path] for path in written], np.int32)[codes]
    return Coded(codes, list(place))
