"""Run the command line: the one place where our errors become a line and an exit code."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import Any, Final

import typer

from sops_report.cli.assembly import ROOMS, assemble
from sops_report.cli.chrome import is_help, usage_error_of
from sops_report.cli.language import language_of, localise, value_of
from sops_report.collector import collector_at_rest
from sops_report.config import read_settings
from sops_report.errors import SopsReportError, UsageError
from sops_report.words import Language, say

# The mother of typer's usage errors; only this daughter of hers has a public name.
_Refusal: Final[type[Exception]] = typer.BadParameter.__bases__[0]
# The shell asks for completions by this variable; then every option has to be known.
_COMPLETION: Final = "_SOPS_REPORT_COMPLETE"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; our own errors are one line and a hint, bugs keep their traceback.

    Args:
        arguments: What stands behind the program's name; by default what the user typed.

    Raises:
        SystemExit: Something went wrong; its code is the exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _let_everything_be_written()
    language = language_of(words, os.environ, _configured_language(words))
    command = _command_line(words, language)
    if arguments is None:
        gc.freeze()  # what is imported stays; nobody need look through it, not even at the end
    try:
        code = _run(command, words, language)
    except SopsReportError as error:
        _say_error(error, language)
        code = error.exit_code
    if code:
        raise SystemExit(code)


def _configured_language(words: list[str]) -> str | None:
    try:
        return read_settings(profile=value_of("--profile", words) or None).language
    except SopsReportError:  # is told by the command that needs the settings
        return None


def _command_line(words: list[str], language: Language) -> Any:  # noqa: ANN401 - typer vendors its classes
    with collector_at_rest():
        command = typer.main.get_command(_assembled_for(words))
    localise(command, language)
    return command


def _run(command: Any, words: list[str], language: Language) -> int:  # noqa: ANN401 - as above
    """Run one command and return its exit code; all refusals are errors of ours."""
    try:
        return int(command.main(words, "sops-report", standalone_mode=False, obj=language) or 0)
    except _Refusal as refusal:
        if is_help(refusal):
            typer.echo(str(refusal), err=True)
            return UsageError.exit_code
        raise usage_error_of(refusal) from None
    except typer.Abort:
        return 1
    except MemoryError:
        raise SopsReportError("out-of-memory") from None
    except OSError as cause:
        reason = cause.strerror or type(cause).__name__
        name = cause.filename if isinstance(cause.filename, str) else ""
        key = "system" if name else "system-only"
        raise SopsReportError(key, path=name, reason=reason) from cause


def _assembled_for(words: list[str]) -> typer.Typer:
    """Return the command line as far as these words need it."""
    if _COMPLETION in os.environ:
        return assemble()
    asked = _asked_for(words)
    # what stands before a command may ask for the page of all commands
    is_first = asked in ROOMS and words[0] == asked
    return assemble((asked,), () if is_first else ROOMS)


def _asked_for(words: list[str]) -> str:
    """Return the command among the words: the first one that is neither an option nor its value."""
    before = ""
    for word in words:
        if not word.startswith("-") and before != "--lang":
            return word
        before = word
    return ""


def _let_everything_be_written() -> None:
    """Write out what the terminal's encoding does not have, instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _say_error(error: SopsReportError, language: Language) -> None:
    from sops_report.rendering.visible import visible  # noqa: PLC0415 - brings the whole report

    typer.echo(visible(say("talk.error", language, text=error.text(language))), err=True)
    hint = error.hint(language)
    if hint:
        typer.echo(visible(say("talk.hint", language, text=hint)), err=True)
