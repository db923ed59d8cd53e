"""Blocks → the wiki markup of Jira and Confluence.

What is active in it depends on what stands around; an entity never is, so every sign that could
be a mark is written as one.
"""

import re
from collections.abc import Callable, Mapping
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

_TOP_LEVEL: Final = 2
_ACTIVE: Final = re.compile(
    r"[\\*_?^~{}\[\]|!#@<>&]|(?<!\d)[\-+]|(?<=\w):(?=//)|[:;](?=[)(DPp|])|\((?=[!/?xyion*+\-])"
)
_COLOURS: Final = {"good": "#2f5d91", "bad": "#ad3212", "quiet": "#5a626d"}
_JOINER: Final = "\u200d"
_MACRO: Final = re.compile(r"\{(?=noformat|code|expand|color|panel|quote)", re.IGNORECASE)


def plain(text: str) -> str:
    """Return *text* so that none of it is a mark, a mention, a macro or a link.

    Example:
        >>> plain("*a* {b}")
        '&#42;a&#42; &#123;b&#125;'
    """
    return _ACTIVE.sub(lambda found: f"&#{ord(found[0])};", text)


def code(text: str) -> str:
    """Return *text* in a font of fixed width."""
    return f"{{{{{plain(text)}}}}}" if text.strip() else "–"


def fence(text: str) -> str:
    """Return lines as they are; a macro inside cannot end them."""
    return f"{{noformat}}\n{_MACRO.sub('{' + _JOINER, text.rstrip())}\n{{noformat}}"


def expand(summary: str, written: str) -> str:
    """Return written blocks behind a summary that opens them (Confluence)."""
    title = re.sub(r"[{}|=:\\]", " ", summary)
    return f"{{expand:title={title}}}\n{written}\n{{expand}}"


def _span(span: Span) -> str:
    match span:
        case Anchor(name=name):
            return f"{{anchor:{name}}}"
        case Code(text=text):
            return code(text)
        case Bold(text=text):
            return f"*{plain(text)}*" if text.strip() else ""
        case Toned(text=text, tone=tone):
            return f"{{color:{_COLOURS[tone]}}}{plain(text)}{{color}}"
        case Link(address=address):
            return f"[{_address(address)}]"
        case _:
            return plain(span)


def _address(address: str) -> str:
    return re.sub(r"[|\[\]{}^!\\]", lambda found: f"%{ord(found[0]):02X}", address)


def _line(spans: Line) -> str:
    return "".join(map(_span, spans))


def _table(block: Table) -> str:
    head = "||" + "||".join(plain(cell) or " " for cell in block.head) + "||"
    rows = ("|" + "|".join(_line(cell).strip() or " " for cell in row) + "|" for row in block.rows)
    return "\n".join([head, *rows])


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = MappingProxyType(
    {
        Heading: lambda block: f"h{block.level - 1 + _TOP_LEVEL}. {_line(block.line)}",
        Paragraph: lambda block: _line(block.line),
        Bullets: lambda block: "\n".join(f"* {_line(line)}" for line in block.lines),
        Table: _table,
        Fence: lambda block: fence(block.text),
        Diagram: lambda _: "",
    }
)


def write(block: Block) -> str:
    """Return one block as wiki markup, without blank lines around it."""
    return _WRITERS[type(block)](block)
