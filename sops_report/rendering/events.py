"""What happened, by time: every event that disturbs, none that every node has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sops_report.rendering.visible import line
from sops_report.rendering.voice import Voice
from sops_report.report.model import Node, Report
from sops_report.report.nodes import NodeColumns, nodes_at

_OPEN: Final = frozenset({"running", "failing"})
_LONGEST_NOTE: Final = 1000
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event.

    Attributes:
        at: None where people wrote a time that is no moment; then `told` is what they wrote.
        what: In words.
        position: The node it happened to; None for the whole task.
        source: ``status``, ``histories``, ``operations`` or ``people``.
        told: The time as it was typed.
    """

    at: datetime | None
    what: str
    position: int | None
    source: str
    told: str = ""


def events_of(voice: Voice) -> list[Event]:
    """Return the events by time; those of equal times in the order of the document."""
    found = [*_start(voice), *_of_nodes(voice), *_of_people(voice), *_end(voice)]
    return sorted(found, key=lambda event: (event.at is None, event.at or _NEVER))


def _start(voice: Voice) -> Iterator[Event]:
    at = voice.report.task.start_time
    if at is not None:
        yield Event(at=at, what=voice.say("event.started"), position=None, source="status")


def _end(voice: Voice) -> Iterator[Event]:
    task, outcome = voice.report.task, voice.report.verdict.outcome
    key = "event.open" if outcome in _OPEN else "event.ended"
    if task.end_time is not None and outcome != "waiting":
        said = voice.say(key, outcome=voice.outcome())
        yield Event(at=task.end_time, what=said, position=None, source="status")


def _of_nodes(voice: Voice) -> Iterator[Event]:
    report = voice.report
    failed = {failure.position: failure.failed_at for failure in report.failures}
    skipped = {ref.position: ref.true_failed_at for ref in report.skipped}
    manual = _manual(report)
    told = sorted({*failed, *skipped, *manual, *_touched(report.nodes)})
    for node in nodes_at(report.nodes, told):
        yield from _attempts(voice, node)
        found = {
            "failed": failed.get(node.position),
            "ignored": node.end_time if node.error_ignored else None,
            "skipped": node.end_time if node.skip else None,
            "manual": node.start_time if node.position in manual else None,
        }
        for key, at in found.items():
            if at is not None:
                yield _event(voice, key, at, node)
        failed_at = skipped.get(node.position)
        if failed_at is not None and not node.attempts:
            yield _event(voice, "failed", failed_at, node, "histories")


def _manual(report: Report) -> set[int]:
    path = {s.position for s in report.critical_path if s.section_class == "manual"}
    return {*_waiting(report.nodes), *path}


def _touched(nodes: Sequence[Node]) -> list[int]:
    """Return the positions of the nodes that were skipped, ignored or tried before."""
    if isinstance(nodes, NodeColumns):
        from sops_report.rendering.arrays import events as arrays  # noqa: PLC0415 - start-up

        return arrays.touched(nodes)
    return [n.position for n in nodes if n.attempts or n.skip or n.error_ignored]


def _waiting(nodes: Sequence[Node]) -> list[int]:
    """Return the positions of the leaves that wait."""
    if isinstance(nodes, NodeColumns):
        from sops_report.rendering.arrays import events as arrays  # noqa: PLC0415 - start-up

        return arrays.waiting(nodes)
    return [n.position for n in nodes if n.state_group == "waiting" and n.is_leaf]


def _attempts(voice: Voice, node: Node) -> Iterator[Event]:
    tried = [one for one in node.attempts if one.failed]
    for one in tried:
        if one.end_time is not None:
            yield _event(voice, "try_failed", one.end_time, node, "histories")
    if tried and node.start_time is not None:
        yield _event(voice, "tried_again", node.start_time, node)


def _event(voice: Voice, key: str, at: datetime, node: Node, source: str = "status") -> Event:
    return Event(at=at, what=voice.say(f"event.{key}"), position=node.position, source=source)


def _of_people(voice: Voice) -> Iterator[Event]:
    report = voice.report
    for done in report.operations:
        what = f"{voice.operation(done)} · {voice.operator(done)}"
        if done.position is None:
            what = f"{what} · {voice.operated(done)}"
        yield Event(at=done.at, what=what, position=done.position, source="operations")
    for note in report.postmortem.timeline if report.postmortem is not None else ():
        text = line(note.text, _LONGEST_NOTE)
        at = _moment(note.at, voice)
        yield Event(at=at, what=text, position=None, source="people", told=line(note.at, 60))


def _moment(text: str, voice: Voice) -> datetime | None:
    """Return the moment that people wrote; without an offset it is in the report's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=voice.zone)
