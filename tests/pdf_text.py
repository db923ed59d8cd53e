"""The texts of a PDF that Chromium printed: enough to look names up, no more."""

import re
import zlib
from collections.abc import Iterator

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"<([0-9A-Fa-f]+)>\s*Tj|\[((?:<[0-9A-Fa-f]+>|[-\d.\s])+)\]\s*TJ")
_CHAR = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*\n")
_RANGE = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>")


def texts_of(pdf: bytes) -> list[str]:
    """Return everything shown, once per font: a text reads right with its own font only."""
    return ["".join(pages) for pages in zip(*pages_of(pdf), strict=True)]


def pages_of(pdf: bytes) -> list[list[str]]:
    """Return what each page shows, once per font."""
    streams = list(_unpacked(pdf))
    fonts = [_glyphs(stream) for stream in streams if b"begincmap" in stream]
    return [
        ["".join(font.get(code, " ") for code in _codes(stream)) for font in fonts]
        for stream in streams
        if b"begincmap" not in stream and _SHOWN.search(stream)
    ]


def _codes(stream: bytes) -> list[str]:
    text = "".join(_hex(part) for pair in _SHOWN.findall(stream) for part in pair)
    return [text[at : at + 4].lower() for at in range(0, len(text), 4)]


def _unpacked(pdf: bytes) -> Iterator[bytes]:
    for found in _STREAM.findall(pdf):
        try:
            yield zlib.decompress(found)
        except zlib.error:
            continue


def _hex(part: bytes) -> str:
    found = re.findall(rb"<([0-9A-Fa-f]+)>", part) if b"<" in part else [part]
    return b"".join(found).decode()


def _glyphs(cmap: bytes) -> dict[str, str]:
    glyphs: dict[str, str] = {}
    for first, last, letter in _RANGE.findall(cmap):
        for n in range(int(first, 16), int(last, 16) + 1):
            glyphs[f"{n:04x}"] = chr(int(letter, 16) + n - int(first, 16))
    for code, letter in _CHAR.findall(cmap):
        glyphs.setdefault(code.decode().lower(), chr(int(letter, 16)))
    return glyphs
