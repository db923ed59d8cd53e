"""Where things stand in the page's timeline: numbers only, the templates make the SVG.

Places along the time axis are parts of the drawing's width, so bars grow with the page while texts
keep their size. Labels, bars and lengths of a row share its y, so they cannot fall out of step.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from sops_report.rendering.axis import Tick, ticks_on
from sops_report.rendering.bars import WIDTH, Bars, bars_of
from sops_report.rendering.rows import Row
from sops_report.rendering.scale import Scale
from sops_report.rendering.visible import cells, clip
from sops_report.rendering.voice import Voice, tone
from sops_report.report.model import Node

ROW_HEIGHT: Final = 24
HEAD_HEIGHT: Final = 36
STRIP_HEIGHT: Final = 48
_STRIP_BAR: Final = 34
_STRIP_STEPS: Final = 1000
_INDENT: Final = 14
_DEEPEST: Final = 14
_LABEL_CELLS: Final = 52
_EDGES: Final = (0.05, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The texts of one row.

    Attributes:
        y: The texts' baseline, pixels.
        indent: Where the label begins, pixels.
        label: Cut to fit, with what is folded into the row.
        anchor: The node's anchor if it is listed in the table, else empty.
        tone: Name of its colour.
        remark: The state's word, where it is no plain success.
        length: The duration in words.
    """

    y: int
    indent: int
    label: str
    anchor: str
    tone: str
    remark: str
    length: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """The state letters of one colour: one text, a place for each of its characters."""

    tone: str
    text: str
    x: str
    y: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A mark beside a bar: failed ✕, skipped », running ▶, retried ↻."""

    x: str
    y: int
    text: str
    tone: str
    is_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A tick as the templates need it."""

    x: str
    anchor: str
    text: str
    date: str
    is_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A standstill on the axis; a folded one is not to scale and says its true length."""

    x: str
    middle: str
    width: str
    text: str
    is_idle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """How many leaves were at work over time."""

    path: str
    peak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A drawing of some consecutive rows, 1-based numbers."""

    first: int
    last: int
    top: int
    height: int
    lines: tuple[Line, ...]
    letters: tuple[Letters, ...]
    bars: Bars
    signs: tuple[Sign, ...]
    bands: tuple[Band, ...]
    marks: tuple[Mark, ...]
    strip: Strip | None


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


def chunk(
    voice: Voice, scale: Scale, rows: Sequence[Row], first: int, listed: frozenset[int]
) -> Chunk:
    """Return the drawing of *rows*.

    Args:
        voice: The report and its words.
        scale: Its axis.
        rows: Consecutive rows.
        first: The 1-based number of the first of them.
        listed: The positions that the node table lists: their labels become links.
    """
    strip = _strip(voice, scale) if first == 1 else None
    top = HEAD_HEIGHT + (STRIP_HEIGHT if strip else 0)
    placed = [(row, top + ROW_HEIGHT * n) for n, row in enumerate(rows)]
    return Chunk(
        first=first,
        last=first + len(rows) - 1,
        top=top,
        height=top + ROW_HEIGHT * len(rows) + 4,
        lines=tuple(_line(voice, row, y, listed) for row, y in placed),
        letters=_letters(voice, placed),
        bars=bars_of(scale, ((row.node, y) for row, y in placed)),
        signs=tuple(sign for row, y in placed for sign in _signs(scale, row.node, y)),
        bands=bands(voice, scale),
        marks=marks(voice, scale),
        strip=strip,
    )


def _line(voice: Voice, row: Row, y: int, listed: frozenset[int]) -> Line:
    node = row.node
    indent = _indent(node)
    suffix = voice.say("report.retries_mark", n=node.retry) if node.retry else ""
    if row.n_folded:
        suffix += f" {voice.folded(row.fold)}"
    ran = node.start_time is not None
    room = max(8, _LABEL_CELLS - indent // 7 - cells(suffix))
    return Line(
        y=y + 16,
        indent=indent,
        label=f"{clip(voice.label(node), room)} {suffix}".rstrip(),
        anchor=node.anchor if node.position in listed else "",
        tone=tone(node),
        remark="" if tone(node) == "success" else voice.tone_word(tone(node)),
        length=voice.measured(node.duration_s) if ran else voice.say("report.never_ran"),
    )


def _indent(node: Node) -> int:
    return 22 + _INDENT * min(node.depth, _DEEPEST)


def _letters(voice: Voice, placed: Sequence[tuple[Row, int]]) -> tuple[Letters, ...]:
    by_tone: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for row, y in placed:
        letter = voice.letter(row.node)
        by_tone[tone(row.node)].append((letter, _indent(row.node) - 18, y + 16))
    return tuple(
        Letters(
            tone=name,
            text="".join(letter for letter, _, _ in found),
            x=" ".join(str(x) for _, x, _ in found),
            y=" ".join(str(y) for _, _, y in found),
        )
        for name, found in by_tone.items()
    )


def _signs(scale: Scale, node: Node, y: int) -> Iterator[Sign]:
    start, end = scale.place(node.start_time), scale.place(node.end_time)
    if start is None or end is None or not node.is_leaf:
        return
    after = {"failed": "✕", "skipped": "»", "running": "▶"}.get(tone(node))
    if after:
        yield Sign(x=percent(end), y=y + 17, text=after, tone=tone(node), is_before=False)
    if node.retry:
        yield Sign(x=percent(start), y=y + 17, text="↻", tone="failed", is_before=True)


def marks(voice: Voice, scale: Scale) -> tuple[Mark, ...]:
    """Return the ticks of the axis."""
    return tuple(map(_mark, ticks_on(scale, voice.zone)))


def _mark(tick: Tick) -> Mark:
    anchor = "start" if tick.part < _EDGES[0] else "end" if tick.part > _EDGES[1] else "middle"
    is_day = tick.text == "00:00" or "-" in tick.text
    return Mark(x=percent(tick.part), anchor=anchor, text=tick.text, date=tick.date, is_day=is_day)


def bands(voice: Voice, scale: Scale) -> tuple[Band, ...]:
    """Return the standstills: idle time after the end, and folded gaps inside."""
    return tuple(
        Band(
            x=percent(piece.left),
            middle=percent((piece.left + piece.right) / 2),
            width=percent(piece.right - piece.left),
            text=f"≈ {voice.rough(piece.end_s - piece.start_s)} ≈" if piece.is_break else "",
            is_idle=piece.is_idle,
        )
        for piece in scale.pieces
        if piece.is_break or piece.is_idle
    )


def _strip(voice: Voice, scale: Scale) -> Strip | None:
    steps = voice.report.concurrency
    peak = max((count for _, count in steps), default=0)
    if peak < 2:  # noqa: PLR2004 - one leaf at a time is what the bars show already
        return None
    places = scale.places(when for when, _ in steps)
    columns = [
        (left, right, count)
        for (begin, count), (until, _) in pairwise(steps)
        if count and (left := places[begin]) is not None and (right := places[until]) is not None
    ]
    if len(columns) > _STRIP_STEPS:
        columns = _coarse(columns)
    return Strip(path=_steps(columns, peak), peak=peak)


def _steps(columns: Sequence[tuple[float, float, int]], peak: int) -> str:
    """Return neighbouring columns as one outline; a gap begins another."""
    base = HEAD_HEIGHT + STRIP_HEIGHT - 6
    drawn: list[str] = []
    reached = -1.0
    for left, right, count in columns:
        if left != reached:
            drawn.append(f"V{base}z" * bool(drawn) + f"M{left * WIDTH:.4g} {base}")
        drawn.append(f"V{base - _STRIP_BAR * count / peak:.3g}H{right * WIDTH:.4g}")
        reached = right
    return "".join([*drawn, f"V{base}z" * bool(drawn)])


def _coarse(columns: Sequence[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    """Return the largest count of each of a thousand columns: points follow pixels, not steps."""
    most: dict[int, int] = defaultdict(int)
    for left, right, count in columns:
        for at in range(int(left * WIDTH), min(WIDTH - 1, int(right * WIDTH)) + 1):
            most[at] = max(most[at], count)
    return [(at / WIDTH, (at + 1) / WIDTH, count) for at, count in sorted(most.items())]


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
