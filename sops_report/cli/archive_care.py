"""``archive prune|pack|unpack|export|import``: an archive kept small, and from hand to hand."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from sops_report.archive.archive import Archive
from sops_report.archive.packing import pack, packable, packed_folders, unpack
from sops_report.archive.pruning import age_us, prunable, prune, size_of
from sops_report.archive.shelf import PACK
from sops_report.archive.transfer import export_zip, import_zip
from sops_report.cli.chrome import Command
from sops_report.cli.options import Force, Talk, on_site
from sops_report.config import Settings
from sops_report.errors import SopsReportError, UsageError
from sops_report.words.lengths import size

OlderThan = Annotated[str, typer.Option("--older-than", metavar="AGE", help="help.older_than")]
Yes = Annotated[bool, typer.Option("--yes", help="help.prune_yes")]
NewestToo = Annotated[bool, typer.Option("--newest-too", help="help.newest_too")]
AtRest = Annotated[str | None, typer.Option("--older-than", metavar="AGE", help="help.at_rest")]
Tasks = Annotated[list[str] | None, typer.Option("--task", metavar="TASK", help="help.pack_task")]
PackYes = Annotated[bool, typer.Option("--yes", help="help.pack_yes")]
UnpackYes = Annotated[bool, typer.Option("--yes", help="help.unpack_yes")]
Zip = Annotated[Path, typer.Argument(metavar="ZIP", help="help.zip")]


def add_to(group: typer.Typer) -> None:
    """Add the commands of this room to the group ``archive``."""
    group.command("prune", cls=Command, help="help.archive_prune")(pruning)
    group.command("pack", cls=Command, help="help.archive_pack")(packing)
    group.command("unpack", cls=Command, help="help.archive_unpack")(unpacking)
    group.command("export", cls=Command, help="help.archive_export")(exporting)
    group.command("import", cls=Command, help="help.archive_import")(importing)


def _open(settings: Settings) -> Archive:
    if not settings.archive.is_dir():
        raise UsageError("archive-missing", folder=settings.archive)
    return Archive(settings.archive)


def _before(age: str) -> int:
    return time.time_ns() // 1000 - age_us(age)


@on_site
def pruning(
    settings: Settings, talk: Talk, *, older_than: OlderThan, yes: Yes = False,
    newest_too: NewestToo = False,
) -> None:  # fmt: skip
    """List what would go; with ``--yes`` it goes."""
    before_us = _before(older_than)
    chosen = prunable(_open(settings), before_us, newest_too=newest_too)
    n_bytes = sum(size_of(stored) for stored in chosen)
    for stored in chosen:
        typer.echo(str(stored.path))
    if yes:
        prune(chosen)
    key = "talk.pruned" if yes else "talk.prunable"
    talk.tell(key, count=len(chosen), size=size(n_bytes))


@on_site
def packing(
    settings: Settings, talk: Talk, *, older_than: AtRest = None, tasks: Tasks = None,
    yes: PackYes = False,
) -> None:  # fmt: skip
    """List the tasks that would be packed; with ``--yes`` they are."""
    before_us = None if older_than is None else _before(older_than)
    chosen = packable(_open(settings).folder, before_us=before_us, tasks=tasks or ())
    n_files, n_bytes = sum(one.n_files for one in chosen), sum(one.n_bytes for one in chosen)
    if not yes:
        for one in chosen:
            typer.echo(str(one.task.path))
        talk.tell("talk.packable", count=len(chosen), files=n_files, size=size(n_bytes))
        return
    _each([one.task.path for one in chosen], talk, "talk.packing", pack)
    now = sum((one.task.path / PACK).stat().st_size for one in chosen)
    words = {"count": len(chosen), "files": n_files, "size": size(n_bytes), "now": size(now)}
    talk.tell("talk.packed", **words)


@on_site
def unpacking(
    settings: Settings, talk: Talk, *, tasks: Tasks = None, yes: UnpackYes = False
) -> None:  # fmt: skip
    """List the packed tasks; with ``--yes`` their files are laid plain again."""
    chosen = packed_folders(_open(settings).folder, tasks or ())
    if not yes:
        for folder in chosen:
            typer.echo(str(folder))
        talk.tell("talk.unpackable", count=len(chosen))
        return
    _each(chosen, talk, "talk.unpacking", unpack)
    talk.tell("talk.unpacked", count=len(chosen))


def _each(
    folders: Sequence[Path], talk: Talk, key: str, work: Callable[[Path], bool]
) -> None:  # fmt: skip
    """Do one folder after the other; a refusal is told and stops only its own.

    Raises:
        SopsReportError: At least one was refused.
    """
    refused: list[SopsReportError] = []
    for name in talk.progress([str(folder) for folder in folders], key):
        try:
            work(Path(name))
        except SopsReportError as refusal:
            refused.append(refusal)
            talk.tell("talk.not_packed", reason=refusal.text(talk.language))
        else:
            typer.echo(name)
    if refused:
        raise type(refused[0])("some-not-packed", count=len(refused), total=len(folders))


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
