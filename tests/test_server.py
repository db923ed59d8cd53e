"""The local site, asked without our client: what it speaks, refuses and survives."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from commandline import PATIENCE_S
from sites import SECRET, fill_archive, keep, saved

from sops_report.archive.archive import Archive
from sops_report.errors import SopsReportError, UsageError
from sops_report.server import FAULTS, LocalSite, read_fault
from sops_report.server.register import Register

HEADER = json.dumps({"bk_app_code": "a", "bk_app_secret": SECRET, "bk_username": "u"})
ESB = "/api/c/compapi/v2/sops/get_task_status/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_archive(tmp_path_factory.mktemp("archive")).folder


@pytest.fixture(scope="module")
def site(folder: Path) -> LocalSite:
    with LocalSite(folder) as site:
        yield site


def ask(
    url: str, *, header: str | None = HEADER, body: bytes | None = None,
    kind: str = "application/json",
) -> tuple[int, bytes, dict[str, str]]:  # fmt: skip
    headers = {"Content-Type": kind} | ({"X-Bkapi-Authorization": header} if header else {})
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - our own site
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE_S) as response:
            return response.status, response.read(), dict(response.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), dict(error.headers)


@pytest.mark.parametrize(
    "path",
    ["/get_task_status/515/2/", "/api/bk-sops/prod/get_task_status/515/2/?with_ex_data=1",
     "/x/get_task_status/515/2/", f"{ESB}?task_id=515&bk_biz_id=2",
     f"{ESB[:-1]}?task_id=515&bk_biz_id=2"],
)  # fmt: skip
def test_both_doors_answer_the_newest_bytes(site: LocalSite, path: str) -> None:
    status, body, _ = ask(site.url + path)
    assert (status, body) == (200, saved("finished"))


def test_the_esb_takes_credentials_as_parameters_of_a_get_a_json_and_a_form(
    site: LocalSite,
) -> None:
    query = f"task_id=515&bk_biz_id=2&bk_app_code=a&app_secret={SECRET}&bk_username=u"
    assert ask(f"{site.url}{ESB}?{query}", header=None)[1] == saved("finished")
    form = "application/x-www-form-urlencoded"
    assert ask(site.url + ESB, header=None, body=query.encode(), kind=form)[1] == saved("finished")
    sent = json.dumps({"task_id": 515, "bk_biz_id": 2, **json.loads(HEADER)}).encode()
    assert ask(site.url + ESB, header=None, body=sent)[1] == saved("finished")


@pytest.mark.parametrize(
    ("path", "header", "status", "code"),
    [
        ("/get_task_status/515/2", HEADER, 404, 1640401),
        ("/get_task_status/n1/2/", HEADER, 404, 1640401),
        ("/", HEADER, 404, 1640401),
        ("/get_task_status/515/2/", None, 400, 1640001),
        ("/get_task_status/515/2/", "not json", 400, 1640001),
        ("/get_task_status/515/2/", '{"bk_app_code": "a", "bk_app_secret": "b"}', 400, 1640001),
        ("/get_task_status/9/2/", HEADER, 200, 3540400),
        ("/get_task_status/515/3/", HEADER, 200, 3540400),
        ("/get_task_status/515/2/?scope=project", HEADER, 200, 3540400),
        ("/get_task_node_detail/515/2/", HEADER, 200, 3540000),
        (f"{ESB}?task_id=515&bk_biz_id=2", None, 200, 1306000),
        (f"{ESB}?task_id=515", HEADER, 200, 1306406),
        (f"{ESB}?bk_biz_id=2", HEADER, 200, 1306406),
        ("/api/c/compapi/v2/sops/other/", HEADER, 404, 1640401),
    ],
)  # fmt: skip
def test_it_refuses_as_a_real_site_does(
    site: LocalSite, path: str, header: str | None, status: int, code: int
) -> None:
    got, body, headers = ask(site.url + path, header=header)
    refused = json.loads(body)
    assert (got, refused["result"], refused["code"]) == (status, False, code)
    assert ("X-Bkapi-Error-Code" in headers) == (status != 200)
    assert SECRET.encode() not in body


def test_of_several_sites_the_newest_snapshot_answers(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    keep(archive, b'{"newest": 1}', site="other.example.com", as_of_us=2 * 10**15)
    with LocalSite(archive) as site:
        assert ask(f"{site.url}/get_task_status/515/2/")[1] == b'{"newest": 1}'


def test_a_client_that_goes_away_leaves_no_word_and_no_trace(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with LocalSite(folder, faults=["drip:5"]) as site:
        port = int(site.url.rpartition(":")[2])
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                head = f"GET /get_task_status/515/2/?bk_app_secret={SECRET} HTTP/1.1\r\nHost: x\r\n"
                line.sendall(f"{head}X-Bkapi-Authorization: {HEADER}\r\n\r\n".encode())
                line.recv(10)
        ask(f"{site.url}/get_task_status/9/2/")
    assert capfd.readouterr() == ("", "")


def test_too_large_a_question_is_refused(site: LocalSite) -> None:
    port = int(site.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
        line.sendall(f"POST {ESB} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n".encode())
        assert b" 413 " in line.recv(100)


def test_faults_are_read_or_told() -> None:
    assert {read_fault(name).name for name in FAULTS} == set(FAULTS)
    assert read_fault("502").times == read_fault("429").times == 2
    assert read_fault("slow").times is read_fault("429:always").times is None
    assert read_fault("html:3").meets(3)
    assert not read_fault("html:3").meets(4)
    for bad in ("", "503", "slow:x", "slow:-1"):
        with pytest.raises(UsageError):
            read_fault(bad)


def test_a_taken_port_and_a_missing_folder_are_told(site: LocalSite, folder: Path) -> None:
    with pytest.raises(SopsReportError) as taken:
        LocalSite(folder, port=int(site.url.rpartition(":")[2]))
    assert taken.value.key == "port-taken"
    with pytest.raises(SopsReportError):
        LocalSite(folder, port=70_000)
    with pytest.raises(UsageError) as missing:
        LocalSite(folder / "nowhere")
    assert missing.value.key == "no-archive"


def test_serve_announces_its_address_and_ends_quietly_when_interrupted(
    folder: Path, checkout: Path
) -> None:
    program = "import sys; from sops_report.server import serve; serve(sys.argv[1])"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], cwd=checkout, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        assert ask(f"{url}/get_task_status/515/2/")[1] == saved("finished")
        running.send_signal(signal.SIGINT)
        assert running.communicate(timeout=PATIENCE_S) == ("", "")
    assert running.returncode == 0


def test_an_empty_archive_knows_no_task(tmp_path: Path) -> None:
    with LocalSite(Archive(tmp_path)) as site:
        assert json.loads(ask(f"{site.url}/get_task_status/1/2/")[1])["code"] == 3540400


def test_a_list_reads_each_task_once_until_its_folder_changes(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    (task,) = archive.tasks("2", "515")
    os.utime(task.path, (1_700_000_000, 1_700_000_000))
    register = Register(archive=archive)
    first = register.entries("cmdb_biz", "2")
    assert [entry.status["state"] for entry in first] == ["FINISHED"]
    assert register.entries("cmdb_biz", "2")[0] is first[0]
    keep(archive, saved("failed"), as_of_us=2 * 10**15)
    again = register.named("cmdb_biz", "2", {"515", "9", "../9"})
    assert [entry.status["state"] for entry in again] == ["FAILED"]
    assert register.entries("project", "2") == register.entries("cmdb_biz", "*") == []


def test_a_listener_hears_paths_only(folder: Path) -> None:
    heard = list[str]()
    with LocalSite(folder, listener=heard.append) as site:
        ask(f"{site.url}/get_task_status/515/2/?bk_app_secret={SECRET}")
    assert heard == ["/get_task_status/515/2/"]
