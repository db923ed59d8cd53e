# ruff: noqa: INP001 - a script, not a package
"""Write ``docs/cli.md`` from the command tree: ``python docs/make_cli.py``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer

from sops_report.cli.app import app
from sops_report.cli.language import localise
from sops_report.words import Language

PAGE: Final = Path(__file__).with_name("cli.md")
_WIDTH: Final = 100
_HEAD: Final = """\
# The command line

What `--help` says of every command; `--lang zh-CN` says it in Chinese. This page is written by
`python docs/make_cli.py` and a test keeps it equal to the program.

Data goes to standard output, everything else to standard error. Settings: option > environment >
profile > default. Exit codes: 0 done · 1 our error, or a check that found something · 2 wrong
usage · 3 bad input · 4 network or server · 5 not allowed.
"""


def page() -> str:
    """Return the page as the command tree makes it."""
    command = typer.main.get_command(app)
    localise(command, Language.EN)
    blocks = [f"## {name}\n\n```text\n{text}\n```\n" for name, text in _helps(command, None)]
    return "\n".join([_HEAD, *blocks])


def _helps(command: Any, parent: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - typer vendors its classes
    """Yield name and help of a command and of those below it, in their order."""
    name = "sops-report" if parent is None else command.name
    context = command.context_class(
        command,
        parent=parent,
        info_name=name,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        **command.context_settings,
    )
    lines = command.get_help(context).splitlines()
    yield context.command_path, "\n".join(line.rstrip() for line in lines)
    for child in getattr(command, "commands", {}).values():
        yield from _helps(child, context)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
