"""``explain WORD``: what a state, class, kind, column or term means."""

from typing import Annotated, Final

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.options import Talk, with_talk
from sops_report.errors import UsageError
from sops_report.words import Language, say
from sops_report.words.glossary import GROUPS, WORDS

Words = Annotated[list[str] | None, typer.Argument(metavar="WORD", help="help.explain_words")]

_PREFIX: Final = "explain."


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
            typer.echo(
                say("talk.group_of_words", talk.language, group=title, names=", ".join(names))
            )
        return
    for word in words:
        name = _known(word)
        short, text = _short(name, talk.language), say(_PREFIX + name, talk.language)
        typer.echo(say("talk.explained", talk.language, name=name, short=short, text=text))


def _known(word: str) -> str:
    """Return the word as the glossary spells it: its own key, or a name in either language.

    Raises:
        UsageError: The glossary does not know it.
    """
    wanted = word.strip().casefold().replace(" ", "_")
    keys = [key.partition(".") for key in WORDS if key.partition(".")[0] in GROUPS]
    explained = [name for _, _, name in keys if _PREFIX + name in WORDS]
    for name in explained:  # a word's own key comes before the names of others
        if name.casefold() == wanted:
            return name
    for name in explained:
        if wanted in {text.casefold().replace(" ", "_") for text in _names(name)}:
            return name
    raise UsageError("unknown-word", word=word[:60])


def _names(name: str) -> set[str]:
    """Return what a word is called in reports, in both languages and all its groups."""
    return {text for group in GROUPS for text in WORDS.get(f"{group}.{name}", ())}


def _short(name: str, language: Language) -> str:
    keys = [f"{group}.{name}" for group in GROUPS if f"{group}.{name}" in WORDS]
    return say(keys[0], language) if keys else name
