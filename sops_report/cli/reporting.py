"""``report`` and ``show``: the post-mortem as files, on standard output and in the terminal."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import Force, Talk, on_source
from sops_report.errors import UsageError
from sops_report.files import write_whole
from sops_report.rendering import Format, render
from sops_report.rendering.text import render_text
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.report.naming import file_name
from sops_report.snapshot import Snapshot
from sops_report.words.lengths import display_zone

Out = Annotated[list[Path] | None, typer.Option("-o", "--out", metavar="FILE", help="help.out")]
To = Annotated[Format | None, typer.Option("--to", "-t", help="help.to")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("report", cls=Command, help="help.report")(report)
    app.command("show", cls=Command, help="help.show")(show)


@on_source
def report(
    snapshot: Snapshot, talk: Talk, *, out: Out = None, to: To = None, force: Force = False
) -> None:
    """Write the post-mortem of a task."""
    made = build_report(snapshot)
    targets = out or [Path(file_name(made, to or Format.HTML))]
    formats = [_format_of(target, to) for target in targets]
    for target, form in zip(targets, formats, strict=True):
        text = render(made, form, talk.language, talk.zone)
        if str(target) == "-":
            typer.echo(text, nl=False)
        else:
            write_whole(target, text.encode("utf-8", "replace"), force=force)
            typer.echo(str(target))


def _format_of(target: Path, to: Format | None) -> Format:
    """Return the format of one output: by ``--to``, else by the file's suffix."""
    if to is not None:
        return to
    suffix = target.suffix.removeprefix(".").lower()
    try:
        return Format({"htm": "html", "markdown": "md", "text": "txt"}.get(suffix, suffix))
    except ValueError:
        known = ", ".join(f".{form}" for form in Format)
        key = "to-needed" if str(target) == "-" else "unknown-format"
        raise UsageError(key, path=target, known=known) from None


@on_source
def show(snapshot: Snapshot, talk: Talk) -> None:
    """Show the post-mortem in the terminal."""
    made = build_report(snapshot)
    typer.echo(_terminal_text(made, talk), nl=False)


def _terminal_text(made: Report, talk: Talk) -> str:
    zone = display_zone(made.task.offset_minutes, talk.zone)
    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if is_terminal else 100
    color = is_terminal and not os.environ.get("NO_COLOR")
    return render_text(made, talk.language, zone, color=color, width=width)
