"""Names of any length: compared as bytes, decoded once each."""

import json
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather.shelf import Shelf
from sops_report.reading.gather.window import (
    Places,
    Rows,
    Texts,
    Window,
    among,
    lowest_bits,
    matrix,
    spread,
)
from sops_report.reading.read import SteppedAsideError

_QUOTE: Final = ord('"')
_BACKSLASH: Final = ord("\\")
_NARROWEST, _WIDEST = 64, 1024  # of names with their quotes; powers of two between them
_FEW: Final = 16  # names that are read one by one in less time
_MANY: Final = 4  # where more than a fourth are wider, all are looked at in that width
_BITS: Final = 64  # of a word of flags
_FURTHER, _ODD = 0, -1  # in place of a length: no closing quote yet; no plain text in quotes
_TEXT: Final = re.compile(rb'null|"((?:[^"\\]|\\.)*)"', re.DOTALL)


class Names:
    """Names.

    Attributes:
        codes: int32, one a node: the place in *words*, -1 where there is none.
    """

    def __init__(self, size: int) -> None:
        """Expect names, or null, in *size* nodes."""
        self.codes = np.full(size, -1, np.int32)
        self._code_of: dict[str, int] = {}
        self._read: dict[bytes, int] = {}  # those that were read one by one
        self._shelves: dict[int, Shelf] = {}
        self.room = _NARROWEST

    @property
    def words(self) -> list[str]:
        """The different names, by their codes."""
        return [*self._code_of]

    def read(self, window: Window, at: Places, rows: Rows, texts: Texts) -> Places:
        """Read the names of the nodes *rows*, the long ones by and by; see `run.Part`.

        Raises:
            SteppedAsideError: There is something else than a name, or one that is noted.
        """
        if len(at) < _FEW:
            return self._read_singly(window, at, spread(rows))
        lengths = _lengths(texts)
        wider, odd = np.flatnonzero(lengths == _FURTHER), np.flatnonzero(lengths == _ODD)
        if len(wider) * _MANY > len(at):
            self.room = min(texts.dtype.itemsize * 2, _WIDEST)
            return self._read_wider(window, at, rows, texts)
        self._find(texts, lengths, rows, np.append(wider, odd))
        ends: Places = at + lengths
        if len(wider):
            ends[wider] = self._read_wider(window, at[wider], spread(rows)[wider], texts)
        if len(odd):
            ends[odd] = self._read_singly(window, at[odd], spread(rows)[odd])
        return ends

    def _read_wider(self, window: Window, at: Places, rows: Rows, texts: Texts) -> Places:
        width = texts.dtype.itemsize * 2
        if width > _WIDEST:
            return self._read_singly(window, at, spread(rows))
        return self.read(window, at, rows, window.texts(at, width))

    def _find(self, texts: Texts, lengths: Places, rows: Rows, others: Places) -> None:
        """Look names up; the *others* are no names yet."""
        width = texts.dtype.itemsize
        if width not in self._shelves:
            self._shelves[width] = Shelf(width)
        if len(others) == len(texts):
            return
        if len(others):
            some = int(np.argmax(lengths > 0))
            texts[others], lengths[others] = texts[some], lengths[some]
        self.codes[among(rows)] = self._shelves[width].find(texts, lengths, self._learned)

    def _read_singly(self, window: Window, at: Places, rows: Places) -> Places:
        """Read few names, or what is null, long or has an escaped quote."""
        ends = np.empty_like(at)
        for place, row in enumerate(rows.tolist()):
            match = _TEXT.match(window.data, int(at[place]))
            if match is None:
                raise SteppedAsideError(place)
            ends[place] = match.end()
            self.codes[row] = -1 if match[1] is None else self._code_alone(match[1])
        return ends

    def _code_alone(self, raw: bytes) -> int:
        if raw not in self._read:
            [self._read[raw]] = self._codes_of([raw])
        return self._read[raw]

    def _learned(self, quoted: list[bytes]) -> list[int]:
        """Return the codes of names in their quotes."""
        return self._codes_of([text[1:-1] for text in quoted])

    def _codes_of(self, raws: list[bytes]) -> list[int]:
        """Return the codes of names; one may be written in two ways, with and without escapes."""
        known = self._code_of
        return [known.setdefault(text, len(known)) for text in _decoded(raws)]


def _lengths(texts: Texts) -> Places:
    """Return how long names are with their quotes, `_FURTHER` or `_ODD`."""
    raw = matrix(texts)
    bits = np.packbits(raw == _QUOTE, bitorder="little").view("<u8")  # one a byte
    quotes: NDArray[np.uint64] = bits.reshape(len(texts), -1)
    quotes[:, 0] ^= np.uint64(1)  # the opening one
    last = lowest_bits(quotes[:, 0])
    left = np.flatnonzero(last < 0)
    for column in range(1, quotes.shape[1]):
        last[left] = lowest_bits(quotes[left, column]) + column * _BITS
        left = left[quotes[left, column] == 0]
    last[left] = _FURTHER - 1
    before = raw.ravel().take(np.arange(-1, raw.size - 1, raw.shape[1]) + last, mode="clip")
    last[(last == 0) | (before == _BACKSLASH)] = _ODD - 1
    last += 1
    return last


def _decoded(raws: list[bytes]) -> list[str]:
    """Return the texts of JSON strings' insides, all at once.

    Raises:
        SteppedAsideError: The careful reader would note something.
    """
    if not raws:
        return []
    try:
        texts: list[str] = json.loads((b'["%s"]' % b'","'.join(raws)).decode())
        "".join(texts).encode()  # half a surrogate pair cannot be written
    except ValueError as cause:
        raise SteppedAsideError from cause
    return texts
