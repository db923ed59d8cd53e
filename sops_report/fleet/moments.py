"""Columns of time texts → microseconds, by looking up two digits at a time in all texts at once.

Only the server's two own forms are read here, ``2024-06-18 21:30:01 +0800`` and
``2021-03-09T12:17:46.939Z``. Every digit, mark and range is checked, so what is read here is what
`reading.times.TimeReader` reads; every other text is told as odd and left to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING

_Ints = NDArray[np.int64]
_Flags = NDArray[np.bool_]

_FIRST_YEAR: Final = 1990  # as in `reading.times`
_LAST_YEAR: Final = 2200
_NO_NUMBER: Final = -(10**6)  # any sum with it stays below zero
_SECOND_US: Final = 1_000_000
_AT_ONCE: Final = 4096  # texts; so that what is made on the way stays in the cache
_MONTHS: Final = 12
_HOURS: Final = 24
_SIXTY: Final = 60
_MILLI_US: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to write a moment.

    Attributes:
        sample: A moment in this form; stands in for what is missing.
        marks: The characters that must stand at some places; a place may allow two.
        has_zone: An offset follows the seconds (else a fraction of three digits and ``Z``).
    """

    sample: str
    marks: tuple[tuple[int, str], ...]
    has_zone: bool


_DAY_AND_CLOCK: Final = ((4, "-"), (7, "-"), (10, " T"), (13, ":"), (16, ":"))
WITH_OFFSET: Final = Form(
    sample="2000-01-01 00:00:00 +0000",
    marks=(*_DAY_AND_CLOCK, (19, " "), (20, "+-")),
    has_zone=True,
)
IN_UTC: Final = Form(
    sample="2000-01-01T00:00:00.000Z",
    marks=(*_DAY_AND_CLOCK, (19, "."), (23, "Z")),
    has_zone=False,
)


def _two_digits() -> NDArray[np.int32]:
    """Return the number that two ASCII digits say, by their bytes as a little-endian uint16."""
    table = np.full(1 << 16, _NO_NUMBER, dtype=np.int32)
    for number in range(100):
        tens, ones = divmod(number, 10)
        table[(ord("0") + tens) | (ord("0") + ones) << 8] = number
    return table


def _months() -> tuple[_Ints, NDArray[np.uint32]]:
    """Return the seconds before each month since `_FIRST_YEAR`, and the days in it."""
    first = np.datetime64(f"{_FIRST_YEAR}-01", "M")
    starts = first + np.arange((_LAST_YEAR - _FIRST_YEAR) * 12 + 1)
    seconds = starts.astype("datetime64[s]").astype(np.int64)
    return seconds[:-1], (np.diff(seconds) // 86_400).astype(np.uint32)


_DIGITS: Final = _two_digits()
_MONTH_STARTS, _MONTH_DAYS = _months()


def read_moments(texts: Sequence[str | None], form: Form) -> tuple[_Ints, _Flags]:
    """Return the moments of a column, and which of its texts have to be read in another way.

    Args:
        texts: As sent; None and the empty text are missing.
        form: How the others are expected to be written.

    Returns:
        int64 microseconds since 1970 in UTC, `MISSING` for what is missing or odd; and a flag a
        text, true for the odd ones.

    Example:
        >>> us, odd = read_moments(["2024-06-18 21:30:01 +0800", None, "soon"], WITH_OFFSET)
        >>> us.tolist()[0], odd.tolist()
        (1718717401000000, [False, False, True])
    """
    us = np.empty(len(texts), dtype=np.int64)
    odd = np.empty(len(texts), dtype=np.bool_)
    for begin in range(0, len(texts), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        _read_some(texts[some], form, us[some], odd[some])
    return us, odd


def _read_some(texts: Sequence[str | None], form: Form, us: _Ints, odd: _Flags) -> None:
    """Fill *us* and *odd*."""
    sample, width = form.sample, len(form.sample)
    has_all = all(texts)
    whole = cast("list[str]", texts) if has_all else [text or sample for text in texts]
    lines = "\n".join([*whole, ""]).encode("utf-8", "surrogatepass")
    if len(lines) != len(whole) * (width + 1) or not _is_regular(lines, width):
        strange = [len(text) != width or not text.isascii() for text in whole]
        kept = (sample if one else text for text, one in zip(whole, strange, strict=True))
        lines = "\n".join([*kept, ""]).encode()
    else:
        strange = None
    _read_lines(_Lines(lines, len(whole), width + 1), form, us, odd)
    if strange is not None:
        odd |= strange
    us[odd] = MISSING
    if not has_all:
        us[[not text for text in texts]] = MISSING


def _is_regular(lines: bytes, width: int) -> bool:
    """Tell whether a line ends after every *width* characters."""
    return bool((np.frombuffer(lines, dtype=np.uint8)[width :: width + 1] == ord("\n")).all())


class _Lines:
    """Lines of equal width in a buffer, asked for by the place in the line."""

    def __init__(self, lines: bytes, count: int, stride: int) -> None:
        self._lines, self._count, self._stride = lines, count, stride

    def _at(self, place: int, kind: str) -> NDArray[np.uint16]:
        return np.ndarray((self._count,), kind, self._lines, place, (self._stride,))

    def number(self, place: int) -> NDArray[np.int32]:
        """Return what two digits say; far below zero where they are none."""
        said: NDArray[np.int32] = _DIGITS[self._at(place, "<u2")]
        return said

    def digit(self, place: int) -> NDArray[np.int32]:
        """Return what one digit says."""
        said: NDArray[np.int32] = _DIGITS[self._at(place, "u1").astype(np.uint16) << 8 | ord("0")]
        return said

    def has(self, place: int, allowed: str) -> _Flags:
        """Tell where one of at most two characters stands."""
        found = self._at(place, "u1")
        is_first: _Flags = found == ord(allowed[0])
        return is_first if len(allowed) == 1 else is_first | (found == ord(allowed[1]))


def _read_lines(lines: _Lines, form: Form, us: _Ints, odd: _Flags) -> None:
    """Fill *us* and *odd*; whatever is out of its range makes a moment odd."""
    month = (lines.number(0) * 100 + lines.number(2) - _FIRST_YEAR) * 12 + lines.number(5) - 1
    day, clock = lines.number(8) - 1, [lines.number(place) for place in (11, 14, 17)]
    in_range = month.view(np.uint32) < len(_MONTH_DAYS)
    month = np.where(in_range, month, 0)
    in_range &= day.view(np.uint32) < _MONTH_DAYS[month]
    in_range &= lines.number(5).view(np.uint32) - 1 < _MONTHS
    for value, end in zip(clock, (_HOURS, _SIXTY, _SIXTY), strict=True):
        in_range &= value.view(np.uint32) < end
    for place, allowed in form.marks:
        in_range &= lines.has(place, allowed)
    hour, minute, second = clock
    seconds = (day * 24 + hour) * 3600 + minute * 60 + second
    if form.has_zone:
        ahead_h, ahead_m = lines.number(21), lines.number(23)
        in_range &= (ahead_h.view(np.uint32) < _HOURS) & (ahead_m.view(np.uint32) < _SIXTY)
        ahead = (ahead_h * 60 + ahead_m) * 60
        seconds -= np.where(lines.has(20, "+"), ahead, -ahead)
        fraction: NDArray[np.int32] | int = 0
    else:
        tenths, last = lines.number(20), lines.digit(22)
        in_range &= (tenths >= 0) & (last >= 0)
        fraction = (tenths * 10 + last) * _MILLI_US
    np.multiply(_MONTH_STARTS[month] + seconds, _SECOND_US, out=us)
    us += fraction
    np.logical_not(in_range, out=odd)
