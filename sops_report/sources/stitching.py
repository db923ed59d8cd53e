"""Stitch the tasks of independent subprocesses under their nodes, where the archive holds them."""

from dataclasses import replace
from typing import Final

from sops_report.archive import Archive
from sops_report.errors import SopsReportError
from sops_report.snapshot import Note, Snapshot
from sops_report.sources import files
from sops_report.sources.grafting import graft

MOST_CHILDREN: Final = 200


def stitched(snapshot: Snapshot, archive: Archive) -> Snapshot:
    """Return *snapshot* with the trees of its child tasks joined; what is not archived is noted.

    Args:
        snapshot: A task's answer whose node details were saved (they name the child tasks).
        archive: Where the children's answers are looked for.
    """
    waiting = dict(snapshot.child_tasks)
    joined: set[str] = {snapshot.origin.task_id or ""}
    while waiting and len(joined) <= MOST_CHILDREN:
        node_id, task_id = waiting.popitem()
        position = _leaf(snapshot, node_id)
        if position is None or task_id in joined:
            continue
        joined.add(task_id)
        child = _archived(archive, snapshot, task_id)
        if child is None:
            note = Note(code="child-task-missing", position=position, values={"task": task_id})
            snapshot = replace(snapshot, notes=(*snapshot.notes, note))
            continue
        waiting.update(child.child_tasks)
        snapshot = graft(snapshot, position, child)
    return snapshot


def _leaf(snapshot: Snapshot, node_id: str) -> int | None:
    ids = list(snapshot.tree.node_id)
    if node_id not in ids:
        return None
    position = ids.index(node_id)
    return position if snapshot.tree.is_leaf(position) else None


def _archived(archive: Archive, parent: Snapshot, task_id: str) -> Snapshot | None:
    origin = parent.origin
    if origin.biz is None:
        return None
    try:
        stored = archive.find(origin.biz, task_id, site=origin.site, scope=origin.scope)
        return files.read_file(stored.path, files.Beside())
    except SopsReportError:
        return None
