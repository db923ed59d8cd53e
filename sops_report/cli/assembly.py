"""The commands together; only the room of the command that is asked for is imported.

A page of help needs no analysis and no renderer, so the other commands stand there by name only.
"""

from collections.abc import Collection
from importlib import import_module
from types import MappingProxyType
from typing import Annotated, Final

import typer

from sops_report.cli.chrome import Command, Group
from sops_report.cli.language import LANGUAGES, checked
from sops_report.version import __version__

# Each command and the room that brings it, in the order of the help page.
ROOMS: Final = MappingProxyType({
    "demo": "demo",
    "report": "reporting",
    "show": "showing",
    "nodes": "tables",
    "chart": "charting",
    "whatif": "whatifs",
    "check": "checking",
    "kit": "kitting",
    "redact": "redacting",
    "fetch": "fetching",
    "watch": "watching",
    "serve": "serving",
    "sql": "fleets",
    "explain": "explaining",
    "doctor": "doctor",
    "archive": "archives",  # typer puts groups last
    "profile": "profiles",
})  # fmt: skip
_GROUPS: Final = frozenset({"archive", "profile"})


def assemble(
    only: Collection[str] = tuple(ROOMS), listed: Collection[str] = tuple(ROOMS)
) -> typer.Typer:
    """Return the command line: the commands of *only* work, the others *listed* have names."""
    app = typer.Typer(
        name="sops-report",
        cls=Group,
        help="help.app",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name, room in ROOMS.items():
        if name in only:
            import_module(f"sops_report.cli.{room}").add_to(app)
        elif name not in listed:
            continue
        elif name in _GROUPS:
            group = typer.Typer()
            group.command("…", hidden=True)(_name_only)
            app.add_typer(group, name=name, help=f"help.{name}_group")
        else:
            app.command(name, cls=Command, help=f"help.{name}")(_name_only)
    return app


def _name_only() -> None:
    """Stand for a command on the page of all commands."""


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer passes it
    if wanted:
        typer.echo(f"sops-report {__version__}")
        raise typer.Exit


_Version = Annotated[
    bool, typer.Option("--version", help="help.version", callback=_show_version, is_eager=True)
]
_Lang = Annotated[
    str | None, typer.Option("--lang", metavar=LANGUAGES, help="help.lang", callback=checked)
]


def _root(*, _version: _Version = False, _lang: _Lang = None) -> None:
    """Stand above all commands."""
