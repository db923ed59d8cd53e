"""Values that differ from node to node: ids, versions, lengths, times and names.

Each part is read where it stands, of many nodes at a time; what is not of the usual width (null,
the empty text) is read one by one.
"""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING
from sops_report.reading.gather.clock import microseconds
from sops_report.reading.gather.window import Places, Texts, Window, matrix
from sops_report.reading.read import SteppedAsideError
from sops_report.reading.times import TimeReader

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]

_QUOTE: Final = ord('"')
_BACKSLASH: Final = ord("\\")
_PLAIN_TEXT: Final = re.compile(rb'null|"([^"\\\x00-\x1f\x7f-\xff]*)"')
_WHOLE: Final = re.compile(rb"null|-?(?:0|[1-9]\d{0,8})(?![\d.eE])")
_NULL: Final = b"null"
_WORD: Final = 8


def u64(number: int) -> np.uint64:
    """Return a constant of 64 bits."""
    return np.uint64(number)


class Identities:
    """Texts of one width that every node has, as ids; their quotes belong to the neighbours."""

    def __init__(self, width: int) -> None:
        """Expect texts of *width* bytes."""
        self.width = width

    def read(self, window: Window, at: Places, rows: Rows) -> Places:
        """Look at the texts of the nodes *rows* and return where each ends."""
        texts = window.texts(at, self.width)
        check_plain(texts)
        self.keep(window, texts, rows)
        return at + self.width

    def keep(self, window: Window, texts: Texts, rows: Rows) -> None:
        """Do with the texts what is to be done: nothing."""


class Ids(Identities):
    """The ids: each is the key under which its node stands.

    Attributes:
        array: One a node.
        keys: Where the key of each begins.
    """

    def __init__(self, width: int, size: int) -> None:
        """Expect texts of *width* bytes in *size* nodes."""
        super().__init__(width)
        self.array: Texts = np.zeros(size, f"S{width}")
        self.keys = np.zeros(size, np.int64)

    def keep(self, window: Window, texts: Texts, rows: Rows) -> None:
        """Compare ids with their keys, and keep them."""
        keys = window.texts(self.keys[rows], self.width)
        if (texts.view(np.uint8) != keys.view(np.uint8)).any():
            raise SteppedAsideError
        self.array[rows] = texts


class Keys:
    """The keys of the nodes, which are their ids: read when these are known."""

    def __init__(self, ids: Ids) -> None:
        """Expect what *ids* will find."""
        self._ids = ids

    def read(self, window: Window, at: Places, rows: Rows) -> Places:  # noqa: ARG002 - a part
        """Note where the keys of the nodes *rows* are and return where each ends."""
        self._ids.keys[rows] = at
        return at + self._ids.width


def check_plain(texts: Texts) -> None:
    """See that texts are printable ASCII without quotes, blanks and backslashes: as written.

    Raises:
        SteppedAsideError: Some text is not.
    """
    raw = matrix(texts)
    if len(raw) and (raw.view(np.int8).min() <= _QUOTE or (raw == _BACKSLASH).any()):
        raise SteppedAsideError


def of_width(window: Window, at: Places, width: int) -> Flags:
    """Tell where a text of *width* bytes stands, by its quotes."""
    seen = window.octets
    try:
        found: Flags = (seen[at] == _QUOTE) & (seen[at + (width + 1)] == _QUOTE)
    except IndexError as cause:
        raise SteppedAsideError from cause
    return found


def plain_at(window: Window, at: int) -> tuple[str | None, int]:
    """Return the plain text or null that stands at a place, and where it ends."""
    match = _PLAIN_TEXT.match(window.data, at)
    if match is None:
        raise SteppedAsideError(at)
    text = match[1]
    return None if text is None else text.decode("ascii"), match.end()


class Versions:
    """Optional texts of one width.

    Attributes:
        array: One text a node.
        blank: The nodes whose text is there, but empty.
    """

    def __init__(self, width: int, size: int) -> None:
        """Expect texts of *width* bytes, or none, in *size* nodes."""
        self.width = width
        self.array: Texts = np.zeros(size, f"S{width}")
        self.blank: list[int] = []

    def read(self, window: Window, at: Places, rows: Rows) -> Places:
        """Read the texts of the nodes *rows* and return where each ends."""
        usual = of_width(window, at, self.width)
        ends = at + (self.width + 2)
        if usual.all():
            self._keep(window.texts(at + 1, self.width), rows)
            return ends
        self._keep(window.texts(at[usual] + 1, self.width), rows[usual])
        for place in np.flatnonzero(~usual).tolist():
            text, ends[place] = plain_at(window, int(at[place]))
            if text:
                raise SteppedAsideError(text)
            if text is not None:
                self.blank.append(int(rows[place]))
        return ends

    def _keep(self, texts: Texts, rows: Rows) -> None:
        check_plain(texts)
        self.array[rows] = texts


class Moments:
    """Times.

    Attributes:
        array: int64, microseconds since 1970 in UTC, `columns.MISSING` where there is none.
    """

    def __init__(self, width: int, size: int) -> None:
        """Expect texts of *width* bytes, or none, in *size* nodes."""
        self.width = width
        self.array = np.full(size, MISSING, np.int64)
        self._times = TimeReader()

    def read(self, window: Window, at: Places, rows: Rows) -> Places:
        """Read the times of the nodes *rows* and return where each ends."""
        usual = of_width(window, at, self.width)
        ends = at + (self.width + 2)
        if usual.all():
            self.array[rows] = microseconds(window.texts(at + 1, self.width))
            return ends
        if usual.any():
            self.array[rows[usual]] = microseconds(window.texts(at[usual] + 1, self.width))
        for place in np.flatnonzero(~usual).tolist():
            text, ends[place] = plain_at(window, int(at[place]))
            if text:
                self.array[rows[place]] = self._one(text)
        return ends

    def _one(self, text: str) -> int:
        moment = self._times.read(text)
        if moment.us is None or moment.odd is not None:
            raise SteppedAsideError(text)
        return moment.us


class Lengths:
    """Whole numbers of seconds.

    Attributes:
        array: float64, NaN where there is none.
    """

    def __init__(self, size: int) -> None:
        """Expect numbers, or null, in *size* nodes."""
        self.array = np.full(size, np.nan)

    def read(self, window: Window, at: Places, rows: Rows) -> Places:
        """Read the numbers of the nodes *rows* and return where each ends."""
        values, widths = digits(window.words[at])
        ends = at + widths
        for place in np.flatnonzero((widths == 0) | (widths == _WORD)).tolist():
            match = _WHOLE.match(window.data, int(at[place]))
            if match is None:
                raise SteppedAsideError(place)
            ends[place] = match.end()
            values[place] = np.nan if match.group() == _NULL else int(match.group())
        self.array[rows] = values
        return ends


def digits(words: NDArray[np.uint64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the whole numbers that words begin with, and how many digits each has.

    Eight bytes are worked on as one number: digits become 0 to 9, the first other byte is seen by
    its high bit, and pairs of digits, then of pairs, then of fours are put together.

    Raises:
        SteppedAsideError: A number begins with a zero that means nothing.
    """
    bytes_ = words ^ u64(0x3030303030303030)
    other = ((bytes_ + u64(0x7676767676767676)) | bytes_) & u64(0x8080808080808080)
    lowest = other & (~other + u64(1))
    # The exponent of 2**n as a float is n: the place of the lowest high bit; none is -1023.
    place = (lowest.astype(np.float64).view(np.int64) >> 52) - 1023
    widths = np.where(lowest == 0, _WORD, place >> 3)
    if ((widths > 1) & ((bytes_ & u64(0xFF)) == 0)).any():
        raise SteppedAsideError
    sum_ = bytes_ << (u64(8) * (_WORD - np.maximum(widths, 1)).astype(np.uint64))
    sum_ = (sum_ * u64(10) + (sum_ >> u64(8))) & u64(0x00FF00FF00FF00FF)
    sum_ = (sum_ * u64(100) + (sum_ >> u64(16))) & u64(0x0000FFFF0000FFFF)
    sum_ = (sum_ * u64(10000) + (sum_ >> u64(32))) & u64(0xFFFFFFFF)
    return sum_.astype(np.float64), widths
