"""A run as some nodes have it: its text, byte by byte, with zeros where values stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather.window import Places, Rows, Texts, Window, different

LEAF: Final = "leaf"  # in a pattern: the group at the end of what only leaves have
CHILD: Final = "child"  # the group of what follows where there is a child

_WORD: Final = 8
_LINE: Final = _WORD * _WORD  # so that eight flags of eight bytes each are of one record
_SCRATCH: Final = 1 << 17  # bytes looked at in one go: they stay in the processor's cache
_FIXED: Final = bytes(1) + b"\xff" * 255  # no text has a zero byte: it stands for any other

Values = NDArray[Any]


class Kept(NamedTuple):
    """A part of a value that is copied out of the document.

    Attributes:
        offset: Where in the value it begins.
        dtype: What its bytes are.
        column: Where they go, one a node; None where they are only looked at.
    """

    offset: int
    dtype: str
    column: Values | None

    def room(self, rows: Rows) -> Values:
        """Return room for the parts of the nodes *rows*: the column itself, where they are near."""
        if self.column is None:
            return np.empty(len(rows), self.dtype)
        if isinstance(rows, range):
            return self.column[rows.start : rows.stop]
        return np.empty(len(rows), self.column.dtype)

    def put(self, rows: Rows, values: Values) -> None:
        """Put what `room` gave, and what was filled since, in its place."""
        if self.column is not None and not isinstance(rows, range):
            self.column[rows] = values


class Hole(Protocol):
    """A value in a run that is not the same in all nodes.

    Attributes:
        pattern: What may stand there; has one group.
    """

    pattern: bytes

    def shape(self, raw: bytes) -> bytes:
        """Return *raw* with zero for each byte in whose place others may stand."""
        ...

    def kept(self, raw: bytes) -> Sequence[Kept]:
        """Return what of values of the shape of *raw* is copied, if its shape has zeros."""
        ...

    def look(self, raw: bytes, rows: Rows, values: Sequence[Values]) -> None:
        """Look at what was copied, and change what is not to be kept as it is written.

        Args:
            raw: What one of the nodes has.
            rows: The nodes.
            values: The parts that are `kept`.
        """
        ...

    def fill(self, raw: bytes, rows: Rows) -> None:
        """Keep that the nodes *rows* have all *raw*."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A hole in a variant: where it begins, and what stood there first."""

    hole: Hole
    begin: int
    raw: bytes
    shape: bytes


class Variant:
    """A run as some nodes have it.

    Attributes:
        length: How many bytes it has.
        is_whole: Whether it goes on behind the children, as there are none.
    """

    def __init__(self, match: re.Match[bytes], shape: bytes, holes: Sequence[Filled]) -> None:
        """Know the run by its shape, with zeros in the holes."""
        found = match.groupdict()
        self.is_whole = LEAF not in found or found[LEAF] is not None
        self.length = len(shape) - len(found.get(CHILD) or b"")
        self._alike = [filled for filled in holes if filled.shape == filled.raw]
        self._free = [
            (filled, filled.hole.kept(filled.raw)) for filled in holes if filled.shape != filled.raw
        ]
        self._shape = shape
        self._fields: dict[int, np.dtype[np.void]] = {}
        self._width = 0
        self._right = self._fixed = np.empty(0, np.uint64)

    def read(self, window: Window, at: Places, rows: Rows, room: int) -> tuple[Texts, Places]:
        """Keep the values of all runs, as if all were of this variant.

        Args:
            window: The document.
            at: Where the runs begin.
            rows: Of which nodes.
            room: How many bytes behind each run are asked for.

        Returns:
            What follows each, and which are of another variant: what was kept of these is sound,
            but says nothing.
        """
        behind = np.empty(len(at), f"S{room}")
        values = [[part.room(rows) for part in kept] for _, kept in self._free]
        others = self._copy(window, at, [*(one for some in values for one in some), behind])
        for (filled, kept), some in zip(self._free, values, strict=True):
            parts = list(zip(kept, some, strict=True))
            for part, one in parts if len(others) else ():
                one[others] = np.frombuffer(filled.raw, part.dtype, 1, part.offset)
            filled.hole.look(filled.raw, rows, some)
            for part, one in parts:
                part.put(rows, one)
        for filled in self._alike:
            filled.hole.fill(filled.raw, rows)
        return behind, others

    def _copy(self, window: Window, at: Places, columns: Sequence[Values]) -> Places:
        """Copy the values of runs into columns; return which runs are of another variant."""
        fields = self._fields_with(columns[-1].dtype.itemsize)
        step = min(len(at), max(1, _SCRATCH // fields.itemsize))
        right, fixed = self._repeated(fields.itemsize, step)
        others = []
        for begin in range(0, len(at), step):
            block = slice(begin, begin + step)
            records = window.texts(at[block], fields.itemsize)
            by_name = records.view(fields)
            for column, name in zip(columns, fields.names or (), strict=True):
                column[block] = by_name[name]
            words = records.view("<u8")
            words &= fixed[: len(words)]
            differs = (words != right[: len(words)]).view("<u8") != 0
            others.append(differs.nonzero()[0] // (fields.itemsize // _LINE) + begin)
        return different(np.concatenate(others))

    def _fields_with(self, room: int) -> np.dtype[np.void]:
        """Return where the values, and some bytes behind the run, are in a record of it."""
        if room not in self._fields:
            places = [
                (filled.begin + part.offset, part.dtype)
                for filled, kept in self._free
                for part in kept
            ]
            places.append((self.length, f"S{room}"))
            end = max(len(self._shape), self.length + room)
            self._fields[room] = np.dtype(
                {
                    "names": [f"value {number}" for number in range(len(places))],
                    "formats": [dtype for _, dtype in places],
                    "offsets": [begin for begin, _ in places],
                    "itemsize": -(-end // _LINE) * _LINE,
                }
            )
        return self._fields[room]

    def _repeated(self, width: int, times: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return the text many times over, and ones for its bytes: so all is compared at once."""
        if self._width != width or self._right.nbytes < width * times:
            right = self._shape.ljust(width, bytes(1))
            self._width = width
            self._right = np.frombuffer(right * times, "<u8")
            self._fixed = np.frombuffer(right.translate(_FIXED) * times, "<u8")
        return self._right, self._fixed
