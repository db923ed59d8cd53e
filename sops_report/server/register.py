"""The tasks of an archive as the lists tell them: each is read once, until its folder changes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sops_report.api.envelope import outline
from sops_report.archive.archive import Archive
from sops_report.archive.layout import Stored, TaskFolder, snapshots_in
from sops_report.archive.shelf import read_bytes
from sops_report.errors import InputError
from sops_report.reading.times import TimeReader
from sops_report.server.replay import Replay, shown_at

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# A folder that has just changed may change again without its time telling so.
_SETTLED_NS: Final = 2_000_000_000

Item = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One task.

    Attributes:
        folder: Where it lies.
        status: The root of its answer, without the children.
        item: What the list of tasks tells of it.
    """

    folder: TaskFolder
    status: Mapping[str, object]
    item: Item


@dataclass(slots=True, kw_only=True)
class Register:
    """All tasks of an archive; may be used by many threads at once.

    Attributes:
        archive: Where they lie.
        replay: The clock of tasks that move; None shows the newest snapshot.
    """

    archive: Archive
    replay: Replay | None = None
    _known: dict[Path, tuple[int, Entry]] = field(default_factory=dict)

    def entries(self, scope: str, biz: str) -> list[Entry]:
        """Return the tasks of a business, the newest first."""
        folders = {
            task.task_id: task for task in self.archive.tasks(biz)
            if task.scope == scope and task.task_id.isdigit()
        }  # fmt: skip
        newest_first = sorted(folders.values(), key=lambda task: -int(task.task_id))
        return [entry for task in newest_first if (entry := self.entry(task)) is not None]

    def named(self, scope: str, biz: str, task_ids: set[str]) -> list[Entry]:
        """Return some tasks of a business, the newest first; unknown ones are left out."""
        folders = {
            task.task_id: task
            for task_id in task_ids
            for task in self.archive.tasks(biz, task_id)
            if task.scope == scope and task_id.isdigit()
        }
        newest_first = sorted(folders.values(), key=lambda task: -int(task.task_id))
        return [entry for task in newest_first if (entry := self.entry(task)) is not None]

    def entry(self, task: TaskFolder) -> Entry | None:
        """Return what is told of a task; None if it has no snapshot."""
        if self.replay is not None:
            return self._read(task)
        changed_ns = task.path.stat().st_mtime_ns
        known = self._known.get(task.path)
        if known is not None and known[0] == changed_ns:
            return known[1]
        entry = self._read(task)
        if entry is not None and time.time_ns() - changed_ns > _SETTLED_NS:
            self._known[task.path] = (changed_ns, entry)
        return entry

    def _read(self, task: TaskFolder) -> Entry | None:
        status = dict(self.status(task.path))
        if not status:
            return None
        status.pop("children", None)
        return Entry(folder=task, status=status, item=_item(task, status))

    def status(self, folder: Path) -> Mapping[str, object]:
        """Return the ``data`` of the answer that a task gives now; nothing if it has none."""
        series = series_in(folder)
        if not series:
            return {}
        replay = self.replay
        shown = series[-1] if replay is None else shown_at(series, replay.moment_us(series))
        return _data(shown.path)


def series_in(folder: Path) -> tuple[Stored, ...]:
    """Return a task's snapshots, oldest first; none if its pack is damaged."""
    try:
        return snapshots_in(folder)
    except InputError:
        return ()


def _item(task: TaskFolder, status: Mapping[str, object]) -> Item:
    detail = _data(task.path / "pipeline_tree.json")
    state = status.get("state")
    return {
        "id": int(task.task_id),
        "name": status.get("name") or detail.get("name") or "",
        "creator": detail.get("creator") or "",
        "executor": detail.get("executor") or "",
        "template_id": str(detail.get("template_id") or ""),
        "start_time": _iso(status.get("start_time")),
        "finish_time": _iso(status.get("finish_time")),
        "is_started": state not in {"CREATED", "EXPIRED"},
        "is_finished": state == "FINISHED",
    }


def _iso(value: object) -> str | None:
    us = TimeReader().read(value).us
    return None if us is None else f"{_EPOCH + timedelta(microseconds=us):%Y-%m-%dT%H:%M:%S.%fZ}"


def _data(path: Path) -> Mapping[str, object]:
    """Return the ``data`` of a saved answer; nothing where there is none."""
    try:
        body = read_bytes(path)
    except InputError:
        return {}
    envelope = outline(body) or {}
    data = envelope.get("data", envelope)
    return data if isinstance(data, dict) else {}
