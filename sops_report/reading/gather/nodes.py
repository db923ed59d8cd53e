"""The nodes of a document, read by the runs of its template.

A node is two pieces of text: its head, from its key up to the brace that opens its children, and
its tail, from the brace that closes them. The children's pieces stand between the two; of a leaf
the two are one.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from sops_report.reading.gather import template
from sops_report.reading.gather.holes import (
    Choices,
    Counts,
    Identities,
    Ids,
    Keys,
    Moments,
    Versions,
)
from sops_report.reading.gather.lengths import Lengths
from sops_report.reading.gather.names import Names
from sops_report.reading.gather.run import Part, Run
from sops_report.reading.gather.template import CHILDREN, Template
from sops_report.reading.gather.variant import CHILD, LEAF, Hole
from sops_report.reading.gather.window import Flags, Places, Rows, Window, spread

_BLOCK: Final = 16_384  # nodes at a time: what they need is still in the cache, and calls are few
_OF_ANY_WIDTH: Final = frozenset({template.NAME, template.LENGTH})

__all__ = ["Nodes", "Part"]


class Nodes:
    """The parts of all nodes, in the order of the document, and what was read of them.

    Attributes:
        ids, keys: The ids, and under which keys the nodes stand; see `are_keyed_by_id`.
        holes: What reads values in runs, by their keys.
        parts: What reads values of any width, by their keys.
    """

    def __init__(self, form: Template, size: int) -> None:
        """Prepare columns for *size* nodes."""
        self._size = size
        self._form = form
        self.ids, self.keys = Ids(form.widths["id"], size), Keys(form.widths["id"], size)
        self.holes: dict[str, Hole] = {}
        self.parts: dict[str, Part] = {}
        for key in form.keys:
            self._expect(key, form.widths.get(key) or 1)

    def read_nodes(self, window: Window, at: Places, rows: range) -> tuple[Places, Flags]:
        """Read nodes, whose keys begin at *at*: leaves whole, of others the heads.

        Returns:
            Where each ends, and which are leaves.
        """
        ends, is_leaf = np.empty_like(at), np.zeros(len(at), np.bool_)
        for block in _blocks(len(at)):
            leaves, end = self._read_usual(window, at[block], rows[block])
            ends[block][leaves], is_leaf[block][leaves] = end, True
        others = np.flatnonzero(~is_leaf)
        for block in _blocks(len(others)):
            some = others[block]
            ends[some], is_leaf[some] = self._read_any(window, at[some], some + rows.start)
        return ends, is_leaf

    def _read_usual(self, window: Window, at: Places, rows: Rows) -> tuple[Places, Places]:
        """Read what is written as most leaves are; return which nodes, and where each ends.

        What is kept of the others says nothing: whoever is of another variant in one run is read
        on as if it were a node that is not.
        """
        is_usual = np.ones(len(at), np.bool_)
        for run in (*self._beginnings, *self._tails[1:]):
            at, others = run.read_usual(window, at, rows)
            is_usual[others] = False
            if len(others) == len(at):
                break
        usual = np.flatnonzero(is_usual)
        return usual, at[usual]

    def _read_any(self, window: Window, at: Places, rows: Rows) -> tuple[Places, Flags]:
        """Read leaves and heads; return where each ends, and which are leaves."""
        for run in self._beginnings:
            at, is_leaf = run.read(window, at, rows)
        leaves = np.flatnonzero(is_leaf)
        at[leaves] = self._read(self._tails[1:], window, at[leaves], spread(rows)[leaves])
        return at, is_leaf

    def read_tails(self, window: Window, at: Places, rows: Rows) -> Places:
        """Read the tails of the nodes *rows*, which begin at *at*; return where each ends."""
        ends = np.empty_like(at)
        for block in _blocks(len(at)):
            ends[block] = self._read(self._tails, window, at[block], rows[block])
        return ends

    def are_keyed_by_id(self) -> bool:
        """Tell whether each node that was read stands under its id."""
        return not (self.ids.array.view(np.uint8) != self.keys.array.view(np.uint8)).any()

    def _read(self, runs: Sequence[Run], window: Window, at: Places, rows: Rows) -> Places:
        for run in runs:
            at, _ = run.read(window, at, rows)
        return at

    @cached_property
    def _tails(self) -> list[Run]:
        """The runs of tails."""
        return [draft.run() for draft in self._tail_drafts]

    @cached_property
    def _beginnings(self) -> list[Run]:
        """The runs of heads, the last of which goes on, in leaves, with a tail's first."""
        *runs, last = self._head_drafts()
        return [draft.run() for draft in (*runs, last.add(b"{").fork(self._tail_drafts[0]))]

    def _head_drafts(self) -> list["_Draft"]:
        keys = self._form.keys[: self._form.keys.index(CHILDREN) + 1]
        draft = _Draft().add(b'"').fill(self.keys).add(b'"' + self._form.colon + b"{")
        drafts = [draft.add(self._form.key(keys[0]))]
        for before, key in pairwise(keys):
            self._add_value(before, drafts)
            drafts[-1].add(self._form.separator + self._form.key(key))
        return drafts

    @cached_property
    def _tail_drafts(self) -> list["_Draft"]:
        drafts = [_Draft().add(b"}")]
        for key in self._form.keys[self._form.keys.index(CHILDREN) + 1 :]:
            drafts[-1].add(self._form.separator + self._form.key(key))
            self._add_value(key, drafts)
        drafts[-1].add(b"}")
        return drafts

    def _add_value(self, key: str, drafts: list["_Draft"]) -> None:
        """Add what reads a value; one of any width ends a run."""
        if key in self.parts:
            drafts[-1].last = self.parts[key]
            drafts.append(_Draft())
        elif key in self._form.identities:
            drafts[-1].add(b'"').fill(self.holes[key]).add(b'"')
        else:
            drafts[-1].fill(self.holes[key])

    def _expect(self, key: str, width: int) -> None:
        """Prepare for the values of a key."""
        if key in _OF_ANY_WIDTH:
            self.parts[key] = self._new_part(key, width)
        elif key != CHILDREN:
            self.holes[key] = self._new_hole(key, width)

    def _new_part(self, key: str, width: int) -> Part:  # noqa: ARG002 - others may need it
        return Names(self._size) if key == template.NAME else Lengths(self._size)

    def _new_hole(self, key: str, width: int) -> Hole:
        if key == "id":
            return self.ids
        if key in self._form.identities:
            return Identities(width)
        if key in template.COUNTS:
            return Counts(self._size)
        if key in template.SMALL:
            return Choices(template.SMALL[key], self._size)
        return Versions(width, self._size) if key == template.VERSION else Moments(self._size)


def _blocks(size: int) -> Iterator[slice]:
    return (slice(begin, begin + _BLOCK) for begin in range(0, size, _BLOCK))


class _Draft:
    """A run whose pattern is being put together.

    Attributes:
        pattern, holes: Of the run.
        last: What reads the value of any width at its end.
    """

    def __init__(self) -> None:
        self.pattern = b""
        self.holes: list[Hole] = []
        self.last: Part | None = None

    def add(self, text: bytes) -> "_Draft":
        """Add what is the same in all nodes."""
        self.pattern += re.escape(text)
        return self

    def fill(self, hole: Hole) -> "_Draft":
        """Add a hole."""
        self.pattern += hole.pattern
        self.holes.append(hole)
        return self

    def fork(self, on: "_Draft") -> "_Draft":
        """Go on with another run, but where a child follows."""
        marks = (on.pattern, LEAF.encode(), CHILD.encode())
        self.pattern += b'(?:%s(?P<%s>)|(?P<%s>"))' % marks
        self.holes += on.holes
        self.last = on.last
        return self

    def run(self) -> Run:
        """Return the run."""
        return Run(self.pattern, self.holes, self.last)
