"""Bars as paths: everything of one colour is one path, drawn 1000 units wide and stretched.

A path carries a thin stroke that does not stretch, so the shortest bar is still seen and none is
drawn longer than it was.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sops_report.rendering.scale import Scale
from sops_report.rendering.voice import tone
from sops_report.report.model import Node, Try

WIDTH: Final = 1000
_TENTHS: Final = 10 * WIDTH
_LEAF: Final = (5, 14)  # from the row's upper edge, and height
_CONTAINER: Final = (9, 5)
_ATTEMPT: Final = (7, 10)
_WAIT: Final = (10, 4)
LONGEST_HAND_OVER: Final = 1.0
_VISIBLE_SECOND: Final = 0.004

Box = tuple[float, float, float, float]
"""Left and right edge as parts of the axis, upper edge and height in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Everything of one colour as one path."""

    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """The bars of some rows.

    Attributes:
        tones: The bars by colour.
        critical: The outline of those on the critical path.
        waits: From the last predecessor's end to the first attempt.
        doubt: ± 1 s at the ends, where a second can be seen; times are whole seconds.
        has_attempts: Earlier attempts are among the bars.
    """

    tones: tuple[Shape, ...]
    critical: str
    waits: str
    doubt: str
    has_attempts: bool


@dataclass(slots=True)
class _Drawn:
    tones: dict[str, list[Box]] = field(default_factory=lambda: defaultdict(list))
    critical: list[Box] = field(default_factory=list)
    waits: list[Box] = field(default_factory=list)
    ends: list[tuple[float, int]] = field(default_factory=list)
    has_attempts: bool = False


def bars_of(scale: Scale, rows: Iterable[tuple[Node, int]]) -> Bars:
    """Return the bars of *rows*: nodes, and the upper edges of their rows in pixels."""
    drawn = _Drawn()
    for node, y in rows:
        _draw(drawn, scale, node, y)
    return Bars(
        tones=shapes(drawn.tones),
        critical=path(drawn.critical),
        waits=path(drawn.waits),
        doubt=_doubt(scale, drawn.ends),
        has_attempts=drawn.has_attempts,
    )


def _draw(drawn: _Drawn, scale: Scale, node: Node, y: int) -> None:
    start, end = scale.place(node.start_time), scale.place(node.end_time)
    if start is None or end is None:
        return
    down, height = _LEAF if node.is_leaf else _CONTAINER
    bar = (start, max(start, end), y + down, height)
    drawn.tones[tone(node)].append(bar)
    if node.is_leaf:
        drawn.ends.append((max(start, end), y))
        if node.on_critical_path:
            drawn.critical.append(bar)
    drawn.waits += _waits(scale, node, y)
    for tried, box in _attempts(scale, node, y):
        drawn.has_attempts = True
        drawn.tones["failed" if tried.failed else "success"].append(box)


def _waits(scale: Scale, node: Node, y: int) -> Iterator[Box]:
    for begin, until in standstills(node):
        if (until - begin).total_seconds() > LONGEST_HAND_OVER:
            left, right = scale.place(begin), scale.place(until)
            if left is not None and right is not None:
                yield left, right, y + _WAIT[0], _WAIT[1]


def standstills(node: Node) -> Iterator[tuple[datetime, datetime]]:
    """Yield the wait before the first attempt of the newest pass, and those between attempts."""
    if node.start_time is None:
        return
    loop = node.loop or 1
    tries = [
        (tried.start_time, tried.end_time or tried.start_time)
        for tried in node.attempts
        if tried.failed and tried.loop == loop and tried.start_time is not None
    ]
    starts = [*(start for start, _ in tries), node.start_time]
    entry = min(starts)
    if node.wait_before_s:
        yield entry - timedelta(seconds=node.wait_before_s), entry
    yield from ((end, after) for (_, end), after in zip(tries, starts[1:], strict=True))


def _attempts(scale: Scale, node: Node, y: int) -> Iterator[tuple[Try, Box]]:
    for tried in node.attempts:
        left = scale.place(tried.start_time)
        right = scale.place(tried.end_time or tried.start_time)
        if left is not None and right is not None:
            yield tried, (left, max(left, right), y + _ATTEMPT[0], _ATTEMPT[1])


def _doubt(scale: Scale, ends: Sequence[tuple[float, int]]) -> str:
    second = scale.second
    if second < _VISIBLE_SECOND:
        return ""
    return "".join(
        f"M{_unit(max(0.0, end - second))} {y + 12}H{_unit(min(1.0, end + second))}"
        f"M{_unit(min(1.0, end + second))} {y + 9}v6"
        for end, y in ends
    )


def shapes(drawn: Mapping[str, Iterable[Box]]) -> tuple[Shape, ...]:
    """Return one path a name."""
    return tuple(Shape(name=name, path=path(boxes)) for name, boxes in drawn.items())


def path(boxes: Iterable[Box]) -> str:
    """Return boxes as the data of one path.

    Example:
        >>> path([(0.0, 0.5, 5, 14), (0.5, 0.5, 29, 14)])
        'M0 5h500v14h-500zM500 29v14z'
    """
    return "".join([_box(*box) for box in boxes])


def _box(left: float, right: float, y: float, height: float) -> str:
    # a tenth is a twentieth of a pixel
    begin, end = round(left * _TENTHS), round(right * _TENTHS)
    if begin == end:
        return f"M{begin / 10:g} {y:g}v{height:g}z"
    width = f"{(end - begin) / 10:g}"
    return f"M{begin / 10:g} {y:g}h{width}v{height:g}h-{width}z"


def _unit(part: float) -> str:
    return f"{round(part * _TENTHS) / 10:g}"
