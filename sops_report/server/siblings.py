"""Who did what, and the logs of nodes, as a site tells them: from the companions of an answer."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sops_report.archive.archive import Archive
from sops_report.archive.layout import snapshots_in
from sops_report.reading.times import TimeReader
from sops_report.server.questions import Question
from sops_report.server.replay import Replay
from sops_report.server.responses import Response, as_json, refusal_of_site
from sops_report.sources.files import Beside

_PAGE_SIZE: Final = 30

Json = Mapping[str, Any]


def reply_about_operations(question: Question, archive: Archive, replay: Replay | None) -> Response:
    """Return the record of operations; as at a real site it is found by the project's id only."""
    for task in archive.tasks(task_id=question.task_id):
        beside = Beside().completed(task.path)
        is_project = task.scope == "project" and task.biz == question.biz
        if beside.operations and (is_project or _project_of(beside) == question.biz):
            record = _object(beside.operations)
            if replay is None or not snapshots_in(task.path):
                return Response(body=beside.operations)
            moment_us = replay.moment_us(snapshots_in(task.path))
            return Response(body=_as_bytes({**record, "data": _until(record, moment_us)}))
    return Response(body=as_json(result=True, code=0, message="", data=[]))


def reply_about_log(question: Question, folder: Path) -> Response:
    """Return one page of the log of one attempt; a page is so many lines here."""
    node_id, version = (question.parameters.get(name, "") for name in ("node_id", "version"))
    text = _log_of(Beside().completed(folder), node_id, version)
    if text is None:
        return refusal_of_site(3599999, f"no log of node({node_id}) version({version})")
    page, size = (_number(question, name) for name in ("page", "page_size"))
    page, size = page or 1, size or _PAGE_SIZE
    lines = text.splitlines(keepends=True)
    shown = "".join(lines[(page - 1) * size : page * size])
    about = {"page": page, "page_size": size, "total": len(lines)}
    return Response(body=as_json(result=True, message="success", data=shown, page=about))


def _log_of(beside: Beside, node_id: str, version: str) -> str | None:
    entries = _object(beside.logs or b"{}").get(node_id)
    for entry in entries if isinstance(entries, list) else ():
        query, response = (
            (entry.get("query"), entry.get("response")) if isinstance(entry, dict) else ({}, {})
        )
        if isinstance(query, dict) and isinstance(response, dict):
            text = response.get("data")
            if query.get("version") == version and isinstance(text, str):
                return text
    return None


def _number(question: Question, name: str) -> int:
    text = question.parameters.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _project_of(beside: Beside) -> str | None:
    data = _object(beside.flow or b"{}").get("data")
    return str(data.get("project_id")) if isinstance(data, dict) else None


def _until(record: Json, moment_us: int) -> list[Json]:
    """Return the operations that were done by a moment."""
    times, listed = TimeReader(), record.get("data")
    return [
        item
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict) and (times.read(item.get("operate_date")).us or 0) <= moment_us
    ]


def _object(data: bytes) -> Json:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _as_bytes(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
