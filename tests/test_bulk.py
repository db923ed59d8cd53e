"""``fetch --list`` over real sockets: found, filtered, resumed, never asked too often."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commandline import PATIENCE_S, ROOT, run
from sites import SECRET, keep, reply, saved, scripted

from benchmarks import bulk_load
from sops_report.archive.archive import Archive, Saved
from sops_report.errors import NetworkError
from sops_report.server import LocalSite
from sops_report.sources.bulk import MOST_IN_A_ROW, fetch_tasks
from sops_report.words import Language

BARE = ("--no-detail", "--no-histories")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "APP_CODE": "my-app", "APP_SECRET": SECRET, "USERNAME": "admin", "BIZ": "2",
        "ARCHIVE": "kept", "RATE": "1000", "LANG": "en",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SOPS_REPORT_{name}", value)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def served(count: int) -> Archive:
    """Keep tasks 1001 …: two of three finished, the third failed; 1001 belongs to template 7."""
    archive = Archive("served")
    for number in range(count):
        keep(
            archive, saved("failed" if number % 3 == 2 else "finished"), task_id=str(1001 + number)
        )
    detail = json.dumps({"result": True, "data": {"template_id": 7, "executor": "li"}})
    archive.save_beside(
        "pipeline_tree.json", detail.encode(), site="bk.example.com", scope="cmdb_biz", biz="2",
        task_id="1001",
    )  # fmt: skip
    return archive


class Ear:
    """Writes down what a site was asked for and when."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.calls: list[tuple[float, str]] = []
        self._gate = threading.Condition()
        self._may_pass: float = float("inf")
        self._held = 0

    def __call__(self, path: str) -> None:
        """Hear one request; one for a task waits while none may pass."""
        self.calls.append((time.monotonic(), path))
        if "/get_task_status/" not in path:
            return
        with self._gate:
            self._held += 1
            self._gate.notify_all()
            self._gate.wait_for(lambda: self._may_pass > 0)
            self._held -= 1
            self._may_pass -= 1
            self._gate.notify_all()

    def let_pass(self, count: float) -> None:
        """Let so many of the requests for a task pass from now on."""
        with self._gate:
            self._may_pass = count
            self._gate.notify_all()

    def wait_until_held(self, count: int) -> None:
        """Wait until so many requests wait while none may pass."""
        with self._gate:
            assert self._gate.wait_for(
                lambda: self._may_pass <= 0 and self._held >= count, PATIENCE_S
            )

    def wait_until_none_is_held(self) -> None:
        """Wait until every request that was held has gone its way."""
        with self._gate:
            assert self._gate.wait_for(lambda: self._held == 0, PATIENCE_S)

    def count(self, api: str) -> int:
        """Return how often an API was asked."""
        return sum(f"/{api}/" in path for _, path in self.calls)


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    ear = Ear()
    with LocalSite(served(12), listener=ear) as site:
        monkeypatch.setenv("SOPS_REPORT_URL", site.gateway_url)
        yield ear


def retried(answer: bytes) -> bytes:
    """Return a failed answer in which a failed leaf has failed once more; the root is the same."""
    envelope = json.loads(answer)
    node = envelope["data"]
    while children := [
        one for one in node.get("children", {}).values() if one["state"] == "FAILED"
    ]:
        node = children[0]
    node["retry"] += 1
    return json.dumps(envelope).encode()


def kept() -> list[str]:
    return sorted(task.task_id for task in Archive("kept").tasks())


def test_all_tasks_are_listed_and_fetched_the_newest_first(ear: Ear) -> None:
    done = run("fetch", "--list", *BARE)
    assert done.code == 0, done.err
    ids = re.findall(r"/cmdb_biz-2/(\d+)/", done.out)
    assert ids == [str(1012 - number) for number in range(12)]
    assert kept() == sorted(ids)
    assert ear.count("get_task_status") == 12
    assert "12 tasks fit; 0 of them" in done.err
    for path in done.out.splitlines():
        assert Path(path).read_bytes() in (saved("finished"), saved("failed"))


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("--limit", "2"), ["1011", "1012"]), (("--template", "7"), ["1001"]),
        (("--executor", "li"), ["1001"]), (("--template", "8"), []),
        (("--state", "failed", "--limit", "2"), ["1009", "1012"]),
        (("--state", "waiting", "--state", "running"), []),
        (("--since", "2000-01-01", "--until", "1d", "--limit", "1"), ["1012"]),
        (("--until", "2000-01-01T00:00:00Z"), []), (("--since", "1h"), []),
    ],
)  # fmt: skip
def test_what_is_wanted_is_what_is_fetched(
    ear: Ear, words: tuple[str, ...], ids: list[str]
) -> None:
    done = run("fetch", "--list", *BARE, *words)
    assert done.code == 0, done.err
    assert kept() == ids
    assert ear.count("get_task_status") == len(ids)


def test_a_date_means_the_whole_day_in_the_zone_that_is_asked_for(ear: Ear) -> None:
    start = json.loads(saved("finished"))["data"]["start_time"]
    day = start[:10]
    zone = "Asia/Shanghai" if start.endswith("+0800") else "UTC"
    run(
        "fetch", "--list", *BARE, "--since", day, "--until", day, "--state", "success", "--tz", zone
    )
    assert len(kept()) == 8
    assert ear.count("get_tasks_status") == 1


def test_a_second_run_asks_only_for_what_has_changed(ear: Ear) -> None:
    run("fetch", "--list", *BARE)
    ear.calls.clear()
    done = run("fetch", "--list", *BARE)
    # the states of the failed ones, then their trees
    assert (done.code, ear.count("get_task_status"), ear.count("get_tasks_status")) == (0, 0, 2)
    assert "12 tasks fit; 12 of them" in done.err
    keep(Archive("served"), retried(saved("failed")), task_id="1003")
    ear.calls.clear()
    done = run("fetch", "--list", *BARE)
    assert (ear.count("get_task_status"), ear.count("get_tasks_status")) == (1, 2)
    assert "/1003/" in done.out
    assert "12 tasks fit; 11 of them" in done.err
    ear.calls.clear()
    run("fetch", "--list", *BARE, "--again", "--limit", "3")
    assert ear.count("get_task_status") == 3


def test_tasks_not_begun_or_forgotten_by_the_site_are_left_alone(ear: Ear) -> None:
    expired = b'{"result": true, "code": 0, "data": {"state": "EXPIRED", "name": "x"}}'
    keep(Archive("served"), saved("created"), task_id="2001")
    keep(Archive("served"), expired, task_id="2002")
    run("fetch", "--list", *BARE, "--limit", "2")
    (path,) = Path("kept").rglob("2002/*Z.json")
    path.unlink()
    host = path.parts[1].replace("_", ":")
    keep(Archive("kept"), saved("failed"), site=host, task_id="2002")
    ear.calls.clear()
    done = run("fetch", "--list", *BARE, "--limit", "2")
    assert (done.out, ear.count("get_task_status")) == ("", 0)
    assert "2 tasks fit; 2 of them" in done.err


def test_a_run_that_is_killed_goes_on_where_it_was(ear: Ear) -> None:
    """Killed each time when two tasks are kept and two more are on their way."""
    words = ("fetch", "--list", *BARE, "--state", "success", "--jobs", "2")
    for number, end in ((signal.SIGKILL, -9), (signal.SIGINT, 130)):
        ear.let_pass(2)
        program = subprocess.Popen(
            [sys.executable, "-m", "sops_report", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        ear.wait_until_held(2)
        program.send_signal(number)
        # an interrupt does not wait for what the site holds back: the gate is still closed
        _, err = program.communicate(timeout=PATIENCE_S)
        assert program.returncode == end, err
        assert "Traceback" not in err
        ear.let_pass(float("inf"))
        ear.wait_until_none_is_held()
    assert "the same command goes on there" in err
    assert len(kept()) == 4
    ear.calls.clear()
    done = run(*words)
    assert done.code == 0, done.err
    assert len(kept()) == 8
    assert ear.count("get_task_status") == 4
    assert Archive("kept").verify() == []


def test_errors_of_single_tasks_are_told_at_the_end_and_stop_nothing() -> None:
    bad = {str(1000 + number) for number in range(20, 35)}
    items = [{"id": 1000 + number, "name": "x"} for number in range(40, 0, -1)]

    def some(handler: Any, body: bytes) -> None:  # noqa: ANN401 - as Script
        if "get_task_list" in handler.path:
            at = int(handler.path.partition("offset=")[2].partition("&")[0])
            page = {"result": True, "data": items[at : at + 15], "count": 40}
            reply(200, json.dumps(page).encode())(handler, body)
        elif handler.path.split("/")[3] in bad:
            denied = {"result": False, "code": 3599999, "message": "iam: task_view"}
            reply(200, json.dumps(denied).encode())(handler, body)
        else:
            reply(200, saved("finished"))(handler, body)

    with scripted(some) as site:
        where = ("--url", f"{site.url}/x")
        done = run("fetch", "--list", *BARE, *where, "--jobs", "3")
        zh = run("fetch", "--list", *BARE, *where, SOPS_REPORT_LANG=Language.ZH)
    assert done.code == 5
    assert len(kept()) == len(done.out.splitlines()) == 25
    lines = done.err.splitlines()
    assert {line.partition(":")[0] for line in lines if ": not fetched: " in line} == bad
    assert lines[-1] == "error: 15 of 40 tasks were not fetched"
    assert "15 个任务中有 15 个未获取" in zh.err


def test_a_site_that_dies_in_the_middle_ends_the_run_soon(ear: Ear) -> None:
    names = [str(number) for number in range(100)]

    def gone(_: str) -> Saved:
        raise NetworkError("unreachable", host="h")

    found = list(fetch_tasks(names, gone, jobs=4))
    assert len(found) == MOST_IN_A_ROW
    assert ear.calls == []


def test_a_server_that_is_killed_leaves_what_was_fetched_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served(40)
    with subprocess.Popen(
        [sys.executable, "-m", "sops_report", "serve", "served"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        save, saves = Archive.save, itertools.count(1)

        def save_and_kill(archive: Archive, *body: Any, **about: Any) -> Saved:  # noqa: ANN401
            if next(saves) == 3:
                os.kill(server.pid, signal.SIGKILL)
            return save(archive, *body, **about)

        monkeypatch.setattr(Archive, "save", save_and_kill)
        done = run("fetch", "--list", *BARE, "--url", url, "--jobs", "8")
    assert done.code == 4, done.err
    assert 3 <= len(kept()) <= 3 + 8
    assert len(kept()) == len(done.out.splitlines())
    assert Archive("kept").verify() == []
    last = done.err.splitlines()[-1]
    assert last == f"error: {40 - len(kept())} of 40 tasks were not fetched"


def test_never_above_the_rate_limit_tries_and_threads_included(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOPS_REPORT_RATE", "20")
    ear, items = Ear(), [{"id": number, "name": "x"} for number in range(30, 0, -1)]

    def refusing_first(handler: Any, body: bytes) -> None:  # noqa: ANN401 - as Script
        path = handler.path.partition("?")[0]
        is_first = all(path != known for _, known in ear.calls)
        ear(path)
        page = json.dumps({"result": True, "data": items, "count": 30}).encode()
        answer = page if "get_task_list" in path else saved("finished")
        reply(502 if is_first else 200, b"<html>" if is_first else answer)(handler, body)

    with scripted(refusing_first) as site:
        where = ("--url", f"{site.url}/x")
        done = run("fetch", "--list", *BARE, *where, "--jobs", "8")
    assert done.code == 0, done.err
    assert len(ear.calls) == 2 * (1 + 30)
    # A busy machine delays when the server hears of a call, so single gaps prove nothing: all
    # calls together must have taken the time that the limit asks for.
    times = [moment for moment, _ in ear.calls]
    assert max(times) - min(times) >= (len(times) - 1) / 20 - 0.4


def test_what_makes_no_sense_is_told_before_anything_is_asked(ear: Ear) -> None:
    for words in (
        ("fetch",), ("fetch", "--list", "1"), ("fetch", "1", "--again"), ("fetch", "--limit", "3"),
        ("fetch", "1", "--state", "failed"), ("fetch", "--list", "--state", "nice"),
        ("fetch", "--list", "--since", "soon"), ("fetch", "--list", "--since", "2024-13-01"),
    ):  # fmt: skip
        done = run(*words)
        assert (done.code, done.is_one_line_and_a_hint()) == (2, True), done.err
    without = run("fetch", "--list", SOPS_REPORT_BIZ="")
    assert (without.code, without.is_one_line_and_a_hint()) == (2, True)
    assert ear.calls == []


def test_refusals_of_companions_are_counted_not_repeated(ear: Ear) -> None:
    done = run("fetch", "--list", "--limit", "11")
    assert done.code == 0
    lines = done.err.splitlines()
    assert sum("without the flow" in line for line in lines) == 1
    assert "note: that holds for 11 tasks" in lines
    assert ear.count("get_task_detail") == 11


def test_a_batch_that_one_task_spoils_is_asked_in_halves() -> None:
    items = [{"id": number, "name": "x"} for number in range(8, 0, -1)]

    def spoilt(handler: Any, body: bytes) -> None:  # noqa: ANN401 - as Script
        if "get_task_list" in handler.path:
            found: dict[str, Any] = {"result": True, "data": items, "count": 8}
        elif not body:
            found = json.loads(saved("finished"))
        elif 3 in (ids := json.loads(body)["task_id_list"]):
            found = {"result": False, "code": 3599999, "message": "engine failed"}
        else:
            known = [{"id": one, "status": {"state": "FINISHED"}} for one in ids]
            found = {"result": True, "data": known}
        reply(200, json.dumps(found).encode())(handler, body)

    with scripted(spoilt) as site:
        done = run("fetch", "--list", *BARE, "--state", "success", "--url", f"{site.url}/a/b")
        batches = [path for _, path, _, _ in site.asked if "get_tasks_status" in path]
    assert done.code == 0, done.err
    assert kept() == ["1", "2", "4", "5", "6", "7", "8"]
    assert len(batches) == 7


def test_a_site_that_turns_no_pages_or_cuts_them_short_is_listed_to_its_end() -> None:
    items = [{"id": number, "name": "x"} for number in range(25, 0, -1)]

    def odd(handler: Any, body: bytes) -> None:  # noqa: ANN401 - as Script
        if "get_task_list" not in handler.path:
            reply(200, saved("finished"))(handler, body)
            return
        at = int(handler.path.partition("offset=")[2].partition("&")[0])
        page = items[at : at + 10] if "/cut/" in handler.path else items
        reply(200, json.dumps({"result": True, "data": page}).encode())(handler, body)

    for base in ("/cut/x", "/same/x"):
        with scripted(odd) as site:
            done = run("fetch", "--list", *BARE, "--url", site.url + base, "--archive", base[1:4])
            assert done.code == 0, done.err
        assert len(done.out.splitlines()) == 25


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of memory")
def test_the_bulk_load_measures_what_it_promises() -> None:
    figures = bulk_load.run(60, 200.0, 4)
    assert figures["kept"] == figures["tasks"] == 60
    assert figures["calls"] == 61
    assert figures["exit"] == 0
    assert figures["peak_kib"] > 10_000
