"""Options that several commands share, each written once, and what they come to.

`on_source` gives a command the SOURCE argument with all options of reading it; the command itself
receives what was read. `on_site` does the same for commands that ask a site.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from sops_report.cli.language import LANGUAGES, checked
from sops_report.cli.outputs import is_terminal
from sops_report.cli.remembering import command_line
from sops_report.config import DOORS, SCOPES, Settings, read_settings
from sops_report.errors import SopsReportError, UsageError
from sops_report.rendering.visible import visible
from sops_report.snapshot import Snapshot
from sops_report.sources import Live, read
from sops_report.words import Language, say

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="help.source")]
Force = Annotated[bool, typer.Option("--force", "-f", help="help.force")]
Ascii = Annotated[bool, typer.Option("--ascii", help="help.ascii")]
Font = Annotated[
    Path | None,
    typer.Option("--font", metavar="FILE", envvar="SOPS_REPORT_FONT", help="help.font"),
]

NoDetail = Annotated[bool, typer.Option("--no-detail", help="help.no_detail")]
NoHistories = Annotated[bool, typer.Option("--no-histories", help="help.no_histories")]
Operations = Annotated[bool, typer.Option("--operations", help="help.operations")]
Logs = Annotated[bool, typer.Option("--logs", help="help.logs")]
Names = Annotated[bool, typer.Option("--names", help="help.names")]
MaxCalls = Annotated[
    int | None, typer.Option("--max-calls", metavar="N", min=0, help="help.max_calls")
]

_TALK: Final = {
    "lang": Annotated[
        str | None, typer.Option("--lang", metavar=LANGUAGES, help="help.lang", callback=checked)
    ],
    "tz": Annotated[str | None, typer.Option("--tz", metavar="ZONE", help="help.tz")],
    "quiet": Annotated[bool, typer.Option("--quiet", "-q", help="help.quiet")],
}
_READING: Final = {
    "tree": Annotated[Path | None, typer.Option("--tree", metavar="FILE", help="help.tree")],
    "histories": Annotated[
        Path | None, typer.Option("--histories", metavar="FILE", help="help.histories")
    ],
    "task": Annotated[str | None, typer.Option("--task", metavar="ID", help="help.task")],
}
_SITE: Final = {
    "biz": Annotated[str | None, typer.Option("--biz", metavar="ID", help="help.biz")],
    "scope": Annotated[
        str | None, typer.Option("--scope", metavar="|".join(SCOPES), help="help.scope")
    ],
    "url": Annotated[str | None, typer.Option("--url", metavar="URL", help="help.url")],
    "door": Annotated[
        str | None, typer.Option("--door", metavar="|".join(DOORS), help="help.door")
    ],
    "archive": Annotated[
        Path | None, typer.Option("--archive", metavar="DIR", help="help.archive")
    ],
    "profile": Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="help.profile")
    ],
    "ca_bundle": Annotated[
        Path | None, typer.Option("--ca-bundle", metavar="FILE", help="help.ca_bundle")
    ],
    "timeout": Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", help="help.timeout")
    ],
    "debug": Annotated[bool, typer.Option("--debug", help="help.debug")],
}
_COMPANIONS: Final = {
    "no_detail": NoDetail,
    "no_histories": NoHistories,
    "operations": Operations,
    "logs": Logs,
    "max_calls": MaxCalls,
    "names": Names,
}


@dataclass(frozen=True, slots=True)
class Talk:
    """How the program speaks to its user.

    Attributes:
        language: Of all words.
        zone: Of all moments; None means the snapshot's own offset.
        quiet: Only errors are said.
        command: The command line, as far as it shapes a report.
    """

    language: Language
    zone: tzinfo | None
    quiet: bool
    command: str = ""

    def tell(self, key: str, **values: object) -> None:
        """Say something beside the data, on standard error."""
        if not self.quiet:
            typer.echo(visible(say(key, self.language, **values)), err=True)

    def progress(self, work: Sequence[str], key: str) -> Iterator[str]:
        """Yield *work* under a progress bar, if a terminal shows errors but not the data."""
        if self.quiet or len(work) <= 1 or is_terminal(sys.stdout) or not is_terminal(sys.stderr):
            yield from work
            return
        with typer.progressbar(work, label=say(key, self.language), file=sys.stderr) as bar:
            yield from bar

    def tell_refusal(self, what: str, refusal: SopsReportError) -> None:
        """Say that something optional (``flow``, ``histories`` …) could not be had."""
        self.tell(f"talk.without_{what}", reason=refusal.text(self.language))


def _talk_of(context: typer.Context, asked: dict[str, Any], own: dict[str, Any]) -> Talk:
    """Return how to speak; the language was settled before the command line was read.

    Raises:
        UsageError: The zone is not known.
    """
    language = context.obj if isinstance(context.obj, Language) else Language.EN
    zone = None if asked["tz"] is None else _zone(asked["tz"])
    remembered = command_line(context.info_name or "", {**asked, **own})
    return Talk(language, zone, asked["quiet"], remembered)


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - start-up time

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError("bad-zone", zone=name[:60]) from None


def on_source(command: Callable[..., None]) -> Callable[..., None]:
    """Give *command* ``(snapshot, talk, own options …)`` and SOURCE with all its options."""
    shared = {"source": Source, **_TALK, **_READING, **_SITE, **_COMPANIONS}

    def run(talk: Talk, own: dict[str, Any], asked: dict[str, Any]) -> None:
        command(_read(asked, talk), talk, **own)

    return _with_options(command, shared, run)


def on_site(command: Callable[..., None]) -> Callable[..., None]:
    """Give *command* ``(settings, talk, own options …)`` and all options that name a site."""

    def run(talk: Talk, own: dict[str, Any], asked: dict[str, Any]) -> None:
        command(settings_of(asked, talk), talk, **own)

    return _with_options(command, {**_TALK, **_SITE}, run)


def with_talk(command: Callable[..., None]) -> Callable[..., None]:
    """Give *command* ``(talk, own options …)`` and the options of speaking."""

    def run(talk: Talk, own: dict[str, Any], _: dict[str, Any]) -> None:
        command(talk, **own)

    return _with_options(command, _TALK, run)


def _with_options(
    command: Callable[..., None],
    shared: dict[str, Any],
    run: Callable[[Talk, dict[str, Any], dict[str, Any]], None],
) -> Callable[..., None]:
    """Return a function whose signature is the command's own options and the shared ones.

    The command's leading parameters without an Annotated type are what `run` passes itself.
    """
    own = [
        parameter
        for parameter in inspect.signature(command).parameters.values()
        if hasattr(parameter.annotation, "__metadata__")
    ]
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("context", keyword, annotation=typer.Context),
        *(parameter.replace(kind=keyword) for parameter in own),
    ]
    for name, annotation in shared.items():
        default = inspect.Parameter.empty if name == "source" else _default(annotation)
        parameters.append(inspect.Parameter(name, keyword, default=default, annotation=annotation))

    @functools.wraps(command)
    def wrapper(context: typer.Context, **values: Any) -> None:  # noqa: ANN401 - of the options
        asked = {name: values.pop(name) for name in shared}
        with _telling_tries(is_on=asked.get("debug", False)):
            run(_talk_of(context, asked, values), values, asked)

    required = [p for p in parameters if p.default is inspect.Parameter.empty]
    optional = [p for p in parameters if p.default is not inspect.Parameter.empty]
    wrapper.__signature__ = inspect.Signature([*required, *optional])  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


@contextmanager
def _telling_tries(*, is_on: bool) -> Iterator[None]:
    """Tell of every try while the block runs; without it nothing of the network is loaded."""
    if not is_on:
        yield
        return
    from sops_report.api.diary import telling_tries  # noqa: PLC0415 - brings httpx2

    with telling_tries(is_on=True):
        yield


def _default(annotation: Any) -> object:  # noqa: ANN401 - an Annotated form
    return False if annotation.__origin__ is bool else None


def _read(asked: dict[str, Any], talk: Talk) -> Snapshot:
    live = Live(
        settings=settings_of(asked, talk),
        with_detail=not asked["no_detail"],
        with_histories=not asked["no_histories"],
        with_operations=asked["operations"],
        with_logs=asked["logs"],
        most_calls=asked["max_calls"],
        tell=talk.tell_refusal,
    )
    return read(
        asked["source"],
        tree=asked["tree"],
        histories=asked["histories"],
        task=asked["task"],
        names=asked["names"],
        live_options=live,
    )


def settings_of(asked: dict[str, Any], talk: Talk) -> Settings:
    """Return the settings; a config file that others may read is told.

    Raises:
        UsageError: A setting makes no sense.
    """
    settings = read_settings(
        profile=asked["profile"],
        url=asked["url"],
        door=asked["door"],
        biz=asked["biz"],
        scope=asked["scope"],
        ca_bundle=None if asked["ca_bundle"] is None else str(asked["ca_bundle"]),
        timeout_s=asked["timeout"],
        archive=asked["archive"],
    )
    if settings.secrets_exposed:
        talk.tell("settings.exposed", path=settings.config_file)
    return settings
