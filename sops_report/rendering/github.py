"""Blocks → Markdown as GitHub reads it; everything that could mention, link or break is tamed."""

import re
from collections.abc import Callable, Mapping
from html import escape
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
    without_anchors,
)

_TOP_LEVEL: Final = 2  # the ticket owns the first level
_ACTIVE: Final = re.compile(r"([\\`*_\[\]<>|~&$])")
_LINE_START: Final = re.compile(r"^(\s*(?:\d+(?=[.)]))?)([#+\-=.)])(?=\s|$|[#=\-])")
# a zero width joiner behind the sign keeps it from naming a person, an issue or a label
_REFERENCE: Final = re.compile(r"([@#!%])(?=\w)")
_ADDRESS: Final = re.compile(r"(https?|ftp|www)(?=[:.])", re.IGNORECASE)
_HASH: Final = re.compile(r"\b[0-9a-f]{7,40}\b")
_JOINER: Final = "\u200d"


def plain(text: str) -> str:
    r"""Return *text* so that none of it is a mark, a mention or a link.

    Example:
        >>> plain("a *b* | <c>").replace("\\", "/"), plain("1. x").replace("\\", "/")
        ('a /*b/* /| /<c/>', '1/. x')
    """
    pieces, last = [], 0
    for found in _HASH.finditer(text):
        pieces += [_tamed(text[last : found.start()]), f"`{found[0]}`"]
        last = found.end()
    return _LINE_START.sub(r"\1\\\2", "".join([*pieces, _tamed(text[last:])]))


def _tamed(text: str) -> str:
    marked = _ACTIVE.sub(r"\\\1", text)
    quiet = _REFERENCE.sub(rf"\1{_JOINER}", marked)
    return _ADDRESS.sub(rf"\1{_JOINER}", quiet)


def code(text: str, *, in_table: bool = False) -> str:
    r"""Return *text* as a code span with a fence no run of backticks inside can close.

    Example:
        >>> code("a`b"), code("")
        ('``a`b``', '–')
    """
    if not text.strip():
        return "–"
    fence = "`" * (_longest_run(text) + 1)
    edge = " " if text[0] in "` " or text[-1] in "` " else ""
    shown = text.replace("|", "\\|") if in_table else text
    return f"{fence}{edge}{shown}{edge}{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def fence(text: str, language: str = "text") -> str:
    """Return *text* as a fenced block that nothing inside can close."""
    marks = "`" * max(3, _longest_run(text) + 1)
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"


def fold(summary: str, written: str) -> str:
    """Return written blocks behind a summary that opens them."""
    return f"<details>\n<summary>{escape(summary)}</summary>\n\n{written}\n\n</details>"


def _span(span: Span, *, in_table: bool = False) -> str:
    match span:
        case Anchor(name=name):
            return f'<a name="{name}"></a>'
        case Code(text=text):
            return code(text, in_table=in_table)
        case Bold(text=text):
            return f"**{plain(text)}**" if text.strip() else ""
        case Toned(text=text):
            return plain(text)
        case Link(address=address):
            return f"<{address}>"
        case _:
            return plain(span)


def line(spans: Line, *, in_table: bool = False) -> str:
    """Return spans as one line of Markdown."""
    return "".join(_span(span, in_table=in_table) for span in spans)


def _heading(block: Heading) -> str:
    return f"{'#' * (block.level - 1 + _TOP_LEVEL)} {line(block.line)}"


def _bullets(block: Bullets) -> str:
    return "\n".join(f"- {line(item)}" for item in block.lines)


def _table(block: Table) -> str:
    rule = ("---:" if n in block.right else "---" for n in range(len(block.head)))
    rows = [
        [plain(head) for head in block.head],
        list(rule),
        *([line(cell, in_table=True) for cell in row] for row in block.rows),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = MappingProxyType(
    {
        Heading: _heading,
        Paragraph: lambda block: line(block.line),
        Bullets: _bullets,
        Table: _table,
        Fence: lambda block: fence(block.text),
        Diagram: lambda block: fence(block.text, "mermaid"),
    }
)


def write(block: Block) -> str:
    """Return one block as Markdown, without blank lines around it."""
    return _WRITERS[type(block)](block)


def write_plain(block: Block) -> str:
    """Return one block as Markdown without HTML, for readers that draw no diagrams."""
    return "" if isinstance(block, Diagram) else write(without_anchors(block))
