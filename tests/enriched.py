"""A site's archive in which everything can be asked for: records, logs, child tasks; all secret."""

import json
from pathlib import Path
from typing import Any

from builders import envelope, event, moment, node

from sops_report.archive.archive import Archive
from sops_report.config import Settings, read_settings

CANARY = "kanarie7Qx"
PLACE = {"site": "bk.example.com", "scope": "cmdb_biz", "biz": "2"}
PROJECT = 31
ALONE = "516"
US = 1_718_720_000_000_000
Json = dict[str, Any]


def fill(folder: Path) -> Archive:
    """Keep the failed task 515, whose step ran as 77, whose step ran as 78, whose step is 515.

    The task `ALONE` has no child task.
    """
    archive = Archive(folder)
    _keep(archive, "515", _tree("p", "FAILED", node("p-fail", 1, 9, state="FAILED", retry=1)))
    _keep(archive, "77", _tree("q", "FAILED", node("q-fail", 1, 8, state="FAILED")))
    _keep(archive, "78", _tree("r", "FINISHED"))
    for task_id, name, child in (("515", "p", 77), ("77", "q", 78), ("78", "r", 515)):
        _beside(archive, task_id, "pipeline_tree.json", _detail(name))
        _beside(archive, task_id, "histories.json", _histories(name, child))
    _beside(archive, "515", "operate_records.json", _record())
    _beside(archive, "515", "node_logs.json", _logs("p-fail", "p-sub"))
    _beside(archive, "77", "node_logs.json", _logs("q-fail", "q-sub"))
    _keep(archive, ALONE, _tree("s", "FINISHED", node("s-fail", 1, 9, state="FAILED")))
    _beside(archive, ALONE, "histories.json", _histories("s", None))
    _beside(archive, ALONE, "node_logs.json", _logs("s-fail"))
    _beside(archive, ALONE, "pipeline_tree.json", _detail("s"))
    _beside(archive, ALONE, "operate_records.json", _record())
    return archive


def settings_for(url: str, folder: Path, **more: str) -> Settings:
    """Return how the site is asked, with an archive of its own."""
    environ = {
        "SOPS_REPORT_APP_CODE": "a", "SOPS_REPORT_APP_SECRET": "s", "SOPS_REPORT_USERNAME": "u",
        "SOPS_REPORT_BIZ": "2", "SOPS_REPORT_RATE": "1000", "SOPS_REPORT_TIMEOUT": "1", **more,
    }  # fmt: skip
    return read_settings(environ, config_file=folder / "none", url=url, archive=folder / "kept")


def _keep(archive: Archive, task_id: str, body: bytes) -> None:
    archive.save(
        body, **PLACE, task_id=task_id, as_of_us=US, fetched_at_us=US, request={}, http_status=200
    )


def _beside(archive: Archive, task_id: str, name: str, value: Json) -> None:
    body = json.dumps(value, ensure_ascii=False).encode()
    archive.save_beside(name, body, **PLACE, task_id=task_id)


def _tree(name: str, state: str, *more: Json) -> bytes:
    child = node(f"{name}-sub", 1, 10, state=state)
    finish = 11 if state == "FINISHED" else None
    root = node(name, 0, finish, event(f"{name}-start", 0), child, *more, state=state)
    return envelope(root)


def _detail(name: str) -> Json:
    sub = {
        "id": f"{name}-sub", "name": "sub", "type": "ServiceActivity",
        "component": {"code": "subprocess_plugin", "data": {"secret": CANARY}},
    }  # fmt: skip
    tree = {"activities": {f"{name}-sub": sub}, "gateways": {}, "flows": {}}
    return {"result": True, "data": {"id": 7, "project_id": PROJECT, "pipeline_tree": tree}}


def _histories(name: str, child: int | None) -> Json:
    outputs = (
        []
        if child is None
        else [
            {"key": "task_id", "value": child},
            {"key": "task_url", "value": f"https://bk.example.com/execute/2/?instance_id={child}"},
        ]
    )
    failing = {
        "histories": [], "inputs": {"plain": "kept", "vars": [{"name": "pwd", "value": CANARY}]},
        "outputs": [{"key": "bk_token", "value": CANARY}],
    }  # fmt: skip
    details = {f"{name}-sub": {"histories": [], "outputs": outputs}, f"{name}-fail": failing}
    return {
        node_id: [{"query": {"loop": None}, "response": {"result": True, "data": data}}]
        for node_id, data in details.items()
    }


def _record() -> Json:
    entries = [(0, "start", "", "annabel"), (5, "retry", "p-fail", "bo-x")]
    rows = [
        {
            "operate_date": moment(seconds), "operate_type": what, "node_id": node_id,
            "operator": who, "operate_source": "app", "extra_info": {"password": CANARY},
        }
        for seconds, what, node_id, who in entries
    ]  # fmt: skip
    return {"result": True, "code": 0, "message": "", "data": rows}


def _logs(*node_ids: str) -> Json:
    """Return the logs of some nodes; the first one is long."""
    end = f"password={CANARY}\nthe end\n"
    long = "".join(f"line {number}\n" for number in range(250)) + end
    return {
        node_id: [
            {
                "query": {"version": f"v-{node_id}"},
                "response": {"result": True, "data": end if number else long},
            }
        ]
        for number, node_id in enumerate(node_ids)
    }
