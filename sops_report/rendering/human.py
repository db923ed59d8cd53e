"""The part of a post-mortem that people wrote, as blocks; what is open is asked."""

from collections.abc import Iterator, Sequence
from typing import Final

from sops_report.rendering import plain
from sops_report.rendering.blocks import Block, Bold, Bullets, Heading, Line, Paragraph, Part, Table
from sops_report.rendering.visible import line
from sops_report.rendering.voice import Voice
from sops_report.report.postmortem import Action, PostMortem

_LONGEST: Final = 2000
_MOST: Final = 30
_WORTH: Final = 9


def human_parts(voice: Voice) -> list[Part]:
    """Return impact, causes, actions, lessons, notes and open questions; nothing without them."""
    written = voice.report.postmortem
    if written is None:
        return []
    return [
        _part(voice, "postmortem.impact", _impact(voice, written)),
        _part(voice, "postmortem.whys", _causes(voice, written)),
        _part(voice, "postmortem.actions", _actions(voice, written.actions)),
        _part(voice, "postmortem.lessons", _lessons(voice, written)),
        _part(voice, "postmortem.timeline", _notes(voice, written)),
        _part(voice, "postmortem.open", _open(voice, written)),
    ]


def human_text(voice: Voice) -> Iterator[str]:
    """Yield the same as lines of plain text; nothing without them."""
    for part in human_parts(voice):
        for block in part.blocks:
            yield ""
            yield from plain.write(block).split("\n")


def _part(voice: Voice, key: str, blocks: Sequence[Block]) -> Part:
    name = voice.say(key)
    shown = (Heading(2, (name,)), *blocks) if blocks else ()
    return Part(name=name, worth=_WORTH, blocks=shown)


def _named(voice: Voice, key: str, text: str) -> list[Block]:
    if not text:
        return []
    lead = Bold(voice.say(key) + voice.say("report.colon").rstrip())
    return [Paragraph((lead, f" {line(text, _LONGEST)}"))]


def _listed(voice: Voice, texts: Sequence[str]) -> list[Block]:
    lines: list[Line] = [(line(text, _LONGEST),) for text in texts[:_MOST]]
    if len(texts) > _MOST:
        lines.append((voice.say("postmortem.more", n=len(texts) - _MOST),))
    return [Bullets(tuple(lines))] if lines else []


def _impact(voice: Voice, written: PostMortem) -> list[Block]:
    return [
        *([Paragraph((line(written.impact, _LONGEST),))] if written.impact else []),
        *_named(voice, "postmortem.trigger", written.trigger),
        *_named(voice, "postmortem.detection", written.detection),
    ]


def _causes(voice: Voice, written: PostMortem) -> list[Block]:
    numbered = [f"{n}) {why}" for n, why in enumerate(written.whys, 1)]
    blocks = _listed(voice, numbered)
    if written.factors:
        blocks += [Heading(3, (voice.say("postmortem.factors"),)), *_listed(voice, written.factors)]
    return blocks


def _actions(voice: Voice, actions: Sequence[Action]) -> list[Block]:
    if not actions:
        return []
    head = tuple(
        voice.say(f"postmortem.action.{key}") for key in ("what", "kind", "owner", "due", "ticket")
    )
    rows = tuple(
        tuple(
            (line(text, 300),)
            for text in (
                action.what, voice.either("postmortem.kind", action.category or "open"),
                action.owner or "–", action.due or "–", action.ticket or "–",
            )
        )
        for action in actions[:_MOST]
    )  # fmt: skip
    return [Table(head, rows)]


def _lessons(voice: Voice, written: PostMortem) -> list[Block]:
    blocks: list[Block] = []
    for key in ("well", "badly", "luck"):
        texts = getattr(written, key)
        if texts:
            blocks += [Heading(3, (voice.say(f"postmortem.{key}"),)), *_listed(voice, texts)]
    return blocks


def _notes(voice: Voice, written: PostMortem) -> list[Block]:
    comma = voice.say("report.comma")
    authors = [voice.say("postmortem.authors", names=comma.join(written.authors[:_MOST]))]
    return [
        *_listed(voice, [f"{note.at} · {note.text}" for note in written.timeline]),
        *([Paragraph((line(authors[0], _LONGEST),))] if written.authors else []),
    ]


def _open(voice: Voice, written: PostMortem) -> list[Block]:
    return _listed(voice, [voice.say(f"postmortem.ask.{key}") for key in written.open_questions])
