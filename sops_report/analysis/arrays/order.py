"""Orders inside many scopes at once: sorting by several keys, and one line for all moments.

All children of all scopes lie behind one another in one array, scope after scope. Where a scope
and a moment are packed into one number, one search and one running maximum serve all scopes.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from sops_report.analysis.arrays.tree import Ints

_SECOND_US: Final = 1_000_000
_MOST_BITS: Final = 62


def sorted_by(*keys: Ints) -> Ints:
    """Return the order by the first key, then the second …; what ties stays in its order.

    Keys are packed into one number as far as they fit; most fit into one, so it is one sort.
    """
    order: Ints | None = None
    for packed in reversed(_packed(keys)):
        if order is None:
            order = np.argsort(packed, kind="stable")
        else:
            order = order[np.argsort(packed[order], kind="stable")]
    assert order is not None, "no key to sort by"
    return order


def _packed(keys: Sequence[Ints]) -> list[Ints]:
    """Return fewer keys that sort in the same way, each of 62 bits at most."""
    packs: list[Ints] = []
    room = 0
    for key in keys:
        small = _small(key)
        bits = int(small.max(initial=0)).bit_length()
        if packs and bits <= room:
            packs[-1] = (packs[-1] << bits) | small
            room -= bits
        else:
            packs.append(small)
            room = _MOST_BITS - bits
    return packs


def _small(key: Ints) -> Ints:
    """Return the key counted from its least value, in seconds if all differences are whole."""
    if not len(key):
        return key
    above: Ints = key - key.min()
    seconds: Ints = above // _SECOND_US
    return seconds if np.array_equal(seconds * _SECOND_US, above) else above


class Line:
    """Scopes one behind the other on one line, so that a scope and a moment are one number.

    All moments of a scope lie before all of the next one.
    """

    def __init__(self, n_scopes: int, *columns: Ints) -> None:
        """Make the line for *n_scopes* scopes and every moment (microseconds) in *columns*."""
        known = [column for column in columns if len(column)]
        self._low = min((int(column.min()) for column in known), default=0)
        self._width = max((int(column.max()) for column in known), default=0) - self._low + 1
        self._moments: Ints | None = None
        if n_scopes * self._width >= 2**_MOST_BITS:  # years of many scopes: count the moments only
            self._moments = np.unique(np.concatenate(known))
            self._width = len(self._moments)

    def at(self, scope: Ints, us: Ints) -> Ints:
        """Return the places of moments in their scopes (numbers from 0)."""
        if self._moments is None:
            return scope * self._width + (us - self._low)
        return scope * self._width + np.searchsorted(self._moments, us)

    def us(self, places: Ints) -> Ints:
        """Return the moments at *places*."""
        inside = places % self._width
        return inside + self._low if self._moments is None else self._moments[inside]
