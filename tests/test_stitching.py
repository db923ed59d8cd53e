"""Independent subprocesses: their tasks are joined under their nodes, the seam visible."""

import json
from pathlib import Path

import pytest
from builders import node, snapshot

from sops_report.analysis import analyse
from sops_report.archive.archive import Archive
from sops_report.rendering import render
from sops_report.report.build import build_report
from sops_report.snapshot import Snapshot
from sops_report.sources import read
from sops_report.sources.grafting import graft
from sops_report.words import Language

PLACE = {"site": "bk.example.com", "scope": "cmdb_biz", "biz": "2"}
TIMES = {"start_time": "2024-06-18 21:30:00 +0800", "finish_time": "2024-06-18 21:31:00 +0800"}


def _answer(root: str, name: str, child: dict[str, object]) -> bytes:
    tree = {"id": root, "name": name, "state": "FAILED", **TIMES, "finish_time": None,
            "children": {child["id"]: child}}  # fmt: skip
    return json.dumps({"result": True, "data": tree}).encode()


def _save(archive: Archive, task_id: str, body: bytes) -> None:
    archive.save(
        body, **PLACE, task_id=task_id, as_of_us=None,
        fetched_at_us=1_718_717_500_000_000, request={}, http_status=200,
    )  # fmt: skip


@pytest.fixture
def archived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive with a parent task (10) whose step ``n1`` ran as the task 77."""
    monkeypatch.setenv("SOPS_REPORT_ARCHIVE", str(tmp_path))
    archive = Archive(tmp_path)
    step = {"id": "n1", "name": "发布子流程", "state": "FAILED", **TIMES, "children": {}}
    _save(archive, "10", _answer("p0", "父任务", step))
    outputs = [
        {"key": "task_url", "value": "https://bk.example.com/taskflow/execute/1/?instance_id=77"},
        {"key": "task_id", "value": 77},
    ]
    details = {"n1": [{"query": {"loop": None}, "response": {"data": {"outputs": outputs}}}]}
    archive.save_beside("histories.json", json.dumps(details).encode(), **PLACE, task_id="10")
    return archive


def test_the_childs_tree_hangs_below_its_node_and_names_its_task(archived: Archive) -> None:
    inner = {"id": "c1", "name": "真正失败的步骤", "state": "FAILED", **TIMES, "children": {}}
    _save(archived, "77", _answer("c0", "子任务", inner))
    report = build_report(read("2/10"))
    assert [node.label for node in report.nodes] == [
        "父任务",
        "发布子流程",
        "子任务",
        "真正失败的步骤",
    ]
    assert report.seams == {2: "77"}
    for to in ("html", "md"):  # its row names the task
        assert sum("task 77" in row for row in render(report, to).splitlines()) == 1
        assert "任务 77" in render(report, to, Language.ZH)
    assert [failure.label for failure in report.failures] == ["真正失败的步骤"]
    assert sum(section.seconds for section in report.critical_path) == report.task.wall_s


def test_a_child_that_is_not_archived_is_told(archived: Archive) -> None:
    assert archived.tasks()
    report = build_report(read("2/10"))
    assert [failure.label for failure in report.failures] == ["发布子流程"]
    assert [note.code for note in report.notes if "child" in note.code] == ["child-task-missing"]


# go    ----------------
#   a   ----
#   b       ------------       ← runs as: child  x ------  y  ------
def test_ranges_and_sums_hold_after_grafting() -> None:
    parent = snapshot(node("go", 0, 60, node("a", 0, 20), node("b", 20, 60)))
    child: Snapshot = snapshot(node("child", 20, 60, node("x", 20, 40), node("y", 40, 60)))
    joined = graft(parent, 2, child)
    tree = joined.tree
    assert list(tree.parent) == [-1, 0, 0, 2, 3, 3]
    assert list(tree.depth) == [0, 1, 1, 2, 3, 3]
    assert list(tree.n_descendants) == [5, 0, 3, 2, 0, 0]
    found = analyse(joined)
    assert {name: us // 1_000_000 for name, us in found.ledger.items()} == {"work": 60}
