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

from sops_report.columns import MISSING, Coded
from sops_report.fleet.sheet import Flags, Ints, Sheet
from sops_report.reading.identity import LABELS, class_kind, is_class_name

KINDS: Final[Mapping[str, int]] = MappingProxyType({word: at for at, word in enumerate(LABELS)})
_WORDS: Final = tuple(LABELS)
_FROM_NAME, _FROM_SHAPE = 1, 2  # of `block.SOURCES`
_INSTANT_US: Final = 1_000_000
_SHORT_ID: Final = 8
_NAMED_BY_ID: Final = frozenset({"activity", "subprocess", "unknown"})


class Identity:
    """Kinds and labels, parallel to the rows.

    Attributes:
        kind: The place among `KINDS`.
        kind_source: The place among `block.SOURCES`.
        label: The code of each label; none is empty.
    """

    def __init__(self, kind: NDArray[np.int32], kind_source: NDArray[np.int32], size: int) -> None:
        """Hold the kinds of *size* rows, of which no label is known yet."""
        self.kind = kind
        self.kind_source = kind_source
        self.label = np.full(size, -1, np.int32)
        self._place: dict[str, int] = {}

    def code(self, label: str) -> int:
        """Return the code of a label."""
        return self._place.setdefault(label, len(self._place))

    def labels(self) -> Coded[str]:
        """Return the labels as a column."""
        return Coded(self.label, list(self._place))


@dataclass(slots=True)
class _Names:
    """What each distinct name says, by its code; the last place is for none.

    Attributes:
        code: Of each row.
        shown: The name where it can be shown.
        kind: What a class name tells, -1 for every other.
        is_blank: There is no name, or nothing to see of it.
    """

    code: NDArray[np.int32]
    shown: list[str | None]
    kind: NDArray[np.int32]
    is_blank: Flags

    @classmethod
    def of(cls, names: Coded[str]) -> "_Names":
        classes = [class_kind(n) if n and is_class_name(n) else None for n in names.words]
        blank = [not name.strip() for name in names.words]
        shown = [
            None if kind or empty else name
            for name, kind, empty in zip(names.words, classes, blank, strict=True)
        ]
        kinds = [-1 if kind is None else KINDS[kind] for kind in (*classes, None)]
        return cls(
            names.codes, [*shown, None], np.asarray(kinds, np.int32), np.asarray([*blank, True])
        )


def identify_all(sheet: Sheet, *, is_success: Flags) -> Identity:
    """Return kinds and labels of all rows, as they are without any flow.

    Args:
        sheet: The columns.
        is_success: The state is a good end.
    """
    names = _Names.of(sheet.name)
    begins, below, start, finish = sheet.begins, sheet.n_descendants, sheet.start, sheet.finish
    is_named = np.asarray([name is not None for name in names.shown])[names.code]
    named_below = is_named.copy()
    named_below[begins] = False
    some_names = np.repeat(np.logical_or.reduceat(named_below, begins), sheet.sizes)
    leaf_kind = np.where(some_names, KINDS["control"], KINDS["unknown"])
    kind = np.where(is_named, KINDS["activity"], leaf_kind).astype(np.int32)
    kind[below > 0] = KINDS["subprocess"]
    is_instant = names.is_blank[names.code] & (below == 0) & is_success & _is_short(start, finish)
    scopes = _Scopes(sheet.parent, start)
    starts = scopes.first[(is_instant & some_names)[scopes.first]]
    ends = scopes.last[scopes.first != scopes.last]
    ends = ends[(is_instant & some_names)[ends]]
    around = sheet.parent[ends]
    ends = ends[is_success[around] & _is_short(finish[ends], finish[around])]
    kind[starts] = KINDS["start_event"]
    kind[ends] = KINDS["end_event"]
    kind[begins] = KINDS["root"]
    told = names.kind[names.code]
    told[begins] = -1
    source = np.where(told < 0, _FROM_SHAPE, _FROM_NAME).astype(np.int32)
    made = Identity(np.where(told < 0, kind, told), source, len(sheet))
    _label(made, sheet, names, is_named)
    return made


class _Scopes:
    """The first and the last child of each scope, by start; children without one do not count.

    Of equal starts the later row is the last one, the earlier row the first one.
    """

    def __init__(self, parent: Ints, start: Ints) -> None:
        timed = ((parent >= 0) & (start != MISSING)).nonzero()[0]
        order = timed[np.argsort(parent[timed], kind="stable")]  # nearly in order: soon done
        begins = np.diff(parent[order], prepend=-1).nonzero()[0]
        if not len(order):
            self.first: Ints = order
            self.last: Ints = order
            return
        moment, sizes = start[order], np.diff(begins, append=len(order))
        least = np.repeat(np.minimum.reduceat(moment, begins), sizes)
        greatest = np.repeat(np.maximum.reduceat(moment, begins), sizes)
        at = np.arange(len(order))
        self.first = order[np.minimum.reduceat(np.where(moment == least, at, len(at)), begins)]
        self.last = order[np.maximum.reduceat(np.where(moment == greatest, at, -1), begins)]


def _is_short(begin: Ints, end: Ints) -> Flags:
    """Tell where both are there and the second follows the first within a second."""
    is_there = (begin != MISSING) & (end != MISSING)
    took = np.where(is_there, end - begin, -1)
    is_short: Flags = (took >= 0) & (took <= _INSTANT_US)
    return is_short


def _label(made: Identity, sheet: Sheet, names: _Names, is_named: Flags) -> None:
    """Fill the labels: names that can be shown, else what the node is, some with their id."""
    of_name = [-1 if name is None else made.code(name) for name in names.shown]
    made.label = np.asarray(of_name, np.int32)[names.code]
    others = (~is_named).nonzero()[0]
    of_kind = [-1 if word in _NAMED_BY_ID else made.code(LABELS[word]) for word in _WORDS]
    made.label[others] = np.asarray(of_kind, np.int32)[made.kind[others]]
    for row in (made.label < 0).nonzero()[0].tolist():
        label = LABELS[_WORDS[made.kind[row]]]
        short = (sheet.node_id[row] or "")[:_SHORT_ID].strip()
        made.label[row] = made.code(f"{label[:-1]} {short})" if short else label)
