"""A time axis with round ticks: clock times of the display zone, dates where the day changes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from sops_report.rendering.scale import Piece, Scale

_DAY: Final = 86400
_STEPS: Final = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
    _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY, 91 * _DAY, 182 * _DAY, 365 * _DAY,
)  # fmt: skip
_MOST_TICKS: Final = 5
_DATE_ROOM: Final = 0.28


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One mark of the axis.

    Attributes:
        part: Where it stands, 0 … 1.
        text: The clock time; the date where a tick is a day or more.
        date: The date, at the first tick and wherever the day changes; else empty.
    """

    part: float
    text: str
    date: str


def ticks(start: datetime, wall_s: float, zone: tzinfo) -> list[Tick]:
    """Return the ticks of an axis that begins at *start* and is *wall_s* seconds long."""
    local = start.astimezone(zone).replace(tzinfo=None)
    if wall_s <= 0:
        return [Tick(part=0.0, text=f"{local:%H:%M:%S}", date=_date(local))]
    return _without_crowded_date(_aligned(local, wall_s, _step(wall_s)))


def ticks_on(scale: Scale, zone: tzinfo) -> list[Tick]:
    """Return the ticks of an axis with breaks: round times beside them, none inside.

    The end of a folded standstill is named too, so that its length can be checked.
    """
    made: list[Tick] = []
    step = _step(scale.drawn_s)
    for piece in scale.pieces:
        begin = (scale.start + timedelta(seconds=piece.start_s)).astimezone(zone)
        length = piece.end_s - piece.start_s
        if piece.is_break:
            made += _after(piece, begin + timedelta(seconds=length)) if piece.is_idle else []
        elif length <= 0:
            made += [replace(tick, part=piece.left) for tick in ticks(begin, 0, zone)]
        else:
            found = _aligned(begin.replace(tzinfo=None), length, step)
            made += [replace(tick, part=piece.place(piece.start_s + tick.part * length))
                     for tick in found]  # fmt: skip
    return _without_crowded_date(_each_day_once(made))


def _after(piece: Piece, when: datetime) -> list[Tick]:
    return [Tick(part=piece.right, text=f"{when:%H:%M:%S}", date=_date(when))]


def _each_day_once(made: list[Tick]) -> list[Tick]:
    day, kept = "", []
    for tick in made:
        kept.append(replace(tick, date="") if tick.date == day else tick)
        day = tick.date or day
    return kept


def _aligned(local: datetime, wall_s: float, step: float) -> list[Tick]:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    first = -(-(local - midnight).total_seconds() // step) * step
    made: list[Tick] = []
    day = ""
    when = midnight + timedelta(seconds=first)
    while (since := (when - local).total_seconds()) <= wall_s:
        date = _date(when)
        made.append(_tick(when, since / wall_s, step, "" if date == day else date))
        day, when = date, when + timedelta(seconds=step)
    return made


def _step(wall_s: float) -> float:
    fitting = (float(step) for step in _STEPS if wall_s / step <= _MOST_TICKS)
    longest = float(_STEPS[-1])
    return next(fitting, longest * -(-wall_s // (longest * _MOST_TICKS)))


def _without_crowded_date(made: list[Tick]) -> list[Tick]:
    # only the first day can be shorter than its date is wide
    dated = [n for n, tick in enumerate(made) if tick.date][:2]
    if len(dated) > 1 and made[dated[1]].part - made[dated[0]].part < _DATE_ROOM:
        made[dated[0]] = replace(made[dated[0]], date="")
    return made


def _tick(when: datetime, part: float, step: float, date: str) -> Tick:
    if step >= _DAY:
        return Tick(part=part, text=_date(when), date="")
    return Tick(part=part, text=f"{when:%H:%M:%S}" if step < 60 else f"{when:%H:%M}", date=date)  # noqa: PLR2004


def _date(when: datetime) -> str:
    return when.date().isoformat()
