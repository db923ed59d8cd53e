"""`Report` → Markdown for a ticket: the verdict in the first 2,048 bytes, within a budget."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Final

from sops_report.rendering import github, listing
from sops_report.rendering.blocks import (
    Block,
    Bold,
    Bullets,
    Code,
    Fence,
    Heading,
    Line,
    Link,
    Paragraph,
    Part,
    Table,
)
from sops_report.rendering.links import safe_link
from sops_report.rendering.rows import choose
from sops_report.rendering.textbars import length_bar, span_bar
from sops_report.rendering.visible import line, pad, visible
from sops_report.rendering.voice import Voice
from sops_report.report.model import Failure, NodeRef, Report
from sops_report.words import Language
from sops_report.words.lengths import number, share, size

BUDGET: Final = 60_000
_FULL_FAILURES: Final = 3
_MOST_FAILURES: Final = 10
_MOST_REFS: Final = 10
_MOST_SECTIONS: Final = 20
_MOST_ROWS: Final = 30
_MOST_NOTES: Final = 10
_SENTENCES: Final = (400, 200, 100)
_SENTENCE_BYTES: Final = 1200
_MESSAGE: Final = 1500
_NAME_CELLS: Final = 34
_BAR_CELLS: Final = 40
_BEGIN: Final = "<!-- sops-report:begin -->"
_END: Final = "<!-- sops-report:end -->"


def render_markdown(report: Report, language: Language, zone: tzinfo) -> str:
    """Return *report* as GitHub Markdown of at most `BUDGET` bytes.

    Args:
        report: What to show.
        language: Of all words.
        zone: Of all moments.

    Returns:
        Text between two stable comments, so that it can be found and replaced in a ticket. What
        does not fit is cut at the borders of parts, the least important first, and named.
    """
    voice = Voice(report=report, language=language, zone=zone)
    makers = (
        _verdict, _failures, _more_failures, _touched, _timeline, _ledger, _critical, _nodes,
        _quality, _provenance,
    )  # fmt: skip
    parts = [part for maker in makers if (part := maker(voice)).blocks]
    return _fitted(voice, parts)


def _fitted(voice: Voice, parts: Sequence[Part]) -> str:
    texts = {part.name: "\n\n".join(map(github.write, part.blocks)) for part in parts}
    left_out: list[str] = []
    cuttable = sorted((part for part in parts if part.worth is not None), key=_worth)
    while cuttable and _bytes(_joined(voice, texts, left_out)) > BUDGET:
        name = cuttable.pop(0).name
        del texts[name]
        left_out.append(name)
    return _joined(voice, texts, left_out)


def _worth(part: Part) -> int:
    return part.worth or 0


def _bytes(text: str) -> int:
    return len(text.encode())


def _joined(voice: Voice, texts: dict[str, str], left_out: Sequence[str]) -> str:
    pieces = [_BEGIN, *texts.values()]
    if left_out:
        names = voice.say("report.list_comma").join(left_out)
        n = len(left_out)
        cut = voice.say("report.left_out", n=n, size=size(BUDGET), names=names)
        pieces.append(github.plain(cut))
    return "\n\n".join([*pieces, _END]) + "\n"


def _part(voice: Voice, key: str, worth: int | None, blocks: Sequence[Block]) -> Part:
    name = voice.say(key)
    shown = (Heading(2, (name,)), *blocks) if blocks else ()
    return Part(name=name, worth=worth, blocks=shown)


def _verdict(voice: Voice) -> Part:
    report, task = voice.report, voice.report.task
    title: Line = (voice.outcome(), " · ", Code(line(voice.task_line(), 80)))
    blocks: list[Block] = [
        Heading(1, title),
        Paragraph((Bold(_sentence(voice)),)),
        Paragraph((voice.say("report.sentence_gap").join(filter(None, (
            voice.idle(), voice.numbers(),
        ))),)),
    ]  # fmt: skip
    facts = [voice.as_of()]
    if task.wall_s is not None:
        is_open = report.verdict.outcome in {"running", "failing"}
        ended = "report.not_ended" if is_open else "report.ended"
        facts = [
            f"{voice.say('report.wall')} {voice.length(task.wall_s)}",
            f"{voice.say('report.started')} {voice.moment(task.start_time)}",
            f"{voice.say(ended)} {voice.moment(task.end_time)}",
            *facts,
        ]
    blocks.append(Paragraph((" · ".join(facts),)))
    return Part(name=voice.say("report.verdict"), worth=None, blocks=tuple(blocks))


def _sentence(voice: Voice) -> str:
    for limit in _SENTENCES:
        text = voice.sentence(limit)
        if _bytes(github.plain(text)) <= _SENTENCE_BYTES:
            break
    return text


def _failures(voice: Voice) -> Part:
    report = voice.report
    blocks: list[Block] = []
    for n, failure in enumerate(report.failures[:_FULL_FAILURES], 1):
        blocks += _failure(voice, failure, n)
    if report.task_text:
        blocks += [Paragraph((voice.say("report.task_text"),)), _message(voice, report.task_text)]
    if not blocks and not (report.retried or report.skipped or report.ignored):
        blocks = [Paragraph((voice.say("report.clean"),))]
    return _part(voice, "report.failures", None, blocks)


def _failure(voice: Voice, failure: Failure, n: int) -> Iterator[Block]:
    name = voice.say("report.first_failure") if n == 1 else voice.say("report.failure", n=n)
    yield Heading(3, (name, voice.say("report.colon"), Code(voice.label_at(failure.position))))
    facts: list[Line] = [
        (voice.say("report.where"), voice.say("report.colon"), Code(line(failure.path, 300))),
        (voice.say("report.when"), voice.say("report.colon"), voice.moment(failure.failed_at),
         " · ", voice.offset(failure.failed_at), " · ",
         voice.say("report.nth_try", n=failure.attempt)),
        (voice.say("report.signature"), voice.say("report.colon"),
         Code(line(failure.signature, 40)), *_id(failure.node_id)),
    ]  # fmt: skip
    if failure.auto_retry:
        facts.append((voice.say("report.auto_retry"),))
    links = [address for address in failure.links[:5] if safe_link(address)]
    facts += [(Link(address),) for address in links]
    yield Bullets(tuple(facts))
    yield (
        _message(voice, failure.text)
        if failure.text
        else Paragraph((voice.say("report.no_message"),))
    )


def _id(node_id: str | None) -> Line:
    return () if node_id is None else (" · ", Code(line(node_id, 60)))


def _message(voice: Voice, text: str) -> Fence:
    shown = visible(text[:_MESSAGE])[:_MESSAGE]
    if len(text) > _MESSAGE:
        missing = size(len(text[_MESSAGE:].encode("utf-8", "replace")))
        shown += "\n" + voice.say("report.message_cut", size=missing)
    return Fence(shown)


def _more_failures(voice: Voice) -> Part:
    failures = voice.report.failures
    lines: list[Line] = [
        (Code(line(failure.path, 200)), f" · {voice.offset(failure.failed_at)} · ",
         Code(line(failure.signature, 40)))
        for failure in failures[_FULL_FAILURES:_MOST_FAILURES]
    ]  # fmt: skip
    if len(failures) > _MOST_FAILURES:
        lines.append((voice.say("report.more_failures", n=len(failures) - _MOST_FAILURES),))
    name = voice.say("report.more_failures", n=max(0, len(failures) - _FULL_FAILURES))
    return Part(name=name, worth=5, blocks=(Bullets(tuple(lines)),) if lines else ())


def _touched(voice: Voice) -> Part:
    report = voice.report
    blocks: list[Block] = []
    for key, refs in (
        ("skipped", report.skipped), ("ignored", report.ignored), ("retried", report.retried),
    ):  # fmt: skip
        if refs:
            blocks += [Heading(3, (voice.say(f"report.{key}"),)), _refs(voice, refs)]
    return Part(name=voice.say("report.retried"), worth=6, blocks=tuple(blocks))


def _refs(voice: Voice, refs: Sequence[NodeRef]) -> Bullets:
    lines: list[Line] = []
    for ref in refs[:_MOST_REFS]:
        known = voice.reference(ref)
        lines.append((Code(line(ref.path or ref.label)), f" · {known}" if known else ""))
    if len(refs) > _MOST_REFS:
        lines.append((voice.say("report.more_nodes", n=number(len(refs) - _MOST_REFS)),))
    return Bullets(tuple(lines))


def _timeline(voice: Voice) -> Part:
    rows = choose(voice.report, _MOST_ROWS)
    drawn = []
    for row in rows:
        if row.start is None or row.end is None:
            continue
        name = f"{voice.letter(row.node)} {'  ' * min(row.node.depth, 6)}{voice.label(row.node)}"
        bar = span_bar(row.start, row.end, _BAR_CELLS, is_open=row.node.is_running)
        drawn.append(f"{pad(name, _NAME_CELLS)} {bar} {voice.measured(row.node.duration_s)}")
    blocks: list[Block] = [Fence("\n".join(drawn))] if drawn else []
    folded = sum(row.n_folded for row in rows)
    if drawn and folded:
        blocks.append(Paragraph((voice.say("report.more_nodes", n=number(folded)),)))
    return _part(voice, "report.timeline", 4, blocks)


def _ledger(voice: Voice) -> Part:
    ledger, wall = voice.report.ledger, voice.report.task.wall_s or 0
    if not ledger or wall <= 0:
        return _part(voice, "report.ledger", 7, ())
    rows: list[tuple[Line, ...]] = [
        ((voice.section_class(name),), (voice.length(seconds),), (share(seconds, wall),),
         (length_bar(seconds / wall, 20),))
        for name, seconds in ledger.items()
    ]  # fmt: skip
    rows.append(
        ((Bold(voice.say("report.sum")),), (voice.length(wall),), (share(wall, wall),), ("",))
    )
    head = tuple(voice.say(f"report.{key}") for key in ("class", "length", "share"))
    return _part(voice, "report.ledger", 7, (Table((*head, " "), tuple(rows), frozenset({1, 2})),))


def _critical(voice: Voice) -> Part:
    found = listing.sections(voice.report, _MOST_SECTIONS)
    if not found.shown:
        return _part(voice, "report.critical", 3, ())
    wall = voice.report.task.wall_s or 0
    rows = tuple(
        (
            (voice.offset(section.start_time),),
            (Code(voice.section(section)), "" if section.certain else f" ({_unsure(voice)})"),
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
    return _part(voice, "report.critical", 3, blocks)


def _unsure(voice: Voice) -> str:
    return voice.say("report.uncertain")


def _nodes(voice: Voice) -> Part:
    rows = choose(voice.report, _MOST_ROWS)
    table = tuple(
        (
            (Code(voice.label(row.node)),),
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
    return _part(voice, "report.nodes", 2, blocks)


def _quality(voice: Voice) -> Part:
    notes = voice.report.notes
    lines: list[Line] = [
        (Code(note.code), voice.say("report.colon"), line(note.text[voice.language], 300))
        for note in notes[:_MOST_NOTES]
    ]
    if len(notes) > _MOST_NOTES:
        lines.append((f"… +{number(len(notes) - _MOST_NOTES)}",))
    return _part(voice, "report.quality", 1, (Bullets(tuple(lines)),) if lines else ())


def _provenance(voice: Voice) -> Part:
    lines = tuple(
        (name, voice.say("report.colon"), Code(text)) for name, text in voice.provenance()
    )
    return _part(voice, "report.provenance", None, (Bullets(lines),))
