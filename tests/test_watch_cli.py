"""``watch`` and ``serve --replay`` as people type them."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from commandline import PATIENCE_S, ROOT, run
from series import SERIES, TASK_ID, moving_archive
from sites import SECRET, keep, saved

from sops_report.api.client import Answer, SopsClient
from sops_report.archive.archive import Archive
from sops_report.errors import NetworkError
from sops_report.server import LocalSite
from sops_report.watching.polling import Poller


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "SOPS_REPORT_APP_CODE": "my-app", "SOPS_REPORT_APP_SECRET": SECRET,
        "SOPS_REPORT_USERNAME": "admin", "SOPS_REPORT_BIZ": "2", "SOPS_REPORT_ARCHIVE": "kept",
        "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "SOPS_REPORT_LANG": "en",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalSite]:
    """Serve a task that finished, one that failed long ago, and one that runs."""
    served = moving_archive(Path("served"))
    moving = moving_archive(Path("running"), last=4)
    for path in moving.folder.rglob(f"{TASK_ID}/*"):
        target = served.folder / path.relative_to(moving.folder).parent.with_name("700") / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    keep(served, saved("failed"), task_id="516")
    with LocalSite(served) as local:
        monkeypatch.setenv("SOPS_REPORT_URL", local.gateway_url)
        yield local


def test_a_finished_task_is_reported_at_once(site: LocalSite) -> None:
    done = run("watch", TASK_ID)
    assert done.code == 0, done.err
    (report,) = (Path(line) for line in done.out.splitlines())
    assert report.name.startswith(f"sops-{TASK_ID}-finished")
    assert "the task is now: Finished with issues (3 of 3 steps)" in done.err
    assert len(Archive("kept").snapshots("2", TASK_ID)) == 1
    assert site.n_requests > 2
    again = run("watch", TASK_ID)
    assert again.code == 0
    assert len(set(Path().glob("sops-*.html"))) == 2


def test_a_task_that_failed_for_good_is_exit_code_one(site: LocalSite) -> None:
    done = run("watch", "516", "--settle", "0", "-o", "report.md", "-o", "report.json")
    assert site.n_requests
    assert done.code == 1, done.err
    assert done.out.splitlines() == ["report.md", "report.json"]
    assert "## Failed" in Path("report.md").read_text("utf-8")


def test_several_tasks_end_with_the_worst_code_and_a_report_each(site: LocalSite) -> None:
    Path("reports").mkdir()
    done = run("watch", TASK_ID, "516", "9", "--settle", "0", "-o", "reports")
    assert site.n_requests
    assert done.code == 4, done.err
    assert len(list(Path("reports").iterdir())) == 2
    assert "9 is not followed" in done.err


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("1", "2", "-o", "x.html"), "several tasks need a folder"),
        (("1", "-o", "x.exe"), "x.exe"), (("1", "--every", "5"), "every 10 s"),
        (("1", "--every", "inf"), "--every"), (("1", "--give-up", "1e12"), "--give-up"),
        (("1", "--on-change", "'open"), "no program"), (("1", "--until", "never"), "--until"),
        (("1", "-o", "served"), "1 is not followed"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_before_anything_is_asked(
    site: LocalSite, words: tuple[str, ...], key: str
) -> None:
    done = run("watch", *words)
    assert key in done.err
    assert done.err.count("error:") == 1
    assert done.code == (4 if "served" in words else 2)
    assert (site.n_requests > 0) is ("served" in words)


def test_an_interrupt_loses_nothing(site: LocalSite) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "sops_report", "watch", "700", "--every", "10"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    assert program.stderr is not None
    seen = ""
    while "the task is now" not in seen:
        line = program.stderr.readline()
        assert line, seen
        seen += line
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=PATIENCE_S)
    assert program.returncode == 130, err
    assert "Traceback" not in err
    assert Path(out.strip()).name.startswith("sops-700-running")
    assert len(Archive("kept").snapshots("2", "700")) == 1
    assert SECRET not in out + err + seen
    assert site.n_requests < 10


def test_an_interrupt_at_the_end_still_writes_the_report(
    site: LocalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Poller) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Poller, "final", interrupted)
    Path("reports").mkdir()
    done = run("watch", TASK_ID, "516", "--settle", "0", "-o", "reports")
    assert site.n_requests
    assert done.code == 130
    assert "stopped" in done.err
    assert len(list(Path("reports").iterdir())) == 2


def test_a_site_that_died_ends_the_watch_with_a_report_and_its_own_exit_code(
    site: LocalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = SopsClient.get_task_status
    answers = iter([asked])

    def once(client: SopsClient, *words: Any, **named: Any) -> Answer:  # noqa: ANN401 - any
        real = next(answers, None)
        if real is None:
            raise NetworkError("unreachable", host="here")
        return real(client, *words, **named)

    monkeypatch.setattr(SopsClient, "get_task_status", once)
    done = run("watch", "700", "--every", "10", "--give-up", "0", "-o", "report.json")
    assert site.n_requests
    assert done.code == 4, done.err
    assert done.out.splitlines() == ["report.json"]
    assert "700 is no longer followed: here cannot be reached" in done.err


def test_a_replay_is_watched_from_end_to_end_in_real_time() -> None:
    """Seven and a half minutes in some seconds: `serve --replay`, `watch`, both as programs."""
    moving_archive(Path("served"))
    with subprocess.Popen(
        [sys.executable, "-m", "sops_report", "serve", "served", "--replay", "46"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        done = subprocess.run(
            [sys.executable, "-m", "sops_report", "watch", TASK_ID, "--every", "10",
             "--until", "finished", "--url", url, "-o", "report.json"],
            capture_output=True, text=True, encoding="utf-8", check=False, timeout=PATIENCE_S,
            env=os.environ,
        )  # fmt: skip
        server.send_signal(signal.SIGINT)
        server.wait(timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    assert "Not started" in done.stderr
    assert "Finished with issues" in done.stderr
    nodes = json.loads(Path(done.stdout.strip()).read_bytes())["nodes"]
    told = {one["node_id"]: one["attempts"] for one in nodes if one.get("attempts")}
    assert {node_id: list(map(span_of, tries)) for node_id, tries in told.items()} == recorded()


def span_of(attempt: dict[str, Any]) -> tuple[str, str, bool]:
    return attempt["start_time"], attempt["end_time"], attempt["failed"]


def recorded() -> dict[str, list[tuple[str, str, bool]]]:
    """Return the attempts that the engine itself recorded, the last one of each node left out."""
    truth = json.loads((SERIES / "truth.json").read_bytes())
    return {
        node["id"]: [
            (utc(one["start"]), utc(one["finish"]), one["outcome"] == "failed")
            for one in node["attempts"][:-1]
        ]
        for node in truth["nodes"]
        if len(node.get("attempts", ())) > 1
    }


def utc(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
