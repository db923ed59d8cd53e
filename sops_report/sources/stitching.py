"""Stitch the tasks of independent subprocesses under their nodes, where their answers are found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from sops_report.snapshot import Note, Snapshot
from sops_report.sources.grafting import graft

MOST_CHILDREN: Final = 200

Find = Callable[[str], Snapshot | None]


def stitched(snapshot: Snapshot, find: Find) -> Snapshot:
    """Return *snapshot* with the trees of its child tasks joined; what is not found is noted.

    Args:
        snapshot: A task's answer whose node details were saved (they name the child tasks).
        find: Returns the newest answer of a task by its id; None if there is none.

    Returns:
        The same snapshot where it names no child task; else what it was joined from is kept.
    """
    waiting = dict(snapshot.child_tasks)
    parts: tuple[Snapshot, ...] = (snapshot,) if waiting else ()
    joined: set[str] = {snapshot.origin.task_id or ""}
    while waiting and len(joined) <= MOST_CHILDREN:
        node_id, task_id = waiting.popitem()
        position = _leaf(snapshot, node_id)
        if position is None or task_id in joined:
            continue
        joined.add(task_id)
        child = find(task_id)
        if child is None:
            note = Note(code="child-task-missing", position=position, values={"task": task_id})
            snapshot = replace(snapshot, notes=(*snapshot.notes, note))
            continue
        waiting.update(child.child_tasks)
        # the parent knows the task's id, even where nothing beside the child's answer tells it
        child = replace(child, origin=replace(child.origin, task_id=task_id), earlier=())
        parts += (child,)
        snapshot = graft(snapshot, position, child)
    return replace(snapshot, parts=parts) if parts else snapshot


def _leaf(snapshot: Snapshot, node_id: str) -> int | None:
    ids = list(snapshot.tree.node_id)
    if node_id not in ids:
        return None
    position = ids.index(node_id)
    return position if snapshot.tree.is_leaf(position) else None
