"""Public functions that join rooms which do not know each other."""

from datetime import tzinfo
from pathlib import Path

from matplotlib.figure import Figure

from sops_report import charts
from sops_report.report.build import build_report
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
    """Paint when each node ran.

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
        build_report(snapshot, zone=zone),
        language=Language(language),
        zone=zone,
        max_rows=max_rows,
        font=None if font is None else Path(font),
    )
