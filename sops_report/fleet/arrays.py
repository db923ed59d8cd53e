"""Columns → Arrow arrays, from the buffers they are in; no Python object a row.

`pyarrow.array` is never asked: it imports pandas, which takes a worker longer than thousands of
answers.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING, Coded, Texts
from sops_report.fleet.sheet import Codes, Flags, Ints

# pyarrow has no types.
# ruff: noqa: ANN401


class Columns:
    """Makes arrays; pyarrow is an extra, so it is handed in."""

    def __init__(self, pa: ModuleType) -> None:
        """Use this pyarrow."""
        self._pa = pa

    def plain(self, values: NDArray[np.generic], missing: Flags | None = None) -> Any:
        """Return numbers as they are; null where they are *missing*."""
        return self._array(self._pa.from_numpy_dtype(values.dtype), values, missing)

    def moments(self, us: Ints) -> Any:
        """Return microseconds as timestamps; `MISSING` is null."""
        return self._array(self._pa.timestamp("us", "UTC"), us, us == MISSING)

    def reals(self, values: NDArray[np.float64]) -> Any:
        """Return measured numbers; NaN is null."""
        return self.plain(values, np.isnan(values))

    def counts(self, values: Ints) -> Any:
        """Return whole numbers as int32; `MISSING` is null."""
        missing = values == MISSING
        return self.plain(np.where(missing, 0, values).astype(np.int32), missing)

    def truths(self, values: Flags, missing: Flags | None = None) -> Any:
        """Return truth values; null where they are *missing*."""
        bits = _bits(values)
        validity = None if missing is None else self._validity(missing)
        return self._pa.Array.from_buffers(
            self._pa.bool_(), len(values), [validity, self._pa.py_buffer(bits)]
        )

    def flags(self, codes: Codes) -> Any:
        """Return 1 as true, 0 as false, -1 as null."""
        return self.truths(codes == 1, codes < 0)

    def words(self, codes: Codes, known: Sequence[str]) -> Any:
        """Return codes of different words as a dictionary array; -1 is null."""
        places = self.plain(codes, codes < 0)
        return self._coded(places, self._all(known))

    def coded(self, column: Coded[str]) -> Any:
        """Return a column of words as a dictionary array of those that it has."""
        seen = np.zeros(len(column.words) + 1, np.bool_)  # the last one is for none
        seen[column.codes] = True
        used = seen[:-1].nonzero()[0]
        place = np.full(len(seen), -1, np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        return self.words(place[column.codes], [column.words[at] for at in used.tolist()])

    def repeated(self, words: Sequence[str], of_row: Codes) -> Any:
        """Return a dictionary array: of each row, the word at its place."""
        place = {word: at for at, word in enumerate(dict.fromkeys(words))}
        codes = np.fromiter(map(place.__getitem__, words), np.int32, len(words))
        return self._coded(self.plain(codes[of_row]), self._all(list(place)))

    def texts(self, column: Sequence[str | None]) -> Any:
        """Return texts, of which nearly every one is another."""
        if isinstance(column, Texts):
            return self._fixed(column)
        missing = np.fromiter((text is None for text in column), np.bool_, len(column))
        return self._all([text or "" for text in column], missing)

    def _all(self, texts: Sequence[str], missing: Flags | None = None) -> Any:
        raw = [*map(str.encode, texts)]
        offsets = np.zeros(len(raw) + 1, np.int32)
        np.cumsum(np.fromiter(map(len, raw), np.int32, len(raw)), out=offsets[1:])
        return self._strings(offsets, np.frombuffer(b"".join(raw), np.uint8), missing)

    def _fixed(self, column: Texts) -> Any:
        raw = np.ascontiguousarray(column.array)
        width = raw.dtype.itemsize
        data = raw.view(np.uint8).reshape(len(raw), width)
        if (data[:, -1] != 0).all():
            offsets = np.arange(0, (len(raw) + 1) * width, width, dtype=np.int32)
            return self._strings(offsets, data)
        is_there = data != 0
        lengths = is_there.sum(axis=1)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        missing = lengths == 0
        missing[list(column.blank)] = False
        return self._strings(offsets, data[is_there], missing)

    def _strings(
        self, offsets: Codes, data: NDArray[np.uint8], missing: Flags | None = None
    ) -> Any:
        pa = self._pa
        validity = None if missing is None else self._validity(missing)
        buffers = [pa.py_buffer(offsets), pa.py_buffer(data), validity]
        return pa.StringArray.from_buffers(len(offsets) - 1, *buffers)

    def _coded(self, places: Any, known: Any) -> Any:
        """Return a dictionary array; that all places are there is sure."""
        return self._pa.DictionaryArray.from_arrays(places, known, safe=False)

    def _array(self, kind: Any, values: NDArray[np.generic], missing: Flags | None) -> Any:
        validity = None if missing is None else self._validity(missing)
        raw = self._pa.py_buffer(np.ascontiguousarray(values))
        return self._pa.Array.from_buffers(kind, len(values), [validity, raw])

    def _validity(self, missing: Flags) -> Any:
        return self._pa.py_buffer(_bits(~missing)) if missing.any() else None

    def parents(self, ids: Any, parent: Ints, below: Ints) -> Any:
        """Return the ids of the nodes' parents as a dictionary array."""
        around = (below > 0).nonzero()[0]
        known = ids.take(self.plain(around)).dictionary_encode()
        place = np.full(len(parent) + 1, -1, np.int32)  # the last one is for no parent
        place[around] = _codes(known.indices)
        codes = place[parent]
        return self._coded(self.plain(codes, codes < 0), known.dictionary)


def _codes(indices: Any) -> Codes:
    """Return what stands in an array of int32 that was just made; -1 for null."""
    if not len(indices):
        return np.empty(0, np.int32)
    validity, raw = indices.buffers()
    codes = np.frombuffer(raw, np.int32, len(indices))
    if validity is None:
        return codes
    is_there = np.unpackbits(np.frombuffer(validity, np.uint8), count=len(codes), bitorder="little")
    return np.where(is_there == 1, codes, np.int32(-1))


def _bits(flags: Flags) -> NDArray[np.uint8]:
    return np.packbits(flags, bitorder="little")
