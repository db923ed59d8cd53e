"""Time strings of a status answer → microseconds since 1970 in UTC.

The server writes ``2024-06-18 21:30:01 +0800`` (a space, no colon in the offset) and, for
``state_refresh_at``, ``2021-03-09T12:17:46.939Z``. Everything else that is surely a moment is read
too and noted; what is not a moment is missing, never guessed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, cast

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)
_SECOND_US: Final = 1_000_000
_FIRST_YEAR: Final = 1990  # workflow runs outside these years are typing errors, not runs
_LAST_YEAR: Final = 2200
_SHAPE: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[ T]([01]\d:\d{2}:\d{2}|2[0-3]:\d{2}:\d{2})"
    r"(?:[.,](\d{1,9}))?\s*(Z|[-+]\d{2}:?[0-5]\d)?",
    re.ASCII,
)
_USUAL: Final = frozenset({str, type(None)})
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
    _odd: set[str] = field(default_factory=set)
    # What the parts of sound times say: day and hour; minute and second; fraction and offset.
    _hours: dict[str, int] = field(default_factory=dict)
    _seconds: dict[str, int] = field(default_factory=dict)
    _rests: dict[str, int] = field(default_factory=dict)

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
            if moment.odd is not None:
                self._odd.add(value)
        return moment

    def column(
        self, values: Sequence[object], odd: Callable[[int, str, object], None]
    ) -> list[int | None]:
        """Return the moments of a column as microseconds; *odd* is told what is odd where."""
        if not _USUAL.issuperset(map(type, values)):
            return self._one_by_one(values, odd)
        texts = cast("Sequence[str | None]", values)
        us_of = self._us_of(set(texts))
        if not us_of.keys().isdisjoint(self._odd):
            return self._one_by_one(values, odd)
        return [us_of[text] for text in texts]

    def _us_of(self, texts: set[str | None]) -> dict[str | None, int | None]:
        """Read texts: add up the parts if each was part of a sound time before, else parse."""
        us_of: dict[str | None, int | None] = {None: None, "": None}
        hours, seconds, rests = self._hours, self._seconds, self._rests
        for text in texts:
            if text:
                try:
                    us_of[text] = hours[text[:13]] + seconds[text[13:19]] + rests[text[19:]]
                except KeyError:
                    us_of[text] = self.read(text).us
        return us_of

    def _one_by_one(
        self, values: Sequence[object], odd: Callable[[int, str, object], None]
    ) -> list[int | None]:
        moments = [self.read(value) for value in values]
        for position, moment in enumerate(moments):
            if moment.odd is not None:
                odd(position, moment.odd, values[position])
        return [moment.us for moment in moments]

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
        if text.startswith(date):
            self._learn(text, us, local)
        return Moment(us, None if zone == "Z" else minutes)

    def _learn(self, text: str, us: int, local: datetime) -> None:
        second = (local.minute * 60 + local.second) * _SECOND_US
        hour = (local.replace(tzinfo=UTC) - _EPOCH) // _MICRO - second
        self._hours[text[:13]] = hour
        self._seconds[text[13:19]] = second
        self._rests[text[19:]] = us - hour - second


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
