"""Names of any length: compared as bytes, decoded once each."""

import json
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather.window import Places, Texts, Window, matrix
from sops_report.reading.read import SteppedAsideError

_Rows = NDArray[np.int64]

_QUOTE: Final = ord('"')
_BACKSLASH: Final = ord("\\")
_FIRST_WIDTH: Final = 64  # bytes looked at; more where a name is longer
_WIDER: Final = 2
_LAST_WIDTH: Final = 4096
_TEXT: Final = re.compile(rb'null|"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SLOT_BITS: Final = 16
_MIX: Final = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio: spreads equal differences


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

    def read(self, window: Window, at: Places, rows: _Rows) -> Places:
        """Read the names of the nodes *rows* and return where each ends.

        Raises:
            SteppedAsideError: There is something else than a name, or one that is noted.
        """
        ends = np.empty_like(at)
        usual = (window.bytes[at] == _QUOTE) & (at < len(window.data) - _LAST_WIDTH)
        self._read_singly(window, at, rows, ends, np.flatnonzero(~usual))
        left, width = np.flatnonzero(usual), _FIRST_WIDTH
        while len(left):
            texts = window.texts(at[left] + 1, width)
            raw = matrix(texts)
            lengths = (raw == _QUOTE).argmax(axis=1)
            every = np.arange(len(left))
            ended = raw[every, lengths] == _QUOTE
            escaped = ended & (raw[every, lengths - 1] == _BACKSLASH)
            self._read_singly(window, at, rows, ends, left[escaped])
            ended &= ~escaped
            found = left[ended]
            ends[found] = at[found] + 2 + lengths[ended]
            self.codes[rows[found]] = self._coded(texts[ended], lengths[ended])
            left, width = left[~ended & ~escaped], width * _WIDER
            if width > _LAST_WIDTH and len(left):
                raise SteppedAsideError
        return ends

    def _read_singly(
        self, window: Window, at: Places, rows: _Rows, ends: Places, places: _Rows
    ) -> None:
        """Read what is null, has an escaped quote or stands near the document's end."""
        for place in places.tolist():
            match = _TEXT.match(window.data, int(at[place]))
            if match is None:
                raise SteppedAsideError(place)
            ends[place] = match.end()
            if match[1] is not None:
                self.codes[rows[place]] = self._code(match[1])

    def _coded(self, texts: Texts, lengths: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the codes of texts, of which only so many bytes count."""
        short = lengths.astype(np.uint16)[:, np.newaxis]
        matrix(texts)[...] *= np.arange(texts.dtype.itemsize, dtype=np.uint16) < short
        first = _first_equal(texts, lengths)
        different = np.flatnonzero(first == np.arange(len(texts)))
        codes = np.empty(len(texts), np.int32)
        for place, text, length in zip(
            different.tolist(), texts[different].tolist(), lengths[different].tolist(), strict=True
        ):
            if len(text) < length:  # it ended in zeros itself
                raise SteppedAsideError
            codes[place] = self._code(text)
        return codes[first]

    def _code(self, raw: bytes) -> int:
        place = self._place.get(raw)
        if place is None:
            place = self._place[raw] = len(self.words)
            self.words.append(_decoded(raw))
        return place


def _first_equal(texts: Texts, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each text the place of an equal one, the same one for all of them.

    Each text is put in a slot of a table by its hash; who is there last stands for all equal ones.
    Others in the same slot try again among themselves.
    """
    words = texts.view("<u8").reshape(len(texts), texts.dtype.itemsize // 8)
    odd = np.arange(1, 2 * words.shape[1], 2, dtype=np.uint64) * np.uint64(_MIX)
    slots = ((words @ odd) * np.uint64(_MIX) >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
    table = np.empty(1 << _SLOT_BITS, np.int64)
    first = np.arange(len(texts))
    left = first
    while len(left):
        table[slots[left]] = left
        found = table[slots[left]]
        same = (texts[found] == texts[left]) & (lengths[found] == lengths[left])
        first[left[same]] = found[same]
        left = left[~same]
    return first


def _decoded(raw: bytes) -> str:
    """Return the text of a JSON string's inside.

    Raises:
        SteppedAsideError: The careful reader would note something.
    """
    try:
        text = raw.decode()
        if "\\" not in text and text.isprintable():
            return text
        text = str(json.loads(f'"{text}"'))
        text.encode()  # half a surrogate pair cannot be written
    except ValueError as cause:
        raise SteppedAsideError from cause
    return text
