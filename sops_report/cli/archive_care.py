"""``archive prune|export|import``: old answers out, whole archives from hand to hand."""

import time
from pathlib import Path
from typing import Annotated

import typer

from sops_report.archive import Archive
from sops_report.archive.pruning import age_us, prunable, prune
from sops_report.archive.transfer import export_zip, import_zip
from sops_report.cli.chrome import Command
from sops_report.cli.options import Force, Talk, on_site
from sops_report.config import Settings
from sops_report.errors import UsageError
from sops_report.words.lengths import size

OlderThan = Annotated[str, typer.Option("--older-than", metavar="AGE", help="help.older_than")]
Yes = Annotated[bool, typer.Option("--yes", help="help.prune_yes")]
NewestToo = Annotated[bool, typer.Option("--newest-too", help="help.newest_too")]
Zip = Annotated[Path, typer.Argument(metavar="ZIP", help="help.zip")]


def add_to(group: typer.Typer) -> None:
    """Add the commands of this room to the group ``archive``."""
    group.command("prune", cls=Command, help="help.archive_prune")(pruning)
    group.command("export", cls=Command, help="help.archive_export")(exporting)
    group.command("import", cls=Command, help="help.archive_import")(importing)


def _open(settings: Settings) -> Archive:
    if not settings.archive.is_dir():
        raise UsageError("archive-missing", folder=settings.archive)
    return Archive(settings.archive)


@on_site
def pruning(
    settings: Settings, talk: Talk, *, older_than: OlderThan, yes: Yes = False,
    newest_too: NewestToo = False,
) -> None:  # fmt: skip
    """List what would go; with ``--yes`` it goes."""
    before_us = time.time_ns() // 1000 - age_us(older_than)
    chosen = prunable(_open(settings), before_us, newest_too=newest_too)
    n_bytes = sum(stored.path.stat().st_size for stored in chosen)
    for stored in chosen:
        typer.echo(str(stored.path))
    if yes:
        prune(chosen)
    key = "talk.pruned" if yes else "talk.prunable"
    talk.tell(key, count=len(chosen), size=size(n_bytes))


@on_site
def exporting(settings: Settings, talk: Talk, *, target: Zip, force: Force = False) -> None:
    """Pack the whole archive into one ZIP file."""
    count = export_zip(_open(settings), target, force=force)
    typer.echo(str(target))
    talk.tell("talk.exported", count=count)


@on_site
def importing(settings: Settings, talk: Talk, *, source: Zip) -> None:
    """Take a ZIP file of another archive into this one."""
    done = import_zip(Archive(settings.archive), source)
    talk.tell("talk.imported", new=done.n_new, known=done.n_known, folder=settings.archive)
