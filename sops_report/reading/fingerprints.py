"""Which of a million ids stand twice, or are asked for: by one number each, not one object."""

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

_MIX: Final = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio: spreads equal differences
_WORD: Final = 8


def fingerprints(texts: NDArray[np.bytes_]) -> NDArray[np.uint64]:
    """Return a number for each text: equal texts have equal ones, others hardly ever."""
    width = -(-max(texts.dtype.itemsize, 1) // _WORD) * _WORD
    words = np.ascontiguousarray(texts, f"S{width}").view("<u8").reshape(len(texts), -1)
    return words @ np.multiply.accumulate(np.full(words.shape[1], _MIX, np.uint64))


def may_repeat(texts: NDArray[np.bytes_]) -> bool:
    """Tell whether a text may stand there twice; False is sure."""
    ordered = np.sort(fingerprints(texts))
    return bool((ordered[1:] == ordered[:-1]).any())


def rows_of(texts: NDArray[np.bytes_], wanted: Collection[bytes]) -> list[int]:
    """Return the rows whose text may be one of *wanted*; no other row is."""
    width = texts.dtype.itemsize  # of longer ones no text is, and they may be very long
    keys = [key for key in wanted if len(key) <= width]
    if not keys:
        return []
    found = np.isin(fingerprints(texts), fingerprints(np.asarray(keys, f"S{width}")))
    return np.flatnonzero(found).tolist()
