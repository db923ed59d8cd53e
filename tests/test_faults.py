"""Every fault of `serve --fault` and a server that is killed, for the commands that ask a site."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from commandline import ROOT, run
from sites import SECRET, Naps, client_of, fill_archive, reply, saved, scripted

from sops_report.archive.archive import Archive
from sops_report.errors import NetworkError
from sops_report.server import FAULTS, LocalSite

# A fault that ends the run and its exit code; the others are overcome.
FATAL = {
    "429:always": 4, "502:always": 4, "slow": 4, "drip": 4, "short": 4, "html": 4, "bomb": 4,
    "redirect": 4, "denied": 5,
}  # fmt: skip
OVERCOME = ("429", "502", "gzip", "short:2", "slow:1")
COMMANDS = {"watch": ("watch", "515"), "list": ("fetch", "--list", "--no-detail")}
SHORT_S = 0.8


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "APP_CODE": "my-app", "APP_SECRET": SECRET, "USERNAME": "admin", "BIZ": "2",
        "ARCHIVE": "kept", "LANG": "en",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SOPS_REPORT_{name}", value)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_all_faults_are_tried_here() -> None:
    assert {name.partition(":")[0] for name in (*FATAL, *OVERCOME)} == set(FAULTS)


@pytest.mark.parametrize(("fault", "code"), FATAL.items())
@pytest.mark.parametrize("command", COMMANDS)
def test_a_fatal_fault_is_told_in_time_and_leaves_no_half(
    fault: str, code: int, command: str
) -> None:
    timeout = SHORT_S if code == 4 else 120  # where time is up, that is what is told: 4 too
    with LocalSite(fill_archive(Path("served")), faults=[fault], slow_s=3600) as site:
        done = run(*COMMANDS[command], "--url", site.gateway_url, "--timeout", timeout)
    assert done.code == code, done.err
    assert [line[:6] for line in done.err.splitlines()[-2:]] == ["error:", " hint:"], done.err
    assert (done.out, Path("kept").exists()) == ("", False)
    assert SECRET not in done.err


@pytest.mark.parametrize("fault", OVERCOME)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_passing_fault_costs_nothing_but_time(fault: str, command: str) -> None:
    archive = fill_archive(Path("served"))
    with LocalSite(archive, faults=[fault], slow_s=0.2) as site:
        done = run(*COMMANDS[command], "--url", site.gateway_url)
    assert done.code == 0, done.err
    (stored,) = Archive("kept").snapshots("2", "515")
    assert stored.path.read_bytes() == saved("finished")


def test_a_server_that_is_killed_while_it_answers_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill_archive(Path("served"))
    with subprocess.Popen(
        [sys.executable, "-m", "sops_report", "serve", "served", "--fault", "drip"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        read = httpx2.Response.iter_bytes

        def kill_and_read(response: httpx2.Response) -> Iterator[bytes]:
            """The head of the answer is here, most of its body is not."""
            os.kill(server.pid, signal.SIGKILL)
            return read(response)

        monkeypatch.setattr(httpx2.Response, "iter_bytes", kill_and_read)
        done = run("fetch", "515", "--url", url)
    assert (done.code, done.is_one_line_and_a_hint()) == (4, True), done.err
    assert not Path("kept").exists()


def test_a_limit_that_is_used_up_is_waited_out_before_the_next_call() -> None:
    naps, left = Naps(), ["2", "0", "7", "0"]

    def counting(handler: Any, body: bytes) -> None:  # noqa: ANN401 - as Script
        headers = {"X-Bkapi-RateLimit-Remaining": left.pop(0), "X-Bkapi-RateLimit-Reset": "3"}
        reply(200, saved("finished"), headers)(handler, body)

    with scripted(counting) as site, client_of(f"{site.url}/x", naps=naps) as client:
        for _ in range(4):
            client.get_task_status(515)
    assert [round(nap) for nap in naps.taken] == [3]


def test_a_refusal_of_one_call_holds_back_every_thread() -> None:
    naps, turns = Naps(), [429, 200]

    def once(handler: Any, body: bytes) -> None:  # noqa: ANN401 - as Script
        answer = saved("finished") if (status := turns.pop(0)) == 200 else b"{}"
        reply(status, answer, {"Retry-After": "5"})(handler, body)

    with scripted(once) as site, client_of(f"{site.url}/x", naps=naps, tries=1) as client:
        with pytest.raises(NetworkError) as refused:
            client.get_task_status(515)
        assert refused.value.key == "rate-limited"
        assert naps.taken == []
        client.get_task_status(515)
    assert [round(nap) for nap in naps.taken] == [5]
