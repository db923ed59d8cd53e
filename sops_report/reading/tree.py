"""The nodes of an answer → parallel columns.

This careful reader is the definition of what an answer means. It goes field by field, because a
column whose values are all of the usual type needs one look, not one a node.
"""

from functools import partial
from typing import Final

from sops_report.reading.fields import (
    Odd,
    count_column,
    flag_column,
    seconds_column,
    text_column,
)
from sops_report.reading.layout import Json, Layout, Remark
from sops_report.reading.texts import brief, plain
from sops_report.reading.times import TimeReader
from sops_report.snapshot import Note, Tree

_SHORT: Final = 80


def read_tree(laid: Layout, times: TimeReader, remark: Remark) -> Tree:
    """Return the columns of an answer's nodes.

    Args:
        laid: The nodes in document order.
        times: Reads the answer's times.
        remark: Is told every oddity, in document order.
    """
    notes: list[Note] = []
    tree = _Fields(laid, times, notes).tree()
    for note in sorted(notes, key=lambda note: note.position or 0):
        remark(note)
    return tree


class _Fields:
    """Reads the fields of laid out nodes; collects what is odd."""

    def __init__(self, laid: Layout, times: TimeReader, notes: list[Note]) -> None:
        self.laid = laid
        self.times = times
        self.notes = notes

    def tree(self) -> Tree:
        laid = self.laid
        return Tree(
            node_id=self._ids(),
            parent=laid.parent,
            depth=laid.depth,
            n_descendants=laid.n_descendants,
            name=text_column(*self._field("name")),
            state=self._states(),
            start_us=self._times("start_time"),
            finish_us=self._times("finish_time"),
            elapsed_s=seconds_column(*self._field("elapsed_time")),
            retry=count_column(*self._field("retry")),
            loop=count_column(*self._field("loop")),
            skip=flag_column(*self._field("skip")),
            error_ignored=self._ignored(),
            version=text_column(*self._field("version")),
            refresh_us=self._times("state_refresh_at"),
            ex_data=[None] * len(laid.nodes),
        )

    def _field(self, name: str) -> tuple[list[object], Odd]:
        """Return what all nodes hold under a name, and where to tell what is odd about it."""
        return [node.get(name) for node in self.laid.nodes], partial(self._note, name)

    def _note(self, name: str, position: int, code: str, value: object) -> None:
        values = {"field": name, "value": brief(value, _SHORT)}
        self.notes.append(Note(code=code, position=position, values=values))

    def _ids(self) -> list[str | None]:
        values, odd = self._field("id")
        sent = text_column(values, odd)
        if sent[1:] == self.laid.keys[1:]:
            return sent
        keys = text_column(self.laid.keys, odd)
        return [
            self._id(position, *both) for position, both in enumerate(zip(sent, keys, strict=True))
        ]

    def _id(self, position: int, sent: str | None, key: str | None) -> str | None:
        if key is not None and sent != key:  # None: the root, or a child of a list
            self._note("id", position, "id-missing" if sent is None else "id-differs", key)
        return sent or key

    def _states(self) -> list[str | None]:
        values, odd = self._field("state")
        words = [value if isinstance(value, str) and value else None for value in values]
        if None in words:
            for position, (value, word) in enumerate(zip(values, words, strict=True)):
                if word is None:
                    odd(position, "state-missing", value)
        return text_column(words, odd)

    def _times(self, name: str) -> list[int | None]:
        return self.times.column(*self._field(name))

    def _ignored(self) -> list[bool | None]:
        # Two names of one fact; the first engine's older servers send only the first. On the root
        # it is some descendant's, read last: noise.
        first = flag_column(*self._field("error_ignorable"))
        second = flag_column(*self._field("error_ignored"))
        if first != second:
            first = [b if a is None else a or bool(b) for a, b in zip(first, second, strict=True)]
        first[0] = None
        return first


def failure_texts(root: Json, remark: Remark) -> tuple[dict[str, str | None], str | None]:
    """Return the answer's ``ex_data`` by node id, and a text that belongs to no node.

    A node whose value is null or empty is in the map with None: nothing was recorded.
    """
    value = root.get("ex_data")
    if value is None or value == "":
        return {}, None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}, None
    remark(Note(code="ex-data-odd", values={"value": brief(value, _SHORT)}))
    return {}, plain(value)
