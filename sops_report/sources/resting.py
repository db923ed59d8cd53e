"""Whether a task that is archived may be left alone: a fetch of it would bring nothing new.

Its own tree is not all of it: its child tasks are fetched with it, though no list shows them and
its own tree stays the same while they are retried; and something may be missing beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sops_report.api.client import SopsClient
from sops_report.api.envelope import outline
from sops_report.archive.archive import Archive
from sops_report.archive.shelf import names_in, read_files
from sops_report.config import Site
from sops_report.errors import InputError
from sops_report.reading.children import read_child_tasks
from sops_report.sources.errand import HISTORIES, Extras, decoded
from sops_report.sources.refusals import FAILED, REFUSALS, read_refusals, refusals_in
from sops_report.sources.stitching import MOST_CHILDREN
from sops_report.sources.unchanged import unchanged
from sops_report.states import group_of

_FORGOTTEN: Final = "EXPIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the archive holds of a task: the newest answer, its state word, and where it lies."""

    state: str
    answer: bytes
    folder: Path

    @property
    def is_final(self) -> bool:
        """Nothing may follow."""
        return self.state in {"FINISHED", "REVOKED", _FORGOTTEN}

    @property
    def is_forgotten(self) -> bool:
        """The site itself had nothing more to tell."""
        return self.state == _FORGOTTEN


def kept(archive: Archive, site: Site, task_id: str) -> Kept | None:
    """Return what the archive holds of a task; None where that cannot be read."""
    try:
        stored = archive.snapshots(site.biz or "", task_id, site=site.host, scope=site.scope)
        answer = stored[-1].read() if stored else b""
    except InputError:
        return None
    data = (outline(answer) or {}).get("data")
    state = data.get("state") if isinstance(data, dict) else None
    if not isinstance(state, str):
        return None
    return Kept(state=state, answer=answer, folder=stored[-1].path.parent)


def at_rest(
    client: SopsClient, archive: Archive, site: Site, tasks: Mapping[str, Kept], extras: Extras
) -> set[str]:
    """Return the ids of those *tasks* of which a fetch would bring nothing new.

    Args:
        client: Who asks.
        archive: Where child tasks are.
        site: Whose tasks.
        tasks: The candidates by id.
        extras: What would be asked for beside the status.
    """
    alone: dict[str, bytes] = {}
    found: set[str] = set()
    for task_id, task in tasks.items():
        family = _family(archive, site, {task_id: task}, extras)
        if family is None:
            continue
        if len(family) == 1:
            alone |= family
        elif unchanged(client, family) == family.keys():
            found.add(task_id)
    return found | unchanged(client, alone)


def _family(
    archive: Archive, site: Site, task: Mapping[str, Kept], extras: Extras
) -> dict[str, bytes] | None:
    """Return the answers of a task and its child tasks that may go on; None if one lacks something.

    Args:
        archive: Where child tasks are.
        site: Whose tasks.
        task: The one to begin with, by its id.
        extras: What would be asked for beside the status.
    """
    found: dict[str, bytes] = {}
    waiting: dict[str, Kept | None] = dict(task)
    while waiting:
        task_id, known = waiting.popitem()
        if known is None or lacks(known, extras) or len(found) > MOST_CHILDREN:
            return None
        if not known.is_final:
            if _may_be_had_now(known):
                return None
            found[task_id] = known.answer
            children = _children(known.folder) if extras.histories else ()
            waiting |= {one: kept(archive, site, one) for one in children if one not in found}
    return found


def _children(folder: Path) -> Iterator[str]:
    held = read_files(folder, [HISTORIES]).get(HISTORIES)
    yield from read_child_tasks(None if held is None else decoded(held)).values()


def lacks(task: Kept, extras: Extras) -> bool:
    """Tell whether something that is wanted was never asked for: nor is it there, nor refused."""
    names, refused = names_in(task.folder), _refused(task.folder)
    wanted = (
        (extras.detail, "pipeline_tree.json", "get_task_detail"),
        (extras.operations, "operate_records.json", "get_task_operate_record"),
        (extras.logs and group_of(task.state) == "failed", "node_logs.json", "get_task_node_log"),
    )
    return any(
        is_wanted and name not in names and call not in refused for is_wanted, name, call in wanted
    )


def _may_be_had_now(task: Kept) -> bool:
    """Tell whether a call failed at the last fetch; what was denied is still denied."""
    return FAILED in _refused(task.folder).values()


def _refused(folder: Path) -> dict[object, str]:
    """Return calls that were refused at the last fetch, and whether they failed or were denied."""
    held = read_files(folder, [REFUSALS]).get(REFUSALS)
    return {note.values["call"]: note.code for note in refusals_in(read_refusals(held))}
