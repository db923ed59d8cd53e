"""A status tree as sent → parallel columns in document order, without recursion.

This careful reader is the definition of what an answer means: every node of the document becomes
a row, whatever is odd about it, and every oddity becomes a note.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sops_report.read import fields
from sops_report.read.texts import plain
from sops_report.read.times import TimeReader
from sops_report.snapshot import Note, Tree

Json = dict[str, object]
Remark = Callable[[Note], None]

_SHORT: Final = 80


@dataclass(slots=True)
class Columns:
    """The columns of a `Tree` while it is being read; see there."""

    node_id: list[str | None] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    n_descendants: list[int] = field(default_factory=list)
    name: list[str | None] = field(default_factory=list)
    state: list[str | None] = field(default_factory=list)
    start_us: list[int | None] = field(default_factory=list)
    finish_us: list[int | None] = field(default_factory=list)
    elapsed_s: list[float | None] = field(default_factory=list)
    retry: list[int | None] = field(default_factory=list)
    loop: list[int | None] = field(default_factory=list)
    skip: list[bool | None] = field(default_factory=list)
    error_ignored: list[bool | None] = field(default_factory=list)
    version: list[str | None] = field(default_factory=list)
    refresh_us: list[int | None] = field(default_factory=list)
    ex_data: list[str | None] = field(default_factory=list)

    def freeze(self) -> Tree:
        """Return the finished tree."""
        return Tree(**{name: getattr(self, name) for name in self.__slots__})


def read_tree(root: Json, times: TimeReader, remark: Remark) -> Tree:
    """Return the columns of the tree below *root*.

    Args:
        root: The outermost node as decoded.
        times: Reads the answer's times.
        remark: Is told every oddity.
    """
    columns = Columns()
    stack: list[tuple[Json, str | None, int]] = [(root, None, -1)]
    while stack:
        node, key, parent = stack.pop()
        position = len(columns.parent)
        _Row(columns, position, times, remark).append(node, key, parent)
        children = _children(node, position, remark)
        stack.extend((child, name, position) for name, child in reversed(children))
    _count_descendants(columns)
    return columns.freeze()


def _count_descendants(columns: Columns) -> None:
    """Add up subtree sizes from the last row to the first: children stand after their parent."""
    counts = columns.n_descendants
    for position in range(len(counts) - 1, 0, -1):
        counts[columns.parent[position]] += counts[position] + 1


def _children(node: Json, position: int, remark: Remark) -> list[tuple[str | None, Json]]:
    value = node.get("children")
    if value is None or value in ("", [], {}):
        return []
    pairs: list[tuple[str | None, object]]
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        remark(Note(code="children-list", position=position))
        pairs = [(None, child) for child in value]
    else:
        remark(Note(code="children-odd", position=position, values={"value": _shorten(value)}))
        return []
    return [(key, child) for key, child in pairs if _is_node(key, child, position, remark)]


def _is_node(key: str | None, child: object, position: int, remark: Remark) -> bool:
    if isinstance(child, dict):
        return True
    values = {"key": key or "–", "value": _shorten(child)}
    remark(Note(code="child-not-object", position=position, values=values))
    return False


@dataclass(slots=True, frozen=True)
class _Row:
    """Writes one node into the columns."""

    columns: Columns
    position: int
    times: TimeReader
    remark: Remark

    def append(self, node: Json, key: str | None, parent: int) -> None:
        columns = self.columns
        columns.parent.append(parent)
        columns.depth.append(columns.depth[parent] + 1 if parent >= 0 else 0)
        columns.n_descendants.append(0)
        columns.node_id.append(self._id(node, key))
        columns.name.append(fields.text_field(node.get("name"), self._odd("name")))
        columns.state.append(self._state(node))
        columns.start_us.append(self._time(node, "start_time"))
        columns.finish_us.append(self._time(node, "finish_time"))
        columns.refresh_us.append(self._time(node, "state_refresh_at"))
        columns.elapsed_s.append(
            fields.seconds_field(node.get("elapsed_time"), self._odd("elapsed_time"))
        )
        columns.retry.append(fields.count_field(node.get("retry"), self._odd("retry")))
        columns.loop.append(fields.count_field(node.get("loop"), self._odd("loop")))
        columns.skip.append(fields.flag_field(node.get("skip"), self._odd("skip")))
        columns.error_ignored.append(self._ignored(node) if parent >= 0 else None)
        columns.version.append(fields.text_field(node.get("version"), self._odd("version")))
        columns.ex_data.append(None)

    def _odd(self, name: str) -> fields.Odd:
        return partial(self._note, name)

    def _note(self, name: str, code: str, value: object) -> None:
        values = {"field": name, "value": _shorten(value)}
        self.remark(Note(code=code, position=self.position, values=values))

    def _id(self, node: Json, key: str | None) -> str | None:
        sent = fields.text_field(node.get("id"), self._odd("id"))
        if key is None:  # the root, or a child of a list
            return sent
        clean_key = fields.text_field(key, self._odd("id"))
        if sent is None:
            self._note("id", "id-missing", clean_key)
        elif sent != clean_key:
            self._note("id", "id-differs", clean_key)
        return sent or clean_key

    def _state(self, node: Json) -> str | None:
        value = node.get("state")
        if isinstance(value, str) and value:
            return fields.text_field(value, self._odd("state"))
        self._note("state", "state-missing", value)
        return None

    def _time(self, node: Json, name: str) -> int | None:
        moment = self.times.read(node.get(name))
        if moment.odd is not None:
            self._note(name, moment.odd, node.get(name))
        return moment.us

    def _ignored(self, node: Json) -> bool | None:
        # Two names of one fact; the first engine's older servers send only the first.
        first = fields.flag_field(node.get("error_ignorable"), self._odd("error_ignorable"))
        second = fields.flag_field(node.get("error_ignored"), self._odd("error_ignored"))
        return second if first is None else first or bool(second)


def failure_texts(root: Json, remark: Remark) -> tuple[dict[str, str | None], str | None]:
    """Return the answer's ``ex_data`` by node id, and a text that belongs to no node.

    A node whose value is null or empty is in the map with None: nothing was recorded.
    """
    value = root.get("ex_data")
    if value is None or value == "":
        return {}, None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}, None
    remark(Note(code="ex-data-odd", values={"value": _shorten(value)}))
    return {}, plain(value)


def _shorten(value: object) -> str:
    try:
        text = value if isinstance(value, str) else repr(value)
    except (RecursionError, ValueError):
        text = type(value).__name__
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"
