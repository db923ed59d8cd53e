"""Columns of times in the server's two forms → microseconds, by tables of two digits."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather.window import Texts
from sops_report.reading.read import SteppedAsideError
from sops_report.reading.times import TimeReader

_LOCAL_FORM: Final = b"20yy-mm-dd hh:mm:ss +hhmm"
_UTC_FORM: Final = b"20yy-mm-ddThh:mm:ss.mmmZ"
_DIGIT_MARKS: Final = b"ydhms"
_ZONE: Final = 20
_BAD: Final = -1
_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3_600, 60
_SECOND_US: Final = 1_000_000
_MONTHS, _DAYS = 13, 32  # places of a year and of a month in the table of days


def _pairs() -> NDArray[np.int16]:
    """Return what two digits say, by the number that their two bytes are."""
    table = np.full(1 << 16, _BAD, np.int16)
    for number in range(100):
        table[int.from_bytes(b"%02d" % number, "little")] = number
    return table


def _days() -> NDArray[np.int64]:
    """Return the days since 1970 of each day of this century; `_BAD` for no day."""
    months = np.arange("2000-01", "2100-02", dtype="datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = np.diff(first).reshape(100, 12)
    table = np.full((100, _MONTHS, _DAYS), _BAD, np.int64)
    for day in range(1, _DAYS):
        begins = first[:-1].reshape(100, 12) + day - 1
        table[:, 1:, day] = np.where(day <= length, begins, _BAD)
    return table.ravel()


_PAIRS: Final = _pairs()
_DAY_OF: Final = _days()


def microseconds(texts: Texts) -> NDArray[np.int64]:
    """Return the moments of times that are all of one of the server's forms.

    Args:
        texts: As ``2024-06-18 21:30:01 +0800`` or ``2021-03-09T12:17:46.939Z``.

    Returns:
        Microseconds since 1970 in UTC.

    Raises:
        SteppedAsideError: Some text is of another form or no moment.

    Example:
        >>> microseconds(np.array([b"2021-03-09T12:17:46.939Z"])).tolist()
        [1615292266939000]
    """
    width = texts.dtype.itemsize
    if width == len(_LOCAL_FORM):
        _check_form(texts, _LOCAL_FORM)
        return (_seconds(texts) - _zones(texts)) * _SECOND_US
    if width == len(_UTC_FORM):
        _check_form(texts, _UTC_FORM)
        return _seconds(texts) * _SECOND_US + _millis(texts) * 1000
    raise SteppedAsideError(width)


def _check_form(texts: Texts, form: bytes) -> None:
    """See that what stands between the digits is as in *form*, eight bytes at a time."""
    for begin in (0, 8, 16):
        part = form[begin : begin + 8]
        fixed = [byte not in _DIGIT_MARKS and byte != ord("+") for byte in part]
        mask = int.from_bytes(bytes(0xFF * is_fixed for is_fixed in fixed), "little")
        right = int.from_bytes(part, "little") & mask
        if ((_at(texts, begin, "<u8") & np.uint64(mask)) != np.uint64(right)).any():
            raise SteppedAsideError


def _at(texts: Texts, offset: int, dtype: str) -> NDArray[np.uint64]:
    return np.ndarray((len(texts),), dtype, texts, offset, (texts.dtype.itemsize,))


def _two(texts: Texts, offset: int) -> NDArray[np.int16]:
    said: NDArray[np.int16] = _PAIRS[_at(texts, offset, "<u2")]
    return said


def _seconds(texts: Texts) -> NDArray[np.int64]:
    """Return the local seconds since 1970."""
    year, month, day = (_two(texts, offset) for offset in (2, 5, 8))
    hour, minute, second = (_two(texts, offset) for offset in (11, 14, 17))
    least = min(part.min() for part in (year, month, day, hour, minute, second))
    if least < 0 or month.max() >= _MONTHS or day.max() >= _DAYS:
        raise SteppedAsideError
    if hour.max() >= 24 or minute.max() >= _MINUTE_S or second.max() >= _MINUTE_S:  # noqa: PLR2004
        raise SteppedAsideError
    days: NDArray[np.int64] = _DAY_OF[(year.astype(np.int64) * _MONTHS + month) * _DAYS + day]
    if days.min() < 0:
        raise SteppedAsideError
    clock = (hour.astype(np.int32) * _MINUTE_S + minute) * _MINUTE_S + second
    return days * _DAY_S + clock


def _zones(texts: Texts) -> NDArray[np.int64] | int:
    """Return the seconds that local times are ahead; mostly it is the same for all."""
    zones: Texts = np.ndarray((len(texts),), "S5", texts, _ZONE, (texts.dtype.itemsize,))
    if (zones == zones[0]).all():
        return _zone(zones[0])
    words, place = np.unique(zones, return_inverse=True)
    seconds: NDArray[np.int64] = np.asarray([_zone(word) for word in words])[place]
    return seconds


def _zone(zone: bytes) -> int:
    offset = TimeReader().read(f"2000-01-01 00:00:00 {zone.decode('latin-1')}").offset_minutes
    if offset is None:
        raise SteppedAsideError(zone)
    return offset * _MINUTE_S


def _millis(texts: Texts) -> NDArray[np.int64]:
    last = _at(texts, 22, "u1").astype(np.int64) - ord("0")
    first = _two(texts, _ZONE)
    if first.min() < 0 or last.min() < 0 or last.max() > 9:  # noqa: PLR2004
        raise SteppedAsideError
    return first.astype(np.int64) * 10 + last
