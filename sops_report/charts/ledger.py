"""The ledger as one bar: where the wall time went."""

from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from sops_report.charts.save import Chart
from sops_report.charts.style import CLASS_COLOURS, CLASS_HATCHES, house_style
from sops_report.charts.texts import Texts, say_missing
from sops_report.rendering.visible import line
from sops_report.report.model import Report
from sops_report.words import Language, say
from sops_report.words.lengths import duration, share

_SIZE: Final = (9.0, 2.0)


def ledger_bar(
    report: Report, *, language: Language = Language.EN, font: Path | None = None
) -> Figure:
    """Draw the ledger as one stacked bar, largest class first.

    Args:
        report: What `build_report` made.
        language: Of the words.
        font: A font file to prefer.

    Warns:
        MissingGlyphsWarning: Some texts were drawn in another way, for want of a font.

    Raises:
        UsageError: *font* cannot be read.
    """
    title = line(report.verdict.title[language])
    texts = Texts.fitting([title], language, font)
    with house_style(texts.fonts.families):
        figure = Chart(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_title(texts.title(title, report), parse_math=False)
        total = sum(report.ledger.values())
        left = 0.0
        for name, seconds in report.ledger.items():
            words = say(f"class.{name}", texts.language)
            told = f"{words} {duration(seconds, texts.language)} ({share(seconds, total)})"
            axes.barh(
                0,
                seconds,
                left=left,
                color=CLASS_COLOURS[name],
                hatch=CLASS_HATCHES.get(name),
                label=told,
            )
            left += seconds
        if total:
            axes.set_xlim(0, total)
            figure.legend(loc="outside lower left", ncols=3, frameon=False)
        else:
            axes.text(0.0, 0.5, say("chart.no_ledger", texts.language), transform=axes.transAxes)
    say_missing(texts.fonts, [])
    return figure
