"""``explain WORD``: what a state, class, kind, column or term means."""

import re
from typing import Annotated, Final

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import Talk, with_talk
from sops_report.errors import UsageError
from sops_report.words import CATALOGUE, Language, say
from sops_report.words.glossary import GROUPS, WORDS
from sops_report.words.labels import SHOWN

Words = Annotated[list[str] | None, typer.Argument(metavar="WORD", help="help.explain_words")]

_PREFIX: Final = "explain."
_SIGNS: Final = re.compile(r"^[^\w<]+(?=\w)")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("explain", cls=Command, help="help.explain")(explain)


@with_talk
def explain(talk: Talk, *, words: Words = None) -> None:
    """Explain words; without any, list all that can be explained."""
    if not words:
        for group in GROUPS:
            names = sorted(key.partition(".")[2] for key in WORDS if key.startswith(f"{group}."))
            title = say(f"talk.group.{group}", talk.language)
            _list(talk, title, names)
        _list(talk, say("talk.group.label", talk.language), sorted(SHOWN))
        return
    for word in words:
        name = _known(word)
        short, text = _short(name, talk.language), say(_PREFIX + name, talk.language)
        typer.echo(say("talk.explained", talk.language, name=name, short=short, text=text))


def _list(talk: Talk, title: str, names: list[str]) -> None:
    words = say("talk.group_of_words", talk.language, group=title, names=", ".join(names))
    typer.echo(words)


def _known(word: str) -> str:
    """Return the word as the glossary spells it: its own key, or a name in either language.

    Raises:
        UsageError: The glossary does not know it.
    """
    wanted = _plain(word)
    keys = [key.partition(".") for key in WORDS if key.partition(".")[0] in GROUPS]
    explained = [name for _, _, name in keys if _PREFIX + name in WORDS]
    explained += [name for name in SHOWN if name not in explained]
    for name in explained:  # a word's own key comes before the names of others
        if name.casefold() == wanted:
            return name
    for name in explained:
        if wanted in {_plain(text) for text in _names(name)}:
            return name
    raise UsageError("unknown-word", word=word[:60])


def _plain(text: str) -> str:
    """Return *text* for comparing: signs in front, as a legend has them, do not count."""
    return _SIGNS.sub("", text).strip().casefold().replace(" ", "_")


def _names(name: str) -> set[str]:
    """Return what a word is called in reports, in both languages and all its groups."""
    groups = {text for group in GROUPS for text in WORDS.get(f"{group}.{name}", ())}
    return groups | {text for key in SHOWN.get(name, ()) for text in CATALOGUE[key]}


def _short(name: str, language: Language) -> str:
    keys = [f"{group}.{name}" for group in GROUPS if f"{group}.{name}" in WORDS]
    keys += SHOWN.get(name, ())
    return say(keys[0], language) if keys else name
