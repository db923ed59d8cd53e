"""A run: the text between two values of any width, with values of fixed width in its holes.

From the key of a node to its first value of any width stands nearly the same text in all nodes:
``": {"id": "…", "state": "FINISHED", …``. Each variant of it is read once, by a pattern. From then
on whole runs are compared, thousands of nodes at a time; the bytes in the holes (ids, versions,
digits of times) are left out of that and looked at for themselves.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from sops_report.reading.gather.window import Flags, Places, Rows, Texts, Window, different, spread
from sops_report.reading.read import SteppedAsideError

LEAF: Final = "leaf"  # in a pattern: the group at the end of what only leaves have
CHILD: Final = "child"  # the group of what follows where there is a child

_MOST_VARIANTS: Final = 500
_WORD: Final = 8
_LINE: Final = _WORD * _WORD  # so that eight flags of eight bytes each are of one record
_SCRATCH: Final = 1 << 17  # bytes looked at in one go: they stay in the processor's cache
_FEW: Final = 64  # records for which making copies takes longer than it spares
_ASKED: Final = 5  # runs, for what is usual
_FREE: Final = 0  # no text has this byte: it stands for any other


class Hole(Protocol):
    """A value in a run that is not the same in all nodes.

    Attributes:
        pattern: What may stand there; has one group.
    """

    pattern: bytes

    def shape(self, raw: bytes) -> bytes:
        """Return *raw* with zero for each byte that `keep` looks at: others may stand there."""
        ...

    def keep(self, raw: bytes, texts: Texts | None, rows: Rows) -> None:
        """Keep the values of the nodes *rows*.

        Args:
            raw: What one of them has.
            texts: What all of them have, of one shape; None where it is *raw* itself.
            rows: The nodes.
        """
        ...


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filled:
    """A hole in a variant: where it begins, and what stood there first."""

    hole: Hole
    begin: int
    raw: bytes
    shape: bytes


class _Variant:
    """A run as some nodes have it.

    Attributes:
        length: How many bytes it has.
        is_whole: Whether it goes on behind the children, as there are none.
        filled: Its holes in which all have the same.
        free: Its holes in which others may have other values.
    """

    def __init__(self, match: re.Match[bytes], shape: bytes, holes: Sequence[_Filled]) -> None:
        """Know the run by its shape, with zeros in the holes."""
        found = match.groupdict()
        self.is_whole = LEAF not in found or found[LEAF] is not None
        self.length = len(shape) - len(found.get(CHILD) or b"")
        self.filled = [filled for filled in holes if filled.shape == filled.raw]
        self.free = [filled for filled in holes if filled.shape != filled.raw]
        self._shape = shape
        self._fields: dict[int, np.dtype[np.void]] = {}
        self._width = 0
        self._right = self._fixed = np.empty(0, np.uint64)

    def fields_with(self, room: int) -> np.dtype[np.void]:
        """Return where the free holes, and some bytes behind the run, are in a record of it."""
        if room not in self._fields:
            places = [(filled.begin, len(filled.raw)) for filled in self.free]
            places.append((self.length, room))
            end = max(len(self._shape), self.length + room)
            self._fields[room] = np.dtype(
                {
                    "names": [f"hole {number}" for number in range(len(places))],
                    "formats": [f"S{width}" for _, width in places],
                    "offsets": [begin for begin, _ in places],
                    "itemsize": -(-end // _LINE) * _LINE,
                }
            )
        return self._fields[room]

    def differs(self, records: Texts) -> Places:
        """Return which records are not of this variant; they are overwritten."""
        width = records.dtype.itemsize
        if width != self._width:
            right = np.frombuffer(self._shape.ljust(width, bytes(1)), np.uint8)
            fixed = (right != _FREE) * np.uint8(0xFF)
            self._right, self._fixed, self._width = right.view("<u8"), fixed.view("<u8"), width
        if len(records) * width > self._right.nbytes and len(records) > _FEW:
            # With as many copies, in one go: twice as fast as record by record.
            shape = (len(records), width // _WORD)
            self._right, self._fixed = (
                np.broadcast_to(part[: shape[1]], shape).flatten()
                for part in (self._right, self._fixed)
            )
        words = records.view("<u8")
        if len(self._right) < len(words):
            words = words.reshape(len(records), -1)
        count = words.shape[-1]
        words &= self._fixed[:count]
        differs = (words != self._right[:count]).ravel().view("<u8")
        return different(differs.nonzero()[0] // (width // _LINE))


class Run:
    """One run of all nodes, and the value of any width that may follow it.

    It knows the variants it has met.
    """

    def __init__(self, pattern: bytes, holes: Sequence[Hole], last: Part | None) -> None:
        """Read *pattern*, whose groups are the holes, then perhaps `LEAF` and `CHILD`."""
        self.last = last
        self._holes = holes
        self._pattern = re.compile(pattern)
        self._variants: dict[bytes, _Variant] = {}
        self._usual: _Variant | None = None

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
        """Read the runs of the nodes *rows* that are of the usual variant and whole.

        Returns:
            Which they are, and where each of them ends. What was kept of others says nothing.

        Raises:
            SteppedAsideError: As `read`.
        """
        usual = self._usual = self._usual or self._guess(window, at)
        if usual is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        behind, others = self._read_as(usual, window, at, rows)
        ends = at + usual.length
        if not len(others):
            found = np.arange(len(at))
        else:
            is_usual = np.ones(len(at), np.bool_)
            is_usual[others] = False
            found = np.flatnonzero(is_usual)
            ends, rows, behind = ends[found], spread(rows)[found], behind[found]
        if len(found) < len(others):
            self._usual = None  # there may be a better one
        if self.last and len(found):
            ends = self.last.read(window, ends, rows, behind)
        return found, ends

    def _guess(self, window: Window, at: Places) -> _Variant | None:
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
        self, variant: _Variant, window: Window, at: Places, rows: Rows
    ) -> tuple[Texts, Places]:
        """Keep the values of all runs, as if all were of one variant.

        Returns:
            What follows each, and which are of another variant.
        """
        fields = variant.fields_with(self.last.room if self.last else 1)
        names = fields.names or ()
        texts: list[Texts] = [np.empty(len(at), fields[name]) for name in names]
        step = min(len(at), max(1, _SCRATCH // fields.itemsize))
        others = []
        for begin in range(0, len(at), step):
            block = slice(begin, begin + step)
            records = window.texts(at[block], fields.itemsize)
            by_name = records.view(fields)
            for text, name in zip(texts, names, strict=True):
                text[block] = by_name[name]
            others.append(variant.differs(records) + begin)
        found = np.concatenate(others)
        for filled, text in zip(variant.free, texts, strict=False):
            text[found] = filled.raw  # something sound, for now
            filled.hole.keep(filled.raw, text, rows)
        for filled in variant.filled:
            filled.hole.keep(filled.raw, None, rows)
        return texts[-1], found

    def _variant_at(self, window: Window, at: int) -> _Variant:
        """Return the variant of the run at a place, by the pattern."""
        match = self._pattern.match(window.data, at)
        if match is None:
            raise SteppedAsideError(at)
        holes = [
            _Filled(hole=hole, begin=match.start(group) - at, raw=raw, shape=hole.shape(raw))
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
            self._variants[shape] = _Variant(match, shape, holes)
        return self._variants[shape]
