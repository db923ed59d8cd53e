"""The bytes of a document, asked for at many places at once."""

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.read import SteppedAsideError

Places = NDArray[np.int64]
Texts = NDArray[np.bytes_]

# Bytes compared at a time: they stay in the processor's cache, and what they are compared in is
# memory that the allocator has at hand instead of fresh pages.
_SCRATCH: Final = 1 << 18


class Window:
    """A document as overlapping columns of bytes: row ``p`` of each begins at byte ``p``."""

    def __init__(self, data: bytes) -> None:
        """Look at *data*; nothing is copied."""
        self.data = data
        self._texts: dict[int, Texts] = {}

    @cached_property
    def octets(self) -> NDArray[np.uint8]:
        """The bytes, one a row."""
        return np.frombuffer(self.data, np.uint8)

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """Eight bytes a row, the first the least."""
        size = max(0, len(self.data) - 7)
        return np.ndarray((size,), "<u8", self.data, 0, (1,))

    def texts(self, at: Places, width: int) -> Texts:
        """Return *width* bytes from each place.

        Raises:
            SteppedAsideError: A text would reach beyond the document's end.
        """
        view = self._texts.get(width)
        if view is None:
            size = max(0, len(self.data) - width + 1)
            view = self._texts[width] = np.ndarray((size,), f"S{width}", self.data, 0, (1,))
        try:
            return view[at]
        except IndexError as cause:
            raise SteppedAsideError from cause

    def others(self, at: Places, text: bytes) -> Places:
        """Return which of the places do not have *text*, in their order.

        All bytes are compared in one go: that is several times as fast as text by text.

        Raises:
            SteppedAsideError: As `texts`.
        """
        step = max(1, _SCRATCH // len(text))
        tiled = np.frombuffer(text * min(step, len(at)), np.uint8)
        found = [np.empty(0, np.int64)]
        for begin in range(0, len(at), step):
            seen = self.texts(at[begin : begin + step], len(text)).view(np.uint8)
            differs = seen != tiled[: len(seen)]
            if differs.any():
                rows = np.flatnonzero(differs) // len(text)
                found.append(rows[np.diff(rows, prepend=-1) > 0] + begin)
        return np.concatenate(found)


def matrix(texts: Texts) -> NDArray[np.uint8]:
    """Return texts as rows of bytes; nothing is copied."""
    return texts.view(np.uint8).reshape(len(texts), texts.dtype.itemsize)
