"""Public functions that join rooms which do not know each other."""

from datetime import tzinfo
from pathlib import Path

from matplotlib.figure import Figure

from sops_report import charts
from sops_report.redaction.report import redact
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.snapshot import Snapshot
from sops_report.words import Language


def gantt(
    snapshot: Snapshot,
    *,
    language: Language | str = Language.EN,
    zone: tzinfo | None = None,
    max_rows: int = 200,
    font: str | Path | None = None,
) -> Figure:
    """Paint when each node ran; secrets in names are masked.

    Args:
        snapshot: As `sops_report.read` returns it.
        language: Of the words; node names stay as they are.
        zone: Of the time axis; None means the snapshot's own offset, else UTC.
        max_rows: The most nodes to draw; what was left out is said below the chart.
        font: A font file to prefer.

    Returns:
        A Matplotlib figure, made without pyplot and without touching the global rcParams.

    Raises:
        UsageError: *font* cannot be read.
    """
    return charts.gantt(
        _made(snapshot, zone),
        language=Language(language),
        zone=zone,
        max_rows=max_rows,
        font=_path(font),
    )


def ledger_chart(
    snapshot: Snapshot,
    *,
    language: Language | str = Language.EN,
    font: str | Path | None = None,
) -> Figure:
    """Paint where the wall time went, as one stacked bar.

    Args:
        snapshot: As `sops_report.read` returns it.
        language: Of the words.
        font: A font file to prefer.

    Returns:
        A Matplotlib figure, as `gantt` returns it.

    Raises:
        UsageError: *font* cannot be read.
    """
    return charts.ledger_bar(_made(snapshot, None), language=Language(language), font=_path(font))


def concurrency_chart(
    snapshot: Snapshot,
    *,
    language: Language | str = Language.EN,
    zone: tzinfo | None = None,
    font: str | Path | None = None,
) -> Figure:
    """Paint how many leaves worked at once, over time.

    Args:
        snapshot: As `sops_report.read` returns it.
        language: Of the words.
        zone: Of the time axis; None means the snapshot's own offset, else UTC.
        font: A font file to prefer.

    Returns:
        A Matplotlib figure, as `gantt` returns it.

    Raises:
        UsageError: *font* cannot be read.
    """
    return charts.concurrency(
        _made(snapshot, zone), language=Language(language), zone=zone, font=_path(font)
    )


def _made(snapshot: Snapshot, zone: tzinfo | None) -> Report:
    return redact(build_report(snapshot, zone=zone))[0]


def _path(font: str | Path | None) -> Path | None:
    return None if font is None else Path(font)
