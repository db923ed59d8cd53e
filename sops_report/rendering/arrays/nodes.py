"""What all kernels ask of the nodes."""

from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from sops_report.analysis.arrays.tree import Flags, Ints, is_one_of
from sops_report.columns import MISSING, Coded, coded, numbers
from sops_report.report.nodes import NodeColumns
from sops_report.states import GROUPS

SECOND_US: Final = 1_000_000
TONES: Final = (*GROUPS, "skipped", "ignored")

T = TypeVar("T")


def is_leaf(nodes: NodeColumns) -> Flags:
    """Tell for each node whether it has no children."""
    found: Flags = numbers(nodes.n_descendants) == 0
    return found


def is_skipped(nodes: NodeColumns) -> Flags:
    """Tell which nodes were skipped; on the root the word is noise."""
    found = is_one_of(nodes.skip, {True})
    found[0] = False
    return found


def is_ignored(nodes: NodeColumns) -> Flags:
    """Tell the failures of which nodes are ignored."""
    return is_one_of(nodes.error_ignored, {True})


def tones_of(nodes: NodeColumns) -> Coded[str]:
    """Return `voice.tone` of each node."""
    group = coded(nodes.state_group)
    codes = np.asarray([TONES.index(word) for word in (*group.words, TONES[0])])[group.codes]
    codes[is_ignored(nodes)] = TONES.index("ignored")
    codes[is_skipped(nodes)] = TONES.index("skipped")
    return Coded(codes.astype(np.int32), TONES)


def first_seen(column: Sequence[T]) -> list[T | None]:
    """Return the distinct values in the order of their coming."""
    found = coded(column)
    _, first = np.unique(found.codes, return_index=True)
    return found.taken(np.sort(first))


def lengths_of(us: Ints) -> Ints:
    """Return microseconds with 0 where there are none."""
    return np.where(us == MISSING, 0, us)


def seconds_since(us: Ints, start_us: int) -> NDArray[np.float64]:
    """Return the seconds from a moment to others, as `timedelta.total_seconds` does."""
    since: NDArray[np.float64] = (us - start_us) / SECOND_US
    return since
