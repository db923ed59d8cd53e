"""The ticket kit: everything a ticket needs, within what its tracker takes, without a secret."""

import gzip
import io
import json
import warnings
import zipfile
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sops_report.cli import kitting, redacting
from sops_report.cli.chrome import Group
from sops_report.errors import UsageError
from sops_report.kit import TRACKERS, Kit, make_kit
from sops_report.rendering.dialects import DIALECTS
from sops_report.report.model import Report
from sops_report.report.postmortem import PostMortem
from sops_report.snapshot import Snapshot
from sops_report.sources import read
from sops_report.words import Language

SECRET = "hunter2secret"  # noqa: S105 - what must not be seen
CHILD = "n" + "1" * 31
ANSWER = {
    "result": True,
    "data": {
        "id": "n" + "0" * 31, "name": "发布", "state": "FAILED", "elapsed_time": 30,
        "start_time": "2020-08-18 11:31:08 +0800", "ex_data": {CHILD: f"password={SECRET}"},
        "children": {CHILD: {
            "id": CHILD, "name": "登录 10.0.3.17", "state": "FAILED", "children": {},
            "start_time": "2020-08-18 11:31:09 +0800", "finish_time": "2020-08-18 11:31:20 +0800",
        }},
    },
}  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(ANSWER, ensure_ascii=False), "utf-8")
    return path


@pytest.fixture
def snapshot(source: Path) -> Snapshot:
    return read(source)


def no_paint(_: Report) -> bytes:
    return b"\x89PNG"


@pytest.mark.parametrize("tracker", sorted(TRACKERS))
def test_a_kit_holds_what_a_ticket_needs(snapshot: Snapshot, tracker: str) -> None:
    kit = make_kit(snapshot, tracker=tracker, language=Language.ZH, paint=no_paint)
    page = "report.html" if TRACKERS[tracker].takes_html else "report.zip"
    assert list(kit.files) == ["title.txt", "summary.md", page, "gantt.png", "raw.json.gz"]
    title = kit.files["title.txt"].decode()
    assert title == "失败 · 发布 · 登录 10.0.3.17\n"
    summary = kit.files["summary.md"]
    assert len(summary) <= DIALECTS[TRACKERS[tracker].dialect].budget
    assert page in summary.decode().replace("\u200d", "")
    assert all(len(data) <= kit.limit for data in kit.files.values())


def test_no_file_of_a_kit_tells_a_secret(snapshot: Snapshot, tmp_path: Path) -> None:
    kit = make_kit(snapshot, paint=no_paint)
    raw = gzip.decompress(kit.files["raw.json.gz"])
    for data in (*kit.files.values(), raw):
        assert SECRET.encode() not in data
    assert b"password=***" in raw
    page = tmp_path / "report.html"
    page.write_bytes(kit.files["report.html"])
    assert read(page).tree.ex_data[1] == "password=***"


def test_the_raw_answer_stays_raw_on_request_only(snapshot: Snapshot) -> None:
    raw = gzip.decompress(make_kit(snapshot, raw=True, paint=no_paint).files["raw.json.gz"])
    assert json.loads(raw) == ANSWER
    assert raw == json.dumps(ANSWER, ensure_ascii=False).encode()


def test_equal_input_makes_equal_kits(snapshot: Snapshot) -> None:
    made = [make_kit(snapshot, tracker="servicenow") for _ in range(2)]
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0].files["report.zip"])) as archive:
        assert archive.namelist() == ["report.html"]


def test_what_people_wrote_is_in_the_kit(snapshot: Snapshot) -> None:
    kit = make_kit(snapshot, postmortem=PostMortem(impact="一小时无法下单"), paint=no_paint)
    assert "一小时无法下单" in kit.files["summary.md"].decode()


def test_what_a_tracker_would_refuse_is_left_out_and_named(snapshot: Snapshot) -> None:
    kit = make_kit(snapshot, paint=lambda _: b"x" * 11_000_000)
    assert kit.too_large == {"gantt.png": 11_000_000}
    assert "gantt.png" not in kit.files


def test_a_kit_never_overwrites_and_never_writes_a_part(tmp_path: Path) -> None:
    kit = Kit(files={"a": b"1", "b": b"2"}, too_large={}, limit=9)
    folder = tmp_path / "kit"
    folder.mkdir()
    (folder / "b").write_bytes(b"mine")
    with pytest.raises(UsageError):
        kit.write(folder)
    assert [path.name for path in folder.iterdir()] == ["b"]
    assert [path.name for path in kit.write(folder, force=True)] == ["a", "b"]
    assert (folder / "b").read_bytes() == b"2"


def test_a_name_of_no_tracker_is_refused(snapshot: Snapshot) -> None:
    with pytest.raises(UsageError):
        make_kit(snapshot, tracker="klingon")


def run(*words: str) -> tuple[list[str], str]:
    app = typer.Typer(cls=Group)
    kitting.add_to(app)
    redacting.add_to(app)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = CliRunner().invoke(app, ["kit", *words], obj=Language.EN)
    if done.exception is not None:
        raise done.exception
    return done.stdout.splitlines(), done.stderr


def test_the_command_prints_one_path_a_line(source: Path, tmp_path: Path) -> None:
    out, _ = run(str(source), "-o", str(tmp_path / "kit"), "--for", "jira")
    assert [Path(line).name for line in out] == [
        "title.txt", "summary.md", "report.html", "gantt.png", "raw.json.gz",
    ]  # fmt: skip
    assert all(Path(line).stat().st_size for line in out)
    assert (tmp_path / "kit" / "gantt.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "kit" / "summary.md").read_text("utf-8").startswith("h2. ")


def test_a_kit_under_pseudonyms_names_nobody(source: Path, tmp_path: Path) -> None:
    out, _ = run(str(source), "-o", str(tmp_path / "kit"), "--anonymise", "--dialect", "plain")
    for line in out:
        data = Path(line).read_bytes()
        text = gzip.decompress(data) if line.endswith(".gz") else data
        for name in ("登录", "发布", CHILD, "10.0.3.17"):
            assert name.encode() not in text, line
    assert "node-2" in (tmp_path / "kit" / "title.txt").read_text("utf-8")


def test_the_post_mortem_file_is_made_and_shown(source: Path, tmp_path: Path) -> None:
    file = tmp_path / "postmortem.yaml"
    run(str(source), "-o", str(tmp_path / "one"), "--postmortem", str(file))
    file.write_text(file.read_text("utf-8").replace('trigger: ""', 'trigger: "a typo"'), "utf-8")
    run(str(source), "-o", str(tmp_path / "two"), "--postmortem", str(file))
    for name in ("summary.md", "report.html"):
        assert "a typo" in (tmp_path / "two" / name).read_text("utf-8")
    assert 'trigger: "a typo"' in file.read_text("utf-8")


def test_a_dialect_that_is_none_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        run(str(source), "-o", str(tmp_path / "kit"), "--dialect", "klingon")
    assert not (tmp_path / "kit").exists()
