"""Whatever a SOURCE is: told from its name, completed by what lies beside it."""

import gzip
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from commandline import FAILED, RETRIED, run
from sites import fill_archive, keep, saved

from sops_report.errors import InputError, SopsReportError, UsageError
from sops_report.sources import read
from sops_report.sources.live import Wanted, of_page, wanted
from sops_report.words import Language


def answers(folder: Path) -> list[Path]:
    return sorted((folder / "snapshots").glob("*.json"))


def last(folder: Path) -> Path:
    return answers(folder)[-1]


def verdict(*words: object, stdin: bytes = b"") -> str:
    done = run("report", *words, "-o", "-", "--to", "json", stdin=stdin)
    assert done.code == 0, done.err
    return str(json.loads(done.out)["verdict"]["outcome"])


def test_standard_input() -> None:
    assert verdict("-", stdin=last(FAILED).read_bytes()) == "failed"
    assert verdict("-", stdin=gzip.compress(last(FAILED).read_bytes())) == "failed"


def test_standard_input_of_json_lines() -> None:
    lines = b"\n".join(json.dumps(json.loads(p.read_bytes())).encode() for p in answers(RETRIED))
    assert verdict("-", stdin=lines) == "finished_with_issues"


@pytest.mark.parametrize("closed", [True, False])
def test_no_standard_input_is_an_error_of_input(
    monkeypatch: pytest.MonkeyPatch, closed: bool  # noqa: FBT001
) -> None:  # fmt: skip
    if closed:
        monkeypatch.setattr(sys, "stdin", None)
        with pytest.raises(InputError, match="empty"):
            read("-")
    else:
        assert run("show", "-").code == 3


def test_json_lines_files(tmp_path: Path) -> None:
    lines = b"\n".join(json.dumps(json.loads(p.read_bytes())).encode() for p in answers(RETRIED))
    for name, data in (("a.jsonl", lines), ("a.ndjson.gz", gzip.compress(lines))):
        (tmp_path / name).write_bytes(data)
        assert len(read(tmp_path / name).earlier) == len(answers(RETRIED)) - 1


def test_a_list_is_its_newest_with_the_rest_as_history(tmp_path: Path) -> None:
    every = [json.loads(path.read_bytes()) for path in answers(RETRIED)]
    (tmp_path / "list.json").write_text(json.dumps(every[::-1]))
    snapshot = read(tmp_path / "list.json")
    assert snapshot.tree.state[0] == "FINISHED"
    assert len(snapshot.earlier) == len(every) - 1


def test_several_tasks_need_a_word(tmp_path: Path) -> None:
    two = [json.loads(last(folder).read_bytes())["data"] for folder in (FAILED, RETRIED)]
    file = tmp_path / "two.json"
    file.write_text(json.dumps(two))
    done = run("show", file)
    assert done.code == 3
    assert "--task" in done.err
    assert done.is_one_line_and_a_hint()
    assert verdict(file, "--task", two[0]["id"]) == "failed"
    assert verdict(file, "--task", two[1]["id"]) == "finished_with_issues"
    assert run("show", file, "--task", "no-such").code == 3


def test_a_folder_is_its_newest_answer_with_its_companions() -> None:
    snapshot = read(RETRIED)
    assert len(snapshot.earlier) == len(answers(RETRIED)) - 1
    assert snapshot.flow is not None
    assert snapshot.attempts is not None
    assert read(RETRIED / "snapshots").flow is not None


def test_companions_of_a_file_lie_beside_it_or_above_its_snapshots(tmp_path: Path) -> None:
    assert read(last(RETRIED)).flow is not None
    shutil.copy(last(RETRIED), tmp_path / "answer.json")
    assert read(tmp_path / "answer.json").flow is None
    shutil.copy(RETRIED / "pipeline_tree.json", tmp_path)
    packed = gzip.compress((RETRIED / "histories.json").read_bytes())
    (tmp_path / "histories.json.gz").write_bytes(packed)
    beside = read(tmp_path / "answer.json")
    assert beside.flow is not None
    assert beside.attempts


def test_a_folder_not_called_snapshots_looks_at_itself_only(tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    shutil.copy(last(RETRIED), tmp_path / "answers")
    shutil.copy(RETRIED / "pipeline_tree.json", tmp_path)
    assert read(tmp_path / "answers").flow is None


def test_companions_may_be_named(tmp_path: Path) -> None:
    shutil.copy(last(RETRIED), tmp_path / "answer.json")
    words = ("--tree", RETRIED / "pipeline_tree.json", "--histories", RETRIED / "histories.json")
    out = run("report", tmp_path / "answer.json", *words, "-o", "-", "--to", "json").out
    assert json.loads(out)["order_source"] == "flow"
    assert run("show", tmp_path / "answer.json", "--tree", "no-such").code == 3


def test_a_broken_companion_costs_its_own_facts_only(tmp_path: Path) -> None:
    shutil.copy(last(FAILED), tmp_path / "answer.json")
    (tmp_path / "pipeline_tree.json").write_bytes(b"<html>")
    (tmp_path / "histories.json").write_bytes(b"{")
    assert verdict(tmp_path / "answer.json") == "failed"


def test_a_bad_file_in_a_folder_is_a_note(tmp_path: Path) -> None:
    shutil.copy(last(FAILED), tmp_path / "a.json")
    (tmp_path / "b.json").write_bytes(b"{")
    notes = {note.code for note in read(tmp_path).notes}
    assert "file-refused" in notes
    (tmp_path / "a.json").unlink()
    assert run("show", tmp_path).code == 3


def test_an_archive_is_a_source_at_every_level(tmp_path: Path) -> None:
    fill_archive(tmp_path)
    place = tmp_path
    for name in ("", "bk.example.com", "cmdb_biz-2", "515"):
        place = place / name
        snapshot = read(place)
        assert (snapshot.origin.task_id, len(snapshot.earlier)) == ("515", 2)
        assert snapshot.flow is not None


def test_an_archive_of_several_tasks_needs_a_word(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    keep(archive, saved("failed"), task_id="516")
    assert run("show", tmp_path).code == 3
    assert read(tmp_path, task="516").origin.task_id == "516"
    with pytest.raises(InputError):
        read(tmp_path, task="517")


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    done = run("show", tmp_path)
    assert done.code == 3
    assert done.is_one_line_and_a_hint()


def test_a_task_of_the_archive_and_its_moments(tmp_path: Path) -> None:
    fill_archive(tmp_path)
    words = ("--archive", tmp_path)
    assert verdict("2/515", *words).startswith("finished")
    assert verdict("2/515@20240618T141430Z", *words) == "failed"
    for at in ("2024-06-18T14:14:30Z", "2024-06-18 22:14:30 +0800"):
        assert verdict(f"2/515@{at}", *words) == "failed"
    assert verdict("2/515@2030-01-01", *words).startswith("finished")
    assert verdict("2/515@20300101", *words).startswith("finished")
    done = run("show", "2/515@2020-01-01", *words)
    assert done.code == 3
    assert "2024-06-18" in done.err
    assert run("show", "2/999", *words).code == 3
    assert run("show", "2/515@noon", *words).code == 2


def test_a_moment_sees_only_what_was_known_then(tmp_path: Path) -> None:
    fill_archive(tmp_path)
    words = ("report", "2/515@20240618T141430Z", "-o", "-", "--to", "json")
    out = run(*words, SOPS_REPORT_ARCHIVE=str(tmp_path)).out
    assert json.loads(out)["task"]["state"] == "FAILED"


def test_one_task_at_two_sites_has_to_be_told_apart(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    keep(archive, saved("failed"), site="other.example.com")
    done = run("show", "2/515", "--archive", tmp_path)
    assert done.code == 2
    assert done.is_one_line_and_a_hint()


@pytest.mark.parametrize(
    ("address", "task"),
    [
        ("https://a.b/taskflow/execute/3/?instance_id=10", ("10", "3", "project")),
        (
            "https://a.b:8443/o/bk_sops/taskflow/execute/3?x=1&instance_id=10",
            ("10", "3", "project"),
        ),
        ("https://a.b/#/taskflow/execute/3/?instance_id=10", ("10", "3", "project")),
        ("https://u:p@a.b/?instance_id=10", ("10", None, None)),
        ("HTTP://A.B/taskflow/execute/3/?instance_id=10#top", ("10", "3", "project")),
    ],
)
def test_the_address_of_a_task_page(
    address: str, task: tuple[str, str | None, str | None]
) -> None:  # fmt: skip
    found = of_page(address)
    assert (found.task_id, found.biz, found.scope) == task
    assert found.url is not None
    assert "p@" not in found.url


def test_names_of_tasks_to_fetch() -> None:
    assert wanted("515") == Wanted(task_id="515")
    assert wanted("2/515") == Wanted(task_id="515", biz="2")
    for name in ("５１５", "n0123", "2/", "../2", "https://a.b/", "https://a.b/?instance_id=x"):
        with pytest.raises(UsageError):
            wanted(name)


def test_a_folder_named_like_a_task_id_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "515").mkdir()
    shutil.copy(last(FAILED), tmp_path / "515")
    assert verdict("515") == "failed"


@pytest.mark.skipif(sys.platform != "linux", reason="names of bytes are a matter of Linux")
def test_names_that_are_no_utf_8(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff\xfe"
    Path(os.fsdecode(folder)).mkdir()
    shutil.copy(last(FAILED), os.fsdecode(folder + b"/\x80.json"))
    (Path(os.fsdecode(folder)) / "bad.json").write_bytes(b"{")
    for source in (folder, folder + b"/\x80.json"):
        for form in ("html", "md", "json", "txt"):
            done = run("report", os.fsdecode(source), "-o", "-", "--to", form)
            assert done.code == 0, done.err
        assert run("show", os.fsdecode(source)).code == 0
    out = Path(os.fsdecode(folder + b"/out.html"))
    assert run("report", os.fsdecode(folder), "-o", out).code == 0
    assert out.is_file()
    assert run("show", os.fsdecode(folder + b"/none.json")).code == 2


def test_what_cannot_be_read_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"{}")

    def refuse(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    for source in (file, tmp_path):
        done = run("show", source)
        assert done.code == 3
        assert done.is_one_line_and_a_hint()


def test_paths_and_bytes_are_sources_too() -> None:
    assert read(RETRIED).tree == read(str(RETRIED)).tree
    assert read(last(FAILED).read_bytes()).tree.state[0] == "FAILED"


def test_thousands_of_snapshots_are_looked_at_once_each(tmp_path: Path) -> None:
    """The parts of a task are told from the whole without comparing each with each."""
    body = last(RETRIED).read_bytes()
    for number in range(1500):
        (tmp_path / f"{number:05}.json").write_bytes(body)
    assert len(read(tmp_path).earlier) == 1499


def test_errors_of_sources_speak_both_languages() -> None:
    for name in ("no-such", "2/515@x", "https://a.b/"):
        with pytest.raises(SopsReportError) as caught:
            read(name)
        for language in Language:
            assert caught.value.text(language)
            assert caught.value.hint(language)
