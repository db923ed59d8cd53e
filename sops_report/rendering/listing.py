"""What long lists show, and what they only count."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.redaction.embedding import Data
from sops_report.rendering.gantt import Chunk
from sops_report.rendering.palette import OUTCOME_TONES, TONE_FILLS
from sops_report.rendering.voice import Voice, tone
from sops_report.report.model import Node, NoteLine, Report, Section
from sops_report.report.nodes import NodeColumns
from sops_report.words import has_words
from sops_report.words.lengths import number, size

MOST_CARDS: Final = 20
MOST_SECTIONS: Final = 200
MOST_REFS: Final = 100
MOST_ECHOES: Final = 50
SHORT_TEXT: Final = 4000
WHOLE_TEXT: Final = 64_000
_MOST_OF_A_CODE: Final = 10
_DEEPEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A failure's text, cut for reading.

    Attributes:
        head: The beginning, always shown.
        whole: All of it (up to a limit) where *head* is not all; else None.
        n_bytes: Its whole size.
        n_missing: Bytes beyond the limit, found in the source only.
    """

    head: str
    whole: str | None
    n_bytes: int
    n_missing: int


def message(text: str, most: int = WHOLE_TEXT) -> Text:
    """Return *text* cut for reading: a beginning, and the rest (up to *most*) to unfold."""
    n_bytes = _bytes(text)
    if n_bytes <= SHORT_TEXT:
        return Text(head=text, whole=None, n_bytes=n_bytes, n_missing=0)
    whole = text[:most]
    head = text[: SHORT_TEXT // 4] + " …"
    return Text(head=head, whole=whole, n_bytes=n_bytes, n_missing=n_bytes - _bytes(whole))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """The shown pieces of the path in order of time, and what the others add up to."""

    shown: tuple[Section, ...]
    n_left: int
    seconds_left: float


def sections(report: Report, most: int = MOST_SECTIONS) -> Sections:
    """Return the longest pieces of the critical path; those without length are left out."""
    timed = [section for section in report.critical_path if section.seconds > 0]
    kept = sorted(range(len(timed)), key=lambda at: -timed[at].seconds)[:most]
    shown = tuple(timed[at] for at in sorted(kept))
    left = sum(section.seconds for section in timed) - sum(section.seconds for section in shown)
    return Sections(shown=shown, n_left=len(timed) - len(shown), seconds_left=max(0.0, left))


def notes(found: Sequence[NoteLine]) -> tuple[list[NoteLine], dict[str, int]]:
    """Return the first notes of each code, and how many more there are by code."""
    shown: list[NoteLine] = []
    count: dict[str, int] = {}
    for note in found:
        count[note.code] = count.get(note.code, 0) + 1
        if count[note.code] <= _MOST_OF_A_CODE:
            shown.append(note)
    more = {code: n - _MOST_OF_A_CODE for code, n in count.items() if n > _MOST_OF_A_CODE}
    return shown, more


_ALWAYS: Final = (
    "term.as_of", "term.wall_time", "term.critical_path", "term.leaf", "term.signature",
    "column.duration_s", "column.self_s", "column.slack_s", "column.drag_s",
)  # fmt: skip


def words_used(voice: Voice) -> list[tuple[str, str]]:
    """Return the words this report uses with their definitions, each once."""
    report = voice.report
    keys = [f"outcome.{report.verdict.outcome}", *_ALWAYS]
    keys += ["term.idle"] * bool(report.task.idle_s)
    keys += ["term.root_cause", "term.echo"] * bool(report.failures)
    keys += ["term.retried"] * bool(report.retried) + ["term.ignored"] * bool(report.ignored)
    keys += ["term.operation_record"] * report.provenance.has_operations
    keys += ["term.node_log"] * any(failure.evidence for failure in report.failures)
    keys += [f"class.{name}" for name in report.ledger]
    met = _met(report.nodes)
    keys += [*(f"state.{state}" for state in met.states), *(f"kind.{kind}" for kind in met.kinds)]
    explained: dict[str, str] = {}
    for key in keys:
        explain = f"explain.{key.partition('.')[2]}"
        if has_words(key) and has_words(explain):
            explained.setdefault(voice.say(key), voice.say(explain))
    return list(explained.items())


def outcome_tone(report: Report) -> str:
    """Return which colour the verdict has."""
    return OUTCOME_TONES.get(report.verdict.outcome, "unknown")


def tones_used(report: Report) -> list[str]:
    """Return the colours that occur, the usual first."""
    tones = _met(report.nodes).tones
    return [name for name in TONE_FILLS if name in tones]


@dataclass(frozen=True, slots=True)
class Met:
    """The distinct states, kinds and colours of some nodes, in the order of their coming."""

    states: Collection[str | None]
    kinds: Collection[str]
    tones: Collection[str]


def _met(nodes: Sequence[Node]) -> Met:
    if isinstance(nodes, NodeColumns):
        from sops_report.rendering.arrays import listing as arrays  # noqa: PLC0415 - start-up

        return arrays.met(nodes)
    return Met(
        dict.fromkeys(node.state for node in nodes),
        dict.fromkeys(node.kind for node in nodes),
        dict.fromkeys(map(tone, nodes)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a timeline draws beside plain bars, for its legend."""

    critical: bool
    waits: bool
    attempts: bool
    doubt: bool
    idle: bool
    breaks: bool
    folded_idle: bool
    signs: tuple[str, ...]


_SIGNS: Final = {"✕": "failed", "»": "skipped", "↻": "retried", "▶": "running"}


def signs_used(chunks: Sequence[Chunk]) -> Signs:
    """Return what occurs in the drawings."""
    texts = {sign.text for chunk in chunks for sign in chunk.signs}
    bands = [band for chunk in chunks[:1] for band in chunk.bands]
    return Signs(
        critical=any(chunk.bars.critical for chunk in chunks),
        waits=any(chunk.bars.waits for chunk in chunks),
        attempts=any(chunk.bars.has_attempts for chunk in chunks),
        doubt=any(chunk.bars.doubt for chunk in chunks),
        idle=any(not band.text for band in bands),
        breaks=any(band.text for band in bands),
        folded_idle=any(band.text and band.is_idle for band in bands),
        signs=tuple(name for text, name in _SIGNS.items() if text in texts),
    )


def carried(voice: Voice, data: Data) -> str:
    """Return in words what a page carries of its source."""
    if data.block is None:
        key = "page.data.large" if data.n_bytes else "page.data.absent"
        return voice.say(key, size=size(data.n_bytes))
    counts = {"children": data.n_children, "earlier": data.n_earlier, "left": data.n_left}
    told = [voice.say(f"page.data.{key}", n=number(n)) for key, n in counts.items() if n]
    return voice.say("report.comma").join([voice.say("page.data.whole"), *told])


def indent(node: Node) -> str:
    """Return the blanks before a row's name; very deep rows stay readable."""
    return "\u2003" * min(node.depth, _DEEPEST)


def seconds(value: float) -> str:
    """Return whole seconds as they are, parts of a second with three places."""
    return number(int(value)) if value == int(value) else f"{value:,.3f}"


def plain(value: float | None) -> str:
    """Return a number for sorting; empty if there is none."""
    return "" if value is None else f"{value:.10g}"
