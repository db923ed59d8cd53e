"""A dictionary of texts that is asked for thousands of them at a time."""

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather.window import Places, Texts, different
from sops_report.reading.read import SteppedAsideError

_MIX: Final = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio: spreads equal differences
_WORD: Final = 8
_FEWEST_BITS: Final = 14
_FEW: Final = 1024  # texts there is room for at first
_FIRST: Final = 1000  # texts to begin with
_SPARSE: Final = 2  # slots a text, at least: then a free one is never far
_FURTHEST: Final = 1000  # slots looked at; more are needed only where somebody wants them to be

_Codes = NDArray[np.int32]
_Words = NDArray[np.uint64]


class Shelf:
    """Texts of up to a width, each with a code; a hash table of open addressing.

    A text stands in the first slot that was free from its hash on. All texts of a block look at
    their slots in one step; those that found another text there look at the next slot.
    """

    def __init__(self, width: int) -> None:
        """Prepare for texts of *width* bytes, a multiple of 64."""
        self._masks = _masks(width)
        self._odd = np.arange(1, 2 * (width // _WORD), 2, dtype=np.uint64) * np.uint64(_MIX)
        self._bits = _FEWEST_BITS
        # Place 0 is that of free slots: no text is all zeros.
        self._slots: _Codes = np.zeros(1 << self._bits, np.int32)
        self._texts: _Words = np.zeros((_FEW, width // _WORD), np.uint64)
        self._codes: _Codes = np.zeros(_FEW, np.int32)
        self._size = 1

    def find(
        self, texts: Texts, lengths: Places, learn: Callable[[list[bytes]], list[int]]
    ) -> _Codes:
        """Return the codes of texts; *learn* gives those of new ones.

        Args:
            texts: Are overwritten.
            lengths: How many bytes of each count; the last of them is not zero.
            learn: Is asked for the codes of several different texts.
        """
        if self._size == 1 and len(texts) > _FIRST:  # most texts are met soon, and then known
            self.find(texts[:_FIRST], lengths[:_FIRST], learn)
        words = texts.view("<u8")
        words &= self._masks[lengths].view("<u8")
        words = words.reshape(len(texts), -1)
        while (self._size + len(words)) * _SPARSE > len(self._slots):
            self._grow()
        slots = self._slots_of(words)
        places = self._slots[slots]
        left = self._others(words, places)
        for _ in range(_FURTHEST):
            if not len(left):
                return self._codes[places]
            self._put(words[left], slots[left], learn)
            places[left] = self._slots[slots[left]]
            left = left[self._others(words[left], places[left])]
            slots[left] = (slots[left] + 1) & (len(self._slots) - 1)
        raise SteppedAsideError

    def _slots_of(self, words: _Words) -> Places:
        mixed = (words @ self._odd) * np.uint64(_MIX)
        return (mixed >> np.uint64(64 - self._bits)).view(np.int64)

    def _others(self, words: _Words, places: _Codes) -> Places:
        """Return which texts are not those that stand in these places."""
        differs = (self._texts.take(places, axis=0) != words).view("<u8") != 0
        return different(differs.ravel().nonzero()[0] // differs.shape[1])

    def _put(self, words: _Words, slots: Places, learn: Callable[[list[bytes]], list[int]]) -> None:
        """Put texts into those of their slots that are free; of several texts one."""
        free = np.flatnonzero(self._slots[slots] == 0)
        self._slots[slots[free]] = free
        new = free[self._slots[slots[free]] == free]
        places = np.arange(self._size, self._size + len(new))
        self._slots[slots[new]] = places
        while len(self._codes) < self._size + len(new):
            self._texts = np.concatenate([self._texts, np.zeros_like(self._texts)])
            self._codes = np.concatenate([self._codes, np.zeros_like(self._codes)])
        self._texts[places] = words[new]
        width = words.shape[1] * _WORD
        self._codes[places] = learn(words[new].view(f"S{width}").ravel().tolist())
        self._size += len(new)

    def _grow(self) -> None:
        self._bits += 1
        self._slots = np.zeros(1 << self._bits, np.int32)
        left = np.arange(1, self._size, dtype=np.int32)
        slots = self._slots_of(self._texts[1 : self._size])
        while len(left):
            is_free = self._slots[slots] == 0
            self._slots[slots[is_free]] = left[is_free]
            is_left = self._slots[slots] != left
            left, slots = left[is_left], (slots[is_left] + 1) & (len(self._slots) - 1)


@cache
def _masks(width: int) -> Texts:
    """Return, for each length of a text, ones where its bytes are."""
    kept = np.arange(width) < np.arange(width + 1)[:, np.newaxis]
    return (kept * np.uint8(0xFF)).view(f"S{width}").ravel()
