"""Blocks → plain text for mail and anywhere else: aligned by the cells that Chinese takes."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from sops_report.rendering.blocks import (
    Anchor,
    Block,
    Bold,
    Bullets,
    Code,
    Diagram,
    Fence,
    Heading,
    Line,
    Link,
    Paragraph,
    Span,
    Table,
    Toned,
)
from sops_report.rendering.visible import cells, clip, pad, wrap

WIDTH: Final = 78
_WIDEST: Final = 200
_COLUMN: Final = 40
_MARKS: Final = {1: "=", 2: "-"}


def _span(span: Span) -> str:
    match span:
        case Anchor():
            return ""
        case Code(text=text) | Bold(text=text) | Toned(text=text):
            return text
        case Link(address=address):
            return address
        case _:
            return span


def _line(spans: Line) -> str:
    return "".join(map(_span, spans))


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    lines = list(wrap(text, WIDTH - cells(first))) or [""]
    return "\n".join(f"{rest if n else first}{line}" for n, line in enumerate(lines))


def _heading(block: Heading) -> str:
    text = clip(_line(block.line), WIDTH)
    mark = _MARKS.get(block.level)
    return f"{text}\n{mark * cells(text)}" if mark else text


def _table(block: Table) -> str:
    rows = [list(block.head), *([_line(cell) for cell in row] for row in block.rows)]
    widths = [min(_COLUMN, max(cells(row[at]) for row in rows)) for at in range(len(block.head))]
    rule = ["-" * width for width in widths]
    return "\n".join(_row(row, widths, block.right) for row in [rows[0], rule, *rows[1:]])


def _row(row: list[str], widths: list[int], right: frozenset[int]) -> str:
    return "  ".join(_aligned(row, widths, right)).rstrip()


def _aligned(row: list[str], widths: list[int], right: frozenset[int]) -> Iterator[str]:
    for at, (text, width) in enumerate(zip(row, widths, strict=True)):
        shown = clip(text, width)
        yield " " * (width - cells(shown)) + shown if at in right else pad(shown, width)


def _fence(block: Fence) -> str:
    lines = block.text.rstrip().split("\n")
    return "\n".join(f"    {piece}" for line in lines for piece in _pieces(line))


def _pieces(line: str) -> list[str]:
    return [line] if cells(line) <= _WIDEST else list(wrap(line, _WIDEST))


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = MappingProxyType(
    {
        Heading: _heading,
        Paragraph: lambda block: _wrapped(_line(block.line)),
        Bullets: lambda block: "\n".join(_wrapped(_line(line), "- ", "  ") for line in block.lines),
        Table: _table,
        Fence: _fence,
        Diagram: lambda _: "",
    }
)


def plain(text: str) -> str:
    """Return *text* as it is: nothing is a mark here."""
    return text


def write(block: Block) -> str:
    """Return one block as plain text, without blank lines around it."""
    return _WRITERS[type(block)](block)
