"""``fetch``: raw answers into the archive, of tasks that are named or that the site lists."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.fetch_run import FetchRun
from sops_report.cli.listing import groups_of, listed, start_of
from sops_report.cli.options import (
    Logs,
    MaxCalls,
    NoDetail,
    NoHistories,
    Operations,
    Talk,
    on_site,
)
from sops_report.config import Settings
from sops_report.errors import UsageError

if TYPE_CHECKING:  # brings the HTTP library, which is slow to start
    from sops_report.sources.listing import Wish

Tasks = Annotated[list[str] | None, typer.Argument(metavar="TASK", help="help.fetch_tasks")]
FromList = Annotated[bool, typer.Option("--list", help="help.list")]
Template = Annotated[str | None, typer.Option("--template", metavar="ID", help="help.template")]
Executor = Annotated[str | None, typer.Option("--executor", metavar="NAME", help="help.executor")]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="help.since")]
UntilStart = Annotated[str | None, typer.Option("--until", metavar="TIME", help="help.until_start")]
State = Annotated[
    list[str] | None, typer.Option("--state", metavar="STATE", help="help.list_state")
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="help.limit")]
Again = Annotated[bool, typer.Option("--again", help="help.again")]
Jobs = Annotated[int, typer.Option("--jobs", metavar="N", min=1, max=32, help="help.jobs")]

_INTERRUPTED = 130


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("fetch", cls=Command, help="help.fetch")(fetch)


@on_site
def fetch(  # noqa: PLR0913 - options
    settings: Settings,
    talk: Talk,
    *,
    tasks: Tasks = None,
    from_list: FromList = False,
    template: Template = None,
    executor: Executor = None,
    since: Since = None,
    until: UntilStart = None,
    state: State = None,
    limit: Limit = None,
    again: Again = False,
    jobs: Jobs = 4,
    no_detail: NoDetail = False,
    no_histories: NoHistories = False,
    operations: Operations = False,
    logs: Logs = False,
    max_calls: MaxCalls = None,
) -> None:
    """Save the raw answers of tasks; one that cannot be had does not stop the others."""
    from sops_report.api.clients import Clients  # noqa: PLC0415 - brings the HTTP library
    from sops_report.sources import live  # noqa: PLC0415 - likewise
    from sops_report.sources.errand import Extras  # noqa: PLC0415 - likewise
    from sops_report.sources.listing import Wish  # noqa: PLC0415 - likewise

    wish = Wish(
        template_id=template, executor=executor, groups=groups_of(state or ()), most=limit,
        since_us=None if since is None else start_of(since, talk.zone),
        until_us=None if until is None else start_of(until, talk.zone, is_end=True),
    )  # fmt: skip
    _check(tasks or (), wish, from_list=from_list, again=again)
    clients, run = Clients(settings), FetchRun(talk=talk, is_bulk=from_list)
    extras = Extras(
        detail=not no_detail, histories=not no_histories, operations=operations, logs=logs
    )
    one = partial(
        live.fetch, settings=settings, with_detail=extras.detail, clients=clients,
        with_histories=extras.histories, with_operations=operations, with_logs=logs,
        most_calls=max_calls, tell=run.note,
    )  # fmt: skip
    try:
        names: Sequence[str] = tasks or ()
        if from_list:
            names = listed(settings, clients, wish, extras, talk, again=again)
        run.follow(names, lambda name: one(live.wanted(name)), jobs)
    except KeyboardInterrupt:
        talk.tell("talk.fetch_stopped")
        raise typer.Exit(_INTERRUPTED) from None
    run.close()


def _check(tasks: Sequence[str], wish: "Wish", *, from_list: bool, again: bool) -> None:
    """Look whether the words make sense together.

    Raises:
        UsageError: They do not.
    """
    filtered = (
        again
        or wish.groups
        or any(
            value is not None
            for value in (wish.template_id, wish.executor, wish.since_us, wish.until_us, wish.most)
        )
    )
    if (from_list and tasks) or (filtered and not from_list):
        raise UsageError("fetch-list-or-tasks")
    if not from_list and not tasks:
        raise UsageError("fetch-nothing")
