"""The commands together, and the one place where our errors become a line and an exit code."""

import os
import sys

import typer

from sops_report.cli import archives, charting, demo, explaining, fetching, reporting, serving, tables
from sops_report.cli.language import language_of, localise
from sops_report.errors import SopsReportError
from sops_report.version import __version__
from sops_report.words import Language, say

app = typer.Typer(
    name="sops-report",
    help="help.app",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"sops-report {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    _version: bool = typer.Option(
        False, "--version", help="help.version", callback=lambda value: _show_version(wanted=value),
        is_eager=True,
    ),  # fmt: skip
    _lang: Language | None = typer.Option(None, "--lang", help="help.lang"),
) -> None:
    """Stand above all commands."""


for room in (demo, reporting, tables, charting, fetching, archives, serving, explaining):
    room.add_to(app)


def main() -> None:
    """Run the command line; our own errors are one line and a hint, bugs keep their traceback."""
    language = language_of(sys.argv[1:], os.environ)
    command = typer.main.get_command(app)
    localise(command, language)
    try:
        command(prog_name="sops-report")
    except SopsReportError as error:
        _say_error(error, language)
        raise SystemExit(error.exit_code) from None


def _say_error(error: SopsReportError, language: Language) -> None:
    typer.echo(say("talk.error", language, text=error.text(language)), err=True)
    hint = error.hint(language)
    if hint:
        typer.echo(say("talk.hint", language, text=hint), err=True)
