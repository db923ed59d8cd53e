"""Where things stand in the page's drawings: numbers only, the templates make the SVG.

Places along the time axis are per cent of the drawing's width, so that bars grow with the page
while texts keep their size; a bar too short to be seen gets a fixed width instead.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from sops_report.rendering.axis import Tick, ticks
from sops_report.rendering.rows import Row, part_of_wall
from sops_report.rendering.visible import cells, clip
from sops_report.rendering.voice import Voice, tone

ROW_HEIGHT: Final = 24
HEAD_HEIGHT: Final = 36
_INDENT: Final = 14
_DEEPEST: Final = 14
_LABEL_CELLS: Final = 52
_MIN_PERCENT: Final = 0.4
_MIN_PIXELS: Final = "2"
_OVERVIEW_WIDTH: Final = 1000
_LANES: Final = 40
_FEW_LANES: Final = 16
_LANE_HEIGHTS: Final = (8, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row of the timeline.

    Attributes:
        y: Of the row's upper edge, pixels.
        indent: Where the label begins, pixels.
        label, title: Cut to fit, and whole with times.
        tone: Name of its colour.
        letter, state, length: State letter, state word, duration in words.
        x, width: Of the bar, as SVG lengths (per cent or pixels); empty if it never ran.
        end: Where an open bar's arrow stands, empty if it is closed.
        is_thin: A container: its bar is a bracket over its children.
        is_critical: Outlined.
    """

    y: int
    indent: int
    label: str
    title: str
    tone: str
    letter: str
    state: str
    length: str
    x: str
    width: str
    end: str
    is_thin: bool
    is_critical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A tick as the templates need it."""

    x: str
    anchor: str
    text: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A drawing of some consecutive rows, 1-based numbers."""

    first: int
    last: int
    height: int
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Everything of one colour as one path."""

    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The small picture under the verdict: leaves above, what the time went into below."""

    height: float
    leaves: tuple[Shape, ...]
    classes: tuple[Shape, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One class of the ledger in the stacked bar."""

    name: str
    x: str
    width: str


def percent(part: float) -> str:
    """Return a part (0 … 1) as an SVG length.

    Example:
        >>> percent(0.5), percent(1 / 3)
        ('50%', '33.333%')
    """
    return f"{100 * part:.3f}".rstrip("0").rstrip(".") + "%"


def chunk(voice: Voice, rows: Sequence[Row], first: int) -> Chunk:
    """Return the drawing of *rows*, the first of which has the 1-based number *first*."""
    return Chunk(
        first=first,
        last=first + len(rows) - 1,
        height=HEAD_HEIGHT + ROW_HEIGHT * len(rows) + 4,
        bars=tuple(_bar(voice, row, HEAD_HEIGHT + ROW_HEIGHT * n) for n, row in enumerate(rows)),
        marks=marks(voice),
    )


def _bar(voice: Voice, row: Row, y: int) -> Bar:
    node = row.node
    indent = 22 + _INDENT * min(node.depth, _DEEPEST)
    label = voice.label(node)
    suffix = voice.say("report.retries_mark", n=node.retry) if node.retry else ""
    if row.n_folded:
        suffix += f" {voice.say('report.folded', n=row.n_folded)}"
    x, width = _extent(row.start, row.end)
    has_bar = row.start is not None
    length = voice.measured(node.duration_s) if has_bar else voice.say("report.never_ran")
    room = _LABEL_CELLS - indent // 7 - cells(suffix)
    return Bar(
        y=y, indent=indent, label=f"{clip(label, room)} {suffix}".rstrip(),
        title=f"{label} · {voice.state(node)} · {voice.offset(node.start_time)} · {length}",
        tone=tone(node), letter=voice.letter(node), state=voice.state(node), length=length,
        x=x, width=width, end=percent(row.end or 0) if has_bar and node.is_running else "",
        is_thin=not node.is_leaf, is_critical=node.on_critical_path and node.is_leaf,
    )  # fmt: skip


def _extent(start: float | None, end: float | None) -> tuple[str, str]:
    if start is None or end is None:
        return "", ""
    is_short = (end - start) * 100 < _MIN_PERCENT
    return percent(start), _MIN_PIXELS if is_short else percent(end - start)


def marks(voice: Voice) -> tuple[Mark, ...]:
    """Return the ticks of the task's axis; none without times."""
    task = voice.report.task
    if task.start_time is None or task.wall_s is None:
        return ()
    return tuple(map(_mark, ticks(task.start_time, task.wall_s, voice.zone)))


def _mark(tick: Tick) -> Mark:
    edges = (0.05, 0.95)
    anchor = "start" if tick.part < edges[0] else "end" if tick.part > edges[1] else "middle"
    return Mark(x=percent(tick.part), anchor=anchor, text=tick.text, date=tick.date)


def overview(voice: Voice) -> Overview | None:
    """Return the small picture; None without times or where nothing took any."""
    report = voice.report
    leaves = [node for node in report.nodes if node.is_leaf and node.start_time]
    if not report.task.wall_s or not leaves:
        return None
    lanes = min(len(leaves), _LANES)
    lane_height = _LANE_HEIGHTS[lanes > _FEW_LANES]
    drawn: dict[str, set[tuple[float, float, float]]] = defaultdict(set)
    for n, node in enumerate(leaves):
        start = part_of_wall(report, node.start_time)
        end = part_of_wall(report, node.end_time)
        if start is not None and end is not None:
            x, width = _boxed(start, end)
            drawn[tone(node)].add((x, n * lanes // len(leaves) * lane_height, width))
    return Overview(
        height=lanes * lane_height,
        leaves=tuple(_shape(name, boxes, lane_height - 1) for name, boxes in drawn.items()),
        classes=_classes(voice),
        marks=marks(voice),
    )


def _classes(voice: Voice) -> tuple[Shape, ...]:
    report = voice.report
    drawn: dict[str, set[tuple[float, float, float]]] = defaultdict(set)
    for section in report.critical_path:
        start = part_of_wall(report, section.start_time) or 0.0
        end = part_of_wall(report, section.end_time) or 0.0
        if end > start:
            x, width = _boxed(start, end, least=0)
            drawn[section.section_class].add((x, 0, width))
    return tuple(_shape(name, boxes, 10) for name, boxes in drawn.items())


def _boxed(start: float, end: float, least: float = 2) -> tuple[float, float]:
    width = max(least, round((end - start) * _OVERVIEW_WIDTH, 1))
    return round(min(start * _OVERVIEW_WIDTH, _OVERVIEW_WIDTH - width), 1), width


def _shape(name: str, boxes: set[tuple[float, float, float]], height: float) -> Shape:
    path = "".join(f"M{x:g} {y:g}h{w:g}v{height:g}h-{w:g}z" for x, y, w in sorted(boxes))
    return Shape(name=name, path=path)


def ledger_pieces(ledger: Mapping[str, float]) -> tuple[Piece, ...]:
    """Return the ledger as pieces of one stacked bar, in its order."""
    whole = sum(ledger.values())
    if whole <= 0:
        return ()
    edges = accumulate((seconds / whole for seconds in ledger.values()), initial=0.0)
    return tuple(
        Piece(name=name, x=percent(left), width=percent(right - left))
        for name, (left, right) in zip(ledger, pairwise(edges), strict=True)
    )
