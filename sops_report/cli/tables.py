"""``nodes``: the node table in the terminal, as a file or on standard output."""

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import Force, Talk, on_source
from sops_report.cli.outputs import check_targets, is_stdout, put, width
from sops_report.errors import UsageError
from sops_report.rendering.table import render_table
from sops_report.report.build import build_report
from sops_report.snapshot import Snapshot
from sops_report.words.lengths import display_zone

Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="help.nodes_out")]
To = Annotated[str | None, typer.Option("--to", "-t", metavar="FORMAT", help="help.nodes_to")]
Excel = Annotated[bool, typer.Option("--excel", help="help.excel")]
Raw = Annotated[bool, typer.Option("--raw", help="help.raw")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("nodes", cls=Command, help="help.nodes")(nodes)


@on_source
def nodes(  # noqa: PLR0913 - options
    snapshot: Snapshot,
    talk: Talk,
    *,
    out: Out = None,
    to: To = None,
    excel: Excel = False,
    raw: Raw = False,
    force: Force = False,
) -> None:
    """Write the node table."""
    if out is not None:
        check_targets([out], force=force)
    if out is None and to is None:
        typer.echo(_terminal_table(snapshot, talk), nl=False)
        return
    from sops_report import export, table  # noqa: PLC0415 - bring pandas

    frame = table.nodes(snapshot)
    if out is None or is_stdout(out):
        if to is None:
            raise UsageError("to-needed", path="-", known=", ".join(export.TEXT_FORMATS))
        begin = "\ufeff" * (excel and to == "csv")
        put(chain([begin], export.table_pieces(frame, to, guard=not raw)))
        return
    export.write_table(frame, out, force=force, bom=excel, guard=not raw, language=talk.language)
    typer.echo(str(out))


def _terminal_table(snapshot: Snapshot, talk: Talk) -> str:
    made = build_report(snapshot, zone=talk.zone)
    zone = display_zone(made.task.offset_minutes, talk.zone)
    return render_table(made, talk.language, zone, width(120))
