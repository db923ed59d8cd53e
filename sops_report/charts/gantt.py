"""The Gantt chart of a report: one row a node, one collection of bars a state."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

import matplotlib.dates as mdates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sops_report.charts import rows
from sops_report.charts.save import Chart
from sops_report.charts.style import COLOURS, HATCHES, INK, house_style
from sops_report.charts.texts import Texts, say_missing
from sops_report.rendering.visible import line
from sops_report.rendering.voice import Voice
from sops_report.report.model import Node, Report
from sops_report.states import GROUPS
from sops_report.words import Language, say
from sops_report.words.lengths import display_zone

_WIDTH: Final = 11.0  # inches
_ROW: Final = 0.19
_FRAME: Final = 1.7
_TALLEST_UNNAMED: Final = 14.0
_MOST_NAMES: Final = 600
_LEAF, _CONTAINER = 0.36, 0.16  # half heights
_THINNEST: Final = 0.0015  # of the whole width: zero-second nodes are seen
_CRITICAL: Final = "critical path"
_TICKS: Final = ("%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%H:%M:%S")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """A node's bar: row number from the top, times as Matplotlib's days."""

    node: Node
    row: int
    left: float
    right: float


def gantt(
    report: Report,
    *,
    language: Language = Language.EN,
    zone: tzinfo | None = None,
    max_rows: int = 200,
    font: Path | None = None,
) -> Figure:
    """Draw when each node ran.

    Args:
        report: What `build_report` made.
        language: Of the words; node names stay as they are.
        zone: Of the time axis; by default the snapshot's own offset, else UTC.
        max_rows: The most nodes to draw; what was left out is said below the chart.
        font: A font file to prefer.

    Returns:
        A figure that belongs to nobody: not to pyplot, and without a window.

    Warns:
        MissingGlyphsWarning: Some texts were drawn as numbers, for want of a font.

    Raises:
        UsageError: *font* cannot be read.
    """
    zone = display_zone(report.task.offset_minutes, zone)
    voice = Voice(report=report, language=language, zone=zone)
    shown = rows.select(voice, max_rows)
    named = len(shown) <= _MOST_NAMES
    labels = [rows.label(node, voice) for node in shown] if named else []
    title = line(report.verdict.title[language])
    texts = Texts.fitting([*labels, title], language, font)
    with house_style(texts.fonts.families):
        figure = _figure(len(shown), named=named)
        axes = figure.add_subplot()
        axes.set_title(texts.title(title, report), parse_math=False)
        numbers = texts.labels(axes, labels, shown)
        bars = _bars(shown)
        if bars:
            _time_axis(axes, bars, voice, texts.language)
        handles = _paint(axes, len(shown), bars, texts.language)
        notes = _footnotes(report, len(shown), texts.language, numbered=bool(numbers))
        figure.legend(
            handles=handles, loc="outside lower left", ncols=6, frameon=False,
            title="\n".join(notes), title_fontsize=8, alignment="left",
        )  # fmt: skip
    say_missing(texts.fonts, numbers)
    return figure


def _figure(n_rows: int, *, named: bool) -> Figure:
    height = n_rows * _ROW if named else min(n_rows * _ROW, _TALLEST_UNNAMED)
    return Chart(figsize=(_WIDTH, height + _FRAME), layout="constrained")


def _paint(
    axes: Axes, n_rows: int, bars: Sequence[_Bar], language: Language
) -> list[Patch | Line2D]:
    """Draw bars and marks; return what the legend has to explain."""
    axes.set_ylim(n_rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    if not bars:
        axes.set_xticks([])
        axes.text(0.5, 0.5, say("chart.no_times", language), transform=axes.transAxes, ha="center")
        return []
    collections = _collections(bars)
    for collection in collections.values():
        axes.add_collection(collection, autolim=False)
    return [*_patches(collections, language), *_marks(axes, bars, language)]


def _bars(shown: Sequence[Node]) -> list[_Bar]:
    spans = [(row, node, rows.span(node)) for row, node in enumerate(shown)]
    placed = [(row, node, ends) for row, node, ends in spans if ends]
    if not placed:
        return []
    days = mdates.date2num([moment for _, _, ends in placed for moment in ends])
    least = (days.max() - days.min()) * _THINNEST or 1e-6
    return [
        _Bar(node=node, row=row, left=left, right=max(right, left + least))
        for (row, node, _), left, right in zip(
            placed, days[0::2].tolist(), days[1::2].tolist(), strict=True
        )
    ]


def _time_axis(axes: Axes, bars: Sequence[_Bar], voice: Voice, language: Language) -> None:
    left, right = min(bar.left for bar in bars), max(bar.right for bar in bars)
    margin = 0.015 * (right - left)
    axes.set_xlim(left - margin, right + margin)
    locator = mdates.AutoDateLocator(tz=voice.zone, minticks=4, maxticks=9)
    formatter = mdates.ConciseDateFormatter(
        locator,
        tz=voice.zone,
        formats=list(_TICKS),
        zero_formats=["", "%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M"],
        offset_formats=["", "%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%d", "%Y-%m-%d"],
    )
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.grid(axis="x")
    axes.set_xlabel(say("chart.axis", language, zone=voice.zone_name()))


def _collections(bars: Sequence[_Bar]) -> Mapping[str, PolyCollection]:
    """Return one collection a state, and one that outlines the critical path."""
    by_group: dict[str, list[_Bar]] = defaultdict(list)
    for bar in bars:
        by_group[bar.node.state_group].append(bar)
    painted = {
        group: PolyCollection(
            _corners(of_group),
            facecolors=COLOURS[group],
            edgecolors="white" if group in HATCHES else "none",
            hatch=HATCHES.get(group),
            linewidths=0,
        )
        for group, of_group in by_group.items()
    }
    critical = [bar for bar in bars if bar.node.on_critical_path]
    if critical:
        painted[_CRITICAL] = PolyCollection(
            _corners(critical), facecolors="none", edgecolors=INK, linewidths=1.1, zorder=3
        )
    return painted


def _corners(bars: Sequence[_Bar]) -> Any:  # noqa: ANN401 - see below
    """Return the rectangles as one array of shape (bars, 4, 2).

    Matplotlib's types ask for a list of arrays; with one array it is three times as fast.
    """
    half = np.array([_LEAF if bar.node.is_leaf else _CONTAINER for bar in bars])
    row = np.array([bar.row for bar in bars], dtype=float)
    left = np.array([bar.left for bar in bars])
    right = np.array([bar.right for bar in bars])
    x = np.stack([left, right, right, left], axis=1)
    y = np.stack([row - half, row - half, row + half, row + half], axis=1)
    return np.stack([x, y], axis=2)


def _marks(axes: Axes, bars: Sequence[_Bar], language: Language) -> list[Line2D]:
    """Mark at their right ends what failed first, was skipped or is still open."""
    kinds = (
        ("X", COLOURS["failed"], say("term.root_cause", language), lambda n: n.is_root_cause),
        ("D", COLOURS["revoked"], say("class.skipped", language), lambda n: n.skip),
        (">", COLOURS["running"], say("class.running", language), lambda n: n.is_running),
    )
    drawn = []
    for marker, colour, words, holds in kinds:
        marked = [bar for bar in bars if holds(bar.node)]
        if marked:
            drawn += axes.plot(
                [bar.right for bar in marked],
                [bar.row for bar in marked],
                marker=marker, color=colour, markeredgecolor="white", markersize=7,
                linestyle="none", label=words, zorder=4, clip_on=False,
            )  # fmt: skip
    return drawn


def _patches(collections: Mapping[str, PolyCollection], language: Language) -> list[Patch]:
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
    if _CRITICAL in collections:
        words = say("term.critical_path", language)
        patches.append(Patch(facecolor="none", edgecolor=INK, linewidth=1.1, label=words))
    return patches


def _footnotes(report: Report, n_shown: int, language: Language, *, numbered: bool) -> list[str]:
    lines = []
    n_all = len(report.nodes)
    if n_shown < n_all:
        values = {"left": f"{n_all - n_shown:,}", "all": f"{n_all:,}"}
        lines.append(say("chart.left_out", language, **values))
    if n_shown > _MOST_NAMES:
        lines.append(say("chart.no_names", language, rows=f"{n_shown:,}"))
    if numbered:
        lines.append(say("chart.numbered", language))
    return lines
