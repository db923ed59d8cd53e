"""Rows of many documents → one block of columns, all documents at once.

The same values as `table.flatten` of each: the careful reader's where it read a document, else the
vectorised kernels'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING, Coded, numbers
from sops_report.fleet.identity import KINDS, Identity, identify_all
from sops_report.fleet.paths import paths_of
from sops_report.fleet.sheet import Codes, Flags, Ints, Sheet, Texts, moments_of
from sops_report.reading.identity import identify
from sops_report.snapshot import Tree
from sops_report.states import CLOSED, GROUP_OF, GROUPS, group_of

SOURCES: Final = ("flow", "name", "shape")
_SECOND_US: Final = 1_000_000


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
    path: Coded[str]
    name: Coded[str]
    label: Coded[str]
    kind: Codes
    kind_source: Codes
    state: Codes
    states: list[str]
    state_group: Codes
    start_time: Ints
    finish_time: Ints
    finish_is_valid: Flags
    elapsed_s: NDArray[np.float64]
    retry: Ints
    loop: Ints
    skip: Codes
    error_ignored: Codes
    version: Texts
    state_refresh_at: Ints
    ex_data: Coded[str]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.parent)


def block_of(sheet: Sheet) -> Block:
    """Make the columns of the node table, of at least one document."""
    begins, start, finish = sheet.begins, sheet.start, sheet.finish
    states, state = _coded_states(sheet.state)
    group = np.asarray([GROUPS.index(group_of(w)) for w in (*states, None)], dtype=np.int32)[state]
    identity = identify_all(sheet, is_success=group == GROUPS.index("success"))
    _take_from_flows(sheet, identity)
    for at, snapshot in sheet.read.items():
        _put(identity, int(begins[at]), snapshot.label, snapshot.kind, snapshot.kind_source)
    valid = _is_closed(states)[state] & (finish >= start)
    label = identity.labels()
    return Block(
        numbers=[document.number for document in sheet.documents],
        task_ids=[_task_id(sheet, at) for at in range(len(begins))],
        sizes=sheet.sizes,
        as_of_us=_as_of(sheet, valid),
        start_us=_starts(begins, start),
        parent=sheet.parent,
        node_id=sheet.node_id,
        depth=sheet.depth,
        position=np.arange(len(sheet), dtype=np.int64) - np.repeat(begins, sheet.sizes),
        n_descendants=sheet.n_descendants,
        path=paths_of(sheet.parent, sheet.depth, label),
        name=sheet.name,
        label=label,
        kind=identity.kind,
        kind_source=identity.kind_source,
        state=state,
        states=states,
        state_group=group,
        start_time=start,
        finish_time=finish,
        finish_is_valid=valid,
        elapsed_s=sheet.elapsed_s,
        retry=sheet.retry,
        loop=sheet.loop,
        skip=_below_roots(sheet.skip, begins),
        error_ignored=_below_roots(sheet.error_ignored, begins),
        version=sheet.version,
        state_refresh_at=sheet.refresh,
        ex_data=_failure_texts(sheet, group),
    )


def _task_id(sheet: Sheet, at: int) -> str | None:
    return sheet.read[at].origin.task_id if at in sheet.read else sheet.documents[at].task_id


def _coded_states(found: Coded[str]) -> tuple[list[str], Codes]:
    """Return the state words, the known ones first, and the place of each node's; -1 for none."""
    others = sorted(set(found.words) - GROUP_OF.keys())
    states = [*GROUP_OF, *others]
    place = {word: at for at, word in enumerate(states)}
    codes: Codes = np.asarray([*(place[word] for word in found.words), -1], np.int32)[found.codes]
    return states, codes


def _is_closed(states: Sequence[str]) -> Flags:
    return np.asarray([word in CLOSED for word in (*states, None)])


def _below_roots(codes: Codes, begins: Ints) -> Codes:
    """Return flags without those of the roots: there they are noise."""
    codes[begins] = -1
    return codes


def _failure_texts(sheet: Sheet, group: Codes) -> Coded[str]:
    """Put the failure texts on the nodes they name; of twins, on the failed leaf."""
    column: dict[int, str | None] = {}
    failed = GROUPS.index("failed")
    for at, texts in sheet.texts.items():
        begin = int(sheet.begins[at])
        bearers: dict[str, list[int]] = {}
        ids = sheet.node_id[begin : begin + int(sheet.sizes[at])]
        for row, node_id in enumerate(ids, begin):
            if node_id in texts and node_id is not None:
                bearers.setdefault(node_id, []).append(row)
        for node_id, places in bearers.items():
            leaves = [r for r in places if group[r] == failed and not sheet.n_descendants[r]]
            for row in leaves or places:
                column[row] = texts[node_id]
    for at, snapshot in sheet.read.items():
        begin = int(sheet.begins[at])
        column.update(enumerate(snapshot.tree.ex_data, begin))
    words = list(dict.fromkeys(text for text in column.values() if text is not None))
    place: dict[str | None, int] = {None: -1} | {word: at for at, word in enumerate(words)}
    codes = np.full(len(sheet), -1, np.int32)
    codes[list(column)] = [place[text] for text in column.values()]
    return Coded(codes, words)


def _take_from_flows(sheet: Sheet, identity: Identity) -> None:
    """Let the careful rules say what nodes are where a flow lies beside the answer."""
    for at, document in enumerate(sheet.documents):
        if document.flow is None or at in sheet.read:
            continue
        begin = int(sheet.begins[at])
        mine = slice(begin, begin + int(sheet.sizes[at]))
        ids = {node_id for node_id in sheet.node_id[mine][1:] if node_id}
        if ids and not ids & document.flow.nodes.keys():
            continue  # of another task
        made = identify(_tree(sheet, mine), document.flow)
        _put(identity, begin, made.label, made.kind, made.kind_source)


def _tree(sheet: Sheet, mine: slice) -> Tree:
    """Return what tells kinds and labels of one document's nodes."""
    nothing: Sequence[None] = [None] * (mine.stop - mine.start)
    parent = np.maximum(sheet.parent[mine] - mine.start, -1)
    return Tree(
        node_id=sheet.node_id[mine], parent=parent.tolist(), depth=sheet.depth[mine].tolist(),
        n_descendants=sheet.n_descendants[mine].tolist(), name=sheet.name[mine],
        state=sheet.state[mine], start_us=moments_of(sheet.start[mine]),
        finish_us=moments_of(sheet.finish[mine]), elapsed_s=nothing, retry=nothing, loop=nothing,
        skip=nothing, error_ignored=nothing, version=nothing, refresh_us=nothing, ex_data=nothing,
    )  # fmt: skip


def _put(
    identity: Identity, begin: int, label: Sequence[str], kind: Sequence[str],
    kind_source: Sequence[str],
) -> None:  # fmt: skip
    mine = slice(begin, begin + len(label))
    identity.label[mine] = [identity.code(word) for word in label]
    identity.kind[mine] = [KINDS[word] for word in kind]
    identity.kind_source[mine] = [SOURCES.index(word) for word in kind_source]


def _starts(begins: Ints, start: Ints) -> Ints:
    """Return when each task started: its root, else the earliest node below."""
    least = np.minimum.reduceat(np.where(start == MISSING, np.iinfo(np.int64).max, start), begins)
    least[least == np.iinfo(np.int64).max] = MISSING
    return np.where(start[begins] == MISSING, least, start[begins])


def _as_of(sheet: Sheet, valid: Flags) -> Ints:
    """Return the moment each document speaks of; see `analysis.clock`."""
    start, finish, begins, elapsed = sheet.start, sheet.finish, sheet.begins, sheet.elapsed_s
    is_clock = (start != MISSING) & (finish == MISSING) & ~valid & (elapsed >= 0)
    ticks = np.rint(np.where(is_clock, elapsed, 0) * _SECOND_US).astype(np.int64)
    clocks = np.where(is_clock, start + ticks, MISSING)
    largest = np.maximum.reduceat(clocks, begins)
    clock = np.where(is_clock[begins], clocks[begins], largest)
    latest = np.maximum.reduceat(np.maximum(start, finish), begins)
    fetched = numbers([document.fetched_at_us for document in sheet.documents])
    return np.maximum(np.where(clock == MISSING, fetched, clock), latest)
