"""What the local site answers: saved bytes, or a refusal in the words of a real site."""

import json
from collections.abc import Mapping
from pathlib import Path

from sops_report.archive.archive import Archive
from sops_report.archive.layout import snapshots_in
from sops_report.archive.shelf import is_there, read_bytes
from sops_report.config import Credentials
from sops_report.errors import InputError
from sops_report.server.questions import OF_OWNER, Question
from sops_report.server.register import Register, series_in
from sops_report.server.replay import Replay, date_header, known_at, shown_at
from sops_report.server.responses import Response, refusal_of_gateway, refusal_of_site
from sops_report.server.siblings import reply_about_log, reply_about_operations
from sops_report.server.tasks import reply_about_tasks


def reply_to(question: Question, register: Register, expected: Credentials | None) -> Response:
    """Return the answer to a question: credentials first, then what is saved.

    Args:
        question: What is asked.
        register: The tasks that answers come from, and how they move.
        expected: The only credentials to be let in; None lets in any that are whole.
    """
    refused = _refused_credentials(question, expected)
    if refused is not None:
        return refused
    if question.biz and question.api in OF_OWNER:
        return reply_about_tasks(question, register)
    if not (question.task_id and question.biz):
        missing = "bk_biz_id" if not question.biz else "task_id"
        return refusal_of_site(1306406, f"Parameters error: {missing} is required")
    if question.api == "get_task_operate_record":
        return reply_about_operations(question, register.archive, register.replay)
    folder = _folder(question, register.archive)
    if folder is None:
        return _unknown(question)
    return _about_task(question, folder, register.replay)


def _about_task(question: Question, folder: Path, replay: Replay | None) -> Response:
    if question.api == "get_task_status":
        return _status(folder, replay)
    if question.api == "get_task_detail":
        path = folder / "pipeline_tree.json"
        return Response(body=read_bytes(path)) if is_there(path) else _unknown(question)
    if question.api == "get_task_node_log":
        return reply_about_log(question, folder)
    return _node_detail(question, folder, replay)


def _status(folder: Path, replay: Replay | None) -> Response:
    series = snapshots_in(folder)
    if replay is None:
        return Response(body=series[-1].read())
    moment_us = replay.moment_us(series)
    shown = shown_at(series, moment_us)
    return Response(body=shown.read(), headers={"Date": date_header(moment_us)})


def _refused_credentials(question: Question, expected: Credentials | None) -> Response | None:
    held = question.credentials
    by_app = held.get("bk_app_code") and held.get("bk_app_secret")
    by_user = held.get("bk_username") or held.get("bk_token")
    token = held.get("access_token")
    if not token and not by_app:
        return _bad_credentials(question, "app authentication failed: wrong app code or secret")
    if not token and not by_user:
        return _bad_credentials(question, "user authentication failed: no valid user identity")
    if expected is not None and not _are(held, expected):
        return _bad_credentials(question, "app authentication failed: wrong app code or secret")
    return None


def _are(held: Mapping[str, str], expected: Credentials) -> bool:
    return all(held.get(name) == value for name, value in expected.as_header().items())


def _bad_credentials(question: Question, reason: str) -> Response:
    if question.door == "esb":
        return refusal_of_site(1306000, reason)
    return refusal_of_gateway(400, 1640001, "INVALID_ARGS", f"Parameters error [reason={reason}]")


def _folder(question: Question, archive: Archive) -> Path | None:
    """Return the task's folder; of several sites' the one with the newest snapshot."""
    scope = question.parameters.get("scope", "cmdb_biz")
    known = archive.tasks(question.biz, question.task_id)
    paths = [task.path for task in known if task.scope == scope]
    newest = [(snapshots[-1].as_of_us, path) for path in paths if (snapshots := series_in(path))]
    return max(newest)[1] if newest else None


def _unknown(question: Question) -> Response:
    message = f"task({question.task_id}) of project({question.biz}) does not exist"
    return refusal_of_site(3540400, message)


def _node_detail(question: Question, folder: Path, replay: Replay | None) -> Response:
    """Return what was saved for the node and the pass that are asked for."""
    node_id = question.parameters.get("node_id", "")
    if not node_id:
        return refusal_of_site(3540000, "node_id is required")
    for entry in _entries(folder / "histories.json", node_id):
        if _is_pass(entry, question.parameters.get("loop")):
            details = entry["response"]
            if replay is not None:
                details = known_at(details, replay.moment_us(snapshots_in(folder)))
            return Response(body=json.dumps(details, ensure_ascii=False).encode())
    return refusal_of_site(3599999, f"node({node_id}) does not exist")


def _entries(path: Path, node_id: str) -> list[Mapping[str, object]]:
    try:
        histories = json.loads(read_bytes(path))
    except (InputError, ValueError, RecursionError):
        return []
    found = histories.get(node_id) if isinstance(histories, dict) else None
    entries = found if isinstance(found, list) else []
    return [entry for entry in entries if isinstance(entry, dict) and "response" in entry]


def _is_pass(entry: Mapping[str, object], loop: str | None) -> bool:
    query = entry.get("query")
    asked = query.get("loop") if isinstance(query, dict) else None
    return str(asked) == loop if loop is not None else asked is None
