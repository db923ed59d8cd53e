"""``serve``: a local site that answers from an archive."""

from pathlib import Path
from typing import Annotated

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import with_talk
from sops_report.errors import UsageError
from sops_report.server import FAULTS
from sops_report.server import serve as run_site

Folder = Annotated[Path, typer.Argument(metavar="ARCHIVE", help="help.serve_archive")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="help.port")]
Faults = Annotated[
    list[str] | None, typer.Option("--fault", metavar="|".join(FAULTS), help="help.fault")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("serve", cls=Command, help="help.serve")(serve)


Replay = Annotated[float | None, typer.Option("--replay", metavar="SPEED", help="help.replay")]


@with_talk
def serve(
    *_: object, folder: Folder, port: Port = 0, fault: Faults = None, replay: Replay = None
) -> None:
    """Answer as a site would; the base address is the first line of standard output."""
    if not folder.is_dir():
        raise UsageError("archive-missing", folder=folder)
    run_site(folder, port=port, faults=tuple(fault or ()), replay_speed=replay)
