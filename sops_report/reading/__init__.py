"""Bytes → `Snapshot`: the careful way from whatever was saved to columns and notes.

The rooms behind this door: `decode` (bytes to JSON), `answers` (find the trees), `layout` (nodes
in document order), `facts` (of the answer as a whole), `tree` and `fields` (columns), `identity`
(kinds and labels), `flow`, `histories`, `texts` and `times`; for long plain answers `gather` and
`fast`, which read the same more quickly or step aside.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, cast

from sops_report.collector import collector_at_rest
from sops_report.columns import Coded, Texts
from sops_report.errors import InputError
from sops_report.reading.answers import Found, find_trees
from sops_report.reading.children import read_child_tasks
from sops_report.reading.decode import decode, decode_lines, unpack
from sops_report.reading.evidence import read_evidence
from sops_report.reading.facts import auto_retry_ids, engine_of, first_offset
from sops_report.reading.flow import read_flow
from sops_report.reading.histories import Attempts, read_histories
from sops_report.reading.identity import Identity, identify, is_class_name
from sops_report.reading.layout import lay_out
from sops_report.reading.operations import read_operations
from sops_report.reading.read import Reading, SteppedAsideError
from sops_report.reading.times import TimeReader
from sops_report.reading.tree import failure_texts, read_tree
from sops_report.snapshot import Evidence, Flow, Note, Operation, Origin, Snapshot, Tree
from sops_report.states import group_of

__all__ = ["read_bytes", "read_snapshots"]

Json = dict[str, object]
Remark = Callable[[Note], None]

# Importing msgspec takes as long as reading some hundred nodes carefully.
_WORTH_AN_IMPORT: Final = 200_000
_MANY_NODES: Final = 300
_WORTH_NUMPY: Final = 2_000_000  # a longer import; where it is done already, it costs nothing


@dataclass(frozen=True, slots=True)
class Beside:
    """Decoded companions of an answer, all of them optional."""

    flow: object = None
    histories: object = None
    operations: object = None
    logs: object = None


def read_bytes(
    data: bytes,
    origin: Origin | None = None,
    *,
    flow: bytes | None = None,
    histories: bytes | None = None,
) -> Snapshot:
    """Read one saved answer.

    Args:
        data: The answer's bytes: envelope, bare ``data`` or list; UTF-8/16/32; gzip.
        origin: Where the bytes came from.
        flow: A ``get_task_detail`` answer (or ``pipeline_tree``) of the same task.
        histories: Saved ``get_task_node_detail`` answers of the same task.

    Returns:
        The snapshot; of a list the newest, the rest in its ``earlier``.

    Raises:
        InputError: No status answer is in the bytes.
    """
    where = origin or Origin(source="–")
    found = read_snapshots(data, where, flow=flow, histories=histories)
    ids = {snapshot.origin.task_id or snapshot.tree.node_id[0] for snapshot in found}
    if len(ids) > 1:
        names = ", ".join(sorted(str(name) for name in ids)[:10])
        raise InputError("several-tasks", source=where.source, count=len(ids), ids=names)
    return with_earlier(found)


def with_earlier(snapshots: Sequence[Snapshot]) -> Snapshot:
    """Return the newest of one task's snapshots with the others as its history."""
    if len(snapshots) == 1:
        return snapshots[0]
    ordered = sorted(snapshots, key=_newness)
    return replace(ordered[-1], earlier=tuple(ordered[:-1]))


def read_snapshots(  # noqa: PLR0913 - the companions
    data: bytes,
    origin: Origin,
    *,
    flow: bytes | None = None,
    histories: bytes | None = None,
    operations: bytes | None = None,
    logs: bytes | None = None,
    lines: bool = False,
) -> list[Snapshot]:
    """Read every answer in *data* (one, or a list), in the order of the document.

    Args:
        data: As for `read_bytes`.
        origin: Where the bytes came from.
        flow: As for `read_bytes`.
        histories: As for `read_bytes`.
        operations: A ``get_task_operate_record`` answer of the same task.
        logs: Saved ``get_task_node_log`` answers of the same task.
        lines: The data is JSON Lines: one document a line.

    Raises:
        InputError: No status answer is in the bytes.
    """
    with collector_at_rest():
        plain = unpack(data, origin.source)
        notes: list[Note] = []
        quick = None if lines else _read_fast(plain, origin.source, notes.append)
        trees = [] if quick else _find_carefully(plain, origin.source, notes, lines=lines)
        beside = Beside(
            _decode_beside(flow, "flow-unreadable", notes),
            _decode_beside(histories, "histories-unreadable", notes),
            _decode_beside(operations, "operations-unreadable", notes),
            _decode_beside(logs, "logs-unreadable", notes),
        )
        if quick:
            return [_snapshot(quick, origin, beside, notes)]
        return [_snapshot(_read_carefully(found), origin, beside, notes) for found in trees]


def _find_carefully(data: bytes, source: str, notes: list[Note], *, lines: bool) -> list[Found]:
    reader = decode_lines if lines else decode
    return find_trees(reader(data, source, notes.append), source, notes.append)


def _read_fast(data: bytes, source: str, remark: Remark) -> Reading | None:
    """Read a plain answer by a fast reader; None where the careful one has to."""
    if len(data) < _WORTH_AN_IMPORT:
        return None
    if len(data) >= _WORTH_NUMPY or "numpy" in sys.modules:
        from sops_report.reading.gather import read_gathered  # noqa: PLC0415 - start-up

        with suppress(SteppedAsideError):
            return read_gathered(data, source, remark, at_least=_MANY_NODES)
    from sops_report.reading.fast import read_fast  # noqa: PLC0415 - start-up

    with suppress(SteppedAsideError):
        return read_fast(data, source, remark)
    return None


def _read_carefully(found: Found) -> Reading:
    notes: list[Note] = []
    laid = lay_out(found.root, notes.append)
    offset = first_offset(laid.nodes)
    times = TimeReader(assume_minutes=offset or 0)
    tree = read_tree(laid, times, notes.append)
    return Reading(
        found=found,
        tree=tree,
        times=times,
        offset_minutes=offset,
        engine=engine_of(laid.nodes),
        notes=tuple(notes),
    )


def _decode_beside(data: bytes | None, code: str, notes: list[Note]) -> object:
    """Decode a companion file; a bad one costs its own facts, never the report."""
    if data is None:
        return None
    try:
        return decode(unpack(data, "–"), "–", notes.append)
    except InputError as refusal:
        notes.append(Note(code=code, values={"reason": str(refusal)}))
        return None


def _snapshot(read: Reading, origin: Origin, beside: Beside, shared: list[Note]) -> Snapshot:
    notes = [*shared, *read.notes]
    found, tree = read.found, read.tree
    flow = _matching_flow(beside.flow, tree, notes)
    identity = _identify(tree, flow)
    texts, task_text = failure_texts(found.root, notes.append)
    tree = _with_texts(tree, texts, notes)
    if not (read.ids_differ and _is_first_alone(tree.node_id)):
        _note_duplicates(tree, notes)
    name = found.name or tree.name[0]
    return Snapshot(
        tree=tree,
        label=_with_task_label(identity.label, name),
        named=identity.named,
        kind=identity.kind,
        kind_source=identity.kind_source,
        engine=read.engine,
        task_name=name if name and name.strip() and not is_class_name(name) else None,
        offset_minutes=read.offset_minutes,
        origin=replace(origin, task_id=origin.task_id or found.task_id),
        flow=flow,
        attempts=_attempts(beside.histories, read.times, notes),
        child_tasks=read_child_tasks(beside.histories),
        operations=_operations(beside.operations, read.times, notes),
        evidence=_evidence(beside, notes),
        auto_retry_ids=auto_retry_ids(found.root),
        task_text=task_text,
        notes=tuple(notes),
    )


def _identify(tree: Tree, flow: Flow | None) -> Identity:
    if not isinstance(tree.name, Coded):
        return identify(tree, flow)
    from sops_report.reading.identity_columns import identify_columns  # noqa: PLC0415 - start-up

    return identify_columns(tree, flow)


def _with_task_label(labels: Sequence[str], name: str | None) -> Sequence[str]:
    if not name or not name.strip() or is_class_name(name):
        return labels
    if isinstance(labels, Coded):
        codes, words = labels.codes.copy(), labels.words
        codes[0] = words.index(name) if name in words else len(words)
        return cast("Sequence[str]", Coded(codes, words if name in words else (*words, name)))
    return [name, *labels[1:]]


def _newness(snapshot: Snapshot) -> tuple[int, int]:
    """Order snapshots by evidence: the latest time in the tree, then how much was reached."""
    tree = snapshot.tree
    times = [us for column in (tree.start_us, tree.finish_us) for us in column if us is not None]
    fetched = snapshot.origin.fetched_at_us or 0
    elapsed = tree.elapsed_s[0] or 0
    start = tree.start_us[0] or 0
    return max([fetched, start + int(elapsed * 1_000_000), *times], default=0), len(tree)


def _attempts(document: object, times: TimeReader, notes: list[Note]) -> Attempts | None:
    found = read_histories(document, times)
    if document is not None and found is None:
        notes.append(Note(code="no-histories-inside"))
    return found


def _operations(
    document: object, times: TimeReader, notes: list[Note]
) -> tuple[Operation, ...] | None:
    found = read_operations(document, times)
    if document is not None and found is None:
        notes.append(Note(code="no-operations-inside"))
    return found


def _evidence(beside: Beside, notes: list[Note]) -> dict[str, Evidence]:
    found = read_evidence(beside.logs, beside.histories)
    if beside.logs is not None and found is None:
        notes.append(Note(code="no-logs-inside"))
    return found or {}


def _matching_flow(document: object, tree: Tree, notes: list[Note]) -> Flow | None:
    """Return the flow if it is this task's: its ids must be the answer's ids."""
    if document is None:
        return None
    flow = read_flow(document)
    if flow is None:
        notes.append(Note(code="no-flow-inside"))
        return None
    ids = {node_id for node_id in tree.node_id[1:] if node_id}
    if ids and not ids & flow.nodes.keys():
        notes.append(Note(code="flow-of-another-task"))
        return None
    return flow


def _with_texts(tree: Tree, texts: dict[str, str | None], notes: list[Note]) -> Tree:
    """Put the failure texts on the nodes they name; of twins, on the failed leaf."""
    if not texts:
        return tree
    borne: dict[int, str | None] = {}
    bearers = _bearers(tree, texts)
    for node_id, text in texts.items():
        positions = bearers.get(node_id, [])
        failed = [position for position in positions if _is_failed_leaf(tree, position)]
        borne.update(dict.fromkeys(failed or positions, text))
        if not failed:
            code = "ex-data-elsewhere" if positions else "ex-data-unknown-node"
            notes.append(Note(code=code, values={"id": node_id[:64], "value": (text or "–")[:200]}))
    return replace(tree, ex_data=_with_values(tree.ex_data, borne))


def _bearers(tree: Tree, texts: Mapping[str, str | None]) -> dict[str, list[int]]:
    """Return the positions of the nodes that the texts name."""
    rows: Iterable[tuple[int, str | None]] = enumerate(tree.node_id)
    if isinstance(tree.node_id, Texts):
        from sops_report.reading.fingerprints import rows_of  # noqa: PLC0415 - start-up

        wanted = [key.encode("utf-8", "surrogatepass") for key in texts]
        rows = [(row, tree.node_id[row]) for row in rows_of(tree.node_id.array, wanted)]
    bearers: dict[str, list[int]] = {}
    for position, node_id in rows:
        if node_id is not None and node_id in texts:
            bearers.setdefault(node_id, []).append(position)
    return bearers


def _with_values(
    column: Sequence[str | None], values: Mapping[int, str | None]
) -> Sequence[str | None]:
    """Return a column of None with some values in it."""
    if not isinstance(column, Coded):
        return [values.get(position) for position in range(len(column))]
    words: dict[str, int] = {}
    codes = column.codes.copy()
    for position, text in values.items():
        codes[position] = -1 if text is None else words.setdefault(text, len(words))
    return Coded(codes, [*words])


def _is_failed_leaf(tree: Tree, position: int) -> bool:
    return tree.is_leaf(position) and group_of(tree.state[position]) == "failed"


def _note_duplicates(tree: Tree, notes: list[Note]) -> None:
    if not _may_have_twins(tree.node_id):
        return
    seen: set[str] = set()
    for position, node_id in enumerate(tree.node_id):
        if node_id is not None and node_id in seen:
            notes.append(Note(code="id-twice", position=position, values={"id": node_id[:64]}))
        elif node_id is not None:
            seen.add(node_id)


def _is_first_alone(ids: Sequence[str | None]) -> bool:
    """Tell whether no other node has the root's id."""
    return isinstance(ids, Texts) and not (ids.array[1:] == ids.array[0]).any()


def _may_have_twins(ids: Sequence[str | None]) -> bool:
    if not isinstance(ids, Texts):
        return len(set(ids)) < len(ids)
    from sops_report.reading.fingerprints import may_repeat  # noqa: PLC0415 - start-up

    return may_repeat(ids.array)
