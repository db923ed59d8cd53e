"""Values of one width that differ from node to node: keys and ids, versions, times."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING
from sops_report.reading.gather.clock import (
    CLOCK,
    DATE,
    MILLIS,
    NO_MILLIS,
    Words,
    has_millis,
    microseconds,
    said_by,
    shape_of,
)
from sops_report.reading.gather.variant import Kept, Values
from sops_report.reading.gather.window import Rows, Texts, among, matrix
from sops_report.reading.read import SteppedAsideError
from sops_report.reading.times import TimeReader

_QUOTE: Final = ord('"')
_BACKSLASH: Final = ord("\\")
_PLAIN: Final = rb"[#-\[\]-\x7f]{%d}"
_ZERO: Final = np.uint8(ord("0"))
_NULL: Final = b"null"
_BLANK: Final = b'""'
_NEUTRAL: Final = b'"2000-01-01 00:00:00 +0000"'
_WORD: Final = 8
_NEUTRAL_DATE: Final = np.uint64(int.from_bytes(_NEUTRAL[DATE : DATE + _WORD], "little"))
_NEUTRAL_CLOCK: Final = np.uint64(int.from_bytes(_NEUTRAL[CLOCK : CLOCK + _WORD], "little"))
_MOST_WORDS: Final = 250
_TOP: Final = 1 << 63
_BLOCK: Final = 16_384  # times at once: what is in between stays in the processor's cache


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

    def kept(self, raw: bytes) -> Sequence[Kept]:
        """Return the whole text, of which no column is kept."""
        return [Kept(0, f"S{len(raw)}", None)]

    def look(self, raw: bytes, rows: Rows, values: Sequence[Values]) -> None:  # noqa: ARG002 - a hole
        """Look at the texts, no more."""
        check_plain(values[0])

    def fill(self, raw: bytes, rows: Rows) -> None:
        """Do nothing: no text is empty, so all are copied."""


class Ids(Identities):
    """Ids, or the keys under which nodes stand.

    Attributes:
        array: One a node.
    """

    def __init__(self, width: int, size: int) -> None:
        """Expect texts of *width* bytes in *size* nodes."""
        super().__init__(width)
        self.array: Texts = np.zeros(size, f"S{width}")

    def kept(self, raw: bytes) -> Sequence[Kept]:
        """Return the whole text."""
        return [Kept(0, f"S{len(raw)}", self.array)]


class Keys(Ids):
    """The keys under which nodes stand: each is seen to be the id, and that is plain."""

    def look(self, raw: bytes, rows: Rows, values: Sequence[Values]) -> None:
        """Do nothing."""


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

    def kept(self, raw: bytes) -> Sequence[Kept]:  # noqa: ARG002 - a hole
        """Return nothing: all have the same."""
        return ()

    def look(self, raw: bytes, rows: Rows, values: Sequence[Values]) -> None:
        """Do nothing: no value is copied."""

    def fill(self, raw: bytes, rows: Rows) -> None:
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

    def kept(self, raw: bytes) -> Sequence[Kept]:
        """Return what stands between the quotes."""
        return [Kept(1, f"S{len(raw) - 2}", self._array)]

    def look(self, raw: bytes, rows: Rows, values: Sequence[Values]) -> None:  # noqa: ARG002 - a hole
        """See that the texts are plain."""
        check_plain(values[0])

    def fill(self, raw: bytes, rows: Rows) -> None:
        """Keep that the nodes *rows* have no text, or an empty one."""
        self._array[among(rows)] = b"" if raw == _NULL else _BLANK[:1]

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

    def kept(self, raw: bytes) -> Sequence[Kept]:  # noqa: ARG002 - a hole
        """Return the digit."""
        return [Kept(0, "u1", self.array)]

    def look(self, raw: bytes, rows: Rows, values: Sequence[Values]) -> None:  # noqa: ARG002 - a hole
        """Make numbers of digits."""
        digits = values[0]
        digits -= _ZERO
        if digits.min() < 0 or digits.max() > 9:  # noqa: PLR2004
            raise SteppedAsideError

    def fill(self, raw: bytes, rows: Rows) -> None:
        """Keep the number of the nodes *rows*."""
        self.array[among(rows)] = MISSING if raw == _NULL else int(raw)


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

    def kept(self, raw: bytes) -> Sequence[Kept]:
        """Return the date, the clock, and the milliseconds where there are some."""
        kept = [Kept(DATE, "<u8", self._dates), Kept(CLOCK, "<u8", self._clocks)]
        if not has_millis(raw):
            return kept
        if self._millis is None:
            self._millis = np.full(len(self._dates), NO_MILLIS)
        return [*kept, Kept(MILLIS, "<u4", self._millis)]

    def look(self, raw: bytes, rows: Rows, values: Sequence[Values]) -> None:  # noqa: ARG002 - a hole
        """Keep the zone of the nodes *rows*: in one shape all are of the same."""
        self._keep_zone(self.shape(raw), raw, rows, raw)
        if not has_millis(raw):
            self._keep_no_millis(rows)

    def fill(self, raw: bytes, rows: Rows) -> None:
        """Keep the time of the nodes *rows*."""
        taken = among(rows)
        self._dates[taken], self._clocks[taken] = _NEUTRAL_DATE, _NEUTRAL_CLOCK
        self._keep_zone(raw, raw, rows, _NEUTRAL)
        self._keep_no_millis(rows)

    def _keep_zone(self, shape: bytes, raw: bytes, rows: Rows, words: bytes) -> None:
        if shape not in self._known:
            self._known[shape] = self._ahead_of(raw, said_by(words))
        self._ahead[among(rows)] = self._known[shape]

    def _keep_no_millis(self, rows: Rows) -> None:
        if self._millis is not None:
            self._millis[among(rows)] = NO_MILLIS

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

    def _ahead_of(self, raw: bytes, said: int) -> int:
        """Return what to add to what the words of a time say, in which one says *said*."""
        if raw in {_NULL, _BLANK}:
            us: int | None = MISSING
        else:
            moment = self._times.read(raw[1:-1].decode("ascii"))
            us = moment.us if moment.odd is None else None
        if us is None:
            raise SteppedAsideError(raw)
        return (us - said + _TOP) % (2 * _TOP) - _TOP  # as sums of int64 wrap around
