"""The nodes of a document, read by the parts of its template.

A node is two pieces of text: its head, from its key up to the brace that opens its children, and
its tail, from the brace that closes them. The children's pieces stand between the two.
"""

import re
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather import template
from sops_report.reading.gather.names import Names
from sops_report.reading.gather.parts import Identities, Ids, Keys, Lengths, Moments, Versions
from sops_report.reading.gather.stretch import Stretch
from sops_report.reading.gather.template import CHILDREN, Template
from sops_report.reading.gather.window import Places, Window

_BLOCK: Final = 8192  # nodes at a time: what they need stays in the processor's cache

Rows = NDArray[np.int64]


class Part(Protocol):
    """A part of every node."""

    def read(self, window: Window, at: Places, rows: Rows) -> Places:
        """Read the part of the nodes *rows*, which begins at *at*; return where each ends."""
        ...


class Nodes:
    """The parts of all nodes, in the order of the document, and what was read of them.

    Attributes:
        parts: By key; those of small values are in `stretches`.
        ids: The part that is the id.
        stretches: What stands between the parts.
    """

    def __init__(self, form: Template, size: int) -> None:
        """Prepare columns for *size* nodes."""
        self.parts: dict[str, Part] = {}
        self.stretches: list[Stretch] = []
        self._size = size
        self._form = form
        split = form.keys.index(CHILDREN)
        opened = [*form.keys[: split + 1]]
        self.ids = Ids(form.widths["id"], size)
        self._head: list[Part] = [self._stretch(b'"', []), Keys(self.ids)]
        self._head += self._compiled(b'"' + form.colon + b"{", opened, b"{")
        self._tail = self._compiled(b"}", ["", *form.keys[split + 1 :]], b"}")

    def read_heads(self, window: Window, at: Places) -> Places:
        """Read the heads of all nodes, whose keys begin at *at*; return where each ends."""
        rows = np.arange(1, len(at) + 1)  # the root is row 0
        return self._read(self._head, window, at, rows)

    def read_tails(self, window: Window, at: Places, rows: Rows) -> Places:
        """Read the tails of the nodes *rows*, which begin at *at*; return where each ends."""
        return self._read(self._tail, window, at, rows)

    def stretch_of(self, key: str) -> Stretch | None:
        """Return where the small values of a key were read; None if nodes have no such key."""
        return next((one for one in self.stretches if key in one.fields), None)

    def _read(self, parts: Sequence[Part], window: Window, at: Places, rows: Rows) -> Places:
        ends = np.empty_like(at)
        for begin in range(0, len(at), _BLOCK):
            block = slice(begin, begin + _BLOCK)
            place = at[block]
            for part in parts:
                place = part.read(window, place, rows[block])
            ends[block] = place
        return ends

    def _compiled(self, opening: bytes, keys: Sequence[str], closing: bytes) -> list[Part]:
        """Return the parts of a piece: values of their own, and stretches between them."""
        parts: list[Part] = []
        pattern, fields = re.escape(opening), list[str]()
        for number, key in enumerate(keys):
            if number:
                pattern += re.escape(self._form.separator)
            if not key:
                continue
            pattern += re.escape(self._form.key(key))
            is_identity = key in self._form.identities
            if key in template.SMALL and not is_identity:
                pattern += template.SMALL[key]
                fields.append(key)
            elif key != CHILDREN:
                quote = b'"' if is_identity else b""
                parts += [self._stretch(pattern + quote, fields), self._part(key)]
                pattern, fields = quote, []
        parts.append(self._stretch(pattern + re.escape(closing), fields))
        return parts

    def _stretch(self, pattern: bytes, fields: Sequence[str]) -> Stretch:
        stretch = Stretch(pattern, fields, self._size)
        self.stretches.append(stretch)
        return stretch

    def _part(self, key: str) -> Part:
        part = self.parts[key] = self._new_part(key, self._form.widths.get(key, 0))
        return part

    def _new_part(self, key: str, width: int) -> Part:
        if key == "id":
            return self.ids
        if key in self._form.identities:
            return Identities(width)
        if key == template.VERSION:
            return Versions(width or 1, self._size)
        if key == template.LENGTH:
            return Lengths(self._size)
        if key == template.NAME:
            return Names(self._size)
        return Moments(width or 1, self._size)
