"""Moments and lengths: of microseconds, and as JSON writes them."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_US: Final = 1_000_000
_MICRO: Final = timedelta(microseconds=1)


def moment_of(us: int | None) -> datetime | None:
    """Return microseconds since 1970 as an aware datetime in UTC."""
    return None if us is None else _EPOCH + timedelta(microseconds=us)


def us_of(when: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (when - _EPOCH) // _MICRO


def seconds_of(us: int | None) -> float | None:
    """Return microseconds as seconds."""
    return None if us is None else us / _SECOND_US


def iso(when: datetime | None) -> str | None:
    """Return *when* as ISO 8601 in UTC.

    Example:
        >>> iso(datetime(2020, 8, 18, 3, 31, 8, tzinfo=UTC)), iso(None)
        ('2020-08-18T03:31:08Z', None)
    """
    if when is None:
        return None
    return when.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def number(seconds: float | None) -> float | int | None:
    """Return seconds as a number without a needless fraction; None stays None."""
    if seconds is None:
        return None
    return int(seconds) if seconds == int(seconds) else seconds
