"""The bytes of a document, asked for at many places at once."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
Texts = NDArray[np.bytes_]
Flags = NDArray[np.bool_]
Rows = range | Places  # of nodes; those that follow each other are a range


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

    def texts(self, at: Places, width: int) -> Texts:
        """Return copies of *width* bytes from each place; beyond the document's end are zeros."""
        view = self._texts.get(width)
        if view is None:
            size = max(0, len(self.data) - width + 1)
            view = self._texts[width] = np.ndarray((size,), f"S{width}", self.data, 0, (1,))
        try:
            return view[at]
        except IndexError:  # only where few nodes are left: a slow way will do
            found = [self.data[place : place + width] for place in at.tolist()]
            return np.asarray(found, f"S{width}")

    def words(self, at: Places) -> NDArray[np.uint64]:
        """Return eight bytes from each place as a number, the first the least."""
        return self.texts(at, 8).view("<u8")


def matrix(texts: Texts) -> NDArray[np.uint8]:
    """Return texts as rows of bytes; nothing is copied."""
    return texts.view(np.uint8).reshape(len(texts), texts.dtype.itemsize)


def spread(rows: Rows) -> Places:
    """Return rows one by one."""
    return np.arange(rows.start, rows.stop) if isinstance(rows, range) else rows


def among(rows: Rows) -> slice | Places:
    """Return what takes these rows of a column, a slice where that is enough."""
    return slice(rows.start, rows.stop) if isinstance(rows, range) else rows


def different(places: Places) -> Places:
    """Return ascending places, each once."""
    is_new = np.ones(len(places), np.bool_)
    np.not_equal(places[1:], places[:-1], out=is_new[1:])
    return places[is_new]


def lowest_bits(words: NDArray[np.uint64]) -> Places:
    """Return the place of the lowest bit that is set in each word; negative if none is."""
    lowest = words & (~words + np.uint64(1))
    # The exponent of 2**n as a float is n.
    places: Places = (lowest.astype(np.float64).view(np.int64) >> 52) - 1023
    return places
