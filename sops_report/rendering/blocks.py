"""The small content model behind Markdown: blocks of spans, no dialect's marks inside.

A dialect is one writer of these blocks; nobody else puts marks around texts.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Code:
    """A name, an id or an error's line: shown as it is, never interpreted."""

    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    """Words that matter."""

    text: str


@dataclass(frozen=True, slots=True)
class Toned:
    """A word with a colour, where the dialect has any: ``good``, ``bad`` or ``quiet``."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address somebody may click."""

    address: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place that links lead to, where the dialect has any; the same as in the page."""

    name: str


Span = str | Anchor | Code | Bold | Toned | Link
Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the report's own, the dialect decides its marks."""

    level: int
    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    line: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without order."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `right` names the columns of numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Fence:
    """Lines of fixed width."""

    text: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """A Mermaid diagram; the same facts always stand in another block."""

    text: str


Block = Heading | Paragraph | Bullets | Table | Fence | Diagram


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Blocks that are cut together.

    Attributes:
        name: What a reader calls it, where it had to be left out.
        worth: The smallest is left out first; None is never left out.
        blocks: Its content.
        folded: Closed at first, where the dialect can fold.
        summary: What opens a fold; empty means the name.
    """

    name: str
    worth: int | None
    blocks: tuple[Block, ...]
    folded: bool = False
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a dialect has room for.

    Attributes:
        full_failures: Failures told with their message.
        failures: Failures named at all.
        message: The most characters of one message.
        refs: The most retried, skipped or ignored nodes of a list.
        sections: The most pieces of the critical path.
        rows: The most rows of the node table.
        diagram: The most characters of a Mermaid diagram; 0 where none is drawn.
        bars: Whether bars of characters stand in a font of fixed width.
        sentence: The most bytes of the verdict's sentence.
        name: The most characters of a name in a heading; twice as many of a path.
        links: The most addresses of one failure.
    """

    full_failures: int = 3
    failures: int = 10
    message: int = 1500
    refs: int = 10
    sections: int = 20
    rows: int = 30
    diagram: int = 0
    bars: bool = True
    sentence: int = 1200
    name: int = 200
    links: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A writer of blocks and its limits.

    Attributes:
        name: What users call it.
        budget: The most bytes of UTF-8.
        write: Returns one block without blank lines around it; empty for what it cannot show.
        plain: Returns a text so that none of it is a mark.
        limits: How much there is room for.
        around: Marks by which the report is found again in a ticket; empty where none are hidden.
        fold: Puts a closed fold around written blocks, given a summary; None without folds.
    """

    name: str
    budget: int
    write: Callable[[Block], str]
    plain: Callable[[str], str]
    limits: Limits = Limits()
    around: tuple[str, str] = ("", "")
    fold: Callable[[str, str], str] | None = None


def with_texts(block: Block, change: Callable[[str], str]) -> Block:
    """Return *block* with its interpreted texts changed; code and fixed-width lines stay."""

    def spans(line: Line) -> Line:
        return tuple(_changed(span, change) for span in line)

    match block:
        case Heading(level, line):
            return Heading(level, spans(line))
        case Paragraph(line):
            return Paragraph(spans(line))
        case Bullets(lines):
            return Bullets(tuple(map(spans, lines)))
        case Table(head, rows, _):
            cells = tuple(tuple(map(spans, row)) for row in rows)
            return replace(block, head=tuple(map(change, head)), rows=cells)
        case _:
            return block


def without_anchors(block: Block) -> Block:
    """Return *block* for readers that know no anchors."""

    def kept(line: Line) -> Line:
        return tuple(span for span in line if not isinstance(span, Anchor))

    match block:
        case Heading(level, line):
            return Heading(level, kept(line))
        case Table(_, rows, _):
            return replace(block, rows=tuple(tuple(map(kept, row)) for row in rows))
        case _:
            return block


def _changed(span: Span, change: Callable[[str], str]) -> Span:
    match span:
        case str():
            return change(span)
        case Bold(text):
            return Bold(change(text))
        case Toned(text, tone):
            return Toned(change(text), tone)
        case _:
            return span
