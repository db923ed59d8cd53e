"""What the Gantt chart paints: one collection a state, the path, earlier attempts and waits."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import matplotlib.dates as mdates
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch

from sops_report.charts import rows
from sops_report.charts.axes import Box, corners
from sops_report.charts.style import COLOURS, HATCHES, INK
from sops_report.rendering.bars import LONGEST_HAND_OVER, standstills
from sops_report.report.model import Node
from sops_report.states import GROUPS
from sops_report.words import Language, say

CRITICAL: Final = "critical path"
ATTEMPT: Final = "attempt"
WAIT: Final = "wait"
MOST_DETAILED: Final = 600
_LEAF, _CONTAINER = 0.36, 0.16  # half heights
_TRIED, _WAITED = 0.2, 0.1
_THINNEST: Final = 0.0015  # of the whole width: zero-second nodes are seen
_WAIT_COLOUR: Final = "#b9c2c7"
_NEVER: Final = 1e-6  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A node's bar: row number from the top, times as Matplotlib's days."""

    node: Node
    row: int
    left: float
    right: float

    def box(self) -> Box:
        """Return the bar's edges."""
        half = _LEAF if self.node.is_leaf else _CONTAINER
        return self.left, self.right, self.row - half, self.row + half


def bars_of(shown: Sequence[Node]) -> list[Bar]:
    """Return the bars of the rows that ever started."""
    spans = [(row, node, rows.span(node)) for row, node in enumerate(shown)]
    placed = [(row, node, ends) for row, node, ends in spans if ends]
    if not placed:
        return []
    days = mdates.date2num([moment for _, _, ends in placed for moment in ends])
    least = (days.max() - days.min()) * _THINNEST or _NEVER
    return [
        Bar(node=node, row=row, left=left, right=max(right, left + least))
        for (row, node, _), left, right in zip(
            placed, days[0::2].tolist(), days[1::2].tolist(), strict=True
        )
    ]


def collections_of(bars: Sequence[Bar]) -> Mapping[str, PolyCollection]:
    """Return a collection a state, then what occurs of waits, earlier attempts and the path.

    Rows of a pixel have no room for waits and attempts, and hatches of thousands take seconds.
    """
    by_group: dict[str, list[Box]] = defaultdict(list)
    for bar in bars:
        by_group[bar.node.state_group].append(bar.box())
    painted = {
        group: PolyCollection(
            corners(boxes),
            facecolors=COLOURS[group],
            edgecolors="white" if group in HATCHES else "none",
            hatch=HATCHES.get(group),
            linewidths=0,
        )
        for group, boxes in by_group.items()
    }
    detailed = bars if len(bars) <= MOST_DETAILED else ()
    waits = [box for bar in detailed for box in _waits(bar)]
    if waits:
        painted[WAIT] = PolyCollection(
            corners(waits), facecolors=_WAIT_COLOUR, edgecolors="white", hatch="////", linewidths=0
        )
    tried = [box for bar in detailed for box in _attempts(bar)]
    if tried:
        painted[ATTEMPT] = PolyCollection(
            corners(tried), facecolors=COLOURS["failed"], edgecolors="none", alpha=0.6
        )
    critical = [bar.box() for bar in bars if bar.node.on_critical_path]
    if critical:
        painted[CRITICAL] = PolyCollection(
            corners(critical), facecolors="none", edgecolors=INK, linewidths=1.1, zorder=3
        )
    return painted


def patches_of(collections: Mapping[str, PolyCollection], language: Language) -> list[Patch]:
    """Return what the legend has to explain of them."""
    patches = [
        Patch(
            facecolor=COLOURS[group],
            edgecolor="white" if group in HATCHES else "none",
            hatch=HATCHES.get(group),
            label=say(f"group.{group}", language),
        )
        for group in GROUPS
        if group in collections
    ]
    if WAIT in collections:
        words = say("page.legend.wait", language)
        patches.append(Patch(facecolor=_WAIT_COLOUR, edgecolor="white", hatch="////", label=words))
    if ATTEMPT in collections:
        words = say("class.attempt", language)
        patches.append(Patch(facecolor=COLOURS["failed"], alpha=0.6, label=words))
    if CRITICAL in collections:
        words = say("term.critical_path", language)
        patches.append(Patch(facecolor="none", edgecolor=INK, linewidth=1.1, label=words))
    return patches


def _waits(bar: Bar) -> Iterator[Box]:
    for begin, until in standstills(bar.node):
        if (until - begin).total_seconds() > LONGEST_HAND_OVER:
            yield _day(begin), _day(until), bar.row - _WAITED, bar.row + _WAITED


def _attempts(bar: Bar) -> Iterator[Box]:
    for tried in bar.node.attempts:
        if tried.start_time is not None and tried.failed:
            left = _day(tried.start_time)
            right = max(left, _day(tried.end_time or tried.start_time))
            yield left, right, bar.row - _TRIED, bar.row + _TRIED


def _day(moment: datetime) -> float:
    return float(mdates.date2num(moment))
