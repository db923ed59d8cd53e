"""How many leaves worked at once, over time."""

from datetime import tzinfo
from pathlib import Path
from typing import Final

import matplotlib.dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sops_report.charts.axes import time_axis
from sops_report.charts.save import Chart
from sops_report.charts.style import COLOURS, house_style
from sops_report.charts.texts import Texts, say_missing
from sops_report.rendering.visible import line
from sops_report.rendering.voice import Voice
from sops_report.report.model import Report
from sops_report.words import Language, say
from sops_report.words.lengths import display_zone, number

_SIZE: Final = (11.0, 3.0)
_HEADROOM: Final = 1.12


def concurrency(
    report: Report,
    *,
    language: Language = Language.EN,
    zone: tzinfo | None = None,
    font: Path | None = None,
) -> Figure:
    """Draw how many leaves worked at once; waiting for people, timers and skips is no work.

    Args:
        report: What `build_report` made.
        language: Of the words.
        zone: Of the time axis; by default the snapshot's own offset, else UTC.
        font: A font file to prefer.

    Warns:
        MissingGlyphsWarning: Some texts were drawn in another way, for want of a font.

    Raises:
        UsageError: *font* cannot be read.
    """
    zone = display_zone(report.task.offset_minutes, zone)
    voice = Voice(report=report, language=language, zone=zone)
    title = line(report.verdict.title[language])
    texts = Texts.fitting([title], language, font)
    with house_style(texts.fonts.families):
        figure = Chart(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(texts.title(title, report), parse_math=False)
        axes.spines[["top", "right"]].set_visible(False)
        if report.concurrency:
            _draw(axes, voice, texts.language)
        else:
            axes.set_axis_off()
            said = say("chart.no_work", texts.language)
            axes.text(0.0, 0.5, said, transform=axes.transAxes)
    say_missing(texts.fonts, [])
    return figure


def _draw(axes: Axes, voice: Voice, language: Language) -> None:
    moments, counts = zip(*voice.report.concurrency, strict=True)
    days = mdates.date2num(moments)
    axes.fill_between(days, counts, step="post", color=COLOURS["success"], linewidth=0)
    peak = max(counts)
    at = counts.index(peak)
    axes.annotate(
        say("chart.peak", language, n=number(peak)), (days[at], peak), (0, 4),
        textcoords="offset points",
    )  # fmt: skip
    axes.set_ylim(0, peak * _HEADROOM)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel(say("page.concurrency", language))
    time_axis(axes, float(days[0]), float(days[-1]), voice, language)
