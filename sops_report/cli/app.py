"""The commands together, and the one place where our errors become a line and an exit code."""

import os
import sys
from collections.abc import Sequence
from typing import Final

import typer

from sops_report.cli import archives, charting, demo, explaining, fetching, reporting, serving, tables
from sops_report.cli.chrome import Group, usage_error_of
from sops_report.cli.language import LANGUAGES, checked, language_of, localise
from sops_report.errors import SopsReportError
from sops_report.rendering.visible import visible
from sops_report.version import __version__
from sops_report.words import Language, say

# The mother of typer's usage errors; only this daughter of hers has a public name.
_Refusal: Final = typer.BadParameter.__base__

app = typer.Typer(
    name="sops-report",
    cls=Group,
    help="help.app",
    invoke_without_command=True,
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
    context: typer.Context,
    *,
    _version: bool = typer.Option(
        False, "--version", help="help.version", callback=lambda value: _show_version(wanted=value),
        is_eager=True,
    ),  # fmt: skip
    _lang: str | None = typer.Option(
        None, "--lang", metavar=LANGUAGES, help="help.lang", callback=checked
    ),
) -> None:
    """Stand above all commands; alone it shows what there is."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


for room in (demo, reporting, tables, charting, fetching, archives, serving, explaining):
    room.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; our own errors are one line and a hint, bugs keep their traceback.

    Args:
        arguments: What stands behind the program's name; by default what the user typed.

    Raises:
        SystemExit: Something went wrong; its code is the exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _let_everything_be_written()
    language = language_of(words, os.environ)
    try:
        code = _run(words, language)
    except SopsReportError as error:
        _say_error(error, language)
        code = error.exit_code
    if code:
        raise SystemExit(code)


def _run(words: list[str], language: Language) -> int:
    """Run one command and return its exit code; all refusals are errors of ours."""
    command = typer.main.get_command(app)
    localise(command, language)
    try:
        return command.main(words, "sops-report", standalone_mode=False, obj=language) or 0
    except _Refusal as refusal:
        raise usage_error_of(refusal) from None
    except typer.Abort:
        return 1
    except OSError as cause:
        reason = cause.strerror or type(cause).__name__
        name = cause.filename if isinstance(cause.filename, str) else ""
        raise SopsReportError("system" if name else "system-only", path=name, reason=reason) from cause


def _let_everything_be_written() -> None:
    """Write out what the terminal's encoding does not have, instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _say_error(error: SopsReportError, language: Language) -> None:
    typer.echo(visible(say("talk.error", language, text=error.text(language))), err=True)
    hint = error.hint(language)
    if hint:
        typer.echo(visible(say("talk.hint", language, text=hint)), err=True)
