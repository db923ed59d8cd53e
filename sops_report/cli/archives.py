"""``archive list|verify``: what is kept, and whether it is still as it was saved."""

import typer

from sops_report.archive.archive import Archive
from sops_report.archive.layout import iso_of
from sops_report.cli import archive_care, fleets
from sops_report.cli.chrome import Command, Group
from sops_report.cli.options import Talk, on_site
from sops_report.config import Settings
from sops_report.errors import SopsReportError, UsageError

_archive = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.add_typer(_archive, name="archive", help="help.archive_group")


def _open(settings: Settings) -> Archive:
    if not settings.archive.is_dir():
        raise UsageError("archive-missing", folder=settings.archive)
    return Archive(settings.archive)


@_archive.command("list", cls=Command, help="help.archive_list")
@on_site
def listing(settings: Settings, talk: Talk) -> None:
    """List the tasks of the archive: BIZ/TASK, snapshots, newest, place."""
    archive = _open(settings)
    found = 0
    for task in archive.tasks():
        stored = archive.snapshots(task.biz, task.task_id, site=task.site, scope=task.scope)
        if not stored:
            continue
        found += 1
        newest = iso_of(stored[-1].as_of_us)
        place = task.path.relative_to(archive.folder).as_posix()
        typer.echo(f"{task.biz}/{task.task_id}\t{len(stored)}\t{newest}\t{place}")
    talk.tell("talk.archive_listed", count=found, folder=archive.folder)


@_archive.command("verify", cls=Command, help="help.archive_verify")
@on_site
def verify(settings: Settings, talk: Talk) -> None:
    """Check every file of the archive against its sidecar; dead writers' leftovers go."""
    archive = _open(settings)
    if removed := archive.tidy():
        talk.tell("talk.tidied", count=removed)
    findings = archive.verify()
    for finding in findings:
        typer.echo(f"{finding.path}: {finding.text(talk.language)}")
    if findings:
        raise SopsReportError("archive-findings", count=len(findings), folder=archive.folder)
    talk.tell("talk.archive_clean", folder=archive.folder)


archive_care.add_to(_archive)
fleets.add_to_archive(_archive)
