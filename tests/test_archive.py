"""The archive: what it keeps, what it refuses, and what verify finds."""

import errno
import json
import os
from pathlib import Path

import pytest
from sites import FETCHED, TASK, fill_archive, keep, saved

from sops_report.archive.archive import Archive
from sops_report.archive.sameness import says_the_same
from sops_report.errors import InputError, SopsReportError, UsageError
from sops_report.words import Language

DEEP = b'{"children": {"n": ' * 5_000 + b"{}" + b"}}" * 5_000
HOME = "bk.example.com/cmdb_biz-2/515"


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_an_answer_lies_where_the_contract_says_byte_for_byte(tmp_path: Path) -> None:
    about = {"api": "get_task_status", "parameters": {"task_id": "515"}}
    result = keep(Archive(tmp_path), saved("finished"), request=about)
    assert result.is_new
    assert result.path == tmp_path / HOME / "20240618T141320Z.json"
    assert result.path.read_bytes() == saved("finished")
    body, sidecar = Archive(tmp_path).load(result.path)
    assert body == saved("finished")
    assert sidecar["request"] == about
    assert sidecar["http_status"] == 200
    assert sidecar["fetched_at"] == "2024-06-18T14:13:20Z"
    assert len(str(sidecar["sha256"])) == 64
    assert str(sidecar["tool"]).startswith("sops-report ")
    assert Archive(tmp_path).verify() == []


def test_the_moment_of_the_fetch_names_an_answer_without_time(tmp_path: Path) -> None:
    result = keep(Archive(tmp_path), saved("created"), as_of_us=None, site="[::1]:8080")
    assert result.path.parts[-4:-2] == ("[__1]_8080", "cmdb_biz-2")
    assert result.path.name == "20240618T141320Z.json"


def test_different_data_of_one_second_is_numbered_and_equal_data_is_not_kept(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path)
    bodies = [b'{"result": true, "data": {"n": %d}, "trace_id": "%d"}' % (n, n) for n in range(3)]
    names = [keep(archive, body).path.name for body in bodies]
    assert names == [f"20240618T141320Z{tail}.json" for tail in ("", "-2", "-3")]
    again = keep(archive, b'{"trace_id": "x", "data": {"n": 0}, "result": true, "code": 0}')
    assert (again.is_new, again.path.name) == (False, names[0])
    assert [stored.number for stored in archive.snapshots("2", "515")] == [1, 2, 3]


def test_an_unchanged_answer_of_a_later_second_is_not_kept(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    first = keep(archive, b'{"result": true, "data": {"elapsed_time": 5}}')
    later = FETCHED + 9_000_000
    grown = b'{"result": true, "data": {"elapsed_time": 14}}'
    assert keep(archive, grown, as_of_us=later, ignore_elapsed=True).path == first.path
    assert keep(archive, grown, as_of_us=later).is_new


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b'{"data": {"a": 1}, "request_id": "1"}', b'{"request_id": "2", "data": {"a": 1}}', True),
        (b'{"data": {"a": 1}}', b'{"data": {"a": true}}', False),
        (b'{"data": {"a": 1}}', b'{"data": {"a": 1.0}}', False),
        (b'{"state": "A", "trace_id": "1"}', b'{"state": "A", "trace_id": "2"}', True),
        (b'{"result": false, "data": 0, "code": 1}', b'{"result": false, "data": 0, "code": 2}',
         False),
        (b"not json", b"not json", True),
        (b"not json", b"not json 2", False),
        (b'{"data": ' + DEEP + b', "trace_id": "1"}',
         b'{"trace_id": "2", "data": ' + DEEP + b"}", True),
        (b'{"data": ' + DEEP + b', "code": 1}',
         b'{"data": ' + DEEP.replace(b"{}", b'{"x":1}') + b"}",
         False),
        (b'{"data": ' + DEEP, b'{"data": ' + DEEP + b"}", False),
        (b'{"a": ' + DEEP + b', "trace_id": "1"}', b'{"a": ' + DEEP + b', "trace_id": "2"}', True),
    ],
)  # fmt: skip
def test_unchanged_means_equal_data(one: bytes, other: bytes, same: bool) -> None:  # noqa: FBT001
    assert says_the_same(one, other) is same
    assert says_the_same(other, one) is same


@pytest.mark.parametrize(
    "changed",
    [
        {"site": "../x"}, {"site": "a/b"}, {"site": ""}, {"site": ".."}, {"site": "a\x00b"},
        {"site": "user:pw@host"}, {"site": "a..b"}, {"biz": "../2"}, {"biz": ""}, {"biz": "2/3"},
        {"scope": "x-y"}, {"scope": "../x"}, {"task_id": ".."}, {"task_id": "5\n"},
        {"task_id": "a\\b"}, {"task_id": "/etc"},
    ],
)  # fmt: skip
def test_no_name_leaves_the_folder(tmp_path: Path, changed: dict[str, str]) -> None:
    archive = Archive(tmp_path / "archive")
    with pytest.raises(UsageError) as caught:
        keep(archive, b"{}", **changed)
    assert caught.value.key == "archive-name"
    with pytest.raises(UsageError):
        archive.save_beside("pipeline_tree.json", b"{}", **{**TASK, **changed})
    with pytest.raises(UsageError):
        archive.save_beside("../evil.json", b"{}", **TASK)
    assert files_in(tmp_path) == []


def test_finding_a_snapshot_by_its_moment(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    minute = 60_000_000
    names = [stored.path.name for stored in archive.snapshots(2, 515)]
    assert names == ["20240618T141320Z.json", "20240618T141420Z.json", "20240618T141520Z.json"]
    assert archive.find("2", "515").path.name == names[2]
    assert archive.find("2", "515", FETCHED + minute).path.name == names[1]
    assert archive.find("2", "515", FETCHED + minute - 1).path.name == names[0]
    with pytest.raises(InputError) as early:
        archive.find("2", "515", FETCHED - 1)
    assert "2024-06-18T14:13:20Z" in early.value.hint(Language.EN)
    with pytest.raises(InputError) as unknown:
        archive.find("2", "999")
    assert unknown.value.key == "not-archived"
    assert Archive(tmp_path / "nowhere").tasks() == ()


def test_one_task_id_on_two_sites_has_to_be_told_apart(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    keep(archive, b"{}", site="other.example.com:8443")
    with pytest.raises(UsageError) as caught:
        archive.find("2", "515")
    assert "other.example.com_8443" in str(caught.value)
    assert archive.find("2", "515", site="other.example.com:8443").path.read_bytes() == b"{}"
    assert len(archive.tasks()) == 2


def test_what_lies_beside_is_replaced_whole(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    for body in (b"{}", b'{"newer": 1}', b'{"newer": 1}'):
        path = archive.save_beside("histories.json", body, **TASK)
        assert path.read_bytes() == body
    assert files_in(tmp_path) == ["histories.json"]


def test_no_secret_parameter_reaches_a_sidecar(tmp_path: Path) -> None:
    request = {"bk_app_secret": "canary", "parameters": {"Bk_Token": "canary", "scope": "x"}}
    path = keep(Archive(tmp_path), b"{}", request=request).path
    sidecar = path.with_name(path.stem + ".meta.json").read_text("utf-8")
    assert "canary" not in sidecar
    assert json.loads(sidecar)["request"] == {"parameters": {"scope": "x"}}


def test_verify_finds_what_is_not_as_it_was_saved(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    assert archive.verify() == []
    home = tmp_path / HOME
    first, second, third = (stored.path for stored in archive.snapshots("2", "515"))
    first.write_bytes(first.read_bytes() + b" ")
    second.with_name(second.stem + ".meta.json").unlink()
    third.unlink()
    (home / "histories.json").write_bytes(b"{")
    broken = keep(archive, b"<html>", as_of_us=0).path
    broken.with_name(broken.stem + ".meta.json").write_text("[]")
    deep = keep(archive, b'{"data": ' + DEEP + b"}", as_of_us=10**6).path
    (home / ".0123.tmp").write_bytes(b"half")
    found = {(finding.code, finding.path.name) for finding in archive.verify()}
    assert found == {
        ("hash-mismatch", first.name), ("missing-sidecar", second.name),
        ("orphan-sidecar", third.stem + ".meta.json"), ("leftover", ".0123.tmp"),
        ("not-json", "histories.json"), ("not-json", broken.name), ("bad-sidecar", broken.name),
    }  # fmt: skip
    assert deep.is_file()
    assert all(finding.path.name in finding.text(Language.ZH) for finding in archive.verify())


def test_a_broken_sidecar_does_not_hide_the_answer(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    path = keep(archive, b"{}").path
    sidecar = path.with_name(path.stem + ".meta.json")
    for broken in (b"[]", b"{", b"\xff", b"[" * 100_000):
        sidecar.write_bytes(broken)
        assert archive.load(path) == (b"{}", {})
    sidecar.unlink()
    assert archive.load(path) == (b"{}", {})
    with pytest.raises(InputError):
        archive.load(tmp_path / "missing.json")


def test_a_file_system_without_links_still_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    archive = Archive(tmp_path)
    one, two = keep(archive, b'{"data": 1}').path, keep(archive, b'{"data": 2}').path
    assert (one.read_bytes(), two.read_bytes()) == (b'{"data": 1}', b'{"data": 2}')
    assert archive.verify() == []
    assert len(files_in(tmp_path)) == 4


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(SopsReportError) as caught:
        keep(Archive(blocked), b"{}")
    assert caught.value.key == "archive-write"
    assert caught.value.exit_code == 1
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("failing", ["link", "fsync"])
def test_a_disk_that_fills_at_any_step_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, failing, full)
        with pytest.raises(SopsReportError) as caught:
            keep(Archive(tmp_path), b"{}")
        assert "No space left" in str(caught.value)
    assert files_in(tmp_path) == []
    assert keep(Archive(tmp_path), b"{}").is_new
