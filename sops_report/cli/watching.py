"""``watch``: follow tasks in the terminal, archive each change, write the report at the end."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import (
    Force,
    Logs,
    MaxCalls,
    Names,
    NoDetail,
    NoHistories,
    Operations,
    Talk,
    on_site,
)
from sops_report.cli.outputs import check_targets, is_stdout, is_terminal, put
from sops_report.config import Settings
from sops_report.errors import UsageError
from sops_report.files import write_pieces
from sops_report.rendering import Format, render_pieces
from sops_report.report.build import build_report
from sops_report.report.naming import file_name
from sops_report.snapshot import Snapshot
from sops_report.watching.command import words_of
from sops_report.watching.endings import (
    GIVE_UP_S,
    LONGEST_S,
    SETTLE_S,
    Until,
    exit_code_of,
    is_over,
)

if TYPE_CHECKING:  # these bring the HTTP library, which is slow to start
    from sops_report.watching.teller import Teller
    from sops_report.watching.watch import Followed

Tasks = Annotated[list[str], typer.Argument(metavar="TASK", help="help.watch_tasks")]
Every = Annotated[
    float, typer.Option("--every", metavar="SECONDS", help="help.every", max=LONGEST_S)
]
End = Annotated[Until | None, typer.Option("--until", help="help.until")]
Settle = Annotated[float, typer.Option("--settle", metavar="SECONDS", help="help.settle", min=0)]
OnChange = Annotated[
    str | None, typer.Option("--on-change", metavar="COMMAND", help="help.on_change")
]
Out = Annotated[
    list[Path] | None, typer.Option("-o", "--out", metavar="FILE", help="help.watch_out")
]

GiveUp = Annotated[
    float,
    typer.Option("--give-up", metavar="SECONDS", help="help.give_up", min=0, max=LONGEST_S),
]

_INTERRUPTED: Final = 130


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("watch", cls=Command, help="help.watch")(watch)


@on_site
def watch(  # noqa: PLR0913 - options
    settings: Settings,
    talk: Talk,
    *,
    tasks: Tasks,
    every: Every = 15.0,
    until: End = None,
    settle: Settle = SETTLE_S,
    give_up: GiveUp = GIVE_UP_S,
    on_change: OnChange = None,
    out: Out = None,
    force: Force = False,
    no_detail: NoDetail = False,
    no_histories: NoHistories = False,
    operations: Operations = False,
    logs: Logs = False,
    max_calls: MaxCalls = None,
    names: Names = False,
) -> None:
    """Follow tasks until they are over; an interrupt writes what is known and returns 130."""
    from sops_report.api.clients import Clients  # noqa: PLC0415 - brings the HTTP library
    from sops_report.api.clockwork import Clockwork  # noqa: PLC0415 - likewise
    from sops_report.sources.live import wanted  # noqa: PLC0415 - likewise
    from sops_report.watching.polling import Poller  # noqa: PLC0415 - likewise
    from sops_report.watching.teller import Teller  # noqa: PLC0415 - likewise
    from sops_report.watching.watch import Followed, Watch  # noqa: PLC0415 - likewise

    wishes = list(dict.fromkeys(tasks))
    _check(out, len(wishes), force=force)
    clocks = Clockwork()
    clients = Clients(settings, clocks=clocks)
    followed = [
        Followed(
            poller=Poller(
                wanted(name), settings, with_detail=not no_detail,
                with_histories=not no_histories, with_operations=operations, with_logs=logs,
                most_calls=max_calls, names=names, tell=talk.tell_refusal, clients=clients,
            )
        )
        for name in wishes
    ]  # fmt: skip
    teller = Teller(
        language=talk.language, zone=talk.zone, tell=_speaker(talk), monotonic=clocks.monotonic,
        command=None if on_change is None else words_of(on_change),
    )  # fmt: skip
    watching = Watch(
        tasks=followed, audience=teller, every_s=every, clocks=clocks,
        is_over=lambda analysis: is_over(analysis, until, settle), give_up_s=give_up,
    )  # fmt: skip
    talk.tell("live.watching", count=len(followed), every=f"{every:g}")
    is_whole = _run(watching.run, _view(teller, talk))
    if not is_whole:
        talk.tell("live.interrupted")
    with clients:
        for task in followed:
            snapshot, is_whole = _last_word_of(task, talk, asks=is_whole)
            if snapshot is not None:
                _write(snapshot, talk, out, force=force)
    raise typer.Exit(_code(followed) if is_whole else _INTERRUPTED)


def _check(out: Sequence[Path] | None, count: int, *, force: bool) -> None:
    """Look at the outputs before hours are spent.

    Raises:
        UsageError: One is there already, its format is not known, or it cannot hold them all.
    """
    files = [target for target in out or () if not target.is_dir()]
    if files and count > 1:
        raise UsageError("watch-one-folder", path=files[0])
    for target in files:
        _format_of(target)
    check_targets(files, force=force)


def _speaker(talk: Talk) -> Callable[[str], None]:
    def speak(text: str) -> None:
        if not talk.quiet:
            typer.echo(text, err=True)

    return speak


def _view(teller: "Teller", talk: Talk) -> AbstractContextManager[object]:
    """Return a live view where somebody looks; elsewhere the lines are enough."""
    if talk.quiet or not is_terminal(sys.stderr):
        return nullcontext()
    from sops_report.watching.view import live_view  # noqa: PLC0415 - brings rich

    return live_view(teller.rows)


def _run(run: Callable[[], None], view: AbstractContextManager[object]) -> bool:
    """Run to the end; False if somebody interrupts."""
    try:
        with view:
            run()
    except KeyboardInterrupt:
        return False
    return True


def _last_word_of(task: "Followed", talk: Talk, *, asks: bool) -> tuple[Snapshot | None, bool]:
    """Return what a task ended with, and whether the others may still be asked for theirs.

    Args:
        task: Which.
        talk: How the user is told.
        asks: The site is asked a last time; after an interrupt nothing more is.
    """
    if not asks:
        return task.poller.last_word(), False
    if task.error is not None:
        return task.poller.last_word(), True
    try:
        return task.poller.final(), True
    except KeyboardInterrupt:
        talk.tell("live.interrupted")
        return task.poller.last_word(), False


def _write(snapshot: Snapshot, talk: Talk, out: Sequence[Path] | None, *, force: bool) -> None:
    made = build_report(snapshot)
    for wish in out or (Path(),):
        target = _free(wish / file_name(made, Format.HTML)) if wish.is_dir() else wish
        pieces = render_pieces(made, _format_of(target), talk.language, talk.zone)
        if is_stdout(target):
            put(pieces)
        else:
            write_pieces(target, pieces, force=force)
            typer.echo(str(target))


def _free(path: Path) -> Path:
    """Return a name of ours that is not taken: what was watched for hours is not refused."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free


def _format_of(target: Path) -> Format:
    if is_stdout(target):
        return Format.TEXT
    suffix = target.suffix.removeprefix(".").lower()
    try:
        return Format(suffix)
    except ValueError:
        known = ", ".join(f".{form}" for form in Format)
        raise UsageError("unknown-format", path=target, known=known) from None


def _code(followed: "Sequence[Followed]") -> int:
    """Return the worst of all: 0 finished, 1 failed or revoked; or why one was never seen.

    Raises:
        SopsReportError: No task could be followed at all.
    """
    errors = [task.error for task in followed if task.error is not None]
    if len(errors) == len(followed):
        raise errors[0]
    codes = [exit_code_of(task.newest) for task in followed if task.newest is not None]
    return max([*codes, *(error.exit_code for error in errors)])
