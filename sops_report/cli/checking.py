"""``check``: a gate that fails where something is missing."""

from pathlib import Path
from typing import Annotated

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import Talk, with_talk
from sops_report.errors import SopsReportError, UsageError
from sops_report.postmortem import parse
from sops_report.postmortem.file import read_text
from sops_report.words import say

PostMortemFile = Annotated[
    Path | None, typer.Option("--postmortem", metavar="FILE", help="help.check_postmortem")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("check", cls=Command, help="help.check")(check)


@with_talk
def check(talk: Talk, *, postmortem: PostMortemFile = None) -> None:
    """Say what people still have to write.

    Raises:
        SopsReportError: Questions are open.
    """
    if postmortem is None:
        raise UsageError("check-what")
    written = parse(read_text(postmortem), str(postmortem))
    for key in written.open_questions:
        typer.echo(f"{key}\t{say(f'postmortem.ask.{key}', talk.language)}")
    if written.open_questions:
        raise SopsReportError("postmortem-open", path=postmortem, n=len(written.open_questions))
    talk.tell("talk.postmortem_whole", path=postmortem)
