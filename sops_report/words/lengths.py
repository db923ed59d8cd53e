"""Lengths of time, moments and numbers in words: the one place that knows their formats."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from sops_report.words import Language, say

NOTHING: Final = "–"
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


def duration(seconds: float | None, language: Language) -> str:
    """Return a length of time; the two largest units from one day on.

    Args:
        seconds: May be negative; None is said as a dash.
        language: The words of the units.

    Example:
        >>> [duration(s, Language.EN) for s in (0, 0.4, 59, 60, 55035, 273600, None)]
        ['0 s', '<1 s', '59 s', '1 m 00 s', '15 h 17 m 15 s', '3 d 04 h', '–']
        >>> duration(55035, Language.ZH)
        '15 小时 17 分 15 秒'
    """
    if seconds is None:
        return NOTHING
    if seconds < 0:
        return "-" + duration(-seconds, language)
    if 0 < seconds < 1:
        return say("length.below", language)
    whole = int(seconds + 0.5)
    return say(_form(whole), language, **_parts(whole))


def measured(seconds: float | None, language: Language) -> str:
    """Return how long a node took: the server's clock ticks seconds, so zero is below one.

    Example:
        >>> measured(0, Language.ZH), measured(3, Language.EN)
        ('<1 秒', '3 s')
    """
    return say("length.below", language) if seconds == 0 else duration(seconds, language)


def _form(whole: int) -> str:
    if whole < _MINUTE:
        return "length.seconds"
    if whole < _HOUR:
        return "length.minutes"
    return "length.hours" if whole < _DAY else "length.days"


def _parts(whole: int) -> dict[str, int]:
    minutes, s = divmod(whole, 60)
    hours, m = divmod(minutes, 60)
    d, h_of_day = divmod(hours, 24)
    return {"d": d, "h": hours if d == 0 else h_of_day, "m": m, "s": s}


def offset(seconds: float | None) -> str:
    """Return how far after the task's start: hours may exceed a day, they never wrap.

    Example:
        >>> offset(190), offset(100 * 3600), offset(-5)
        ('T+00:03:10', 'T+100:00:00', 'T-00:00:05')
    """
    if seconds is None:
        return NOTHING
    whole = int(abs(seconds))
    sign = "-" if seconds < 0 and whole else "+"
    minutes, s = divmod(whole, 60)
    return f"T{sign}{minutes // 60:02}:{minutes % 60:02}:{s:02}"


def display_zone(offset_minutes: int | None, zone: tzinfo | None = None) -> tzinfo:
    """Return *zone*, else the snapshot's own offset, else UTC."""
    if zone is not None:
        return zone
    return timezone(timedelta(minutes=offset_minutes)) if offset_minutes else UTC


def moment(when: datetime | None, zone: tzinfo, language: Language) -> str:
    """Return a date and time of day with its offset, as the status page writes it.

    Example:
        >>> moment(datetime(2020, 8, 18, 3, 31, 8, tzinfo=UTC), display_zone(480), Language.EN)
        '2020-08-18 11:31:08 +0800'
    """
    if when is None:
        return say("length.unknown_moment", language)
    local = when.astimezone(zone)
    # isoformat keeps four digits of the year, which strftime does not do on every system
    return f"{local.replace(tzinfo=None).isoformat(' ', 'seconds')} {local:%z}"


def clock(when: datetime | None, zone: tzinfo) -> str:
    """Return the time of day only; the date stands nearby."""
    return NOTHING if when is None else f"{when.astimezone(zone):%H:%M:%S}"


def number(value: float) -> str:
    """Return a count with its thousands apart.

    Example:
        >>> number(1234567)
        '1,234,567'
    """
    return f"{value:,}"


def share(part: float, whole: float) -> str:
    """Return *part* of *whole* in per cent; a dash if there is no whole.

    Example:
        >>> share(1, 3), share(0.001, 3), share(0, 0), share(3, 3)
        ('33.3 %', '<0.1 %', '–', '100.0 %')
    """
    if whole <= 0:
        return NOTHING
    percent = 100 * part / whole
    if 0 < percent < 0.1:  # noqa: PLR2004 - the smallest share one decimal can tell
        return "<0.1 %"
    return f"{percent:.1f} %"


def size(n_bytes: int) -> str:
    """Return a number of bytes.

    Example:
        >>> size(900), size(4096), size(3_500_000)
        ('900 B', '4.1 kB', '3.5 MB')
    """
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if n_bytes >= factor:
            return f"{n_bytes / factor:.1f} {unit}"
    return f"{n_bytes} B"
