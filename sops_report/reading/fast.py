"""Bytes → columns the fast way, for answers that are exactly what the server writes.

The careful reader is the definition. This one decodes into typed structs and steps aside, before
anything is lost, for every document it is not sure to read the same way: whatever msgspec refuses,
a field that is missing, unknown or of another type, a key that stands twice, a child whose key is
not its id, a value that the careful reader would note.

msgspec keeps the last of two equal keys and skips keys it does not know, both without a word. So
the quotation marks are counted: every key and every text of a document has two, and nothing else
has any outside of an escape. If the document has exactly as many as what was kept needs, nothing
was dropped.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, NoReturn

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from sops_report.reading.answers import Found, find_trees
from sops_report.reading.fast_times import FastTimes
from sops_report.reading.read import Reading, SteppedAsideError
from sops_report.reading.times import TimeReader
from sops_report.snapshot import Note, Tree

_IS_SECOND_ENGINE: Final = b'"parent_id"'
_BEGINNING: Final = 4096  # the root's first fields tell the engine; its children stand behind them
_STARTS_WITH_ENVELOPE: Final = re.compile(rb'\s*\{\s*"(?:result|data|code|message)"')
_QUOTE: Final = b'"'
_Extra = Raw | UnsetType
_BATCH: Final = 1000


_PAIR: Final = 2
_KEYS: Final = 14  # a node's fields; the second engine has two more
_TEXTS: Final = 3  # id, state and version; names and times may be missing
_EXTRAS: Final = ("ex_data", "failed_node_info", "auto_retry_infos", "auto_retry_status")
_ENVELOPE: Final = ("result", "code", "message", "request_id", "trace_id")


_INT32: Final = 2**31
_LONGEST_SECONDS: Final = _INT32 * 1000  # as in `fields`
# The words of `states`, so that a million nodes share a dozen texts.
StateWord = Literal[
    "FINISHED", "ROLL_BACK_SUCCESS", "FAILED", "ROLL_BACK_FAILED", "RUNNING", "READY", "LOOP_READY",
    "ROLLING_BACK", "SUSPENDED", "NODE_SUSPENDED", "BLOCKED", "PENDING_APPROVAL",
    "PENDING_CONFIRMATION", "PENDING_PROCESSING", "PENDING_CONTINUE", "REVOKED", "CREATED",
    "EXPIRED",
]  # fmt: skip
_Count = Annotated[int, Meta(ge=-_INT32, lt=_INT32)]
_Seconds = Annotated[float, Meta(gt=-_LONGEST_SECONDS, lt=_LONGEST_SECONDS)]


class _Node(msgspec.Struct, gc=False):
    id: str
    state: StateWord
    version: str
    loop: _Count
    retry: _Count
    skip: bool
    error_ignorable: bool
    elapsed_time: _Seconds | None
    start_time: str | None
    finish_time: str | None
    name: str | None


class _First(_Node, gc=False, kw_only=True):
    """A node of the first engine."""

    children: "dict[str, _First]"
    state_refresh_at: str
    error_ignored: bool = None  # type: ignore[assignment]  # not sent; null is refused


class _Second(_Node, gc=False, kw_only=True):
    """A node of the second engine; the colon inside the key is the server's."""

    children: "dict[str, _Second]"
    root_id: str = msgspec.field(name="root_id:")
    parent_id: str
    error_ignored: bool
    state_refresh_at: str = None  # type: ignore[assignment]


class _FirstRoot(_First, gc=False, kw_only=True):
    ex_data: _Extra = UNSET
    failed_node_info: _Extra = UNSET
    auto_retry_infos: _Extra = UNSET
    auto_retry_status: _Extra = UNSET


class _SecondRoot(_Second, gc=False, kw_only=True):
    ex_data: _Extra = UNSET
    failed_node_info: _Extra = UNSET
    auto_retry_infos: _Extra = UNSET
    auto_retry_status: _Extra = UNSET


class _Envelope(msgspec.Struct, gc=False, kw_only=True):
    result: _Extra = UNSET
    code: _Extra = UNSET
    message: _Extra = UNSET
    request_id: _Extra = UNSET
    trace_id: _Extra = UNSET


class _FirstAnswer(_Envelope, gc=False, kw_only=True):
    data: _FirstRoot


class _SecondAnswer(_Envelope, gc=False, kw_only=True):
    data: _SecondRoot


_AnyNode = _First | _Second
_Root = _FirstRoot | _SecondRoot
_Answer = _FirstAnswer | _SecondAnswer


def read_fast(data: bytes, source: str, remark: Callable[[Note], None]) -> Reading:
    """Read a plain answer of either engine.

    Args:
        data: The unpacked bytes of one document.
        source: What the user named.
        remark: Is told what is odd about the envelope.

    Raises:
        SteppedAsideError: The careful reader has to read this document; nothing was remarked.
        InputError: The envelope is an error answer.
    """
    answer = _decoded(data)
    root = answer.data if isinstance(answer, _Envelope) else answer
    is_second = isinstance(root, _SecondRoot)
    laid = _lay_out(root)
    columns = _Columns.of(laid.nodes)
    n_quotes = columns.n_quotes(is_second=is_second) + _n_quotes_of_extras(root)
    if isinstance(answer, _Envelope):
        n_quotes += _n_quotes_of_extras(answer) + _PAIR  # the key "data"
    if data.count(_QUOTE) != n_quotes:
        raise SteppedAsideError(source)
    root.children.clear()  # the nodes have said all: their memory is for what comes
    laid.nodes.clear()
    offset = columns.first_offset()
    times = TimeReader(assume_minutes=offset or 0)
    return Reading(
        tree=columns.tree(laid, times),
        times=times,
        offset_minutes=offset,
        engine="v2" if is_second else "v1",
        found=_found(answer, root, source, remark),  # last: nothing steps aside once it remarks
    )


def _decoded(data: bytes) -> _Answer | _Root:
    is_second = _IS_SECOND_ENGINE in data[:_BEGINNING]
    if _STARTS_WITH_ENVELOPE.match(data, 0, _BEGINNING):
        kind: type[_Answer | _Root] = _SecondAnswer if is_second else _FirstAnswer
    else:
        kind = _SecondRoot if is_second else _FirstRoot
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise SteppedAsideError from cause


@dataclass(slots=True)
class _Layout:
    """The nodes in document order; see `snapshot.Tree`."""

    nodes: list[_AnyNode]
    node_id: list[str | None]
    parent: list[int]
    depth: list[int]
    n_descendants: list[int]


def _lay_out(root: _Root) -> _Layout:
    """Lay the tree flat; a leaf costs a few steps, a container is entered by its iterator."""
    laid = _Layout([root], [root.id], [-1], [0], [])
    nodes, ids, parents, depths = laid.nodes, laid.node_id, laid.parent, laid.depth
    containers: list[tuple[int, int, Iterator[tuple[str, _AnyNode]]]]
    containers = [(0, 1, iter(root.children.items()))]
    below: dict[int, int] = {}
    while containers:
        position, depth, children = containers[-1]
        for key, child in children:
            if key != child.id:
                raise SteppedAsideError(key)
            nodes.append(child)
            ids.append(key)  # not the equal child.id: a key knows its hash
            parents.append(position)
            depths.append(depth)
            if child.children:
                containers.append((len(nodes) - 1, depth + 1, iter(child.children.items())))
                break
        else:
            below[position] = len(nodes) - position - 1
            containers.pop()
    laid.n_descendants = [0] * len(nodes)
    for position, count in below.items():
        laid.n_descendants[position] = count
    return laid


@dataclass(slots=True)
class _Columns:
    """The fields of the nodes, as sent; the structs have checked the types."""

    name: list[str | None] = field(default_factory=list)
    state: list[str | None] = field(default_factory=list)
    version: list[str | None] = field(default_factory=list)
    start: list[str | None] = field(default_factory=list)
    finish: list[str | None] = field(default_factory=list)
    refresh: list[str | None] = field(default_factory=list)
    elapsed_s: list[float | None] = field(default_factory=list)
    retry: list[int | None] = field(default_factory=list)
    loop: list[int | None] = field(default_factory=list)
    skip: list[bool | None] = field(default_factory=list)
    ignorable: list[bool | None] = field(default_factory=list)
    ignored: list[bool | None] = field(default_factory=list)

    @classmethod
    def of(cls, nodes: Sequence[_AnyNode]) -> "_Columns":
        """Read the fields of *nodes*, a thousand at a time: their memory stays at hand."""
        columns = cls()
        for begin in range(0, len(nodes), _BATCH):
            columns.extend(nodes[begin : begin + _BATCH])
        return columns

    def extend(self, nodes: Sequence[_AnyNode]) -> None:
        """Add the fields of some nodes."""
        self.name += [node.name for node in nodes]
        self.state += [node.state for node in nodes]
        self.version += [node.version for node in nodes]
        self.start += [node.start_time for node in nodes]
        self.finish += [node.finish_time for node in nodes]
        self.refresh += [node.state_refresh_at for node in nodes]
        self.elapsed_s += [node.elapsed_time for node in nodes]
        self.retry += [node.retry for node in nodes]
        self.loop += [node.loop for node in nodes]
        self.skip += [node.skip for node in nodes]
        self.ignorable += [node.error_ignorable for node in nodes]
        self.ignored += [node.error_ignored for node in nodes]

    def tree(self, laid: _Layout, times: TimeReader) -> Tree:
        """Return the columns as the tree has them."""
        quick = FastTimes(times, _step_aside)
        return Tree(
            node_id=laid.node_id,
            parent=laid.parent,
            depth=laid.depth,
            n_descendants=laid.n_descendants,
            name=self.name,
            state=self.state,
            start_us=_consumed(quick, self.start),
            finish_us=_consumed(quick, self.finish),
            elapsed_s=self.elapsed_s,
            retry=self.retry,
            loop=self.loop,
            skip=self.skip,
            error_ignored=self._error_ignored(),
            version=self.version,
            refresh_us=_consumed(quick, self.refresh),
            ex_data=[None] * len(laid.parent),
        )

    def _error_ignored(self) -> list[bool | None]:
        merged = self.ignorable
        if merged != self.ignored:
            merged = [one or bool(other) for one, other in zip(merged, self.ignored, strict=True)]
        return [None, *merged[1:]]

    def first_offset(self) -> int | None:
        """Return the offset of the first time; see `facts.first_offset`."""
        times = TimeReader()
        for both in zip(self.start, self.finish, strict=True):
            for text in both:
                offset = times.read(text).offset_minutes
                if offset is not None:
                    return offset
        return None

    def n_quotes(self, *, is_second: bool) -> int:
        """Return how many quotation marks the nodes need: two a key, two a text."""
        size = len(self.state)
        optional = (self.name, self.start, self.finish, self.refresh)
        n_missing = sum(column.count(None) for column in optional)
        n_texts = size * (_TEXTS + 2 * is_second + len(optional)) - n_missing
        n_unsent = self.refresh.count(None) + self.ignored.count(None)
        n_keys = size * (_KEYS + 2 * is_second) - n_unsent
        return _PAIR * (n_keys + n_texts + size - 1)  # the root stands under no key


def _consumed(times: FastTimes, texts: list[str | None]) -> list[int | None]:
    """Read a column of times and give its texts back: they are half of the answer's memory."""
    found = times.column(texts)
    texts.clear()
    return found


def _step_aside(text: str) -> NoReturn:
    raise SteppedAsideError(text)


def _extras(holder: _Root | _Envelope) -> Iterator[tuple[str, Raw]]:
    for name in _ENVELOPE if isinstance(holder, _Envelope) else _EXTRAS:
        value = getattr(holder, name)
        if value is not UNSET:
            yield name, value


def _n_quotes_of_extras(holder: _Root | _Envelope) -> int:
    return sum(_PAIR + bytes(value).count(_QUOTE) for _, value in _extras(holder))


def _found(
    answer: _Answer | _Root, root: _Root, source: str, remark: Callable[[Note], None]
) -> Found:
    """Let the careful reader judge what stands around the nodes."""
    fields: dict[str, object] = {"state": root.state}
    fields.update((name, _exactly(value)) for name, value in _extras(root))
    if not isinstance(answer, _Envelope):
        return Found(fields)
    around = {name: _exactly(value) for name, value in _extras(answer)}
    return find_trees({**around, "data": fields}, source, remark)[0]


def _exactly(value: Raw) -> object:
    """Decode a value in which nothing is odd; other than `decode.decode`, never by a guess."""
    try:
        return json.loads(bytes(value), object_pairs_hook=_distinct, parse_constant=_refuse)
    except (ValueError, RecursionError) as cause:
        raise SteppedAsideError from cause


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise SteppedAsideError
    return found


def _refuse(word: str) -> NoReturn:
    raise SteppedAsideError(word)
