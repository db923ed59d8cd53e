"""Answers about many tasks: their list, and the states of some of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sops_report.api.envelope import outline
from sops_report.archive import Archive, TaskFolder
from sops_report.archive.layout import snapshots_in
from sops_report.reading.times import TimeReader
from sops_report.server.questions import Question
from sops_report.server.replay import Replay, shown_at
from sops_report.server.responses import Response, as_json, refusal_of_site

_MOST_IDS: Final = 50
_LONGEST_PAGE: Final = 200
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Item = dict[str, object]


def reply_about_tasks(question: Question, archive: Archive, replay: Replay | None) -> Response:
    """Return the answer to ``get_tasks_status`` or ``get_task_list``, as a site orders and cuts."""
    scope = question.parameters.get("scope", "cmdb_biz")
    folders = {
        task.task_id: task for task in archive.tasks()
        if (task.scope, task.biz) == (scope, question.biz) and snapshots_in(task.path)
    }  # fmt: skip
    newest_first = sorted(folders.values(), key=lambda task: -int(task.task_id))
    if question.api == "get_tasks_status":
        return _states(question, newest_first, replay)
    return _page(question, newest_first, replay)


def _states(question: Question, tasks: list[TaskFolder], replay: Replay | None) -> Response:
    asked = [one for one in question.parameters.get("task_id_list", "").split(",") if one]
    if not 0 < len(asked) <= _MOST_IDS:
        return refusal_of_site(3540000, "task_id_list: 1 to 50 ids")
    with_children = question.parameters.get("include_children_status", "").lower() == "true"
    items = []
    for task in tasks:
        if task.task_id in asked:
            status = dict(_status(task.path, replay))
            if not with_children:
                status.pop("children", None)
            items.append({"id": int(task.task_id), "name": status.get("name"), "status": status})
    return Response(body=as_json(result=True, code=0, message="", data=items))


def _page(question: Question, tasks: list[TaskFolder], replay: Replay | None) -> Response:
    wishes = question.parameters
    items = [item for task in tasks for item in [_item(task, replay)] if _fits(item, wishes)]
    limit = min(_number(wishes, "limit", 100), _LONGEST_PAGE)
    offset = _number(wishes, "offset", 0)
    page = items[offset : offset + limit]
    return Response(body=as_json(result=True, code=0, message="", data=page, count=len(items)))


def _number(wishes: Mapping[str, str], name: str, otherwise: int) -> int:
    text = wishes.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else otherwise


def _fits(item: Item, wishes: Mapping[str, str]) -> bool:
    """Apply the filters that every age of the site knows; newer ones are ignored, as there."""
    if wishes.get("keyword", "") not in str(item["name"]):
        return False
    return wishes.get("executor", item["executor"]) == item["executor"]


def _item(task: TaskFolder, replay: Replay | None) -> Item:
    status = _status(task.path, replay)
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


def _status(folder: Path, replay: Replay | None) -> Mapping[str, object]:
    series = snapshots_in(folder)
    shown = series[-1] if replay is None else shown_at(series, replay.moment_us(series))
    return _data(shown.path)


def _data(path: Path) -> Mapping[str, object]:
    """Return the ``data`` of a saved answer; nothing where there is none."""
    try:
        body = path.read_bytes()
    except OSError:
        return {}
    envelope = outline(body) or {}
    data = envelope.get("data", envelope)
    return data if isinstance(data, dict) else {}
