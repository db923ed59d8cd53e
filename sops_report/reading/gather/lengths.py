"""Whole numbers of any width, read from the bytes they are written in."""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather.window import Places, Rows, Texts, Window, among
from sops_report.reading.read import SteppedAsideError

_WHOLE: Final = re.compile(rb"null|-?(?:0|[1-9]\d{0,8})(?![\d.eE])")
_NULL: Final = b"null"
_WORD: Final = 8


class Lengths:
    """Whole numbers of seconds.

    Attributes:
        array: float64, NaN where there is none.
    """

    room = _WORD

    def __init__(self, size: int) -> None:
        """Expect numbers, or null, in *size* nodes."""
        self.array = np.zeros(size)

    def read(self, window: Window, at: Places, rows: Rows, texts: Texts) -> Places:
        """Read the numbers of the nodes *rows*; see `run.Part`."""
        values, widths = digits(texts.view("<u8"))
        ends = at + widths
        for place in np.flatnonzero((widths == 0) | (widths == _WORD)).tolist():
            match = _WHOLE.match(window.data, int(at[place]))
            if match is None:
                raise SteppedAsideError(place)
            ends[place] = match.end()
            values[place] = np.nan if match.group() == _NULL else int(match.group())
        self.array[among(rows)] = values
        return ends


def digits(words: NDArray[np.uint64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the whole numbers that words begin with, and how many digits each has.

    Eight bytes are worked on as one number: digits become 0 to 9, the first other byte is seen by
    its high bit, and pairs of digits, then of pairs, then of fours are put together.

    Raises:
        SteppedAsideError: A number begins with a zero that means nothing.
    """
    bytes_ = words ^ np.uint64(0x3030303030303030)
    other = ((bytes_ + np.uint64(0x7676767676767676)) | bytes_) & np.uint64(0x8080808080808080)
    lowest = other & (~other + np.uint64(1))
    # The exponent of 2**n as a float is n: the place of the lowest high bit; none is -1023.
    place = (lowest.astype(np.float64).view(np.int64) >> 52) - 1023
    widths = np.where(lowest == 0, _WORD, place >> 3)
    if ((widths > 1) & ((bytes_ & np.uint64(0xFF)) == 0)).any():
        raise SteppedAsideError
    sum_ = bytes_ << (np.uint64(8) * (_WORD - np.maximum(widths, 1)).astype(np.uint64))
    sum_ = (sum_ * np.uint64(10) + (sum_ >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    sum_ = (sum_ * np.uint64(100) + (sum_ >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    sum_ = (sum_ * np.uint64(10000) + (sum_ >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
    return sum_.astype(np.float64), widths
