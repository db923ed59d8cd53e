"""When ``fetch --list`` leaves a failed task alone: its child tasks and companions count too."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import envelope, node
from commandline import ROOT, run
from enriched import PLACE, US, fill
from sites import SECRET, reply, saved, scripted

from sops_report.archive.archive import Archive
from sops_report.server import LocalSite
from sops_report.sources.refusals import REFUSALS

HERE = {key: value for key, value in PLACE.items() if key != "site"}
# 78 names 515 as its child: the family is a ring
OPEN = ("515", "77")


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "APP_CODE": "a", "APP_SECRET": SECRET, "USERNAME": "u", "BIZ": "2", "ARCHIVE": "kept",
        "RATE": "1000", "LANG": "en",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SOPS_REPORT_{name}", value)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with LocalSite(fill(Path("served"))) as made:
        monkeypatch.setenv("SOPS_REPORT_URL", made.gateway_url)
        yield made


def fetched(*options: str) -> set[str]:
    """Return which listed tasks a run has fetched."""
    done = run("fetch", "--list", "--state", "failed", *options)
    assert done.code == 0, done.err
    return {Path(line).parent.name for line in done.out.splitlines()}


def keep(task_id: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Let the site show another answer of a task."""
    served = Archive(Path("served"))
    answer = json.loads(served.find("2", task_id).path.read_bytes())
    change(answer["data"])
    served.save(
        json.dumps(answer).encode(), **PLACE, task_id=task_id, as_of_us=US + 1_000_000,
        fetched_at_us=US, request={}, http_status=200,
    )  # fmt: skip


def folder(task_id: str) -> Path:
    return Archive(Path("kept")).tasks("2", task_id)[0].path


def test_a_whole_family_that_stands_still_is_left_alone() -> None:
    assert fetched() == set(OPEN)
    assert fetched() == set()


def test_a_child_task_that_went_on_brings_its_parent_again() -> None:
    fetched()
    keep("77", lambda root: root["children"]["q-fail"].update(retry=3))
    assert fetched() == set(OPEN)
    newest = json.loads(Archive(Path("kept")).find("2", "77").path.read_bytes())
    assert newest["data"]["children"]["q-fail"]["retry"] == 3


@pytest.mark.parametrize("spoilt", ["gone", "no answer"])
def test_a_child_task_that_is_not_archived_brings_its_parent_again(spoilt: str) -> None:
    fetched()
    (answer,) = (path for path in folder("78").glob("*Z.json"))
    if spoilt == "gone":
        answer.unlink()
    else:
        answer.write_bytes(b"{")
    assert fetched() == set(OPEN)


def test_without_histories_child_tasks_do_not_count() -> None:
    fetched()
    keep("77", lambda root: root["children"]["q-fail"].update(retry=3))
    assert fetched("--no-histories") == {"77"}


@pytest.mark.parametrize("option", ["--operations", "--logs"])
def test_what_is_asked_for_later_is_fetched(option: str) -> None:
    fetched()
    assert "515" in fetched(option)
    companion = "operate_records.json" if option == "--operations" else "node_logs.json"
    assert (folder("515") / companion).is_file()


def test_what_failed_is_asked_for_again_and_what_is_denied_is_not() -> None:
    fetched()
    call = {"call": "get_task_detail", "key": "no-permission", "kind": "denied"}
    values = {"host": "h", "code": 1, "message": "m", "action": "a", "api": "get_task_detail"}
    cases = (("denied", "no-permission", set()), ("network", "site-error", {"515"}))
    for kind, key, due in cases:
        refused = {"refused": [call | {"kind": kind, "key": key, "values": values}]}
        (folder("515") / "pipeline_tree.json").unlink(missing_ok=True)
        (folder("515") / REFUSALS).write_text(json.dumps(refused), encoding="utf-8")
        assert fetched() & {"515"} == due, kind


def test_a_run_that_was_killed_before_the_flow_came_goes_on() -> None:
    fetched()
    (folder("515") / "pipeline_tree.json").unlink()
    assert "515" in fetched()


def test_a_finished_task_is_asked_for_what_is_missing_and_never_once_it_is_forgotten() -> None:
    run("fetch", "--list", "--state", "success", "--no-detail", "--no-histories")
    words = ("fetch", "--list", "--state", "success", "--no-histories")
    done = run(*words)
    assert {Path(line).parent.name for line in done.out.splitlines()} == {"78", "516"}
    assert run(*words).out == ""
    (folder("78") / "pipeline_tree.json").unlink()
    keep("78", lambda root: root.update(state="EXPIRED", children={}))
    assert run("fetch", "--list", "--no-histories", "--limit", "9").out.count("/78/") == 0


def test_what_a_site_says_of_a_refusal_is_kept_masked() -> None:
    def refusing(handler: Any, body: bytes) -> None:  # noqa: ANN401 - as Script
        message = f"denied, password=kanarie7Qx of {SECRET}"
        refusal = {"result": False, "code": 1, "message": message}
        is_status = "/get_task_status/" in handler.path
        reply(200, saved("failed") if is_status else json.dumps(refusal).encode())(handler, body)

    with scripted(refusing) as site:
        done = run("fetch", "7", "--url", f"{site.url}/x")
    assert done.code == 0, done.err
    (path,) = Path("kept").rglob(REFUSALS)
    text = path.read_text(encoding="utf-8")
    assert "password=***" in text
    assert "kanarie7Qx" not in text
    assert SECRET not in text


def test_a_damaged_pack_costs_its_own_task_only() -> None:
    fetched()
    other = node("z", 0, None, node("z-fail", 1, 2, state="FAILED"), state="FAILED")
    Archive(Path("served")).save(
        envelope(other), **PLACE, task_id="990", as_of_us=US, fetched_at_us=US, request={},
        http_status=200,
    )  # fmt: skip
    run("archive", "pack", "--older-than", "0d", "--yes")
    pack = next(folder("77").glob("*.tar.xz"))
    pack.write_bytes(pack.read_bytes()[:40])
    done = run("fetch", "--list", "--state", "failed", "--no-histories", "--no-detail")
    assert done.code != 0
    assert "/990/" in done.out
    assert "77: not fetched" in done.err
