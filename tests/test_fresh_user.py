"""What somebody does in the first ten minutes, with the program as it is run."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commandline import PATIENCE_S, spawn

ENVIRON = {
    "SOPS_REPORT_APP_CODE": "my-app",
    "SOPS_REPORT_APP_SECRET": "fresh-secret",
    "SOPS_REPORT_USERNAME": "admin",
    "SOPS_REPORT_BIZ": "2",
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkout: Path) -> None:
    """Each test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(checkout))


@contextmanager
def serving(*words: str) -> Iterator[str]:
    """Run ``serve`` as a program and give its first line."""
    command = [sys.executable, "-m", "sops_report", "serve", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode in {0, 130}
    assert b"Traceback" not in told


@pytest.mark.slow
def test_the_first_ten_minutes() -> None:
    assert b"demo" in spawn("--help").stdout
    demo = spawn("demo")
    assert demo.returncode == 0, demo.stderr
    with serving("sops-report-demo/archive", "--port", "0") as url:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        live = {**ENVIRON, "SOPS_REPORT_URL": url, "SOPS_REPORT_ARCHIVE": "mine"}
        fetched = spawn("fetch", "515395", **live)
        assert fetched.returncode == 0, fetched.stderr
        shown = spawn("show", "515395", "--lang", "zh-CN", **live)
        assert "失败" in shown.stdout.decode()
        written = spawn("report", "2/515395", **live)
        assert written.returncode == 0, written.stderr
    listed = spawn("archive", "list", **live).stdout.decode()
    assert listed.startswith("2/515395\t1\t")
    assert spawn("archive", "verify", **live).returncode == 0
    name = written.stdout.decode().strip()
    assert Path(name).stat().st_size > 10_000
    report = json.loads(spawn("report", "mine", "-o", "-", "--to", "json").stdout)
    assert report["task"]["task_id"] == "515395"
    assert sum(report["ledger"].values()) == pytest.approx(report["task"]["wall_s"])
    assert "fresh-secret" not in "".join(
        path.read_bytes().decode("utf-8", "replace") for path in Path().rglob("*") if path.is_file()
    )


@pytest.mark.slow
def test_serving_with_a_fault() -> None:
    spawn("demo", "--quiet")
    with serving("sops-report-demo/archive", "--fault", "502:always") as url:
        environ = {**ENVIRON, "SOPS_REPORT_URL": url, "SOPS_REPORT_TIMEOUT": "1"}
        done = spawn("show", "515395", **environ)
    assert done.returncode == 4
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_second_server_on_the_same_port_is_told() -> None:
    spawn("demo", "--quiet")
    with serving("sops-report-demo/archive") as url:
        done = spawn("serve", "sops-report-demo/archive", "--port", url.rpartition(":")[2])
    assert done.returncode != 0
    assert done.stderr.startswith(b"error: port ")
    assert os.environ["PYTHONPATH"]
