"""From moments to places: the axis of all drawings, long standstills folded into a break.

A standstill that takes more than 60 % of the axis would press everything else into a corner. It is
drawn as a band of fixed width with its true length on it, so the rest can be read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from sops_report.report.model import Node, Report
from sops_report.report.nodes import NodeColumns

_FOLDED_FROM: Final = 0.6
_BAND: Final = 0.16
_INSTANT: Final = 0.08  # what a run without any length keeps of the axis beside its idle band


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of the axis.

    Attributes:
        start_s, end_s: Seconds since the task's start.
        left, right: Where it is drawn, 0 … 1.
        is_break: Drawn as a band of fixed width, not to scale.
        is_idle: The time after the end of a task that stands still.
    """

    start_s: float
    end_s: float
    left: float
    right: float
    is_break: bool
    is_idle: bool

    def place(self, seconds: float) -> float:
        """Return where a moment of this piece stands, 0 … 1."""
        length = self.end_s - self.start_s
        part = (seconds - self.start_s) / length if length > 0 else 0.0
        return self.left + min(1.0, max(0.0, part)) * (self.right - self.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The axis of one report.

    Attributes:
        start: The task's start.
        pieces: In order of time; the first begins at 0 s.
    """

    start: datetime
    pieces: tuple[Piece, ...]

    @property
    def drawn_s(self) -> float:
        """The seconds that are drawn to scale."""
        return sum(piece.end_s - piece.start_s for piece in self.pieces if not piece.is_break)

    @property
    def second(self) -> float:
        """The width of one second, 0 … 1; 0 where nothing has a length."""
        width = sum(piece.right - piece.left for piece in self.pieces if not piece.is_break)
        return width / self.drawn_s if self.drawn_s else 0.0

    def place(self, when: datetime | None) -> float | None:
        """Return where a moment stands, 0 … 1, kept within the axis; None for None."""
        if when is None:
            return None
        seconds = (when - self.start).total_seconds()
        for piece in self.pieces:
            if seconds <= piece.end_s:
                return piece.place(seconds)
        return self.pieces[-1].place(seconds)

    def places(self, moments: Iterable[datetime | None]) -> dict[datetime | None, float | None]:
        """Return where moments stand; of many that are the same each is placed once."""
        return {when: self.place(when) for when in set(moments)}


def scale_of(report: Report) -> Scale | None:
    """Return the axis of a report; None without times."""
    task = report.task
    if task.start_time is None or task.wall_s is None:
        return None
    edges = [0.0, task.wall_s]
    whole, idle = task.wall_s, task.idle_s or 0.0
    is_long_idle = idle > _FOLDED_FROM * (whole + idle)
    gap = _longest_gap(report.nodes, task.start_time, whole)
    has_gap = gap[1] - gap[0] > _FOLDED_FROM * (whole + (0 if is_long_idle else idle))
    if has_gap:
        edges[1:1] = [edge for edge in gap if 0 < edge < whole]
    raw = [(start, end, has_gap and (start, end) == gap, False) for start, end in pairwise(edges)]
    if idle:
        raw.append((whole, whole + idle, is_long_idle, True))
    return Scale(start=task.start_time, pieces=tuple(_placed(raw)))


def _placed(raw: list[tuple[float, float, bool, bool]]) -> Iterator[Piece]:
    n_breaks = sum(is_break for *_, is_break, _ in raw)
    drawn_s = sum(end - start for start, end, is_break, _ in raw if not is_break)
    band = _BAND if drawn_s else (1 - _INSTANT) / max(1, n_breaks)
    room, left = 1 - band * n_breaks, 0.0
    for start, end, is_break, is_idle in raw:
        share = room * (end - start) / drawn_s if drawn_s else room
        right = min(1.0, left + (band if is_break else share))
        yield Piece(start_s=start, end_s=end, left=left, right=right,
                    is_break=is_break, is_idle=is_idle)  # fmt: skip
        left = right


def _longest_gap(nodes: Sequence[Node], start: datetime, wall_s: float) -> tuple[float, float]:
    """Return the longest time in which no leaf was under way, its earlier attempts included."""
    if isinstance(nodes, NodeColumns):
        from sops_report.rendering.arrays import scale as arrays  # noqa: PLC0415 - start-up

        return arrays.longest_gap(nodes, start, wall_s)
    reached, longest = 0.0, (0.0, 0.0)
    for begin, end in [*sorted(_intervals(nodes, start)), (wall_s, wall_s)]:
        if min(begin, wall_s) - reached > longest[1] - longest[0]:
            longest = reached, min(begin, wall_s)
        reached = max(reached, end)
    return longest


def _intervals(nodes: Sequence[Node], start: datetime) -> Iterator[tuple[float, float]]:
    spans = {(node.start_time, node.end_time) for node in nodes if node.is_leaf}
    spans.update(
        (tried.start_time, tried.end_time)
        for node in nodes
        if node.attempts and node.is_leaf
        for tried in node.attempts
    )
    last: dict[datetime, datetime] = {}  # of those that begin together the longest will do
    for begin, end in spans:
        if begin is not None:
            last[begin] = max(last.get(begin, begin), end or begin)
    for begin, end in last.items():
        yield (begin - start).total_seconds(), (end - start).total_seconds()
