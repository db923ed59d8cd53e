"""Values of one width that differ from node to node: keys and ids, versions, times."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING
from sops_report.reading.gather.clock import (
    NO_MILLIS,
    Words,
    microseconds,
    said_by,
    shape_of,
    words_of,
)
from sops_report.reading.gather.window import Rows, Texts, among, matrix
from sops_report.reading.read import SteppedAsideError
from sops_report.reading.times import TimeReader

_QUOTE: Final = ord('"')
_BACKSLASH: Final = ord("\\")
_PLAIN: Final = rb"[#-\[\]-\x7f]{%d}"
_ZERO: Final = np.uint8(ord("0"))
_NULL: Final = b"null"
_BLANK: Final = b'""'
_NEUTRAL: Final = np.asarray([b'"2000-01-01 00:00:00 +0000"'])
_MOST_WORDS: Final = 250
_TOP: Final = 1 << 63
_BLOCK: Final = 8192  # times at once: what is in between stays in the processor's cache


def check_plain(texts: Texts) -> None:
    """See that texts are printable ASCII without quotes, blanks and backslashes: as written.

    Raises:
        SteppedAsideError: Some text is not.
    """
    raw = texts.view(np.uint8)
    if len(raw) and (raw.view(np.int8).min() <= _QUOTE or (raw == _BACKSLASH).any()):
        raise SteppedAsideError


class Identities:
    """Texts of one width that every node has, as ids; their quotes belong to the run."""

    def __init__(self, width: int) -> None:
        """Expect texts of *width* bytes."""
        self.pattern = b"(%s)" % (_PLAIN % width)

    def shape(self, raw: bytes) -> bytes:
        """Return zeros: any text may stand there."""
        return bytes(len(raw))

    def keep(self, raw: bytes, texts: Texts | None, rows: Rows) -> None:  # noqa: ARG002 - a hole
        """Look at the texts of the nodes *rows*, no more."""
        if texts is not None:
            check_plain(texts)


class Ids(Identities):
    """Ids, or the keys under which nodes stand.

    Attributes:
        array: One a node.
    """

    def __init__(self, width: int, size: int) -> None:
        """Expect texts of *width* bytes in *size* nodes."""
        super().__init__(width)
        self.array: Texts = np.zeros(size, f"S{width}")

    def keep(self, raw: bytes, texts: Texts | None, rows: Rows) -> None:
        """Keep the texts of the nodes *rows*."""
        super().keep(raw, texts, rows)
        self.array[among(rows)] = texts


class Choices:
    """Values of which there are few: states, flags.

    Attributes:
        codes: uint8, one a node: the place in *words*.
        words: As they are written.
    """

    def __init__(self, pattern: bytes, size: int) -> None:
        """Expect values of a pattern in *size* nodes."""
        self.pattern = pattern
        self.codes = np.zeros(size, np.uint8)
        self.words: list[bytes] = []

    def shape(self, raw: bytes) -> bytes:
        """Return the value: it is a part of the run."""
        return raw

    def keep(self, raw: bytes, texts: Texts | None, rows: Rows) -> None:  # noqa: ARG002 - a hole
        """Keep the value of the nodes *rows*."""
        if raw not in self.words:
            if len(self.words) == _MOST_WORDS:
                raise SteppedAsideError
            self.words.append(raw)
        self.codes[among(rows)] = self.words.index(raw)


class Versions:
    """Optional texts of one width."""

    def __init__(self, width: int, size: int) -> None:
        """Expect texts of *width* bytes, or none, in *size* nodes."""
        self.pattern = b'(null|""|"%s")' % (_PLAIN % width)
        self._array: Texts = np.zeros(size, f"S{width}")

    def shape(self, raw: bytes) -> bytes:
        """Return zeros between the quotes."""
        return raw if raw in {_NULL, _BLANK} else raw[:1] + bytes(len(raw) - 2) + raw[-1:]

    def keep(self, raw: bytes, texts: Texts | None, rows: Rows) -> None:
        """Keep the texts of the nodes *rows*."""
        if texts is None:
            self._array[among(rows)] = b"" if raw == _NULL else _BLANK[:1]
            return
        inside = np.ndarray((len(texts),), self._array.dtype, texts, 1, (texts.dtype.itemsize,))
        inside = inside.copy()
        check_plain(inside)
        self._array[among(rows)] = inside

    def found(self, size: int) -> tuple[Texts, list[int]]:
        """Return the texts of the first nodes, and whose text is there, but empty."""
        array = self._array[:size]
        blank = np.flatnonzero(matrix(array)[:, 0] == _QUOTE)
        array[blank] = b""
        return array, blank.tolist()


class Counts:
    """Whole numbers, of which most have one digit.

    Attributes:
        array: int64, `columns.MISSING` where there is none.
    """

    pattern = rb"(null|-?(?:0|[1-9]\d{0,8}))"

    def __init__(self, size: int) -> None:
        """Expect numbers, or none, in *size* nodes."""
        self.array = np.zeros(size, np.int64)

    def shape(self, raw: bytes) -> bytes:
        """Return zero for a digit; longer numbers are as they are."""
        return raw if len(raw) > 1 else b"\0"

    def keep(self, raw: bytes, texts: Texts | None, rows: Rows) -> None:
        """Keep the numbers of the nodes *rows*."""
        if texts is None:
            self.array[among(rows)] = MISSING if raw == _NULL else int(raw)
            return
        digits = texts.view(np.uint8) - _ZERO
        if digits.max() > 9:  # noqa: PLR2004
            raise SteppedAsideError
        self.array[among(rows)] = digits


class Moments:
    """Times: their bytes are kept, and all made numbers at the end."""

    pattern = rb'(null|"[^"\\\x00-\x1f\x7f-\xff]{0,200}")'

    def __init__(self, size: int) -> None:
        """Expect times, or none, in *size* nodes."""
        self._ahead = np.zeros(size, np.int64)  # microseconds to add: those of the zone
        self._dates, self._clocks = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
        self._millis: NDArray[np.uint32] | None = None
        self._times = TimeReader()
        self._known: dict[bytes, int] = {}

    def shape(self, raw: bytes) -> bytes:
        """Return zeros for the digits of a time of the server's forms; any other is as it is."""
        return shape_of(raw) or raw

    def keep(self, raw: bytes, texts: Texts | None, rows: Rows) -> None:
        """Keep the times of the nodes *rows*; in one shape all are of the same zone."""
        words = words_of(_NEUTRAL if texts is None else texts)
        taken = among(rows)
        self._dates[taken], self._clocks[taken] = words.dates, words.clocks
        shape = self.shape(raw)
        if shape not in self._known:
            self._known[shape] = self._ahead_of(raw, is_usual=texts is not None)
        self._ahead[taken] = self._known[shape]
        if words.millis is not None and self._millis is None:
            self._millis = np.full(len(self._dates), NO_MILLIS)
        if self._millis is not None:
            self._millis[taken] = NO_MILLIS if words.millis is None else words.millis

    def found(self, size: int) -> NDArray[np.int64]:
        """Return the times of the first nodes.

        Returns:
            Microseconds since 1970 in UTC, `columns.MISSING` where there is none.

        Raises:
            SteppedAsideError: Some text is no moment.
        """
        array = self._ahead[:size]
        for begin in range(1, size, _BLOCK):
            part = slice(begin, min(begin + _BLOCK, size))
            millis = None if self._millis is None else self._millis[part]
            words = Words(dates=self._dates[part], clocks=self._clocks[part], millis=millis)
            array[part] += microseconds(words)
        return array

    def _ahead_of(self, raw: bytes, *, is_usual: bool) -> int:
        """Return what to add to what the words of a time say."""
        if raw in {_NULL, _BLANK}:
            us: int | None = MISSING
        else:
            moment = self._times.read(raw[1:-1].decode("ascii"))
            us = moment.us if moment.odd is None else None
        if us is None:
            raise SteppedAsideError(raw)
        said = said_by(raw) if is_usual else said_by(_NEUTRAL[0])
        return (us - said + _TOP) % (2 * _TOP) - _TOP  # as sums of int64 wrap around
