"""Which language the command line speaks, and its help texts in that language.

Help texts stand in the code as keys of the catalogue. Before the program runs, every key in the
command tree is replaced by its words, so ``--lang zh-CN --help`` is Chinese as well.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sops_report.words import Language, has_words, say

_VARIABLES: Final = ("SOPS_REPORT_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
_OPTION: Final = "--lang"


def language_of(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Return the language asked for by ``--lang``, else by the environment, else English.

    Example:
        >>> language_of(["show", "--lang", "zh-CN"], {}).value
        'zh-CN'
        >>> language_of([], {"LANG": "zh_CN.UTF-8"}).value, language_of([], {}).value
        ('zh-CN', 'en')
    """
    for index, argument in enumerate(arguments):
        name, is_joined, value = argument.partition("=")
        if name == _OPTION:
            following = arguments[index + 1] if index + 1 < len(arguments) else ""
            return _spoken(value if is_joined else following)
    for variable in _VARIABLES:
        if environ.get(variable):
            return _spoken(environ[variable])
    return Language.EN


def _spoken(tag: str) -> Language:
    return Language.ZH if tag.lower().startswith("zh") else Language.EN


def localise(command: Any, language: Language) -> None:  # noqa: ANN401 - typer vendors its classes
    """Put the words of *language* in place of all help keys below *command*."""
    pending = [command]
    while pending:
        current = pending.pop()
        for holder in (current, *current.params):
            for field in ("help", "short_help"):
                text = getattr(holder, field, None)
                if text and has_words(text):
                    setattr(holder, field, say(text, language))
        pending.extend(getattr(current, "commands", {}).values())
