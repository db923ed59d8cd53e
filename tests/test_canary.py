"""A secret planted through the environment is found nowhere: no file, log, error, traceback."""

import http.server
import json
import logging
import os
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path

import pytest
from sites import DATA, TASK, Naps, Script, door_url, fill_archive, reply, scripted

from sops_report.api.client import SopsClient
from sops_report.api.clockwork import Clockwork
from sops_report.api.diary import telling_tries
from sops_report.api.retries import Patience
from sops_report.archive.archive import Archive
from sops_report.archive.packing import pack
from sops_report.archive.packs import members_of
from sops_report.archive.shelf import PACK
from sops_report.config import Settings, read_settings
from sops_report.errors import SopsReportError
from sops_report.server import FAULTS, LocalSite
from sops_report.sources.live import Wanted
from sops_report.watching.polling import Poller
from sops_report.watching.teller import Teller
from sops_report.watching.watch import Followed, Watch
from sops_report.words import Language

CANARY = 'kanarie-8fQ2-"quoted"-%2F &é'
DOORS = ("gateway", "esb")
KINDS = (
    {"SOPS_REPORT_APP_CODE": "a", "SOPS_REPORT_APP_SECRET": CANARY, "SOPS_REPORT_USERNAME": "u"},
    {"SOPS_REPORT_APP_CODE": "a", "SOPS_REPORT_APP_SECRET": CANARY, "SOPS_REPORT_BK_TOKEN": CANARY},
    {"SOPS_REPORT_ACCESS_TOKEN": CANARY},
)


def settings_of(url: str, door: str, kind: dict[str, str], folder: Path) -> Settings:
    environ = {**kind, "SOPS_REPORT_URL": url, "SOPS_REPORT_DOOR": door, "SOPS_REPORT_BIZ": "2",
               "SOPS_REPORT_TIMEOUT": "0.6"}  # fmt: skip
    return read_settings(environ, config_file=folder / "config.toml")


def everything_said(settings: Settings, archive: Archive) -> str:
    """Ask, archive, and return every text that came of it, local variables included."""
    credentials, naps = settings.credentials(), Naps()
    said = [repr(settings), repr(credentials), str(credentials)]
    with SopsClient(
        settings.site(), credentials, patience=Patience(tries=2), clocks=naps.clocks()
    ) as client:
        said.append(repr(client))
        try:
            answer = client.get_task_status(515, with_failed_node_info=True)
        except SopsReportError as error:
            told = traceback.TracebackException.from_exception(error, capture_locals=True)
            said += [*told.format(), repr(error), repr(error.values), repr(error.__context__)]
            said += [error.text(one) + error.hint(one) for one in Language]
        else:
            saved = archive.save(
                answer.body, **TASK, as_of_us=None, fetched_at_us=answer.fetched_at_us,
                request=answer.request, http_status=answer.http_status,
            )  # fmt: skip
            said += [repr(answer), repr(saved)]
    return "\n".join(said)


def is_clean(text: str) -> bool:
    spellings = {CANARY, json.dumps(CANARY)[1:-1], json.dumps(CANARY, ensure_ascii=False)[1:-1]}
    return "kanarie" not in text and not any(spelling in text for spelling in spellings)


def files_are_clean(folder: Path) -> bool:
    """Look into every file, and into what is packed in one."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    bodies = [path.read_bytes() for path in files]
    bodies += [body for path in files if path.name == PACK for _, body in members_of(path)]
    return all(is_clean(body.decode("utf-8", "replace")) for body in bodies)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("fault", [*FAULTS, "none", "502:always"])
def test_the_canary_is_in_nothing_we_say_whatever_goes_wrong(
    tmp_path: Path,
    door: str,
    fault: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    served, kept = fill_archive(tmp_path / "served"), Archive(tmp_path / "kept")
    faults = [] if fault == "none" else [fault]
    with LocalSite(served, faults=faults, slow_s=0.7) as site:
        for kind in KINDS:
            settings = settings_of(door_url(site, door), door, kind, tmp_path)
            assert is_clean(everything_said(settings, kept))
    assert is_clean(caplog.text)
    assert is_clean("".join(capfd.readouterr()))
    assert files_are_clean(tmp_path)
    if fault in {"none", "gzip"}:
        assert len(kept.tasks()) == 1


def echo(status: int, *, in_header: bool) -> Script:
    """Return a site that says back what it was sent, as some do in their errors."""

    def answer(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        sent = json.loads(handler.headers["X-Bkapi-Authorization"])
        message = f"app_secret is wrong: {'、'.join(sent.values())} {body.decode()}"
        text = json.dumps({"result": False, "code": 1306000, "message": message}).encode()
        plain = "wrong secrets: " + ", ".join(sent.values())
        headers = {"X-Bkapi-Error-Message": plain, "Location": f"http://x/{plain}"}
        reply(status, b"<html>" if in_header else text, headers)(handler, body)

    return answer


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("status", [200, 302, 401, 403, 500])
@pytest.mark.parametrize("in_header", [True, False])
def test_a_site_that_echoes_the_canary_is_not_repeated(
    tmp_path: Path,
    door: str,
    status: int,
    in_header: bool,  # noqa: FBT001 - a parameter
) -> None:
    with scripted(echo(status, in_header=in_header)) as site:
        for kind in KINDS:
            settings = settings_of(site.url, door, kind, tmp_path)
            assert is_clean(everything_said(settings, Archive(tmp_path / "kept")))


def test_the_canary_reaches_the_site_or_all_this_proves_nothing(tmp_path: Path) -> None:
    good = (DATA / "finished.json").read_bytes()
    for door in DOORS:
        with scripted(reply(200, good)) as site:
            settings = settings_of(site.url, door, KINDS[0], tmp_path)
            everything_said(settings, Archive(tmp_path / door))
            _, path, headers, _ = site.asked[0]
        assert json.loads(headers["x-bkapi-authorization"])["bk_app_secret"] == CANARY
        assert is_clean(path)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("fault", ["none", "denied", "502:always", "html", "echo"])
def test_the_canary_is_in_nothing_that_lists_and_watches_keep_or_say(
    tmp_path: Path, door: str, fault: str
) -> None:
    served = fill_archive(tmp_path / "served")
    faults = [] if fault in {"none", "echo"} else [fault]
    with LocalSite(served, faults=faults) as site, scripted(echo(200, in_header=False)) as echoing:
        for kind in KINDS:
            url = echoing.url if fault == "echo" else door_url(site, door)
            settings = settings_of(url, door, kind, tmp_path)
            assert is_clean(everything_watched(settings))
    assert files_are_clean(tmp_path)


def everything_watched(settings: Settings) -> str:
    """List, ask for many and follow one task; return every text that came of it."""
    told, clocks = list[str](), Clockwork(sleep=Naps().taken.append)
    with SopsClient(settings.site(), settings.credentials(), clocks=clocks) as client:
        for ask in (client.get_task_list, lambda: client.get_tasks_status([515])):
            try:
                told.append(repr(ask()))
            except SopsReportError as error:
                told += [repr(error), repr(error.values), error.text(Language.ZH)]
    task = Followed(poller=Poller(Wanted(task_id="515"), settings, clocks=clocks))
    teller = Teller(
        language=Language.EN, zone=None, tell=told.append, monotonic=clocks.monotonic
    )  # fmt: skip
    Watch(tasks=[task], audience=teller, is_over=lambda _: True, clocks=clocks).run()
    rows = [row.text for row in teller.rows()]
    return "\n".join([*told, *rows, repr(task), repr(task.error)])


def spying(seen: list[bytes]) -> Script:
    """Return a site that looks at the command lines of all processes while it is asked."""
    good = reply(200, (DATA / "finished.json").read_bytes())

    def answer(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # it has ended
                seen.append(path.read_bytes())
        good(handler, body)

    return answer


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("status", [200, 302, 403, 500])
def test_the_canary_is_in_no_line_of_debug(
    tmp_path: Path, door: str, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with scripted(echo(status, in_header=True)) as site, telling_tries(is_on=True):
        for kind in KINDS:
            everything_said(settings_of(site.url, door, kind, tmp_path), Archive(tmp_path / "kept"))
    told = capfd.readouterr().err
    assert "get_task_status" in told
    assert f": {status}, " in told
    assert is_clean(told)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
@pytest.mark.parametrize("kind", KINDS)
def test_the_canary_is_on_no_command_line_and_in_no_packed_archive(
    tmp_path: Path, kind: dict[str, str]
) -> None:
    seen: list[bytes] = []
    with scripted(spying(seen)) as site:
        environ = {
            **os.environ, **kind, "SOPS_REPORT_URL": site.url, "SOPS_REPORT_BIZ": "2",
            "SOPS_REPORT_ARCHIVE": str(tmp_path / "kept"), "PYTHONDEVMODE": "1",
            "XDG_CONFIG_HOME": str(tmp_path),
        }  # fmt: skip
        program = [sys.executable, "-m", "sops_report", "fetch", "515", "--debug"]
        ran = subprocess.run(program, env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert any(b"sops_report\0fetch" in line for line in seen)
    assert all(is_clean(line.decode("utf-8", "replace")) for line in seen)
    assert is_clean(ran.stdout + ran.stderr)
    assert "debug: POST get_task_status '127.0.0.1" in ran.stderr.replace("GET", "POST")
    (task,) = Archive(tmp_path / "kept").tasks()
    assert files_are_clean(tmp_path)
    assert pack(task.path)
    assert [path.name for path in task.path.iterdir()] == [PACK]
    assert files_are_clean(tmp_path)
