"""Moments and lengths as JSON writes them."""

from datetime import UTC, datetime


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
