"""Join the tree of an independent subprocess' task under the node that started it.

Such a subprocess runs as a task of its own; in the parent's answer it is one long leaf. Where its
answer is at hand, its root becomes the child of that leaf: the seam stays visible, because the row
of the child task names its task id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Final, TypeVar

from sops_report.snapshot import Flow, Note, Operation, Snapshot, Tree
from sops_report.sources.refusals import not_said

T = TypeVar("T")
_STRUCTURE: Final = frozenset({"parent", "depth", "n_descendants"})


def graft(snapshot: Snapshot, position: int, child: Snapshot) -> Snapshot:
    """Return *snapshot* with the tree of *child* below the leaf at *position*.

    Args:
        snapshot: The parent task's answer.
        position: The leaf that started the child task.
        child: The child task's answer.
    """
    at = position + 1
    size = len(child.tree)
    return replace(
        snapshot,
        tree=_grafted(snapshot.tree, position, child.tree),
        label=_joined(snapshot.label, at, child.label),
        named=_joined(snapshot.named, at, child.named),
        kind=_joined(snapshot.kind, at, ["subprocess", *child.kind[1:]]),
        kind_source=_joined(snapshot.kind_source, at, child.kind_source),
        flow=_joined_flow(snapshot.flow, child.flow),
        attempts={**(snapshot.attempts or {}), **(child.attempts or {})} or snapshot.attempts,
        auto_retry_ids=snapshot.auto_retry_ids | child.auto_retry_ids,
        operations=_operations(snapshot, child),
        evidence={**snapshot.evidence, **child.evidence},
        seams={**_moved_seams(snapshot.seams, at, size), at: child.origin.task_id or "–"},
        notes=(*(_moved(note, at, size) for note in snapshot.notes), *_taken(snapshot, child, at)),
    )


def _operations(parent: Snapshot, child: Snapshot) -> tuple[Operation, ...] | None:
    """Return both tasks' operations by time; what was done to the child task is its root's.

    Without the parent's own record nothing is told: the child's alone would look like all of it.
    """
    if parent.operations is None:
        return None
    together = (*parent.operations, *_of_child(child))
    return tuple(sorted(together, key=lambda operation: operation.at_us))


def _of_child(child: Snapshot) -> tuple[Operation, ...]:
    root = child.tree.node_id[0] or ""
    return tuple(
        replace(operation, node_id=operation.node_id or root)
        for operation in child.operations or ()
    )


def _grafted(tree: Tree, position: int, child: Tree) -> Tree:
    at, size, deeper = position + 1, len(child), tree.depth[position] + 1
    parent = [above if above < at else above + size for above in tree.parent]
    counts = list(tree.n_descendants)
    ancestor = position
    while ancestor >= 0:
        counts[ancestor] += size
        ancestor = tree.parent[ancestor]
    below = [position, *(above + at for above in child.parent[1:])]
    columns = {
        field.name: _joined(getattr(tree, field.name), at, getattr(child, field.name))
        for field in fields(Tree)
        if field.name not in _STRUCTURE
    }
    return Tree(
        parent=_joined(parent, at, below),
        depth=_joined(tree.depth, at, [depth + deeper for depth in child.depth]),
        n_descendants=_joined(counts, at, child.n_descendants),
        **columns,
    )


def _joined(column: Sequence[T], at: int, inserted: Sequence[T]) -> list[T]:
    return [*column[:at], *inserted, *column[at:]]


def _joined_flow(flow: Flow | None, other: Flow | None) -> Flow | None:
    if flow is None or other is None:
        return flow
    return Flow(
        nodes={**flow.nodes, **other.nodes},
        back_edges=flow.back_edges | other.back_edges,
        rank={**flow.rank, **other.rank},
    )


def _moved_seams(seams: Mapping[int, str], at: int, size: int) -> dict[int, str]:
    return {where if where < at else where + size: task for where, task in seams.items()}


def _moved(note: Note, at: int, size: int) -> Note:
    if note.position is None or note.position < at:
        return note
    return replace(note, position=note.position + size)


def _taken(parent: Snapshot, child: Snapshot, at: int) -> list[Note]:
    """Return the child's notes at their new places; what is denied to both is said once."""
    return [
        replace(note, position=at if note.position is None else note.position + at)
        for note in not_said(child.notes, parent.notes)
    ]
