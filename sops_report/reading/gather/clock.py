"""Columns of times in the server's two forms → microseconds; two digits and two more at a time.

``25-06-01`` and ``21:30:01`` are eight bytes each: one number, of which arithmetic on all its bytes
at once makes three numbers.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.read import SteppedAsideError

_DIGIT: Final = re.compile(rb"\d")
_FORM: Final = re.compile(
    rb'("20)(\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{3}(?=Z))?)((?: [+-]\d{4}|Z)")'
)
DATE, CLOCK, MILLIS = 3, 12, 20  # where they begin in a quoted time
_WITH_MILLIS: Final = len(b'"2024-06-18T13:30:01.123Z"')
NO_MILLIS: Final = np.uint32(int.from_bytes(b".000", "little"))
_BAD: Final = -1
_DAY_US: Final = 86_400_000_000
_HOUR_US: Final = 3_600_000_000
_SECOND_US: Final = 1_000_000
_MONTHS, _DAYS = 13, 32  # places of a year and of a month in the table of days

_Words = NDArray[np.uint64]


def _days() -> NDArray[np.int64]:
    """Return the first microsecond of each day of this century; `_BAD` for no day."""
    months = np.arange("2000-01", "2100-02", dtype="datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = np.diff(first).reshape(100, 12)
    table = np.full((100, _MONTHS, _DAYS), _BAD, np.int64)
    for day in range(1, _DAYS):
        begins = first[:-1].reshape(100, 12) + day - 1
        table[:, 1:, day] = np.where(day <= length, begins * _DAY_US, _BAD)
    return table.ravel()


_DAY_OF: Final = _days()


def _three(first: int, second: int, third: int) -> np.uint64:
    """Return three numbers as one, where the pairs of digits of ``25-06-01`` are."""
    return np.uint64(first | second << 24 | third << 48)


_ZEROS: Final = np.uint64(int.from_bytes(b"00\x0000\x0000", "little"))
_DIGITS: Final = np.uint64(0xFFFF00FFFF00FFFF)
_ABOVE_NINE: Final = np.uint64(0x7676767676767676)  # lifts 10 and more to the high bit
_HIGH_BITS: Final = 0x8080808080808080
_PAIRS: Final = _three(0xFF, 0xFF, 0xFF)
_TEN, _BYTE, _THIRD = np.uint64(10), np.uint64(8), np.uint64(48)
# Lift what is too large to the high bit.
_NO_DATE: Final = _three(0, 127 - 12, 127 - 31)
_NO_CLOCK: Final = _three(127 - 23, 127 - 59, 127 - 59)
# As factors they bring all three numbers together from bit 48 on: a place in the table of days.
_PLACE_OF_DAY: Final = np.uint64(_MONTHS * _DAYS << 48 | _DAYS << 24 | 1)
_SECONDS: Final = np.uint64(60 << 24 | 1)  # two of three: minutes and seconds


def shape_of(raw: bytes) -> bytes | None:
    """Return a quoted time with zeros for its digits; None if it is of another form.

    What is left tells what to add to what `microseconds` says: it is the same for equal shapes.

    Example:
        >>> shape_of(b'"2021-03-09T12:17:46.939Z"').replace(bytes(1), b".")
        b'"20..-..-..T..:..:.....Z"'
    """
    match = _FORM.fullmatch(raw)
    return None if match is None else match[1] + _DIGIT.sub(b"\0", match[2]) + match[3]


def has_millis(raw: bytes) -> bool:
    """Tell whether a quoted time of the server's forms says milliseconds."""
    return len(raw) == _WITH_MILLIS


def said_by(raw: bytes) -> int:
    """Return what `microseconds` says of a time of the server's forms.

    Raises:
        SteppedAsideError: It is no moment.
    """
    try:
        moment = datetime.fromisoformat(raw[1:MILLIS].decode()).replace(tzinfo=UTC)
    except ValueError as cause:
        raise SteppedAsideError(raw) from cause
    millis = int(raw[MILLIS + 1 : -2]) if has_millis(raw) else 0
    return int(moment.timestamp()) * _SECOND_US + millis * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Times as the bytes they are written in.

    Attributes:
        dates: uint64: ``25-06-01``.
        clocks: uint64: ``21:30:01``.
        millis: uint32: ``.939``; None if they are all zero.
    """

    dates: NDArray[np.uint64]
    clocks: NDArray[np.uint64]
    millis: NDArray[np.uint32] | None


def microseconds(words: Words) -> NDArray[np.int64]:
    """Return the moments of times as if their zone were UTC.

    Raises:
        SteppedAsideError: Some text is no moment.

    Example:
        >>> words = [np.frombuffer(text, "<u8") for text in (b"21-03-09", b"12:17:46")]
        >>> microseconds(Words(dates=words[0], clocks=words[1], millis=None)).tolist()
        [1615292266000000]
    """
    days = _first_of_days(words.dates)
    clock = _numbers(words.clocks, _NO_CLOCK)
    hours = (clock & np.uint64(0xFF)).view(np.int64)
    days += hours * _HOUR_US
    days += (clock * _SECONDS >> _THIRD).view(np.int64) * _SECOND_US
    if words.millis is not None:
        days += _millis(words.millis) * 1000
    return days


def _first_of_days(dates: _Words) -> NDArray[np.int64]:
    """Return the first microsecond of each day; of most tasks all days are the same."""
    days = np.full(len(dates), _read_days(dates[:1])[0])
    others = (dates != dates[0]).nonzero()[0]
    if len(others):
        days[others] = _read_days(dates[others])
    return days


def _read_days(dates: _Words) -> NDArray[np.int64]:
    date = _numbers(dates, _NO_DATE)
    days: NDArray[np.int64] = _DAY_OF.take((date * _PLACE_OF_DAY >> _THIRD).view(np.int64))
    if days.min() < 0:
        raise SteppedAsideError
    return days


def _numbers(words: _Words, too_large: np.uint64) -> _Words:
    """Return the three numbers of two digits in each word, none larger than allowed."""
    digits = words ^ _ZEROS
    digits &= _DIGITS
    _see_no_high_bit(digits + _ABOVE_NINE | digits)
    pairs = digits >> _BYTE
    digits *= _TEN
    pairs += digits
    pairs &= _PAIRS
    _see_no_high_bit(pairs + too_large)
    return pairs


def _see_no_high_bit(words: NDArray[Any]) -> None:
    if int(np.bitwise_or.reduce(words)) & _HIGH_BITS:
        raise SteppedAsideError


def _millis(words: NDArray[np.uint32]) -> NDArray[np.int64]:
    digits = words >> np.uint32(8) ^ np.uint32(0x303030)
    _see_no_high_bit(digits + np.uint32(0x767676) | digits)
    made = np.zeros(len(words), np.int64)
    for place, worth in ((0, 100), (8, 10), (16, 1)):
        made += (digits >> np.uint32(place) & np.uint32(0xFF)).astype(np.int64) * worth
    return made
