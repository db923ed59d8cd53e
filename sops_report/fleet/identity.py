"""What the nodes of many documents are and how to call them; the rules of `reading.identity`.

Without a flow a node's kind follows from its name, its children and its times, so all documents
are told at once by codes: of each distinct name once, of each scope by sorting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING
from sops_report.fleet.rows import Rows
from sops_report.reading.identity import LABELS, class_kind, is_class_name

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

KINDS: Final[Mapping[str, int]] = MappingProxyType({word: at for at, word in enumerate(LABELS)})
_WORDS: Final = tuple(LABELS)
_FROM_NAME, _FROM_SHAPE = 1, 2  # of `block.SOURCES`
_INSTANT_US: Final = 1_000_000
_SHORT_ID: Final = 8
_NAMED_BY_ID: Final = frozenset({"activity", "subprocess", "unknown"})


@dataclass(slots=True)
class Identity:
    """Kinds and labels, parallel to the rows.

    Attributes:
        kind: The place among `KINDS`.
        kind_source: The place among `block.SOURCES`.
        label: Never empty.
    """

    kind: NDArray[np.int32]
    kind_source: NDArray[np.int32]
    label: list[str]


@dataclass(slots=True)
class _Names:
    """What each distinct name says, by its code.

    Attributes:
        code: Of each row.
        shown: The name where it can be shown.
        kind: What a class name tells, -1 for every other.
        is_blank: There is no name, or nothing to see of it.
    """

    code: Ints
    shown: list[str | None]
    kind: NDArray[np.int32]
    is_blank: Flags

    @classmethod
    def of(cls, names: list[str | None]) -> "_Names":
        place: dict[str | None, int] = {}
        code = [place.setdefault(name, len(place)) for name in names]
        classes = [class_kind(n) if n and is_class_name(n) else None for n in place]
        blank = [not (name or "").strip() for name in place]
        shown = [
            None if kind or empty else name
            for name, kind, empty in zip(place, classes, blank, strict=True)
        ]
        kinds = [-1 if kind is None else KINDS[kind] for kind in classes]
        return cls(np.asarray(code), shown, np.asarray(kinds, dtype=np.int32), np.asarray(blank))


def identify_all(  # noqa: PLR0913 - the columns it reads
    rows: Rows, begins: Ints, sizes: Ints, *, parent: Ints, below: Ints, start: Ints, finish: Ints,
    is_success: Flags,
) -> Identity:  # fmt: skip
    """Return kinds and labels of all rows, as they are without any flow.

    Args:
        rows: The names and ids.
        begins: The row of each document's root.
        sizes: The number of rows of each document.
        parent: The row of each node's parent.
        below: The number of descendants.
        start: Microseconds, `MISSING` without any.
        finish: Likewise.
        is_success: The state is a good end.
    """
    names = _Names.of(rows.name)
    is_named = np.asarray([name is not None for name in names.shown])[names.code]
    named_below = is_named.copy()
    named_below[begins] = False
    some_names = np.repeat(np.logical_or.reduceat(named_below, begins), sizes)
    leaf_kind = np.where(some_names, KINDS["control"], KINDS["unknown"])
    kind = np.where(is_named, KINDS["activity"], leaf_kind).astype(np.int32)
    kind[below > 0] = KINDS["subprocess"]
    is_instant = names.is_blank[names.code] & (below == 0) & is_success & _is_short(start, finish)
    scopes = _Scopes(parent, start)
    starts = scopes.first[(is_instant & some_names)[scopes.first]]
    ends = scopes.last[scopes.first != scopes.last]
    ends = ends[(is_instant & some_names)[ends]]
    around = parent[ends]
    ends = ends[is_success[around] & _is_short(finish[ends], finish[around])]
    kind[starts] = KINDS["start_event"]
    kind[ends] = KINDS["end_event"]
    kind[begins] = KINDS["root"]
    told = names.kind[names.code]
    told[begins] = -1
    source = np.where(told < 0, _FROM_SHAPE, _FROM_NAME).astype(np.int32)
    kind = np.where(told < 0, kind, told)
    return Identity(kind, source, _labels(rows, names, is_named, kind))


class _Scopes:
    """The first and the last child of each scope, by start; children without one do not count.

    Of equal starts the later row is the last one, the earlier row the first one.
    """

    def __init__(self, parent: Ints, start: Ints) -> None:
        timed = ((parent >= 0) & (start != MISSING)).nonzero()[0]
        order = timed[np.lexsort((start[timed], parent[timed]))]
        above = parent[order]
        is_first = np.diff(above, prepend=-1) != 0
        is_last = np.diff(above, append=-1) != 0
        self.first: Ints = order[is_first]
        self.last: Ints = order[is_last]


def _is_short(begin: Ints, end: Ints) -> Flags:
    """Tell where both are there and the second follows the first within a second."""
    is_there = (begin != MISSING) & (end != MISSING)
    took = np.where(is_there, end - begin, -1)
    is_short: Flags = (took >= 0) & (took <= _INSTANT_US)
    return is_short


def _labels(rows: Rows, names: _Names, is_named: Flags, kind: NDArray[np.int32]) -> list[str]:
    shown = names.shown
    labels = [shown[code] or "" for code in names.code.tolist()]
    for row in (~is_named).nonzero()[0].tolist():
        word = _WORDS[kind[row]]
        label = LABELS[word]
        if word in _NAMED_BY_ID:
            short = (rows.node_id[row] or "")[:_SHORT_ID].strip()
            label = f"{label[:-1]} {short})" if short else label
        labels[row] = label
    return labels
