"""The parts of a Markdown report that say what to do, what happened when, and which names cost."""

from typing import Final

from sops_report.rendering.blocks import (
    Block,
    Bold,
    Bullets,
    Code,
    Heading,
    Limits,
    Line,
    Paragraph,
    Part,
    Table,
)
from sops_report.rendering.events import Event, events_of
from sops_report.rendering.groups import groups_of
from sops_report.rendering.visible import line
from sops_report.rendering.voice import Voice
from sops_report.words.lengths import number, share

_MOST_GROUPS: Final = 10
_LONGEST: Final = 300


def finding_parts(voice: Voice, limits: Limits) -> list[Part]:
    """Return advice, the event log and nodes by name; nothing where there is nothing to tell."""
    return [_advice(voice, limits), _groups(voice, limits), _events(voice, limits)]


def _advice(voice: Voice, limits: Limits) -> Part:
    found = voice.report.advice
    name = voice.say("page.advice")
    lines: list[Line] = []
    for item in found[: limits.refs]:
        saving = ""
        if item.saving_s:
            saving = f" ({voice.say('page.saving', length=voice.length(item.saving_s))})"
        said = (item.evidence, item.next_step, item.caveat)
        rest = voice.say("report.sentence_gap").join(
            line(text[voice.language], _LONGEST) for text in said if text[voice.language]
        )
        lines.append((Bold(line(item.title[voice.language], _LONGEST)), f"{saving} – {rest}"))
    if len(found) > limits.refs:
        lines.append((voice.say("advice.more", n=number(len(found) - limits.refs)),))
    blocks: tuple[Block, ...] = (Heading(2, (name,)), Bullets(tuple(lines))) if lines else ()
    return Part(name=name, worth=6, blocks=blocks)


def _groups(voice: Voice, limits: Limits) -> Part:
    name, wall = voice.say("groups.heading"), voice.report.task.wall_s or 0
    found = groups_of(voice.report) if limits.bars else []
    rows = tuple(
        (
            (Code(voice.label_at(group.first)),), (number(group.n),),
            (number(group.n_failed) if group.n_failed else "",), (voice.length(group.total),),
            (voice.measured(group.p50),), (voice.measured(group.p95),),
            (voice.measured(group.longest),),
            (share(group.on_path, wall) if group.on_path else "",),
        )
        for group in found[:_MOST_GROUPS]
    )  # fmt: skip
    keys = ("count", "failed", "total", "p50", "p95", "longest", "share")
    head = (voice.say("report.node"), *(voice.say(f"groups.{key}") for key in keys))
    blocks: list[Block] = [Heading(2, (name,)), Table(head, rows, frozenset(range(1, 8)))]
    if len(found) > _MOST_GROUPS:
        blocks.append(Paragraph((voice.say("groups.more", n=number(len(found) - _MOST_GROUPS)),)))
    return Part(name=name, worth=3, blocks=tuple(blocks) if rows else ())


def _events(voice: Voice, limits: Limits) -> Part:
    name = voice.say("events.heading")
    found = events_of(voice) if limits.bars else []
    rows = tuple(_event(voice, event) for event in found[: limits.rows])
    head = tuple(
        voice.say(key)
        for key in ("events.time", "report.offset", "report.node", "events.what", "events.source")
    )
    blocks: list[Block] = [Heading(2, (name,)), Table(head, rows)]
    if len(found) > limits.rows:
        blocks.append(Paragraph((voice.say("events.more", n=number(len(found) - limits.rows)),)))
    return Part(name=name, worth=3, blocks=tuple(blocks) if rows else ())


def _event(voice: Voice, event: Event) -> tuple[Line, ...]:
    node = "" if event.position is None else Code(voice.label_at(event.position))
    return (
        (voice.moment(event.at) if event.at else event.told or "–",),
        (voice.offset(event.at),),
        (node,),
        (line(event.what, _LONGEST),),
        (voice.say(f"event.source.{event.source}"),),
    )
