"""`Report` → text for the terminal: the verdict first, everything else below it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from sops_report.rendering.rows import Row, choose
from sops_report.rendering.textbars import length_bar, span_bar, strip
from sops_report.rendering.visible import cells, clip, clip_middle, line, pad, visible, wrap
from sops_report.rendering.voice import Voice, tone
from sops_report.report.findings import Evidence
from sops_report.report.model import Failure, NodeRef, Report, Section
from sops_report.words import Language
from sops_report.words.lengths import number, share

WIDTH: Final = 100
_MOST_ROWS: Final = 40
_MOST_FAILURES: Final = 5
_MOST_SECTIONS: Final = 12
_MOST_NOTES: Final = 8
_MOST_REFS: Final = 10
_MOST_OPERATIONS: Final = 20
_TEXT_LINES: Final = 8
_LOG_LINES: Final = 8
_DEEPEST: Final = 8
_NARROWEST: Final = 60

_CODES: Final = {
    "failed": "1;31", "success": "32", "running": "33", "waiting": "35", "revoked": "1;35",
    "skipped": "36", "ignored": "36", "not_started": "2", "unknown": "2", "strong": "1",
}  # fmt: skip
_OUTCOME_TONE: Final = {
    "failed": "failed", "failing": "failed", "revoked": "revoked", "running": "running",
    "waiting": "waiting", "finished": "success", "finished_with_issues": "skipped",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a page of text is written on.

    Attributes:
        voice: The report and its words.
        width: Cells in a line.
        color: Whether ANSI colours are used.
    """

    voice: Voice
    width: int
    color: bool

    def paint(self, text: str, tone_name: str) -> str:
        """Colour *text*, if this sheet has colours."""
        return f"\x1b[{_CODES[tone_name]}m{text}\x1b[0m" if self.color else text

    def ends(self, left: str, right: str) -> tuple[str, str]:
        """Return two texts that fill one line together, the left one cut if need be."""
        left = clip(left, max(10, self.width - cells(right) - 2))
        return left, " " * max(2, self.width - cells(left) - cells(right)) + right

    def wrapped(self, text: str, indent: str = "", most: int = _TEXT_LINES) -> Iterator[str]:
        """Yield *text* in lines of this sheet's width, at most *most* of them."""
        for n, piece in enumerate(wrap(text, self.width - len(indent))):
            if n == most:
                yield indent + "…"
                return
            yield indent + piece


def render_text(
    report: Report,
    language: Language,
    zone: tzinfo,
    *,
    color: bool = False,
    width: int = WIDTH,
) -> str:
    """Return *report* as plain text.

    Args:
        report: What to show.
        language: Of all words.
        zone: Of all moments.
        color: Add ANSI colours. Texts of the answer never bring any: they are made visible.
        width: Cells in a line; Chinese takes two.

    Returns:
        Lines ending in a line feed. The first twelve hold the verdict.
    """
    voice = Voice(report=report, language=language, zone=zone)
    sheet = Sheet(voice=voice, width=max(_NARROWEST, width), color=color)
    parts = (
        _verdict,
        _failures,
        _touched,
        _ledger,
        _critical,
        _advice,
        _timeline,
        _operations,
        _human,
        _quality,
        _source,
    )
    return "".join(f"{text.rstrip()}\n" for part in parts for text in part(sheet))


def _advice(sheet: Sheet) -> Iterator[str]:
    """Yield what the numbers support, each with what to do next."""
    voice = sheet.voice
    if not voice.report.advice:
        return
    yield from _heading(sheet, "page.advice")
    for advice in voice.report.advice:
        yield from sheet.wrapped(f"- {line(advice.title[voice.language])}", "  ")
        for said in (advice.evidence, advice.next_step):
            yield from sheet.wrapped(line(said[voice.language], 600), "    ")


def _operations(sheet: Sheet) -> Iterator[str]:
    """Yield what people did."""
    voice, report = sheet.voice, sheet.voice.report
    if not report.provenance.has_operations:
        return
    yield from _heading(sheet, "operations.heading", number(len(report.operations)))
    for done in report.operations[:_MOST_OPERATIONS]:
        what = f"{voice.operation(done)} · {voice.operated(done)}"
        left, right = sheet.ends(f"  {voice.offset(done.at)}  {what}", voice.operator(done))
        yield left + right
    if len(report.operations) > _MOST_OPERATIONS:
        yield "  " + voice.say("operations.more", n=len(report.operations) - _MOST_OPERATIONS)


def _human(sheet: Sheet) -> Iterator[str]:
    if sheet.voice.report.postmortem is None:
        return
    from sops_report.rendering.human import human_text  # noqa: PLC0415 - start-up time

    yield from human_text(sheet.voice)


def _verdict(sheet: Sheet) -> Iterator[str]:
    voice = sheet.voice
    word = voice.outcome().upper()
    tone_name = _OUTCOME_TONE.get(voice.report.verdict.outcome, "unknown")
    left, right = sheet.ends(f"{word}  {voice.task_line()}", voice.as_of())
    yield sheet.paint(left[: len(word)], tone_name) + left[len(word) :] + right
    yield from sheet.wrapped(voice.sentence(), most=4)
    if voice.idle():
        yield voice.idle()
    yield from sheet.wrapped(voice.numbers(), most=2)
    if voice.report.task.wall_s is not None:
        yield from sheet.wrapped(_times(voice), most=3)
    row = strip(voice.report, sheet.width - 2)
    if row:
        yield f"│{row}│"


def _times(voice: Voice) -> str:
    task = voice.report.task
    is_open = voice.report.verdict.outcome in {"running", "failing"}
    ended = "report.not_ended" if is_open else "report.ended"
    return " · ".join((
        f"{voice.say('report.wall')} {voice.length(task.wall_s)}",
        f"{voice.say('report.started')} {voice.moment(task.start_time)}",
        f"{voice.say(ended)} {voice.moment(task.end_time)}",
    ))  # fmt: skip


def _heading(sheet: Sheet, key: str, remark: str = "") -> Iterator[str]:
    yield ""
    title = sheet.voice.say(key)
    yield sheet.paint(title, "strong") + (f" · {remark}" if remark else "")


def _failures(sheet: Sheet) -> Iterator[str]:
    voice, report = sheet.voice, sheet.voice.report
    if report.failures or report.task_text:
        yield from _heading(sheet, "report.failures")
    for failure in report.failures[:_MOST_FAILURES]:
        yield from _failure(sheet, failure)
    if len(report.failures) > _MOST_FAILURES:
        yield "  " + voice.say("report.more_failures", n=len(report.failures) - _MOST_FAILURES)
    if report.task_text:
        yield "  " + voice.say("report.task_text")
        yield from _message(sheet, report.task_text)


def _failure(sheet: Sheet, failure: Failure) -> Iterator[str]:
    voice = sheet.voice
    facts = [voice.offset(failure.failed_at), voice.say("report.nth_try", n=failure.attempt)]
    if failure.auto_retry:
        facts.append(voice.say("report.auto_retry"))
    facts.append(line(failure.signature, 40))
    right = " · ".join(facts)
    path = clip_middle(line(failure.path or failure.label), max(20, sheet.width - cells(right) - 6))
    left, right = sheet.ends(f"  F {path}", right)
    yield sheet.paint(left[:3], "failed") + left[3:] + right
    if failure.text:
        yield from _message(sheet, failure.text)
    else:
        yield "    " + voice.say("report.no_message")
    if failure.evidence is not None:
        yield from _left_behind(sheet, failure.evidence)


def _left_behind(sheet: Sheet, found: Evidence) -> Iterator[str]:
    """Yield the end of a failed node's log, its inputs and outputs."""
    voice = sheet.voice
    if found.log:
        yield "    " + voice.say("operations.log_end" if found.is_cut else "operations.log")
        for row in visible(found.log).split("\n")[-_LOG_LINES:]:
            yield "      " + clip(row.expandtabs(4), sheet.width - 6)
    for key, settings in (("inputs", found.inputs), ("outputs", found.outputs)):
        if settings:
            yield "    " + voice.say(f"operations.{key}")
        for setting in settings[:_MOST_REFS]:
            yield "      " + clip(line(f"{setting.key} = {setting.value}", 400), sheet.width - 6)


def _message(sheet: Sheet, text: str) -> Iterator[str]:
    shown = 0
    for source_line in visible(text[:4000]).split("\n"):
        for piece in sheet.wrapped(source_line.expandtabs(4), "    "):
            if shown == _TEXT_LINES:
                yield "    …"
                return
            yield piece
            shown += 1


def _touched(sheet: Sheet) -> Iterator[str]:
    report = sheet.voice.report
    lists = (("retried", report.retried), ("skipped", report.skipped), ("ignored", report.ignored))
    for key, refs in lists:
        if refs:
            yield from _heading(sheet, f"report.{key}", number(len(refs)))
            yield from _refs(sheet, refs)


def _refs(sheet: Sheet, refs: Sequence[NodeRef]) -> Iterator[str]:
    voice = sheet.voice
    for ref in refs[:_MOST_REFS]:
        known = voice.reference(ref)
        text = line(ref.path or ref.label) + (f" · {known}" if known else "")
        yield "  " + clip_middle(text, sheet.width - 2)
    if len(refs) > _MOST_REFS:
        yield "  " + voice.say("report.more_nodes", n=len(refs) - _MOST_REFS)


def _ledger(sheet: Sheet) -> Iterator[str]:
    voice, ledger = sheet.voice, sheet.voice.report.ledger
    wall = voice.report.task.wall_s or 0
    if not ledger or wall <= 0:
        return
    yield from _heading(sheet, "report.ledger", voice.length(wall))
    names = {name: voice.section_class(name) for name in ledger}
    wide = max(map(cells, names.values()))
    room = max(10, sheet.width - wide - 32)
    for name, seconds in ledger.items():
        bar = pad(length_bar(seconds / wall, room), room)
        length, part = voice.length(seconds), share(seconds, wall)
        yield f"  {pad(names[name], wide)} {bar} {_right(length, 18)} {_right(part, 8)}"


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text


def _critical(sheet: Sheet) -> Iterator[str]:
    voice = sheet.voice
    timed = [section for section in voice.report.critical_path if section.seconds > 0]
    if not timed:
        return
    longest = sorted(timed, key=lambda section: -section.seconds)[:_MOST_SECTIONS]
    yield from _heading(sheet, "report.critical", voice.order())
    for section in sorted(longest, key=lambda section: section.start_time):
        yield _section(sheet, section)
    if len(timed) > len(longest):
        rest = sum(section.seconds for section in timed) - sum(s.seconds for s in longest)
        n = len(timed) - len(longest)
        yield "  " + voice.say("report.more_sections", n=n, length=voice.length(rest))


def _section(sheet: Sheet, section: Section) -> str:
    voice = sheet.voice
    remarks = [voice.section_class(section.section_class)]
    if not section.certain:
        remarks.append(voice.say("report.uncertain"))
    if section.co_critical:
        remarks.append(voice.say("report.co_critical", labels=voice.labels(section.co_critical)))
    text = f"{voice.section(section)} · {voice.say('report.comma').join(remarks)}"
    part = share(section.seconds, voice.report.task.wall_s or 0)
    right = f"{_right(voice.measured(section.seconds), 18)} {_right(part, 8)}"
    return "".join(sheet.ends(f"  {voice.offset(section.start_time)}  {text}", right))


def _timeline(sheet: Sheet) -> Iterator[str]:
    voice = sheet.voice
    rows = choose(voice.report, _MOST_ROWS)
    yield from _heading(sheet, "report.timeline", voice.say("report.zone", zone=voice.zone_name()))
    name_width = max(24, sheet.width * 2 // 5)
    for row in rows:
        yield _row(sheet, row, name_width)
    folded = sum(row.n_folded for row in rows)
    if folded:
        yield "  " + voice.say("report.more_nodes", n=number(folded))


def _row(sheet: Sheet, row: Row, name_width: int) -> str:
    voice, node = sheet.voice, row.node
    depth = min(node.depth, _DEEPEST)
    name = voice.label(node)
    if row.n_folded:
        name += " " + voice.say("report.folded", n=row.n_folded)
    left = f"{voice.letter(node)} {'  ' * depth}{name}"
    right = f"{voice.measured(node.duration_s)}" if row.start is not None else voice.state(node)
    room = max(8, sheet.width - name_width - 22)
    bar = " " * room
    if row.start is not None and row.end is not None:
        bar = span_bar(row.start, row.end, room, is_open=node.is_running)
    painted = sheet.paint(bar, tone(node))
    return f"  {pad(left, name_width - 1)} {painted}{_right(clip(right, 18), 19)}"


def _quality(sheet: Sheet) -> Iterator[str]:
    voice, notes = sheet.voice, sheet.voice.report.notes
    if not notes:
        return
    yield from _heading(sheet, "report.quality", number(len(notes)))
    for note in notes[:_MOST_NOTES]:
        yield "  " + clip(f"{note.code}  {line(note.text[voice.language], 300)}", sheet.width - 2)
    if len(notes) > _MOST_NOTES:
        more = number(len(notes) - _MOST_NOTES)
        yield "  " + sheet.voice.say("dialects.more_notes", n=more)


def _source(sheet: Sheet) -> Iterator[str]:
    yield from _heading(sheet, "report.provenance")
    facts = sheet.voice.provenance()
    wide = max(cells(name) for name, _ in facts)
    for name, text in facts:
        yield "  " + pad(name, wide) + "  " + clip(text, sheet.width - wide - 4)
