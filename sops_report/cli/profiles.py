"""``profile add|list|use``: sites by name; a secret is named by its source, never given."""

from pathlib import Path
from typing import Annotated, Final

import typer

from sops_report.cli.chrome import Command, Group
from sops_report.cli.options import Talk, with_talk
from sops_report.config import DOORS, SCOPES, default_config_file, read_profiles, read_settings
from sops_report.config.writing import add_profile, use_profile

_profiles = typer.Typer(cls=Group, no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(metavar="NAME", help="help.profile_name")]
Url = Annotated[str, typer.Option("--url", metavar="URL", help="help.url")]
Door = Annotated[str | None, typer.Option("--door", metavar="|".join(DOORS), help="help.door")]
Biz = Annotated[str | None, typer.Option("--biz", metavar="ID", help="help.biz")]
Scope = Annotated[str | None, typer.Option("--scope", metavar="|".join(SCOPES), help="help.scope")]
Code = Annotated[str | None, typer.Option("--app-code", metavar="CODE", help="help.app_code")]
User = Annotated[str | None, typer.Option("--username", metavar="NAME", help="help.username")]
Bundle = Annotated[Path | None, typer.Option("--ca-bundle", metavar="FILE", help="help.ca_bundle")]
Rate = Annotated[float | None, typer.Option("--rate", metavar="N", help="help.rate")]
Secret = Annotated[
    list[str] | None, typer.Option("--secret", metavar="NAME_SOURCE=VALUE", help="help.secret")
]

_SECRETS: Final = tuple(
    f"{secret}_{source}"
    for secret in ("app_secret", "bk_token", "access_token")
    for source in ("env", "cmd", "file")
)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.add_typer(_profiles, name="profile", help="help.profile_group")


@_profiles.command("add", cls=Command, help="help.profile_add")
@with_talk
def adding(  # noqa: PLR0913 - options
    talk: Talk,
    *,
    name: Name,
    url: Url,
    door: Door = None,
    biz: Biz = None,
    scope: Scope = None,
    app_code: Code = None,
    username: User = None,
    ca_bundle: Bundle = None,
    rate: Rate = None,
    secret: Secret = None,
) -> None:
    """Write a new profile into the config file."""
    wishes = {
        "url": url, "door": door, "biz": biz, "scope": scope, "app_code": app_code,
        "username": username, "ca_bundle": None if ca_bundle is None else str(ca_bundle),
        "rate": rate, **_sources(secret or []),
    }  # fmt: skip
    config_file = default_config_file()
    values = {key: value for key, value in wishes.items() if value is not None}
    add_profile(config_file, name, values)
    typer.echo(str(config_file))
    talk.tell("talk.profile_added", name=name)


def _sources(given: list[str]) -> dict[str, str]:
    """Return where secrets come from; a value that could be one itself is not repeated.

    Raises:
        BadParameter: A text is no ``NAME_SOURCE=VALUE``.
    """
    pairs = [text.partition("=") for text in given]
    if any(name not in _SECRETS or not value for name, _, value in pairs):
        raise typer.BadParameter(", ".join(f"{name}=…" for name in _SECRETS), param_hint="--secret")
    return {name: value for name, _, value in pairs}


@_profiles.command("list", cls=Command, help="help.profile_list")
@with_talk
def listing(talk: Talk) -> None:
    """List the profiles; the one in use is marked."""
    config_file = default_config_file()
    used = read_settings(config_file=config_file).profile
    profiles = read_profiles(config_file)
    for name, values in profiles.items():
        url, biz = values.get("url", "–"), values.get("biz", "–")
        typer.echo(f"{'*' if name == used else ' '} {name}\t{url}\t{biz}")
    talk.tell("talk.profiles_listed", count=len(profiles), path=config_file)


@_profiles.command("use", cls=Command, help="help.profile_use")
@with_talk
def using(talk: Talk, *, name: Name) -> None:
    """Use a profile from now on, where none is named."""
    use_profile(default_config_file(), name)
    talk.tell("talk.profile_used", name=name)
