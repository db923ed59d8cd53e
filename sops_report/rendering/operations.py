"""What people did and what failed nodes left behind, as blocks."""

from collections.abc import Iterator, Sequence
from typing import Final

from sops_report.rendering.blocks import (
    Block,
    Code,
    Fence,
    Heading,
    Line,
    Paragraph,
    Part,
    Span,
    Table,
)
from sops_report.rendering.visible import line, visible
from sops_report.rendering.voice import Voice
from sops_report.report.findings import Evidence, Operation, Setting
from sops_report.report.model import Failure

MOST: Final = 30
_MOST_SETTINGS: Final = 20
_MOST_CARDS: Final = 3
_MOST_LINES: Final = 15
_LONGEST: Final = 300
_WORTH: Final = 4
_LOGS_WORTH: Final = 2


def operation_parts(voice: Voice) -> list[Part]:
    """Return who did what, and the logs of the first failures; nothing where none was asked for."""
    return [part for part in (_operations(voice), _logs(voice)) if part.blocks]


def _operations(voice: Voice) -> Part:
    report, name = voice.report, voice.say("operations.heading")
    if not report.provenance.has_operations:
        return Part(name=name, worth=_WORTH, blocks=())
    blocks: list[Block] = [Heading(2, (name,))]
    if report.operations:
        head = tuple(voice.say(f"operations.{key}") for key in ("when", "what", "node", "who"))
        shown = report.operations[:MOST]
        blocks.append(Table(head, tuple(_row(voice, operation) for operation in shown)))
    else:
        blocks.append(Paragraph((voice.say("operations.none"),)))
    if len(report.operations) > MOST:
        n = len(report.operations) - MOST
        blocks.append(Paragraph((voice.say("operations.more", n=n),)))
    return Part(name=name, worth=_WORTH, blocks=tuple(blocks))


def _row(voice: Voice, operation: Operation) -> tuple[Line, ...]:
    return (
        (f"{voice.moment(operation.at)} · {voice.offset(operation.at)}",),
        (voice.operation(operation),),
        (_node(voice, operation),),
        (voice.operator(operation),),
    )


def _node(voice: Voice, operation: Operation) -> Span:
    text = voice.operated(operation)
    return text if operation.position is None else Code(text)


def _logs(voice: Voice) -> Part:
    name = voice.say("operations.logs")
    known = [failure for failure in voice.report.failures if failure.evidence is not None]
    blocks = [block for failure in known[:_MOST_CARDS] for block in _evidence(voice, failure)]
    shown = (Heading(2, (name,)), *blocks) if blocks else ()
    return Part(name=name, worth=_LOGS_WORTH, blocks=shown, folded=True)


def _evidence(voice: Voice, failure: Failure) -> Iterator[Block]:
    found = failure.evidence
    if found is None or not (found.log or found.inputs or found.outputs):
        return
    yield Heading(3, (Code(line(voice.label_at(failure.position), 200)),))
    if found.log:
        yield Paragraph((voice.say(log_title(found)),))
        yield Fence(visible("\n".join(found.log.split("\n")[-_MOST_LINES:])))
    for key, settings in (("inputs", found.inputs), ("outputs", found.outputs)):
        if settings:
            yield _settings(voice, key, settings)


def log_title(found: Evidence) -> str:
    """Return the key of the words above a log: its end, or all of it."""
    return "operations.log_end" if found.is_cut else "operations.log"


def _settings(voice: Voice, key: str, settings: Sequence[Setting]) -> Table:
    rows = tuple(
        ((Code(line(item.key, 120)),), (Code(line(item.value, _LONGEST)),))
        for item in settings[:_MOST_SETTINGS]
    )
    return Table((voice.say(f"operations.{key}"), voice.say("operations.value")), rows)
