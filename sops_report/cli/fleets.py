"""``archive flatten`` and ``sql``: an archive as one data set, and questions to it."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from sops_report.archive.archive import Archive
from sops_report.cli.chrome import Command
from sops_report.cli.options import Force, Talk, on_site, with_talk
from sops_report.cli.outputs import check_targets, is_stdout, is_terminal, put, width
from sops_report.config import Settings
from sops_report.errors import InputError, UsageError
from sops_report.rendering.grid import text_table
from sops_report.words import say

ArchiveFolder = Annotated[
    Path | None, typer.Argument(metavar="ARCHIVE", help="help.flatten_archive")
]
DataSet = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="help.flatten_out")]
Every = Annotated[bool, typer.Option("--all", help="help.flatten_all")]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="help.flatten_since")]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", min=1, max=256, help="help.flatten_workers")
]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDRESS", help="help.flatten_scheduler")
]
Query = Annotated[str, typer.Argument(metavar="QUERY", help="help.sql_query")]
From = Annotated[Path, typer.Option("--data", "-d", metavar="DIR", help="help.sql_data")]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="help.sql_out")]
Form = Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="help.sql_format")]
Raw = Annotated[bool, typer.Option("--raw", help="help.raw")]

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_FEW: Final = 200  # answers; they are done before a bar could be read
_FEW_NAMES: Final = 5
_MOST_WORKERS: Final = 8


def add_to(app: typer.Typer) -> None:
    """Add the command ``sql``."""
    app.command("sql", cls=Command, help="help.sql")(ask)


def add_to_archive(group: typer.Typer) -> None:
    """Add ``flatten`` to the group ``archive``."""
    group.command("flatten", cls=Command, help="help.archive_flatten")(flatten)


@on_site
def flatten(  # noqa: PLR0913 - options
    settings: Settings,
    talk: Talk,
    *,
    folder: ArchiveFolder = None,
    out: DataSet,
    every: Every = False,
    since: Since = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
) -> None:
    """Bring the data set in a folder up to date with the archive."""
    from sops_report.fleet.dataset import flatten_archive  # noqa: PLC0415 - brings numpy
    from sops_report.fleet.workers import cluster, processes  # noqa: PLC0415

    place = settings.archive if folder is None else folder
    if not place.is_dir():
        raise UsageError("archive-missing", folder=place)
    count = workers or min(os.cpu_count() or 1, _MOST_WORKERS)
    where: AbstractContextManager[Executor | None]
    where = processes(count) if scheduler is None else cluster(scheduler)
    with where as executor, _progress(talk) as begin:
        done = flatten_archive(
            Archive(place),
            out,
            every=every,
            since_us=None if since is None else _beginning_us(since),
            executor=executor,
            begin=begin,
        )
    typer.echo(str(out))
    talk.tell("talk.flattened", new=done.n_new, rows=done.n_rows, kept=done.n_kept)
    for key, names in (("talk.fleet_removed", done.removed), ("talk.fleet_changed", done.changed)):
        if names:
            talk.tell(key, count=len(names), names=_some(names))
    if merged := done.merged.n_parts:
        made, rows = done.merged.n_made, done.merged.n_rows
        talk.tell("talk.fleet_merged", parts=merged, made=made, rows=rows)
    for aside in done.asides:
        talk.tell("talk.fleet_aside", reason=aside.told(talk.language))
    if done.asides:
        raise InputError("fleet-aside", count=len(done.asides), root=out)


def _beginning_us(text: str) -> int:
    """Return a moment in microseconds since 1970; of a day its beginning, in UTC.

    Raises:
        UsageError: It is none.
    """
    from sops_report.sources.archived import moment_us  # noqa: PLC0415 - brings the readers

    return moment_us(f"{text} 00:00:00 Z" if _DAY.fullmatch(text) else text)


def _some(names: Sequence[str]) -> str:
    """Return the first names; all of them could be ten thousand."""
    return ", ".join(names[:_FEW_NAMES]) + (" …" if len(names) > _FEW_NAMES else "")


@contextmanager
def _progress(talk: Talk) -> Iterator[Callable[[int], Callable[[int], None]]]:
    """Give what shows a progress bar, if somebody looks at a terminal and there is some work."""
    with ExitStack() as stack:

        def begin(count: int) -> Callable[[int], None]:
            if talk.quiet or count < _FEW or not is_terminal(sys.stderr):
                return lambda _: None
            label = say("talk.flattening", talk.language)
            bar = stack.enter_context(typer.progressbar(length=count, label=label, file=sys.stderr))
            return bar.update

        yield begin


@with_talk
def ask(  # noqa: PLR0913 - options
    talk: Talk,
    *,
    query: Query,
    data: From = Path(),
    out: Out = None,
    form: Form = None,
    raw: Raw = False,
    force: Force = False,
) -> None:
    """Ask a data set by SQL."""
    if out is not None:
        check_targets([out], force=force)
    from sops_report import export  # noqa: PLC0415 - brings pandas
    from sops_report.export.cells import columns  # noqa: PLC0415 - likewise
    from sops_report.fleet.query import query as run  # noqa: PLC0415 - likewise

    if form is not None and form not in export.TEXT_FORMATS:
        raise UsageError("table-format", suffix=form[:20], known=", ".join(export.TEXT_FORMATS))
    frame = run(data, query)
    if out is not None and not is_stdout(out):
        export.write_table(frame, out, force=force, guard=not raw, language=talk.language)
        typer.echo(str(out))
    elif form is not None:
        put(export.table_pieces(frame, form, guard=not raw))
    elif is_stdout(out):
        raise UsageError("to-needed", path="-", known=", ".join(export.TEXT_FORMATS))
    else:
        typer.echo(text_table(columns(frame), width(120)), nl=False)
        talk.tell("talk.sql_rows", count=len(frame))
