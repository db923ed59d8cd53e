"""The Gantt chart of a report: one row a node, one collection of bars a state."""

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sops_report.charts import rows
from sops_report.charts.axes import time_axis
from sops_report.charts.bars import MOST_DETAILED, Bar, bars_of, collections_of, patches_of
from sops_report.charts.save import Chart
from sops_report.charts.style import COLOURS, house_style
from sops_report.charts.texts import Texts, say_missing
from sops_report.rendering.visible import line
from sops_report.rendering.voice import Voice
from sops_report.report.model import Report
from sops_report.words import Language, say
from sops_report.words.lengths import display_zone

_WIDTH: Final = 11.0  # inches
_ROW: Final = 0.19
_FRAME: Final = 1.7
_TALLEST_UNNAMED: Final = 14.0


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
    named = len(shown) <= MOST_DETAILED
    labels = [rows.label(node, voice) for node in shown] if named else []
    title = line(report.verdict.title[language])
    texts = Texts.fitting([*labels, title], language, font)
    with house_style(texts.fonts.families):
        figure = _figure(len(shown), named=named)
        axes = figure.add_subplot()
        axes.set_title(texts.title(title, report), parse_math=False)
        numbers = texts.labels(axes, labels, shown)
        bars = bars_of(shown)
        if bars:
            _show_time(axes, bars, voice, texts.language)
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
    axes: Axes, n_rows: int, bars: Sequence[Bar], language: Language
) -> list[Patch | Line2D]:
    """Draw bars and marks; return what the legend has to explain."""
    axes.set_ylim(n_rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    if not bars:
        axes.set_xticks([])
        axes.text(0.5, 0.5, say("chart.no_times", language), transform=axes.transAxes, ha="center")
        return []
    collections = collections_of(bars)
    for collection in collections.values():
        axes.add_collection(collection, autolim=False)
    return [*patches_of(collections, language), *_marks(axes, bars, language)]


def _show_time(axes: Axes, bars: Sequence[Bar], voice: Voice, language: Language) -> None:
    left, right = min(bar.left for bar in bars), max(bar.right for bar in bars)
    time_axis(axes, left, right, voice, language)


def _marks(axes: Axes, bars: Sequence[Bar], language: Language) -> list[Line2D]:
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


def _footnotes(report: Report, n_shown: int, language: Language, *, numbered: bool) -> list[str]:
    lines = []
    n_all = len(report.nodes)
    if n_shown < n_all:
        values = {"left": f"{n_all - n_shown:,}", "all": f"{n_all:,}"}
        lines.append(say("chart.left_out", language, **values))
    if n_shown > MOST_DETAILED:
        lines.append(say("chart.no_names", language, rows=f"{n_shown:,}"))
    if numbered:
        lines.append(say("chart.numbered", language))
    return lines
