"""The small content model behind Markdown: blocks of spans, no dialect's marks inside.

A dialect is one writer of these blocks; nobody else puts marks around texts.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A name, an id or an error's line: shown as it is, never interpreted."""

    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    """Words that matter."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address somebody may click."""

    address: str


Span = str | Code | Bold | Link
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


Block = Heading | Paragraph | Bullets | Table | Fence


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Blocks that are cut together.

    Attributes:
        name: What a reader calls it, where it had to be left out.
        worth: The smallest is left out first; None is never left out.
        blocks: Its content.
    """

    name: str
    worth: int | None
    blocks: tuple[Block, ...]
