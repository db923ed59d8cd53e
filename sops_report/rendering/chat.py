"""Blocks → the small Markdown of chat robots (WeCom, DingTalk): no tables, no fences, no escapes.

What they cannot show becomes a quote or a line of its own. They know no escape, so a joiner of no
width parts the signs that would be a mark together.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

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
_JOINER: Final = "\u200d"
_MARK: Final = re.compile(
    r"([*_~](?=[*_~])|\](?=\()|[<@#](?=[\w/@!])|(?:https?|ftp|www)(?=[:.]))", re.IGNORECASE
)
_LINE_START: Final = re.compile(r"^(\s*)([#>\-+*]|\d+[.)])(?=\s|$|[#>])")


def plain(text: str) -> str:
    """Return *text* so that none of it is a mark or a mention.

    Example:
        >>> plain("<@all>").replace(chr(0x200D), "/")
        '</@/all>'
    """
    parted = _MARK.sub(rf"\1{_JOINER}", text.replace("`", "'"))
    return _LINE_START.sub(rf"\1{_JOINER}\2", parted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A chat's Markdown.

    Attributes:
        colours: What stands in ``<font color=…>`` for each tone.
        bullet: What a line of a list begins with.
        line_end: What a line ends with, so that the next one does not run into it.
        has_code: Whether code spans are shown.
    """

    colours: Mapping[str, str]
    bullet: str = "• "
    line_end: str = ""
    has_code: bool = True

    def write(self, block: Block) -> str:
        """Return one block, without blank lines around it."""
        match block:
            case Heading(level, line):
                return f"{'#' * min(6, level - 1 + _TOP_LEVEL)} {self._line(line)}"
            case Paragraph(line):
                return self._line(line)
            case Bullets(lines):
                return self._lines(f"{self.bullet}{self._line(line)}" for line in lines)
            case Table(_, rows, _):
                cells = ([self._line(cell) for cell in row] for row in rows)
                return self._lines(self.bullet + " · ".join(filter(None, row)) for row in cells)
            case Fence(text):
                return self._lines(f"> {plain(line)}" for line in text.rstrip().split("\n"))
            case Diagram():
                return ""

    def _lines(self, lines: Iterable[str]) -> str:
        return f"{self.line_end}\n".join(lines)

    def _line(self, spans: Line) -> str:
        return "".join(map(self._span, spans))

    def _span(self, span: Span) -> str:
        match span:
            case Anchor():
                return ""
            case Code(text=text):
                return self._code(text)
            case Bold(text=text):
                return f"**{plain(text)}**" if text.strip() else ""
            case Toned(text=text, tone=tone):
                return f'<font color="{self.colours[tone]}">{plain(text)}</font>'
            case Link(address=address):
                return f"[{plain(address)}]({_address(address)})"
            case _:
                return plain(span)

    def _code(self, text: str) -> str:
        if not text.strip():
            return "–"
        return f"`{plain(text)}`" if self.has_code else plain(text)


def _address(address: str) -> str:
    return re.sub(r"[()\[\]*_~]", lambda found: f"%{ord(found[0]):02X}", address)
