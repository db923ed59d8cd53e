"""The parts of a Markdown report that tell of time: timeline, ledger, critical path, nodes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sops_report.rendering import listing
from sops_report.rendering.blocks import (
    Anchor,
    Block,
    Bold,
    Code,
    Diagram,
    Fence,
    Heading,
    Limits,
    Line,
    Paragraph,
    Part,
    Table,
)
from sops_report.rendering.mermaid import mermaid_gantt
from sops_report.rendering.rows import choose
from sops_report.rendering.textbars import length_bar, span_bar
from sops_report.rendering.visible import line, pad
from sops_report.rendering.voice import Voice
from sops_report.report.model import Node
from sops_report.words.lengths import number, share

_NAME_CELLS: Final = 34
_BAR_CELLS: Final = 40


def _part(
    voice: Voice, key: str, worth: int, blocks: Sequence[Block], *, folded: bool = False
) -> Part:
    name = voice.say(key)
    shown = (Heading(2, (name,)), *blocks) if blocks else ()
    return Part(name=name, worth=worth, blocks=shown, folded=folded)


def timeline(voice: Voice, limits: Limits) -> Part:
    """Return the Gantt of characters, and a diagram of the same rows where one can be drawn."""
    if not limits.bars:
        return _part(voice, "report.timeline", 4, ())
    rows = choose(voice.report, limits.rows)
    drawn = []
    for row in rows:
        if row.start is None or row.end is None:
            continue
        name = f"{voice.letter(row.node)} {'  ' * min(row.node.depth, 6)}{voice.label(row.node)}"
        bar = span_bar(row.start, row.end, _BAR_CELLS, is_open=row.node.is_running)
        drawn.append(f"{pad(name, _NAME_CELLS)} {bar} {voice.measured(row.node.duration_s)}")
    blocks: list[Block] = [*_diagram(voice, limits), Fence("\n".join(drawn))] if drawn else []
    folded = sum(row.n_folded for row in rows)
    if drawn and folded:
        blocks.append(Paragraph((voice.say("report.more_nodes", n=number(folded)),)))
    return _part(voice, "report.timeline", 4, blocks)


def _diagram(voice: Voice, limits: Limits) -> tuple[Block, ...]:
    if not limits.diagram:
        return ()
    text = mermaid_gantt(
        voice.report, voice.language, voice.zone, most=limits.rows, limit=limits.diagram
    )
    return (Diagram(text),) if text else ()


def ledger(voice: Voice, limits: Limits) -> Part:
    """Return where the time went; the rows add up to the wall time."""
    found, wall = voice.report.ledger, voice.report.task.wall_s or 0
    if not found or wall <= 0:
        return _part(voice, "report.ledger", 8, ())
    rows: list[tuple[Line, ...]] = [
        ((voice.section_class(name),), (voice.length(seconds),), (share(seconds, wall),),
         (length_bar(seconds / wall, 20),))
        for name, seconds in found.items()
    ]  # fmt: skip
    rows.append(
        ((Bold(voice.say("report.sum")),), (voice.length(wall),), (share(wall, wall),), ("",))
    )
    head = tuple(voice.say(f"report.{key}") for key in ("class", "length", "share"))
    if not limits.bars:
        table = Table(head, tuple(row[:3] for row in rows), frozenset({1, 2}))
    else:
        table = Table((*head, " "), tuple(rows), frozenset({1, 2}))
    return _part(voice, "report.ledger", 8, (table,))


def critical(voice: Voice, limits: Limits) -> Part:
    """Return the longest pieces of the critical path in order of time."""
    found = listing.sections(voice.report, limits.sections)
    if not found.shown:
        return _part(voice, "report.critical", 5, ())
    wall = voice.report.task.wall_s or 0
    unsure = f" ({voice.say('report.uncertain')})"
    rows = tuple(
        (
            (voice.offset(section.start_time),),
            (Code(voice.section(section)), "" if section.certain else unsure),
            (voice.section_class(section.section_class),),
            (voice.measured(section.seconds),),
            (share(section.seconds, wall),),
        )
        for section in found.shown
    )
    keys = ("offset", "node", "class", "length", "share")
    head = tuple(voice.say(f"report.{key}") for key in keys)
    blocks: list[Block] = [Paragraph((voice.order(),)), Table(head, rows, frozenset({3, 4}))]
    if found.n_left:
        rest = voice.length(found.seconds_left)
        text = voice.say("report.more_sections", n=number(found.n_left), length=rest)
        blocks.append(Paragraph((text,)))
    return _part(voice, "report.critical", 5, blocks)


def nodes(voice: Voice, limits: Limits) -> Part:
    """Return the telling rows of the node table; the others are counted."""
    rows = choose(voice.report, limits.rows)
    if not limits.bars:
        return _part(voice, "report.nodes", 2, ())
    # a failure's heading is where links to it lead
    told = {failure.position for failure in voice.report.failures[: limits.full_failures]}
    table: tuple[tuple[Line, ...], ...] = tuple(
        (
            (*_anchor(row.node, told), Code(voice.label(row.node))),
            (voice.either("kind", row.node.kind),),
            (voice.state(row.node),),
            (voice.offset(row.node.start_time),),
            (voice.measured(row.node.duration_s),),
            (voice.say("report.comma").join(voice.marks(row.node)),),
            (Code(line(row.node.node_id or "", 60)),),
        )
        for row in rows
    )
    head = (
        voice.say("report.node"), voice.say("column.kind"), voice.say("column.state"),
        voice.say("report.offset"), voice.say("column.duration_s"), voice.say("report.marks"),
        voice.say("column.node_id"),
    )  # fmt: skip
    blocks: list[Block] = [Table(head, table, frozenset({4}))]
    folded = sum(row.n_folded for row in rows)
    if folded:
        blocks.append(Paragraph((voice.say("report.more_nodes", n=number(folded)),)))
    part = _part(voice, "report.nodes", 2, blocks, folded=True)
    n_all = number(voice.report.counts.nodes)
    summary = voice.say("dialects.shown_nodes", n=number(len(rows)), all=n_all)
    return replace(part, summary=summary)


def _anchor(node: Node, told: set[int]) -> tuple[Anchor, ...]:
    return () if node.position in told else (Anchor(node.anchor),)
