"""``show``: the post-mortem in the terminal."""

import sys
from typing import Final

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import Ascii, Talk, on_source
from sops_report.cli.outputs import is_coloured, width
from sops_report.redaction.report import redact
from sops_report.rendering.text import render_text
from sops_report.rendering.textbars import in_ascii
from sops_report.report.build import build_report
from sops_report.snapshot import Snapshot
from sops_report.words.lengths import display_zone

_BLOCKS: Final = "█▏"


def add_to(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command("show", cls=Command, help="help.show")(show)


@on_source
def show(snapshot: Snapshot, talk: Talk, *, ascii_bars: Ascii = False) -> None:
    """Show the post-mortem in the terminal."""
    made, _ = redact(build_report(snapshot, zone=talk.zone))
    zone = display_zone(made.task.offset_minutes, talk.zone)
    text = render_text(made, talk.language, zone, color=is_coloured(), width=width(100))
    typer.echo(in_ascii(text) if ascii_bars or not _has_blocks() else text, nl=False)


def _has_blocks() -> bool:
    """Tell whether the terminal's encoding has the blocks that bars are made of."""
    # a closed standard output is none at all
    try:
        _BLOCKS.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
