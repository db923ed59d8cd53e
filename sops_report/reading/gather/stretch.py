"""A stretch of keys and small values that repeats itself from node to node.

Between an id and a time stands the same text in nearly every node: ``", "loop": 1, "retry": 0, …``.
Of its few variants each is read once, by a pattern; then whole texts are compared, all nodes at a
time.
"""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather.window import Places, Window
from sops_report.reading.read import SteppedAsideError

_MOST_VARIANTS: Final = 250


class Stretch:
    """One stretch of all nodes; knows the variants it has met.

    Attributes:
        fields: The keys of its values.
        codes: One a node: which variant it has; empty where there are no values.
    """

    def __init__(self, pattern: bytes, fields: Sequence[str], size: int) -> None:
        """Read *pattern*, whose groups are the values of *fields*, of *size* nodes."""
        self.fields = tuple(fields)
        self._values: list[tuple[bytes, ...]] = []
        self._pattern = re.compile(pattern)
        self._texts: list[bytes] = []
        self._counts: list[int] = []
        self.codes: NDArray[np.uint8] = np.zeros(size if fields else 0, np.uint8)

    def read(self, window: Window, at: Places, rows: NDArray[np.int64]) -> Places:
        """Read the stretch of the nodes *rows* and return where each ends.

        Raises:
            SteppedAsideError: A text is not of the pattern, or there are too many variants.
        """
        if not len(at):
            return at
        known = sorted(range(len(self._texts)), key=self._counts.__getitem__, reverse=True)
        usual = known.pop(0) if known else self._learn(window, int(at[0]))
        left, ends = self._compare(window, at, usual)
        if self.fields and usual:  # 0 stands there already
            self.codes[rows] = usual
        while len(left):
            code = known.pop(0) if known else self._learn(window, int(at[left[0]]))
            others, ends[left] = self._compare(window, at[left], code)
            if self.fields:
                self.codes[rows[left]] = code
            left = left[others]
        return ends

    def _compare(self, window: Window, at: Places, code: int) -> tuple[Places, Places]:
        """Return where a variant does not stand, and where each ends if it does."""
        text = self._texts[code]
        others = window.others(at, text)
        self._counts[code] += len(at) - len(others)
        return others, at + len(text)

    def variants_of(self, field: str) -> list[bytes]:
        """Return the value of a field in each of the variants, as written."""
        at = self.fields.index(field)
        return [values[at] for values in self._values]

    def _learn(self, window: Window, at: int) -> int:
        match = self._pattern.match(window.data, at)
        if match is None or len(self._texts) == _MOST_VARIANTS:
            raise SteppedAsideError(at)
        self._texts.append(match.group())
        self._counts.append(0)
        self._values.append(match.groups())
        return len(self._texts) - 1
