"""Columns → Arrow arrays, from the buffers they are in; no Python object a row."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from sops_report.columns import MISSING, Coded, Texts
from sops_report.fleet.sheet import Codes, Ints

# pyarrow has no types.
# ruff: noqa: ANN401


class Columns:
    """Makes arrays; pyarrow is an extra, so it is handed in."""

    def __init__(self, pa: ModuleType) -> None:
        """Use this pyarrow."""
        self._pa = pa

    def moments(self, us: Ints) -> Any:
        """Return microseconds as timestamps; `MISSING` is null."""
        pa, missing = self._pa, us == MISSING
        mask = missing if missing.any() else None
        return pa.array(us, mask=mask).view(pa.timestamp("us", "UTC"))

    def counts(self, values: Ints) -> Any:
        """Return whole numbers as int32; `MISSING` is null."""
        missing = values == MISSING
        return self._pa.array(np.where(missing, 0, values).astype(np.int32), mask=missing)

    def flags(self, codes: Codes) -> Any:
        """Return 1 as true, 0 as false, -1 as null."""
        return self._pa.array(codes == 1, mask=codes < 0)

    def words(self, codes: Codes, known: Sequence[str]) -> Any:
        """Return codes of different words as a dictionary array; -1 is null."""
        pa, missing = self._pa, codes < 0
        places = pa.array(codes, mask=missing if missing.any() else None)
        return pa.DictionaryArray.from_arrays(places, pa.array(known, pa.string()))

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
        place: dict[str, int] = {}
        codes = np.asarray([place.setdefault(word, len(place)) for word in words], np.int32)
        return self.words(codes[of_row], list(place))

    def texts(self, column: Sequence[str | None]) -> Any:
        """Return texts, of which nearly every one is another."""
        if not isinstance(column, Texts):
            return self._pa.array(column, self._pa.string())
        pa, raw = self._pa, np.ascontiguousarray(column.array)
        width = raw.dtype.itemsize
        data = raw.view(np.uint8).reshape(len(raw), width)
        if (data[:, -1] != 0).all():
            offsets = np.arange(0, (len(raw) + 1) * width, width, dtype=np.int32)
            return pa.StringArray.from_buffers(len(raw), pa.py_buffer(offsets), pa.py_buffer(raw))
        is_there = data != 0
        lengths = is_there.sum(axis=1)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        known = lengths > 0
        known[list(column.blank)] = True
        bits = np.packbits(known, bitorder="little")
        buffers = [offsets, data[is_there], bits]
        return pa.StringArray.from_buffers(len(raw), *map(pa.py_buffer, buffers))

    def parents(self, ids: Any, parent: Ints, below: Ints) -> Any:
        """Return the ids of the nodes' parents as a dictionary array."""
        pa, around = self._pa, (below > 0).nonzero()[0]
        known = ids.take(pa.array(around)).dictionary_encode()
        codes = known.indices.fill_null(-1).to_numpy()
        place = np.full(len(parent) + 1, -1, np.int32)  # the last one is for no parent
        place[around] = codes
        codes = place[parent]
        missing = codes < 0
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=missing), known.dictionary)
