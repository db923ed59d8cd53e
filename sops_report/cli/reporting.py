"""``report`` and ``show``: the post-mortem as files, on standard output and in the terminal."""

from pathlib import Path
from typing import Annotated, Final

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import Force, Talk, on_source
from sops_report.cli.outputs import check_targets, is_coloured, is_stdout, put, width
from sops_report.errors import UsageError
from sops_report.files import write_whole
from sops_report.rendering import Format, render
from sops_report.rendering.text import render_text
from sops_report.report.build import build_report
from sops_report.report.naming import file_name
from sops_report.snapshot import Snapshot
from sops_report.words.lengths import display_zone

Out = Annotated[list[Path] | None, typer.Option("-o", "--out", metavar="FILE", help="help.out")]
To = Annotated[Format | None, typer.Option("--to", "-t", help="help.to")]

_OTHER_SUFFIXES: Final = {"htm": "html", "markdown": "md", "text": "txt"}


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
    own_name = Path(file_name(made, to or Format.HTML))
    targets = [path / own_name if path.is_dir() else path for path in out or [own_name]]
    formats = [_format_of(target, to) for target in targets]
    check_targets(targets, force=force)
    texts = [render(made, form, talk.language, talk.zone) for form in formats]
    for target, text in zip(targets, texts, strict=True):
        if is_stdout(target):
            put(text)
        else:
            write_whole(target, text.encode("utf-8", "replace"), force=force)
            typer.echo(str(target), err=any(map(is_stdout, targets)))


def _format_of(target: Path, to: Format | None) -> Format:
    """Return the format of one output: by the file's suffix, else by ``--to``."""
    suffix = target.suffix.removeprefix(".").lower()
    try:
        return Format(_OTHER_SUFFIXES.get(suffix, suffix))
    except ValueError:
        if to is not None:
            return to
        known = ", ".join(Format) if is_stdout(target) else ", ".join(f".{form}" for form in Format)
        key = "to-needed" if is_stdout(target) else "unknown-format"
        raise UsageError(key, path=target, known=known) from None


@on_source
def show(snapshot: Snapshot, talk: Talk) -> None:
    """Show the post-mortem in the terminal."""
    made = build_report(snapshot)
    zone = display_zone(made.task.offset_minutes, talk.zone)
    text = render_text(made, talk.language, zone, color=is_coloured(), width=width(100))
    typer.echo(text, nl=False)
