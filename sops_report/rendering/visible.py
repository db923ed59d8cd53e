"""Hostile text made harmless to look at, and its width in terminal cells.

Control characters, bidi overrides, lone surrogates and other things no reader sees are written out
(``⟨U+202E⟩``), so that a name cannot hide itself, turn its line round or command a terminal.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_ELLIPSIS: Final = "…"

# C0 and C1 controls, soft hyphen, zero width and bidi characters, separators, tags, surrogates,
# interlinear marks, non-characters. The zero width joiner stays: it only builds emoji.
_INVISIBLE: Final = (
    "\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff"
    + "".join(chr(plane + end) for plane in range(0x10000, 0x110000, 0x10000)
              for end in (0xFFFE, 0xFFFF))
)  # fmt: skip
_ANY: Final = re.compile(f"[{_INVISIBLE}]")
_IN_LINE: Final = {"\n": " ↵ ", "\t": " "}
_WIDEST: Final = 2
# Wide are U+2E80 to U+FFEF, said by what they are not: a large range is slow to compile.
_PIECE: Final = re.compile(
    r"\s+|[「『（《【]{0,2}(?:[^\x00-\u2e7f\ufff0-\U0010ffff]|[^\s\u2e80-\uffef]+)"
    r"[，。；：、！？）」』》】]{0,3}"
)


def visible(text: str) -> str:
    r"""Write out what cannot be seen; line breaks and tabs stay.

    Example:
        >>> visible("a\x1b[31mb\u202ec\n")
        'a⟨U+001B⟩[31mb⟨U+202E⟩c\n'
    """
    return _ANY.sub(_shown, text.replace("\r\n", "\n"))


def line(text: str, limit: int = 200) -> str:
    r"""Return *text* as one visible line of at most *limit* characters.

    Example:
        >>> line("first\n  second"), line("abcdef", 4)
        ('first ↵   second', 'abc…')
    """
    shown = _ANY.sub(_shown_in_line, text[: limit + 1].strip("\n"))
    return shown if len(shown) <= limit else shown[: limit - 1] + _ELLIPSIS


def _shown(match: re.Match[str]) -> str:
    return match[0] if match[0] in "\n\t" else _name(match[0])


def _shown_in_line(match: re.Match[str]) -> str:
    return _IN_LINE.get(match[0]) or _name(match[0])


def _name(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"


def cells(text: str) -> int:
    """Return how many terminal cells *text* takes: Chinese takes two, a combining mark none.

    Example:
        >>> cells("定时"), cells("abc")
        (4, 3)
    """
    return len(text) if text.isascii() else sum(map(_cell, text))


def _cell(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.category(character) in {"Mn", "Me", "Cf"} else 1


def clip(text: str, width: int) -> str:
    """Cut *text* to *width* cells, with an ellipsis where something is missing.

    Example:
        >>> clip("定时任务", 5), clip("abc", 3)
        ('定时…', 'abc')
    """
    if cells(text) <= width:
        return text
    room, kept = width - 1, []
    for character in text:
        room -= _cell(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + _ELLIPSIS


def clip_middle(text: str, width: int) -> str:
    """Cut the middle out of *text*: the end of a path says more than its middle.

    Example:
        >>> clip_middle("outer / middle / inner", 12)
        'outer… inner'
    """
    if cells(text) <= width:
        return text
    half = width // 2
    return clip(text, half).rstrip(" ") + clip(text[::-1], half + 1)[:-1][::-1]


def pad(text: str, width: int) -> str:
    """Cut or fill *text* to exactly *width* cells."""
    cut = clip(text, width)
    return cut + " " * (width - cells(cut))


def wrap(text: str, width: int) -> Iterator[str]:
    """Yield the lines of *text*, at most *width* cells each, broken at spaces where there are any.

    Chinese breaks anywhere but before a closing mark and behind an opening one; a word longer than
    a line is broken too.
    """
    current = ""
    for piece in _PIECE.findall(text):
        rest = piece
        while cells(rest) > (room := width - cells(current)):
            fits_below = cells(rest) <= width or room < _WIDEST
            head = "" if current.strip() and fits_below else _head(rest, room)
            yield (current + head).rstrip()
            current, rest = "", rest[len(head) :].lstrip()
        current += rest
    if current.strip():
        yield current.rstrip()


def _head(text: str, width: int) -> str:
    room = max(width, _WIDEST)
    for at, character in enumerate(text):
        room -= _cell(character)
        if room < 0:
            return text[:at]
    return text
