"""Which language the command line speaks, and its help texts in that language.

Help texts stand in the code as keys of the catalogue. Before the program runs, every key in the
command tree is replaced by its words, so ``--lang zh-CN --help`` is Chinese as well.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sops_report.errors import UsageError
from sops_report.words import Language, has_words, say

LANGUAGES: Final = "|".join(Language)

_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_of(
    arguments: Sequence[str], environ: Mapping[str, str], configured: str | None = None
) -> Language:
    """Return the language asked for by ``--lang``, else as configured, else that of the locale.

    Args:
        arguments: The words of the command line.
        environ: The environment; only the variables of the locale are looked at.
        configured: By ``SOPS_REPORT_LANG`` or the profile.

    Example:
        >>> language_of(["show", "--lang", "zh-CN"], {}).value
        'zh-CN'
        >>> language_of([], {"LANG": "zh_CN.UTF-8"}).value, language_of([], {}).value
        ('zh-CN', 'en')
    """
    locale = (environ.get(variable) for variable in _LOCALE)
    for tag in (value_of("--lang", arguments), configured, *locale):
        if tag:
            return _spoken(tag)
    return Language.EN


def value_of(option: str, arguments: Sequence[str]) -> str:
    """Return what an option is given, wherever it stands; the last one counts.

    Example:
        >>> value_of("--lang", ["--lang=en", "show", "--lang", "zh-CN"])
        'zh-CN'
    """
    found = ""
    for index, argument in enumerate(arguments):
        name, is_joined, value = argument.partition("=")
        if name == option:
            found = value if is_joined else "".join(arguments[index + 1 : index + 2])
    return found


def checked(tag: str | None) -> str | None:
    """Return what ``--lang`` was given, if we speak it: ``zh`` and ``en_US`` will do.

    Raises:
        UsageError: We do not.
    """
    if tag is not None and tag.lower().replace("_", "-").partition("-")[0] not in {"en", "zh"}:
        raise UsageError("bad-language", tag=tag[:20])
    return tag


def _spoken(tag: str) -> Language:
    return Language.ZH if tag.lower().startswith("zh") else Language.EN


def localise(command: Any, language: Language) -> None:  # noqa: ANN401 - typer vendors its classes
    """Put the words of *language* in place of all help keys below *command*."""
    pending = [command]
    while pending:
        current = pending.pop()
        if current.help and has_words(current.help):
            current.help = say(current.help, language)
            current.short_help = _first_sentence(current.help)
        for parameter in current.params:
            key = _OF_TYPER.get(parameter.name, parameter.help)
            if key and has_words(key):
                parameter.help = say(key, language)
        pending.extend(getattr(current, "commands", {}).values())


# Options that typer adds by itself.
_OF_TYPER: Final[Mapping[str, str]] = {
    "install_completion": "help.install_completion",
    "show_completion": "help.show_completion",
}


def _first_sentence(text: str) -> str:
    """Return what a list of commands says of one.

    Example:
        >>> _first_sentence("Write it. To a file."), _first_sentence("写报告。到文件。")
        ('Write it.', '写报告。')
    """
    for stop in (". ", "。"):
        head, found, _ = text.partition(stop)
        if found:
            return head + stop.strip()
    return text
