"""What typer says by itself, in the language of the user: help pages and usage errors."""

import re
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup

from sops_report.cli.coercion import spare_validators
from sops_report.errors import UsageError
from sops_report.words import Language, say

# Each key's English words are typer's own, so that they can be found in a page.
_CHROME: Final = (
    "chrome.usage", "chrome.options_metavar", "chrome.command_metavar", "chrome.arguments",
    "chrome.options", "chrome.commands", "chrome.required", "chrome.default", "chrome.env_var",
    "chrome.help",
)  # fmt: skip
# Some releases write ``{SOURCE}`` in the usage and ``SOURCE <str>`` below it; the name is enough.
_BRACES: Final = re.compile(r"\{([A-Z]+)\}")
_TYPE: Final = re.compile(r"^( +[A-Z]+)( <[\w\[\]]+>)(?= |$)", re.MULTILINE)
# typer gives its reasons in English only; each kind of them has words of ours.
_REASONS: Final = (
    ("not-an-integer", re.compile(r"valid integer")),
    ("not-a-number", re.compile(r"valid (?:number|float)")),
    ("below-limit", re.compile(r"greater than or equal to (?P<limit>[\d.]+)")),
    ("above-limit", re.compile(r"less than or equal to (?P<limit>[\d.]+)")),
    ("not-one-of", re.compile(r"is not one of (?P<known>.+)")),
    ("too-many-words", re.compile(r"unexpected extra arguments?(?:\(s\))? \((?P<words>.*)\)")),
)


class Command(TyperCommand):
    """A command whose help page speaks the user's language."""

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - typer vendors its classes
        """Return the help page."""
        return _localised(super().get_help(ctx), ctx.obj)

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - as above
        """Return the parameters, that of help included."""
        return spare_validators(super().get_params(ctx))


class Group(TyperGroup):
    """A group of commands whose help page and errors speak the user's language."""

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - typer vendors its classes
        """Return the help page."""
        return _localised(super().get_help(ctx), ctx.obj)

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - as above
        """Return the parameters, that of help included."""
        return spare_validators(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - as above
        """Find the command that is asked for.

        Raises:
            UsageError: There is none of this name.
        """
        name = args[0]
        if name.startswith("-") or name in self.commands or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches  # noqa: PLC0415 - start-up time

        near = get_close_matches(name, self.commands, n=1)
        key = "no-such-command-but" if near else "no-such-command"
        raise UsageError(key, name=name[:60], near="".join(near), command=ctx.command_path)


def _localised(page: str, language: object) -> str:
    page = _BRACES.sub(r"\1", page)
    page = _TYPE.sub(lambda match: match[1] + " " * len(match[2]), page)
    if language is Language.ZH:
        for key in _CHROME:
            page = page.replace(say(key, Language.EN), say(key, Language.ZH))
    return page


def is_help(refusal: Exception) -> bool:
    """Tell whether typer refuses an empty command line, and its message is the help page."""
    return type(refusal).__name__ == "NoArgsIsHelpError"


def usage_error_of(refusal: Any) -> UsageError:  # noqa: ANN401 - typer vendors its classes
    """Return typer's refusal of a command line as an error of ours: one line and a hint."""
    kind = type(refusal).__name__
    command = refusal.ctx.command_path if refusal.ctx is not None else "sops-report"
    if kind == "NoSuchOption":
        return UsageError("no-such-option", option=refusal.option_name[:60], command=command)
    if kind == "MissingParameter":
        return UsageError("missing", what=_name(refusal), command=command)
    if kind == "BadOptionUsage":
        key = "needs-value" if "requires" in refusal.message else "takes-no-value"
        return UsageError(key, option=refusal.option_name[:60])
    reason = _one_line(refusal.message)
    values = {"what": _name(refusal), "command": command} if kind == "BadParameter" else {}
    for key, pattern in _REASONS:
        match = pattern.search(reason)
        if match is not None:
            told = {name: text.replace("'", "")[:200] for name, text in match.groupdict().items()}
            return UsageError(key, **{"what": "", "command": command, **values, **told})
    key = "bad-value" if values else "usage"
    return UsageError(key, **{"command": command, "reason": reason, **values})


def _name(refusal: Any) -> str:  # noqa: ANN401 - as above
    """Return the option or argument that is meant, as the user writes it."""
    parameter = refusal.param
    if parameter is None:
        return str(refusal.param_hint or "")
    if parameter.opts[0].isidentifier():
        return str(parameter.metavar)
    return max(map(str, parameter.opts), key=len)


def _one_line(message: str) -> str:
    words = " ".join(message.split()).removeprefix("Value error, ").removesuffix(".")
    return words[:1].lower() + words[1:]
