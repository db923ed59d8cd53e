"""Many sound time texts → microseconds: what the parts of a text say is looked up and added.

A run has few days and an hour 3,600 seconds, so nearly every part was seen before. The careful
`TimeReader` reads each part once, completed by fixed other parts; as a moment is the sum of its
parts, the sum is what it would have said of the whole text.
"""

from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from sops_report.reading.times import TimeReader

_HOUR_END: Final = 13  # 2024-06-18 21|:30|:01| +0800
_MINUTE_END: Final = 3  # of what follows the hour
_SECOND_END: Final = 6
_SOME_HOUR: Final = "2000-01-01 00"
_SOME_HOUR_US: Final = 946_684_800_000_000
_UTC: Final = " +0000"


class FastTimes:
    """Reads columns of times of one answer."""

    def __init__(self, times: TimeReader, refuse: Callable[[str], NoReturn]) -> None:
        """Read what is new by *times*; what is odd ends in *refuse*."""

        def us(text: str) -> int:
            moment = times.read(text)
            if moment.us is None or moment.odd is not None:
                refuse(text)
            return moment.us

        def past_the_hour(text: str) -> int:
            return us(_SOME_HOUR + text) - _SOME_HOUR_US

        minutes = _Parts(lambda part: past_the_hour(f"{part}:00{_UTC}"))
        seconds = _Parts(lambda part: past_the_hour(f":00{part}{_UTC}"))
        zones = _Parts(lambda part: past_the_hour(f":00:00{part}"))
        self._hours = _Parts(lambda part: us(f"{part}:00:00{_UTC}"))
        self._rests = _Parts(
            lambda rest: (
                minutes[rest[:_MINUTE_END]]
                + seconds[rest[_MINUTE_END:_SECOND_END]]
                + zones[rest[_SECOND_END:]]
            )
        )

    def column(self, texts: Sequence[str | None]) -> list[int | None]:
        """Return microseconds since 1970 in UTC; None for what is missing or empty.

        Example:
            >>> FastTimes(TimeReader(), exit).column(["2024-06-18 21:30:01 +0800", None, ""])
            [1718717401000000, None, None]
        """
        hours, rests = self._hours, self._rests
        return [
            hours[text[:_HOUR_END]] + rests[text[_HOUR_END:]] if text else None for text in texts
        ]


class _Parts(dict[str, int]):
    """What parts of texts say; a new one is read once."""

    def __init__(self, read: Callable[[str], int]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, part: str) -> int:
        us = self[part] = self._read(part)
        return us
