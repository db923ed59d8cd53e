"""``fetch``: raw answers into the archive, one task after the other."""

from typing import Annotated

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import Talk, on_site
from sops_report.config import Settings
from sops_report.errors import SopsReportError

Tasks = Annotated[list[str], typer.Argument(metavar="TASK", help="help.fetch_tasks")]
NoDetail = Annotated[bool, typer.Option("--no-detail", help="help.no_detail")]
NoHistories = Annotated[bool, typer.Option("--no-histories", help="help.no_histories")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("fetch", cls=Command, help="help.fetch")(fetch)


@on_site
def fetch(
    settings: Settings,
    talk: Talk,
    *,
    tasks: Tasks,
    no_detail: NoDetail = False,
    no_histories: NoHistories = False,
) -> None:
    """Save the raw answers of tasks; one that cannot be had does not stop the others."""
    from sops_report.api.clients import Clients  # noqa: PLC0415 - brings the HTTP library
    from sops_report.sources import live  # noqa: PLC0415 - likewise

    failed: list[SopsReportError] = []
    clients = Clients(settings)
    for task in talk.progress(tasks, "talk.fetching"):
        try:
            saved = live.fetch(
                live.wanted(task),
                settings,
                with_detail=not no_detail,
                with_histories=not no_histories,
                tell=talk.tell_refusal,
                clients=clients,
            )
        except SopsReportError as error:
            if len(tasks) == 1:
                raise
            failed.append(error)
            talk.tell("talk.not_fetched", task=task[:60], reason=error.text(talk.language))
        else:
            typer.echo(str(saved.path))
            if not saved.is_new:
                talk.tell("talk.unchanged", task=task)
    if failed:
        raise type(failed[0])("some-not-fetched", count=len(failed), total=len(tasks))
