"""``doctor``: each check by its line, the exit code, and no secret."""

import ssl
from pathlib import Path

import pytest
import trustme
from commandline import Done, run
from series import moving_archive
from sites import SECRET, fill_archive, reply, scripted

from sops_report.config import Credentials
from sops_report.server import LocalSite

GOOD = b'{"result": true, "code": 0, "data": []}'


@pytest.fixture(autouse=True)
def _set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name, value in {
        "APP_CODE": "a", "APP_SECRET": SECRET, "USERNAME": "u", "BIZ": "2", "ARCHIVE": "kept",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SOPS_REPORT_{name}", value)


def marks(done: Done) -> list[str]:
    assert SECRET not in done.out + done.err
    return [line.split()[0] for line in done.out.splitlines()]


def test_all_is_well() -> None:
    moving_archive(Path("kept"))
    with LocalSite(fill_archive(Path("served"))) as site:
        done = run("doctor", "--url", site.gateway_url)
    assert done.code == 0, done.out
    assert set(marks(done)) <= {"ok", "note"}
    assert len(marks(done)) == 9
    assert "1 tasks" in done.out


def test_nothing_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("doctor")
    assert done.code == 1
    assert marks(done)[:2] == ["ok", "FAIL"]
    assert "SOPS_REPORT_URL" in done.out
    monkeypatch.delenv("SOPS_REPORT_APP_SECRET")
    done = run("doctor", "--url", "http://127.0.0.1:9")
    assert "SOPS_REPORT_APP_SECRET is not set" in done.out


@pytest.mark.parametrize(
    ("fault", "words"),
    [("denied", "denies access"), ("html", "web page"), ("redirect", "sends us")],
)
def test_a_site_that_refuses_is_one_failed_line(fault: str, words: str) -> None:
    with LocalSite(fill_archive(Path("served")), faults=[fault]) as site:
        done = run("doctor", "--url", site.gateway_url)
    assert done.code == 1
    failed = [line for line in done.out.splitlines() if line.startswith("FAIL")]
    assert len(failed) == 1
    assert words in failed[0]
    assert ("the site answers" in done.out) is (fault == "denied")
    assert marks(done)


@pytest.mark.parametrize(
    ("date", "mark"), [("Tue, 18 Jun 2024 13:30:04 GMT", "FAIL"), ("no date", "note")]
)
def test_a_clock_that_is_off_is_told(date: str, mark: str) -> None:
    with scripted(reply(200, GOOD)) as site:
        done = run("doctor", "--url", site.url)
        assert done.code == 0, done.out  # the scripted site tells the real time

    def off(handler: object, body: bytes) -> None:
        handler.date_time_string = lambda: date  # type: ignore[attr-defined]
        reply(200, GOOD)(handler, body)  # type: ignore[arg-type]

    with scripted(off) as site:
        done = run("doctor", "--url", site.url)
    line = next(line for line in done.out.splitlines() if "our clock" in line or "its time" in line)
    assert line.split()[0] == mark
    assert done.code == (1 if mark == "FAIL" else 0)


def test_a_damaged_and_an_unwritable_archive_are_told() -> None:
    archive = fill_archive(Path("kept"))
    next(iter(archive.folder.rglob("*Z.json"))).write_bytes(b"{}")
    with LocalSite(fill_archive(Path("served"))) as site:
        damaged = run("doctor", "--url", site.gateway_url)
        Path("file").write_text("in the way")
        blocked = run("doctor", "--url", site.gateway_url, "--archive", "file")
    assert damaged.code == blocked.code == 1
    assert "1 findings" in damaged.out
    assert marks(blocked).count("FAIL") == 1


def test_the_lines_are_chinese_too() -> None:
    done = run("doctor", "--lang", "zh-CN")
    assert done.out.startswith("正常  ")
    assert "失败  还没有配置站点地址" in done.out


def failed_lines(done: Done) -> list[str]:
    return [line for line in done.out.splitlines() if line.startswith("FAIL")]


@pytest.mark.parametrize(
    ("fault", "timeout", "words"),
    [
        ("502:always", "120", "in trouble"), ("429:always", "120", "limits how often"),
        ("slow", "0.7", "0.7 s"), ("drip", "0.7", "0.7 s"), ("short", "120", "broke off"),
        ("bomb", "0.7", "0.7 s"),
    ],
)  # fmt: skip
def test_a_site_that_misbehaves_is_one_failed_line(fault: str, timeout: str, words: str) -> None:
    with LocalSite(fill_archive(Path("served")), faults=[fault], slow_s=3600) as site:
        done = run("doctor", "--url", site.gateway_url, "--timeout", timeout)
    assert (done.code, len(failed_lines(done))) == (1, 1), done.out
    assert words in failed_lines(done)[0] or "larger than" in failed_lines(done)[0]


def test_credentials_that_are_wrong_are_told_apart_from_a_missing_permission() -> None:
    archive = fill_archive(Path("served"))
    others = Credentials(app_code="other", app_secret="other", username="u")  # noqa: S106
    with LocalSite(archive, credentials=others) as site:
        for url in (site.gateway_url, site.url):
            done = run("doctor", "--url", url)
            assert (done.code, len(failed_lines(done))) == (1, 1)
            assert "does not accept the credentials" in failed_lines(done)[0]
    with LocalSite(archive, faults=["denied"]) as site:
        done = run("doctor", "--url", site.gateway_url)
    assert "task_view" in failed_lines(done)[0]


def test_a_name_a_certificate_and_a_missing_business_are_told() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with scripted(reply(200, GOOD), context) as site:
        cases = {
            ("--url", "http://nowhere.invalid"): "cannot be resolved",
            ("--url", site.url): "is not trusted",
            ("--url", "http://127.0.0.1:9/x"): "cannot be reached",
        }
        for words, told in cases.items():
            done = run("doctor", *words)
            assert (done.code, len(failed_lines(done))) == (1, 1), done.out
            assert told in failed_lines(done)[0]
    with LocalSite(fill_archive(Path("served"))) as local:
        done = run("doctor", "--url", local.gateway_url, SOPS_REPORT_BIZ="")
    assert "--biz" in failed_lines(done)[0]
    assert "task –" not in done.out
