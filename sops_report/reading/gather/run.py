"""A run: the text between two values of any width, with values of fixed width in its holes.

From the key of a node to its first value of any width stands nearly the same text in all nodes:
``": {"id": "…", "state": "FINISHED", …``. Each variant of it is read once, by a pattern. From then
on whole runs are compared, thousands of nodes at a time; the bytes in the holes (ids, versions,
digits of times) are left out of that and looked at for themselves.
"""

import re
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from sops_report.reading.gather.variant import Filled, Hole, Variant
from sops_report.reading.gather.window import Flags, Places, Rows, Texts, Window, spread
from sops_report.reading.read import SteppedAsideError

_MOST_VARIANTS: Final = 500
_ASKED: Final = 3  # runs, for what is usual


class Part(Protocol):
    """A value of any width, at the end of a run.

    Attributes:
        room: How many of its bytes it wants to be shown.
    """

    room: int

    def read(self, window: Window, at: Places, rows: Rows, texts: Texts) -> Places:
        """Read the values of the nodes *rows*, which begin at *at*; return where each ends.

        Args:
            window: The document.
            at: Where the values begin.
            rows: The nodes.
            texts: The first bytes of each, as many as there is room; are overwritten.
        """
        ...


class Run:
    """One run of all nodes, and the value of any width that may follow it.

    It knows the variants it has met.
    """

    def __init__(self, pattern: bytes, holes: Sequence[Hole], last: Part | None) -> None:
        """Read *pattern*, whose groups are the holes, then perhaps `LEAF` and `CHILD`."""
        self.last = last
        self._holes = holes
        self._pattern = re.compile(pattern)
        self._variants: dict[bytes, Variant] = {}
        self._usual: Variant | None = None

    def read(self, window: Window, at: Places, rows: Rows) -> tuple[Places, Flags]:
        """Read the run of the nodes *rows*.

        Returns:
            Where each ends, and of which nodes it is whole: of others it ends where the children
            begin.

        Raises:
            SteppedAsideError: A text is not of the pattern, or there are too many variants.
        """
        if not len(at):
            return at, np.empty(0, np.bool_)
        variant = self._variant_at(window, int(at[0]))
        behind, left = self._read_as(variant, window, at, rows)
        ends, is_whole = at + variant.length, np.full(len(at), variant.is_whole)
        while len(left):
            begins = at[left]
            variant = self._variant_at(window, int(begins[0]))
            behind[left], others = self._read_as(variant, window, begins, spread(rows)[left])
            ends[left], is_whole[left] = begins + variant.length, variant.is_whole
            left = left[others]
        return self._read_last(window, ends, rows, behind, is_whole), is_whole

    def read_usual(self, window: Window, at: Places, rows: Rows) -> tuple[Places, Places]:
        """Read the runs of the nodes *rows* as if all were of the usual variant and whole.

        Returns:
            Where each ends, and which are not of it: what was kept of these is another's, and they
            seem to end where that one does.

        Raises:
            SteppedAsideError: As `read`.
        """
        usual = self._usual = self._usual or self._guess(window, at)
        if usual is None:
            return at, np.arange(len(at))
        behind, others = self._read_as(usual, window, at, rows)
        ends = at + usual.length
        if len(others) * 2 > len(at):
            self._usual = None  # there may be a better one
        if len(others) == len(at):
            return at, others
        if len(others):
            some = _first_missing(others)
            ends[others], behind[others] = ends[some], behind[some]
        return self.last.read(window, ends, rows, behind) if self.last else ends, others

    def _guess(self, window: Window, at: Places) -> Variant | None:
        """Return the variant of most of some runs that are whole."""
        some = at[:: len(at) // _ASKED + 1].tolist()
        found = [one for place in some if (one := self._variant_at(window, place)).is_whole]
        return max(found, key=found.count, default=None)

    def _read_last(
        self, window: Window, at: Places, rows: Rows, texts: Texts, is_whole: Flags
    ) -> Places:
        """Read the value at the end of whole runs; return where all end."""
        if self.last is None or not is_whole.any():
            return at
        if is_whole.all():
            return self.last.read(window, at, rows, texts)
        whole = np.flatnonzero(is_whole)
        at[whole] = self.last.read(window, at[whole], spread(rows)[whole], texts[whole])
        return at

    def _read_as(
        self, variant: Variant, window: Window, at: Places, rows: Rows
    ) -> tuple[Texts, Places]:
        return variant.read(window, at, rows, self.last.room if self.last else 1)

    def _variant_at(self, window: Window, at: int) -> Variant:
        """Return the variant of the run at a place, by the pattern."""
        match = self._pattern.match(window.data, at)
        if match is None:
            raise SteppedAsideError(at)
        holes = [
            Filled(hole=hole, begin=match.start(group) - at, raw=raw, shape=hole.shape(raw))
            for group, hole in enumerate(self._holes, 1)
            if (raw := match[group]) is not None
        ]
        text = bytearray(match.group())
        for filled in holes:
            text[filled.begin : filled.begin + len(filled.raw)] = filled.shape
        shape = bytes(text)
        if shape not in self._variants:
            if len(self._variants) == _MOST_VARIANTS:
                raise SteppedAsideError
            self._variants[shape] = Variant(match, shape, holes)
        return self._variants[shape]


def _first_missing(places: Places) -> int:
    """Return the least place that is not among these, which ascend."""
    return int(np.argmax(np.append(places, -1) != np.arange(len(places) + 1)))
