"""Rows of many documents → one block of columns, all documents at once.

The same values as `table.flatten` of each: the careful reader's where it read a document, else the
vectorised kernels'.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING, numbers
from sops_report.fleet.identity import KINDS, Identity, identify_all
from sops_report.fleet.moments import IN_UTC, WITH_OFFSET, read_moments
from sops_report.fleet.rows import Rows
from sops_report.reading.identity import identify
from sops_report.snapshot import Snapshot, Tree
from sops_report.states import CLOSED, GROUP_OF, GROUPS, group_of

SOURCES: Final = ("flow", "name", "shape")
_SECOND_US: Final = 1_000_000

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]
Texts = list[str | None]


@dataclass(slots=True, kw_only=True)
class Block:
    """The columns of the node table of many documents, parallel, and facts of the documents.

    Attributes:
        numbers: The documents by their numbers; what follows has one value a document.
        task_ids: Which task each is of; None where nothing tells it.
        sizes: How many rows each has.
        as_of_us: The moment each speaks of, `MISSING` without any time.
        start_us: When each task started, `MISSING` without any start.
        parent: The row of each node's parent in this block, -1 at a root.
        states: What the codes of `state` mean: the known words, then others.
    """

    numbers: list[int]
    task_ids: Texts
    sizes: Ints
    as_of_us: Ints
    start_us: Ints
    parent: Ints
    node_id: Texts
    depth: Codes
    position: Ints
    n_descendants: Ints
    path: list[str]
    name: Texts
    label: list[str]
    kind: Codes
    kind_source: Codes
    state: Codes
    states: list[str]
    state_group: Codes
    start_time: Ints
    finish_time: Ints
    finish_is_valid: Flags
    elapsed_s: NDArray[np.float64]
    retry: list[int | None]
    loop: list[int | None]
    skip: Codes
    error_ignored: Codes
    version: Texts
    state_refresh_at: Ints
    ex_data: Texts

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.node_id)


def close(rows: Rows) -> Block:
    """Make the columns of *rows*, at least one document; *rows* are used up."""
    size = len(rows)
    begins = np.asarray(rows.begins, dtype=np.int64)
    sizes = np.diff(begins, append=size)
    offset = np.repeat(begins, sizes)
    parent = np.asarray(rows.parent, dtype=np.int64)
    parent = np.where(parent < 0, -1, parent + offset)
    times = _Times(rows, begins, sizes)
    states, state = _coded_states(rows.state)
    group = np.asarray([GROUPS.index(group_of(w)) for w in (*states, None)], dtype=np.int32)[state]
    below = np.asarray(rows.n_descendants, dtype=np.int64)
    identity = identify_all(
        rows, begins, sizes, parent=parent, below=below, start=times.start, finish=times.finish,
        is_success=group == GROUPS.index("success"),
    )  # fmt: skip
    ex_data = _failure_texts(rows, sizes, state_group=group, below=below)
    _take_from_flows(rows, sizes, identity, times)
    for at, snapshot in rows.read.items():
        _take_from(snapshot, rows.begins[at], identity, ex_data)
    valid = _is_closed(states)[state] & (times.finish >= times.start)
    elapsed = _reals(rows.elapsed_s)
    return Block(
        numbers=[document.number for document in rows.documents],
        task_ids=[_task_id(rows, at) for at in range(len(sizes))],
        sizes=sizes,
        as_of_us=_as_of(rows, begins, times, valid, elapsed),
        start_us=_starts(begins, times.start),
        parent=parent,
        node_id=rows.node_id,
        depth=np.asarray(rows.depth, dtype=np.int32),
        position=np.arange(size, dtype=np.int64) - offset,
        n_descendants=below,
        path=list(_paths(parent.tolist(), identity.label, rows.n_descendants)),
        name=rows.name,
        label=identity.label,
        kind=identity.kind,
        kind_source=identity.kind_source,
        state=state,
        states=states,
        state_group=group,
        start_time=times.start,
        finish_time=times.finish,
        finish_is_valid=valid,
        elapsed_s=elapsed,
        retry=rows.retry,
        loop=rows.loop,
        skip=_flags(rows.skip, begins),
        error_ignored=_flags(rows.error_ignored, begins),
        version=rows.version,
        state_refresh_at=times.refresh,
        ex_data=ex_data,
    )  # fmt: skip


def _task_id(rows: Rows, at: int) -> str | None:
    return (rows.read[at] if at in rows.read else rows.documents[at]).origin.task_id


class _Times:
    """The three columns of times; documents with an odd one are read again, carefully."""

    def __init__(self, rows: Rows, begins: Ints, sizes: Ints) -> None:
        self.start, odd = read_moments(rows.start, WITH_OFFSET)
        self.finish, odd_too = read_moments(rows.finish, WITH_OFFSET)
        self.refresh, odd_three = read_moments(rows.refresh, IN_UTC)
        odd |= odd_too | odd_three
        if odd.any():
            for at in np.unique(
                np.searchsorted(begins, odd.nonzero()[0], side="right") - 1
            ).tolist():
                rows.read[at] = rows.documents[at].read()
        for at, snapshot in rows.read.items():
            mine = slice(int(begins[at]), int(begins[at] + sizes[at]))
            self.start[mine] = numbers(snapshot.tree.start_us)
            self.finish[mine] = numbers(snapshot.tree.finish_us)
            self.refresh[mine] = numbers(snapshot.tree.refresh_us)


def _coded_states(words: Sequence[str | None]) -> tuple[list[str], Codes]:
    """Return the state words, the known ones first, and the place of each node's; -1 for none."""
    others = sorted({word for word in set(words) if word is not None} - GROUP_OF.keys())
    states = [*GROUP_OF, *others]
    place: dict[str | None, int] = {None: -1} | {word: at for at, word in enumerate(states)}
    return states, np.fromiter(map(place.__getitem__, words), dtype=np.int32, count=len(words))


def _is_closed(states: Sequence[str]) -> Flags:
    return np.asarray([word in CLOSED for word in (*states, None)])


def _flags(values: Sequence[bool | None], begins: Ints) -> Codes:
    """Return flags as 0, 1 or -1; a root has none."""
    place = {None: -1, False: 0, True: 1}
    codes = np.fromiter(map(place.__getitem__, values), dtype=np.int32, count=len(values))
    codes[begins] = -1
    return codes


def _reals(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)  # None becomes NaN


def _paths(parents: list[int], labels: list[str], below: list[int]) -> Iterator[str]:
    """Yield each node's path as `Snapshot.paths` has it."""
    above: dict[int, str] = {}
    for row, parent in enumerate(parents):
        if parent < 0:
            above[row] = ""
            yield ""
            continue
        path = above[parent] + labels[row]
        if len(path) > LONGEST_PATH:
            path = f"… / {path[-LONGEST_PATH:]}"
        if below[row]:
            above[row] = f"{path} / "
        yield path


LONGEST_PATH: Final = 1000  # as in `Snapshot.paths`


def _failure_texts(rows: Rows, sizes: Ints, *, state_group: Codes, below: Ints) -> Texts:
    """Put the failure texts on the nodes they name; of twins, on the failed leaf."""
    column: Texts = [None] * len(rows)
    failed = GROUPS.index("failed")
    for at, texts in rows.texts.items():
        begin = rows.begins[at]
        bearers: dict[str, list[int]] = {}
        for row in range(begin, begin + int(sizes[at])):
            if (node_id := rows.node_id[row]) in texts and node_id is not None:
                bearers.setdefault(node_id, []).append(row)
        for node_id, places in bearers.items():
            leaves = [row for row in places if state_group[row] == failed and not below[row]]
            for row in leaves or places:
                column[row] = texts[node_id]
    return column


def _take_from_flows(rows: Rows, sizes: Ints, identity: Identity, times: "_Times") -> None:
    """Let the careful rules say what nodes are where a flow lies beside the answer."""
    for at, document in enumerate(rows.documents):
        if document.flow is None or at in rows.read:
            continue
        begin = rows.begins[at]
        mine = slice(begin, begin + int(sizes[at]))
        ids = {node_id for node_id in rows.node_id[mine][1:] if node_id}
        if ids and not ids & document.flow.nodes.keys():
            continue  # of another task
        made = identify(_tree(rows, mine, times), document.flow)
        _put(identity, begin, made.label, made.kind, made.kind_source)


def _tree(rows: Rows, mine: slice, times: "_Times") -> Tree:
    """Return what tells kinds and labels of one document's nodes."""
    nothing: Sequence[None] = [None] * (mine.stop - mine.start)
    return Tree(
        node_id=rows.node_id[mine], parent=rows.parent[mine], depth=rows.depth[mine],
        n_descendants=rows.n_descendants[mine], name=rows.name[mine], state=rows.state[mine],
        start_us=_moments(times.start[mine]), finish_us=_moments(times.finish[mine]),
        elapsed_s=nothing, retry=nothing, loop=nothing, skip=nothing, error_ignored=nothing,
        version=nothing, refresh_us=nothing, ex_data=nothing,
    )  # fmt: skip


def _moments(us: Ints) -> list[int | None]:
    return [None if moment == MISSING else moment for moment in us.tolist()]


def _take_from(snapshot: Snapshot, begin: int, identity: Identity, ex_data: Texts) -> None:
    """Take what the careful reader said of a document's nodes."""
    _put(identity, begin, snapshot.label, snapshot.kind, snapshot.kind_source)
    ex_data[begin : begin + len(snapshot.tree)] = snapshot.tree.ex_data


def _put(
    identity: Identity, begin: int, label: Sequence[str], kind: Sequence[str],
    kind_source: Sequence[str],
) -> None:  # fmt: skip
    mine = slice(begin, begin + len(label))
    identity.label[mine] = label
    identity.kind[mine] = [KINDS[word] for word in kind]
    identity.kind_source[mine] = [SOURCES.index(word) for word in kind_source]


def _starts(begins: Ints, start: Ints) -> Ints:
    """Return when each task started: its root, else the earliest node below."""
    least = np.minimum.reduceat(np.where(start == MISSING, np.iinfo(np.int64).max, start), begins)
    least[least == np.iinfo(np.int64).max] = MISSING
    return np.where(start[begins] == MISSING, least, start[begins])


def _as_of(
    rows: Rows, begins: Ints, times: "_Times", valid: Flags, elapsed: NDArray[np.float64]
) -> Ints:
    """Return the moment each document speaks of; see `analysis.clock`."""
    start, finish = times.start, times.finish
    is_clock = (start != MISSING) & (finish == MISSING) & ~valid & (elapsed >= 0)
    ticks = np.rint(np.where(is_clock, elapsed, 0) * _SECOND_US).astype(np.int64)
    clocks = np.where(is_clock, start + ticks, MISSING)
    largest = np.maximum.reduceat(clocks, begins)
    clock = np.where(is_clock[begins], clocks[begins], largest)
    latest = np.maximum.reduceat(np.maximum(start, finish), begins)
    fetched = numbers([document.origin.fetched_at_us for document in rows.documents])
    return np.maximum(np.where(clock == MISSING, fetched, clock), latest)
