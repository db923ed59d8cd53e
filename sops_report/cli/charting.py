"""``chart``: the run painted with Matplotlib, as a picture to attach."""

import warnings
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import Font, Force, Talk, on_source
from sops_report.cli.outputs import check_targets
from sops_report.redaction.report import redact
from sops_report.report.build import build_report
from sops_report.snapshot import Snapshot

Out = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="help.chart_out")]


class Kind(StrEnum):
    """What is painted."""

    GANTT = "gantt"
    LEDGER = "ledger"
    CONCURRENCY = "concurrency"


Which = Annotated[Kind, typer.Option("--kind", show_default=False, help="help.chart_kind")]
Rows = Annotated[int, typer.Option("--max-rows", min=1, metavar="N", help="help.max_rows")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("chart", cls=Command, help="help.chart")(chart)


@on_source
def chart(  # noqa: PLR0913 - options
    snapshot: Snapshot,
    talk: Talk,
    *,
    out: Out,
    kind: Which = Kind.GANTT,
    max_rows: Rows = 200,
    font: Font = None,
    force: Force = False,
) -> None:
    """Paint a chart."""
    check_targets([out], force=force)
    paint(snapshot, talk, out, kind, max_rows=max_rows, font=font, force=force)
    typer.echo(str(out))


def paint(  # noqa: PLR0913 - options
    snapshot: Snapshot,
    talk: Talk,
    out: Path,
    kind: Kind = Kind.GANTT,
    *,
    max_rows: int = 200,
    font: Path | None = None,
    force: bool = False,
) -> None:
    """Paint a chart into a file; secrets are masked, a missing font is told in words."""
    from sops_report import charts  # noqa: PLC0415 - brings Matplotlib

    made, _ = redact(build_report(snapshot, zone=talk.zone))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", charts.MissingGlyphsWarning)
        figure = charts.draw(
            kind, made, language=talk.language, zone=talk.zone, max_rows=max_rows, font=font
        )
    charts.save(figure, out, force=force)
    if any(issubclass(warning.category, charts.MissingGlyphsWarning) for warning in caught):
        talk.tell("talk.no_font")
