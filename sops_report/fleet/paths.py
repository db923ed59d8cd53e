"""Paths of all nodes at once: each different one is written once."""

from itertools import count

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import Coded
from sops_report.snapshot import LONGEST_PATH, PATH_JOINT, clipped_path

Ints = NDArray[np.int64]


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
    for begin, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        rows = order[begin:end]
        pairs = codes[parent[rows]].astype(np.int64) * len(words) + label.codes[rows]
        different, which = np.unique(pairs, return_inverse=True)
        above, below = np.divmod(different, len(words))
        codes[rows] = which + len(written)
        written += _longer(written, above.tolist(), [words[at] for at in below.tolist()])
    return _each_once(codes, written)


def _longer(written: list[str], above: list[int], labels: list[str]) -> list[str]:
    """Return paths that go on from others; from a root's there is nothing to go on from."""
    paths = [
        f"{written[at]}{PATH_JOINT}{label}" if at else label
        for at, label in zip(above, labels, strict=True)
    ]
    return paths if max(map(len, paths)) <= LONGEST_PATH else [*map(clipped_path, paths)]


def _each_once(codes: NDArray[np.int32], written: list[str]) -> Coded[str]:
    """Return the column; a label with a joint in it can make two equal paths."""
    place = dict(zip(dict.fromkeys(written), count(), strict=False))
    if len(place) < len(written):
        codes = np.asarray([place[path] for path in written], np.int32)[codes]
    return Coded(codes, list(place))
