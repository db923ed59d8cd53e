"""`Report` → parts of blocks: what every Markdown dialect says, in order, before any mark.

People read the first lines of a ticket: verdict, cause and link come first and are never cut.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sops_report.rendering.blocks import (
    Anchor,
    Block,
    Bold,
    Bullets,
    Code,
    Fence,
    Heading,
    Limits,
    Line,
    Link,
    Paragraph,
    Part,
    Span,
    Toned,
)
from sops_report.rendering.findings import finding_parts
from sops_report.rendering.human import human_parts
from sops_report.rendering.links import safe_link
from sops_report.rendering.operations import operation_parts
from sops_report.rendering.palette import OUTCOME_TONES
from sops_report.rendering.tables import critical, ledger, nodes, timeline
from sops_report.rendering.visible import line, visible
from sops_report.rendering.voice import Voice
from sops_report.report.model import Failure, NodeRef
from sops_report.words.lengths import number, size

_MOST_NOTES: Final = 10
_SENTENCES: Final = (400, 200, 100, 50)
_TITLE: Final = 80
_TONES: Final = {"success": "good", "failed": "bad", "revoked": "bad"}

Measure = Callable[[str], int]


def parts_of(
    voice: Voice, limits: Limits, measure: Measure, attachment: str | None = None
) -> list[Part]:
    """Return the report's parts in reading order.

    Args:
        voice: Report, language and zone.
        limits: How much the dialect has room for.
        measure: Says how many bytes a text takes once its marks are tamed.
        attachment: Where the whole report is, as a file's name or an address; None leaves it out.
    """
    path = critical(voice, limits)
    # where nothing went wrong the path tells most, so it stands before the timeline
    first, later = ([path], []) if voice.report.verdict.outcome == "finished" else ([], [path])
    parts = (
        _verdict(voice, limits, measure, attachment), _failures(voice, limits, attachment),
        _more_failures(voice, limits), _touched(voice, limits), *first, timeline(voice, limits),
        ledger(voice, limits), *later, *operation_parts(voice),
        *finding_parts(voice, limits), *human_parts(voice),
        nodes(voice, limits), _quality(voice), _provenance(voice, limits),
    )  # fmt: skip
    return [part for part in parts if part.blocks]


def _part(voice: Voice, key: str, worth: int | None, blocks: Sequence[Block]) -> Part:
    name = voice.say(key)
    shown = (Heading(2, (name,)), *blocks) if blocks else ()
    return Part(name=name, worth=worth, blocks=shown)


def _verdict(voice: Voice, limits: Limits, measure: Measure, attachment: str | None) -> Part:
    outcome = voice.report.verdict.outcome
    tone = _TONES.get(OUTCOME_TONES.get(outcome, ""), "quiet")
    title: Line = (Toned(voice.outcome(), tone), " · ", Code(line(voice.task_line(), _TITLE)))
    numbers = voice.say("report.sentence_gap").join(filter(None, (voice.idle(), voice.numbers())))
    blocks: list[Block] = [
        Heading(1, title),
        Paragraph((Bold(_sentence(voice, limits, measure)),)),
        Paragraph((numbers,)),
        Paragraph((" · ".join(_times(voice)),)),
    ]
    if voice.next_step():
        blocks.insert(2, Paragraph((voice.next_step(),)))
    if attachment:
        told = (voice.say("dialects.whole"), voice.say("report.colon"), _place(attachment))
        blocks.append(Paragraph(told))
    return Part(name=voice.say("report.verdict"), worth=None, blocks=tuple(blocks))


def _times(voice: Voice) -> list[str]:
    task, outcome = voice.report.task, voice.report.verdict.outcome
    if task.wall_s is None:
        return [voice.as_of()]
    ended = "report.not_ended" if outcome in {"running", "failing"} else "report.ended"
    # an open run ends where its snapshot does: once is enough
    told = [] if task.end_time == task.as_of and ended == "report.not_ended" else [voice.as_of()]
    return [
        f"{voice.say('report.wall')} {voice.length(task.wall_s)}",
        f"{voice.say('report.started')} {voice.moment(task.start_time)}",
        f"{voice.say(ended)} {voice.moment(task.end_time)}",
        *told,
    ]


def _sentence(voice: Voice, limits: Limits, measure: Measure) -> str:
    for limit in _SENTENCES:
        text = voice.sentence(limit)
        if measure(text) <= limits.sentence:
            break
    return text


def _failures(voice: Voice, limits: Limits, attachment: str | None) -> Part:
    report = voice.report
    blocks: list[Block] = []
    for n, failure in enumerate(report.failures[: limits.full_failures], 1):
        blocks += _failure(voice, limits, failure, n, attachment)
    if report.task_text:
        told = voice.say("report.task_text")
        blocks += [Paragraph((told,)), _message(voice, limits, report.task_text)]
    if not blocks and not (report.retried or report.skipped or report.ignored):
        blocks = [Paragraph((voice.say("report.clean"),))]
    return _part(voice, "report.failures", None, blocks)


def _failure(
    voice: Voice, limits: Limits, failure: Failure, n: int, attachment: str | None
) -> Iterator[Block]:
    name = voice.say("report.first_failure") if n == 1 else voice.say("report.failure", n=n)
    colon = voice.say("report.colon")
    anchor = voice.report.nodes[failure.position].anchor
    label = Code(line(voice.label_at(failure.position), limits.name))
    yield Heading(3, (Anchor(anchor), name, colon, label))
    facts: list[Line] = [
        (voice.say("report.where"), colon, Code(line(failure.path, limits.name * 2))),
        (voice.say("report.when"), colon, voice.moment(failure.failed_at),
         " · ", voice.offset(failure.failed_at), " · ",
         voice.say("report.nth_try", n=failure.attempt)),
        (voice.say("report.signature"), colon,
         Code(line(failure.signature, 40)), *_id(failure.node_id)),
    ]  # fmt: skip
    if attachment and limits.bars and _is_page(attachment):
        facts.append((voice.say("dialects.row"), colon, _place(f"{attachment}#{anchor}")))
    if failure.auto_retry:
        facts.append((voice.say("report.auto_retry"),))
    links = [address for address in failure.links[: limits.links] if safe_link(address)]
    facts += [(Link(address),) for address in links if len(address) <= limits.name * 4]
    yield Bullets(tuple(facts))
    if failure.text:
        yield _message(voice, limits, failure.text)
    else:
        yield Paragraph((voice.say("report.no_message"),))


def _is_page(attachment: str) -> bool:
    """Tell whether the whole report can be opened at a row: a zip cannot."""
    return "#" not in attachment and attachment.partition("?")[0].endswith((".html", ".htm", "/"))


def _place(attachment: str) -> Span:
    return Link(attachment) if safe_link(attachment) else Code(line(attachment, 200))


def _id(node_id: str | None) -> Line:
    return () if node_id is None else (" · ", Code(line(node_id, 60)))


def _message(voice: Voice, limits: Limits, text: str) -> Fence:
    most = limits.message
    shown = visible(text[:most])[:most]
    if len(text) > most:
        missing = size(len(text[most:].encode("utf-8", "replace")))
        shown += "\n" + voice.say("report.message_cut", size=missing)
    return Fence(shown)


def _more_failures(voice: Voice, limits: Limits) -> Part:
    failures = voice.report.failures
    lines: list[Line] = [
        (Code(line(failure.path, 200)), f" · {voice.offset(failure.failed_at)} · ",
         Code(line(failure.signature, 40)))
        for failure in failures[limits.full_failures : limits.failures]
    ]  # fmt: skip
    if len(failures) > limits.failures:
        lines.append((voice.say("report.more_failures", n=len(failures) - limits.failures),))
    n_more = max(0, len(failures) - limits.full_failures)
    name = voice.say("report.more_failures", n=n_more)
    return Part(name=name, worth=6, blocks=(Bullets(tuple(lines)),) if lines else ())


def _touched(voice: Voice, limits: Limits) -> Part:
    report = voice.report
    blocks: list[Block] = []
    # without a failure no section stands above these lists
    level = 3 if report.failures or report.task_text else 2
    for key, refs in (
        ("skipped", report.skipped), ("ignored", report.ignored), ("retried", report.retried),
    ):  # fmt: skip
        if refs:
            blocks += [Heading(level, (voice.say(f"report.{key}"),)), _refs(voice, limits, refs)]
    return Part(name=voice.say("report.retried"), worth=7, blocks=tuple(blocks))


def _refs(voice: Voice, limits: Limits, refs: Sequence[NodeRef]) -> Bullets:
    lines: list[Line] = []
    for ref in refs[: limits.refs]:
        known = voice.reference(ref)
        lines.append((Code(line(ref.path or ref.label)), f" · {known}" if known else ""))
    if len(refs) > limits.refs:
        lines.append((voice.say("report.more_nodes", n=number(len(refs) - limits.refs)),))
    return Bullets(tuple(lines))


def _quality(voice: Voice) -> Part:
    notes = voice.report.notes
    lines: list[Line] = [
        (Code(note.code), voice.say("report.colon"), line(note.text[voice.language], 300))
        for note in notes[:_MOST_NOTES]
    ]
    if len(notes) > _MOST_NOTES:
        lines.append((voice.say("dialects.more_notes", n=number(len(notes) - _MOST_NOTES)),))
    return _part(voice, "report.quality", 1, (Bullets(tuple(lines)),) if lines else ())


def _provenance(voice: Voice, limits: Limits) -> Part:
    lines = tuple(
        (name, voice.say("report.colon"), Code(line(text, limits.name * 2)))
        for name, text in voice.provenance()
    )
    # a chat has no room for it; a ticket must tell where its numbers come from
    worth = None if limits.bars else 0
    return _part(voice, "report.provenance", worth, (Bullets(lines),))
