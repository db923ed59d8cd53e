"""Time strings of a status answer → microseconds since 1970 in UTC.

The server writes ``2024-06-18 21:30:01 +0800`` (a space, no colon in the offset) and, for
``state_refresh_at``, ``2021-03-09T12:17:46.939Z``. Everything else that is surely a moment is read
too and noted; what is not a moment is missing, never guessed.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)
_FIRST_YEAR: Final = 1990  # workflow runs outside these years are typing errors, not runs
_LAST_YEAR: Final = 2200
_SHAPE: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s*(Z|[-+]\d{2}:?\d{2})?"
)
# Numbers that can only be seconds, or only milliseconds, since 1970 within those years.
_SECONDS: Final = (631_152_000, 7_258_118_400)
_MILLIS: Final = (631_152_000_000, 7_258_118_400_000)


@dataclass(frozen=True, slots=True)
class Moment:
    """One time value, read.

    Attributes:
        us: Microseconds since 1970 in UTC; None if it is missing or no moment.
        offset_minutes: The offset it was written with; None if it had none.
        odd: A note code if the value is not of the server's own forms, else None.
    """

    us: int | None
    offset_minutes: int | None = None
    odd: str | None = None


_MISSING: Final = Moment(None)


@dataclass(slots=True)
class TimeReader:
    """Reads the times of one answer; the same text is parsed once.

    A time without a zone takes the offset of the answer's other times (`assume_minutes`).

    Attributes:
        assume_minutes: The offset for times without one.
    """

    assume_minutes: int = 0
    _known: dict[str, Moment] = field(default_factory=dict)

    def read(self, value: object) -> Moment:
        """Return the moment that *value* says.

        Example:
            >>> TimeReader().read("1970-01-01 08:00:01 +0800")
            Moment(us=None, offset_minutes=None, odd='time-range')
        """
        if value is None or value == "":
            return _MISSING
        if not isinstance(value, str):
            return _from_number(value)
        moment = self._known.get(value)
        if moment is None:
            moment = self._known[value] = self._parse(value)
        return moment

    def _parse(self, text: str) -> Moment:
        match = _SHAPE.fullmatch(text.strip())
        if match is None:
            return _from_digits(text)
        date, clock, fraction, zone = match.groups()
        minutes = self.assume_minutes if zone is None else _offset(zone)
        try:
            local = datetime.fromisoformat(f"{date} {clock}")
            moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        except ValueError:
            return Moment(None, odd="time-unreadable")
        if not _FIRST_YEAR <= moment.year < _LAST_YEAR:
            return Moment(None, odd="time-range")
        us = (moment - _EPOCH) // _MICRO + int(f"{fraction or '0':0<6}"[:6])
        if zone is None:
            return Moment(us, odd="time-no-zone")
        return Moment(us, None if zone == "Z" else minutes)


def _offset(zone: str) -> int:
    if zone == "Z":
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 60 + int(zone[-2:]))


def _from_digits(text: str) -> Moment:
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit() and len(stripped) < 20:  # noqa: PLR2004
        return _from_number(int(stripped))
    return Moment(None, odd="time-unreadable")


def _from_number(value: object) -> Moment:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Moment(None, odd="time-unreadable")
    if _SECONDS[0] <= value < _SECONDS[1]:
        return Moment(round(value * 1_000_000), odd="time-epoch")
    if _MILLIS[0] <= value < _MILLIS[1]:
        return Moment(round(value * 1_000), odd="time-epoch")
    return Moment(None, odd="time-unreadable")
