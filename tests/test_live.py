"""The live path over real sockets: fetch, archive, report; refusals, faults, secrets."""

import http.server
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commandline import PATIENCE_S, RETRIED, ROOT, Done, run
from sites import SECRET, dead_port, fill_archive, keep, reply, saved, scripted

from sops_report.archive.archive import Archive
from sops_report.config import make_site
from sops_report.server import LocalSite
from sops_report.words import Language

PASSING = ("gzip", "drip")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test works in a folder of its own, with credentials in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOPS_REPORT_APP_CODE", "my-app")
    monkeypatch.setenv("SOPS_REPORT_APP_SECRET", SECRET)
    monkeypatch.setenv("SOPS_REPORT_USERNAME", "admin")
    monkeypatch.setenv("SOPS_REPORT_BIZ", "2")
    monkeypatch.setenv("SOPS_REPORT_ARCHIVE", "kept")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalSite]:
    """Serve two tasks: a finished one with flow and histories, a failed one without."""
    archive = fill_archive(Path("served"))
    keep(archive, saved("failed"), task_id="516")
    with LocalSite(archive) as local:
        monkeypatch.setenv("SOPS_REPORT_URL", local.gateway_url)
        yield local


def kept() -> list[str]:
    return sorted(p.as_posix() for p in Path("kept").rglob("*") if p.is_file())


def snapshots() -> list[str]:
    return [name for name in kept() if name.endswith("Z.json")]


def test_fetching_prints_where_the_answer_lies(site: LocalSite) -> None:
    done = run("fetch", "515")
    assert done.code == 0
    path = Path(done.out.strip())
    assert path.read_bytes() == saved("finished")
    assert (path.parent / "pipeline_tree.json").is_file()
    assert (path.parent / "histories.json").is_file()
    about = json.loads(path.with_name(f"{path.stem}.meta.json").read_bytes())
    assert (about["task_id"], about["biz"], about["http_status"]) == ("515", "2", 200)
    assert site.url.partition("//")[2].replace(":", "_") in done.out


def test_an_unchanged_answer_is_not_stored_twice(site: LocalSite) -> None:
    first, second = run("fetch", "515"), run("fetch", "515")
    assert second.out == first.out
    assert "unchanged" in second.err
    assert "无变化" in run("fetch", "515", "--lang", "zh-CN").err
    assert len(snapshots()) == 1
    assert site.url


@pytest.mark.usefixtures("site")
def test_several_tasks_one_missing() -> None:
    done = run("fetch", "515", "999", "2/516")
    assert len(done.out.splitlines()) == len(snapshots()) == 2
    assert done.code == 4
    lines = done.err.splitlines()
    assert any(line.startswith("999: not fetched: ") for line in lines)
    assert lines[-1] == "error: 1 of 3 tasks were not fetched"


@pytest.mark.usefixtures("site")
def test_a_task_that_is_not_there_is_one_line() -> None:
    done = run("fetch", "999")
    assert done.code == 4
    assert done.is_one_line_and_a_hint()


@pytest.mark.usefixtures("site")
def test_what_was_fetched_is_found_again() -> None:
    live = run("report", "515", "-o", "-", "--to", "json")
    assert live.code == 0
    assert live.err == ""
    report = json.loads(live.out)
    assert report["task"]["task_id"] == "515"
    assert report["order_source"] == "flow"
    assert len(snapshots()) == 1
    for source in ("2/515", str(Path(snapshots()[0]).parent), snapshots()[0], "kept"):
        again = json.loads(run("report", source, "-o", "-", "--to", "json").out)
        for part in ("verdict", "critical_path", "failures", "ledger", "order_source", "retried"):
            assert again[part] == report[part]


def test_the_address_of_a_task_page(site: LocalSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOPS_REPORT_BIZ")
    shutil.rmtree("served")
    archive = Archive("served")
    keep(archive, saved("finished"), scope="project", biz="3")
    page = f"{site.url}/taskflow/execute/3/?instance_id=515"
    done = run("show", page)
    assert done.code == 0, done.err
    assert "515" in done.out
    assert "/project-3/515/" in snapshots()[0]


@pytest.mark.parametrize("command", ["fetch", "show", "watch"])
def test_a_pasted_host_gets_no_credentials_unless_it_is_named_as_the_site(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.delenv("SOPS_REPORT_URL", raising=False)
    with scripted(reply(200, saved("finished"))) as foreign:
        page = f"{foreign.url}/taskflow/execute/2/?instance_id=515"
        for language in Language:
            done = run(command, page, SOPS_REPORT_LANG=language)
            assert (done.code, done.is_one_line_and_a_hint()) == (2, True), done.err
            assert f"--url {foreign.url}" in done.err
        run("profile", "add", "own", "--url", "http://127.0.0.1:9/x")
        run(command, page, "--profile", "own", "--timeout", "0.5")
        assert foreign.asked == []
        assert run(command, page, "--url", foreign.url).code == 0
        assert foreign.asked


def test_a_page_is_asked_of_the_configured_site(site: LocalSite) -> None:
    done = run("fetch", "https://web.example.com/taskflow/?instance_id=515", "--biz", "2")
    assert done.code == 0, done.err
    assert make_site(site.gateway_url).host.replace(":", "_") in done.out


@pytest.mark.usefixtures("site")
def test_companions_are_left_alone_if_asked() -> None:
    assert run("fetch", "515", "--no-detail", "--no-histories").err == ""
    assert not [name for name in kept() if "pipeline_tree" in name or "histories" in name]
    assert run("show", "515", "--no-histories").code == 0
    assert [name for name in kept() if "pipeline_tree" in name]


@pytest.mark.usefixtures("site")
def test_no_companions_at_the_site_are_a_note_and_no_failure() -> None:
    for tag, words in ((Language.EN, "without the flow"), (Language.ZH, "未能取得流程")):
        done = run("report", "516", "-o", f"{tag}.html", "--lang", tag)
        assert done.code == 0
        assert done.out == f"{tag}.html\n"
        assert words in done.err
    assert run("show", "516", "--quiet").err == ""


def test_given_companions_are_not_asked_for(site: LocalSite) -> None:
    tree = RETRIED / "pipeline_tree.json"
    done = run("show", "516", "--tree", tree, "--histories", RETRIED / "histories.json")
    assert (done.code, done.err) == (0, "")
    assert not [name for name in kept() if "pipeline_tree" in name]
    assert site.url


def refusing_companions(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    if "get_task_status" in handler.path:
        reply(200, saved("failed"))(handler, body)
    else:
        denied = {"result": False, "code": 3599999, "message": "iam: no task_view", "data": None}
        reply(200, json.dumps(denied).encode())(handler, body)


def test_a_refusal_of_companions_is_a_note() -> None:
    with scripted(refusing_companions) as local:
        done = run("show", "515", "--url", f"{local.url}/api/bk-sops/prod")
    assert done.code == 0
    notes = done.err.splitlines()
    assert [line.startswith("note: going on without") for line in notes] == [True, True]
    assert not [name for name in kept() if "pipeline_tree" in name or "histories" in name]


FAULTS = {
    "429:always": 4, "502:always": 4, "slow": 4, "html": 4, "redirect": 4, "short": 4, "bomb": 4,
    "denied": 5,
}  # fmt: skip


@pytest.mark.parametrize(("fault", "code"), FAULTS.items())
@pytest.mark.parametrize("command", ["fetch", "report", "show"])
def test_a_fault_is_one_line_and_a_code(fault: str, code: int, command: str) -> None:
    timeout = "0.7" if code == 4 else "120"  # where time is up, that is what is told: 4 too
    with LocalSite(fill_archive(Path("served")), faults=[fault], slow_s=3600) as local:
        done = run(command, "515", "--url", local.gateway_url, "--timeout", timeout)
    assert done.code == code
    assert done.is_one_line_and_a_hint(), done
    assert "127.0.0.1" in done.err.splitlines()[0]
    assert kept() == []


@pytest.mark.parametrize("fault", ["gzip", "429", "502:1"])
def test_a_passing_fault_is_overcome(fault: str) -> None:
    with LocalSite(fill_archive(Path("served")), faults=[fault]) as local:
        done = run("fetch", "515", "--no-detail", "--no-histories", "--url", local.gateway_url)
    assert done.code == 0, done.err
    assert Path(done.out.strip()).read_bytes() == saved("finished")


def test_nobody_at_home() -> None:
    with dead_port() as port:
        done = run("fetch", "515", "--url", f"http://127.0.0.1:{port}/x", "--timeout", "1")
    assert done.code == 4
    assert done.is_one_line_and_a_hint()


@pytest.mark.parametrize("variable", ["APP_CODE", "APP_SECRET", "USERNAME"])
@pytest.mark.parametrize("tag", list(Language))
def test_missing_credentials_name_the_variable(
    site: LocalSite, monkeypatch: pytest.MonkeyPatch, variable: str, tag: str
) -> None:
    monkeypatch.delenv(f"SOPS_REPORT_{variable}")
    done = run("show", "515", SOPS_REPORT_LANG=tag)
    assert done.code == 5
    assert f"SOPS_REPORT_{variable}" in done.err.splitlines()[0]
    assert done.is_one_line_and_a_hint()
    assert site.url


def test_a_missing_business_or_site_is_wrong_usage(
    site: LocalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOPS_REPORT_BIZ")
    done = run("fetch", "515")
    assert done.code == 2
    assert done.is_one_line_and_a_hint()
    assert "515" in done.err
    assert run("fetch", "2/515").code == 0
    monkeypatch.delenv("SOPS_REPORT_URL")
    done = run("fetch", "2/515")
    assert (done.code, done.is_one_line_and_a_hint()) == (2, True)
    assert "SOPS_REPORT_URL" in done.err
    assert site.url


def test_an_archive_that_cannot_be_written_is_one_line(site: LocalSite) -> None:
    Path("kept").write_text("a file, no folder")
    done = run("fetch", "515")
    assert done.code == 1
    assert done.is_one_line_and_a_hint()
    assert site.url


@pytest.mark.usefixtures("site")
def test_the_archive_is_listed_and_verified() -> None:
    run("fetch", "515", "516", "--quiet")
    listed = run("archive", "list")
    assert [line.split("\t")[:2] for line in listed.out.splitlines()] == [
        ["2/515", "1"],
        ["2/516", "1"],
    ]
    assert run("archive", "verify").code == 0
    Path(snapshots()[0]).write_bytes(b"{}")
    spoilt = run("archive", "verify")
    assert spoilt.code == 1
    assert snapshots()[0].rpartition("/")[2] in spoilt.out
    assert [line[:6] for line in spoilt.err.splitlines()] == ["error:", " hint:"]


@pytest.mark.usefixtures("site")
def test_progress_is_for_a_terminal_beside_piped_data() -> None:
    program = (
        "import sys; sys.stderr.isatty = lambda: True; from sops_report.cli import main; main()"
    )
    command = [sys.executable, "-c", program, "fetch", "515", "516"]
    shown = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE_S)
    assert b"fetching" in shown.stderr
    assert len(shown.stdout.splitlines()) == 2
    hushed = subprocess.run([*command, "-q"], capture_output=True, check=True, timeout=PATIENCE_S)
    assert hushed.stderr == b""


def everything() -> str:
    """Return all that lies in the test's folder, names included."""
    files = [path for path in Path().rglob("*") if path.is_file()]
    return "\n".join(f"{path}\n{path.read_bytes().decode('utf-8', 'replace')}" for path in files)


def said(done: Done) -> str:
    return done.out + done.err


@pytest.mark.parametrize("fault", [None, *FAULTS, *PASSING])
def test_a_secret_is_in_nothing_the_command_line_leaves(fault: str | None) -> None:
    faults = [] if fault is None else [fault]
    with LocalSite(fill_archive(Path("served")), faults=faults, slow_s=2) as local:
        for url in (local.gateway_url, local.url):
            where = ("--url", url, "--timeout", "0.5")
            texts = [
                said(run("fetch", "515", "516", *where)),
                said(run("report", "515", "-o", "a.html", "-o", "a.json", "-f", *where)),
                said(run("show", "515", *where, SOPS_REPORT_BK_TOKEN=SECRET)),
                said(run("nodes", "515", "--to", "json", *where, SOPS_REPORT_ACCESS_TOKEN=SECRET)),
                said(run("demo", "-o", "demo")),
                said(run("fetch", "--list", "--again", "--state", "success", *where)),
            ]
            assert SECRET not in "\n".join(texts)
    assert SECRET not in everything()
    assert os.environ["SOPS_REPORT_APP_SECRET"] == SECRET


def test_the_secret_reaches_the_site_or_all_this_proves_nothing() -> None:
    with scripted(reply(200, saved("finished"))) as local:
        run("fetch", "515", "--url", f"{local.url}/api/bk-sops/prod")
        _, path, headers, _ = local.asked[0]
    assert SECRET in headers["x-bkapi-authorization"]
    assert SECRET not in path
