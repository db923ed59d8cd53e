"""Names of any length: compared as bytes, decoded once each."""

import json
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather.shelf import Shelf
from sops_report.reading.gather.window import Places, Window, matrix
from sops_report.reading.read import SteppedAsideError

_Rows = NDArray[np.int64]

_QUOTE: Final = ord('"')
_BACKSLASH: Final = ord("\\")
_WIDTHS: Final = (64, 128, 256, 512, 1024)  # of names with their closing quote
_LOOK: Final = _WIDTHS[0]  # bytes looked at in one go: as many as a word has bits
_TEXT: Final = re.compile(rb'null|"((?:[^"\\]|\\.)*)"', re.DOTALL)


class Names:
    """Names.

    Attributes:
        codes: int32, one a node: the place in *words*, -1 where there is none.
        words: The different names.
    """

    def __init__(self, size: int) -> None:
        """Expect names, or null, in *size* nodes."""
        self.codes = np.full(size, -1, np.int32)
        self.words: list[str] = []
        self._place: dict[bytes, int] = {}
        self._shelves: dict[int, Shelf] = {}

    def read(self, window: Window, at: Places, rows: _Rows) -> Places:
        """Read the names of the nodes *rows* and return where each ends.

        Raises:
            SteppedAsideError: There is something else than a name, or one that is noted.
        """
        usual = (window.octets[at] == _QUOTE) & (at < len(window.data) - 2 * _WIDTHS[-1])
        lengths = np.zeros(len(at), np.int64)
        lengths[usual] = _lengths(window, at[usual] + 1)
        usual &= (window.octets[at + lengths] != _BACKSLASH) & (lengths < _WIDTHS[-1])
        ends: Places = at + lengths + 2
        self._read_singly(window, at, rows, ends, np.flatnonzero(~usual))
        shortest = 0
        for width in _WIDTHS:
            found = np.flatnonzero(usual & (lengths >= shortest) & (lengths < width))
            if len(found):
                if width not in self._shelves:
                    self._shelves[width] = Shelf(width)
                texts = window.texts(at[found] + 1, width)
                codes = self._shelves[width].find(texts, lengths[found] + 1, self._learned)
                self.codes[rows[found]] = codes
            shortest = width
        return ends

    def _read_singly(
        self, window: Window, at: Places, rows: _Rows, ends: Places, places: _Rows
    ) -> None:
        """Read what is null, long, has an escaped quote or stands near the document's end."""
        for place in places.tolist():
            match = _TEXT.match(window.data, int(at[place]))
            if match is None:
                raise SteppedAsideError(place)
            ends[place] = match.end()
            if match[1] is not None:
                self.codes[rows[place]] = self._code([match[1]])[0]

    def _learned(self, quoted: list[bytes]) -> list[int]:
        """Return the codes of names that their closing quotes follow."""
        return self._code([text[:-1] for text in quoted])

    def _code(self, raws: list[bytes]) -> list[int]:
        new = [raw for raw in dict.fromkeys(raws) if raw not in self._place]
        self._place.update(
            zip(new, range(len(self.words), len(self.words) + len(new)), strict=True)
        )
        self.words += _decoded(new)
        return [self._place[raw] for raw in raws]


def _lengths(window: Window, at: Places) -> Places:
    """Return how far the next quote is from each place; the greatest width if it is far."""
    lengths = np.full(len(at), _WIDTHS[-1])
    left = np.arange(len(at))
    for offset in range(0, _WIDTHS[-1], _LOOK):
        if not len(left):
            break
        seen = matrix(window.texts(at[left] + offset, _LOOK)) == _QUOTE
        quotes = np.packbits(seen, bitorder="little").view("<u8")  # one bit a byte
        lowest = quotes & (~quotes + np.uint64(1))
        # The exponent of 2**n as a float is n.
        places = (lowest.astype(np.float64).view(np.int64) >> 52) - 1023 + offset
        lengths[left] = np.where(quotes == 0, _WIDTHS[-1], places)
        left = left[quotes == 0]
    return lengths


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
