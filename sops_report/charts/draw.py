"""Any of our charts by its name."""

from datetime import tzinfo
from pathlib import Path

from matplotlib.figure import Figure

from sops_report.charts.concurrency import concurrency
from sops_report.charts.gantt import gantt
from sops_report.charts.ledger import ledger_bar
from sops_report.report.model import Report
from sops_report.words import Language


def draw(  # noqa: PLR0913 - options
    kind: str,
    report: Report,
    *,
    language: Language = Language.EN,
    zone: tzinfo | None = None,
    max_rows: int = 200,
    font: Path | None = None,
) -> Figure:
    """Draw the chart that is called *kind*: ``gantt``, ``ledger`` or ``concurrency``.

    Args:
        kind: Which one.
        report: What `build_report` made.
        language: Of the words.
        zone: Of the time axis; by default the snapshot's own offset, else UTC.
        max_rows: The most rows of a Gantt chart.
        font: A font file to prefer.

    Warns:
        MissingGlyphsWarning: Some texts were drawn in another way, for want of a font.

    Raises:
        ValueError: There is no such chart.
        UsageError: *font* cannot be read.
    """
    if kind == "gantt":
        return gantt(report, language=language, zone=zone, max_rows=max_rows, font=font)
    if kind == "ledger":
        return ledger_bar(report, language=language, font=font)
    if kind == "concurrency":
        return concurrency(report, language=language, zone=zone, font=font)
    raise ValueError(f"{kind!r} is no chart: gantt, ledger, concurrency")
