"""The archive for years: pruned, exported, imported; nothing is lost and nothing leaves."""

import hashlib
import zipfile
from pathlib import Path

import pytest
from commandline import run
from series import TASK_ID, moving_archive
from sites import FETCHED, TASK, fill_archive, keep, saved

from sops_report.archive.archive import Archive
from sops_report.archive.pruning import age_us, prunable, prune
from sops_report.archive.transfer import SUMS, Imported, export_zip, import_zip
from sops_report.errors import InputError, SopsReportError, UsageError


def files_of(archive: Archive) -> dict[str, bytes]:
    paths = (path for path in archive.folder.rglob("*") if path.is_file())
    return {path.relative_to(archive.folder).as_posix(): path.read_bytes() for path in paths}


def test_only_old_answers_go_and_the_newest_stays(tmp_path: Path) -> None:
    archive = moving_archive(tmp_path)
    before = files_of(archive)
    series = archive.snapshots("2", TASK_ID)
    chosen = prunable(archive, series[5].as_of_us)
    assert chosen == series[:5]
    assert files_of(archive) == before
    prune(chosen)
    assert archive.snapshots("2", TASK_ID) == series[5:]
    assert archive.verify() == []
    prune(prunable(archive, 2**62))
    assert archive.snapshots("2", TASK_ID) == series[-1:]
    assert prunable(archive, 2**62) == ()


def test_the_newest_goes_only_if_it_is_asked_for(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    prune(prunable(archive, 2**62, newest_too=True))
    assert files_of(archive) == {}
    assert archive.tasks() == ()


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    (archive.tasks()[0].path / "notes.txt").write_text("mine")
    prune(prunable(archive, 2**62, newest_too=True))
    assert list(files_of(archive).values()) == [b"mine"]


@pytest.mark.parametrize("text", ["", "90", "d", "-1d", "1.5d", "90 d", "1y", "9999999d"])
def test_an_age_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        age_us(text)
    assert refused.value.key == "bad-age"


def test_an_archive_goes_from_hand_to_hand_byte_for_byte(tmp_path: Path) -> None:
    first = fill_archive(tmp_path / "a")
    moving_archive(tmp_path / "a")
    (first.tasks()[0].path / ".left.tmp").write_text("half")
    n_files = export_zip(first, tmp_path / "x.zip")
    second = Archive(tmp_path / "b")
    assert import_zip(second, tmp_path / "x.zip") == Imported(n_new=28, n_known=0)
    everything = files_of(first)
    del everything[next(name for name in everything if name.endswith(".tmp"))]
    assert files_of(second) == everything
    assert n_files == len(everything)
    assert second.verify() == []
    assert import_zip(second, tmp_path / "x.zip") == Imported(n_new=0, n_known=28)
    export_zip(second, tmp_path / "y.zip")
    assert (tmp_path / "y.zip").read_bytes() == (tmp_path / "x.zip").read_bytes()


def test_an_answer_of_the_same_second_gets_a_number_and_nothing_is_overwritten(
    tmp_path: Path,
) -> None:
    first, second = Archive(tmp_path / "a"), Archive(tmp_path / "b")
    keep(first, saved("failed"), as_of_us=FETCHED)
    keep(second, saved("finished"), as_of_us=FETCHED)
    second.save_beside("histories.json", b"{}", **TASK)
    first.save_beside("histories.json", b'{"other": []}', **TASK)
    export_zip(first, tmp_path / "x.zip")
    assert import_zip(second, tmp_path / "x.zip") == Imported(n_new=1, n_known=0)
    found = [one.path.read_bytes() for one in second.snapshots("2", TASK["task_id"])]
    assert found == [saved("finished"), saved("failed")]
    assert second.verify() == []
    assert (second.tasks()[0].path / "histories.json").read_bytes() == b"{}"


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("mine")
    archive = fill_archive(tmp_path / "a")
    with pytest.raises(UsageError):
        export_zip(archive, tmp_path / "x.zip")
    assert (tmp_path / "x.zip").read_text() == "mine"
    export_zip(archive, tmp_path / "x.zip", force=True)
    assert zipfile.is_zipfile(tmp_path / "x.zip")


def zip_with(path: Path, members: dict[str, bytes], *, sums: bool = True) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, body in members.items():
            packed.writestr(name, body)
        if sums:
            lines = (f"{hashlib.sha256(b).hexdigest()}  {name}\n" for name, b in members.items())
            packed.writestr(SUMS, "".join(lines))
    return path


GOOD = "h.example.com/cmdb_biz-2/7/20240618T133000Z.json"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json", "/etc/evil.json", "h/../../7/20240618T133000Z.json",
        "h/cmdb_biz-2/../20240618T133000Z.json", "h/cmdb_biz-2/7/evil.sh",
        "h/cmdb_biz-2/7/../../../../evil.json", "h/cmdb_biz-2/7/sub/20240618T133000Z.json",
        "C:\\evil.json", "h/cmdb_biz-2/7/20240618T133000Z.json/", "./" + GOOD,
        "h//cmdb_biz-2/20240618T133000Z.json", "h\\..\\x/cmdb_biz-2/7/20240618T133000Z.json",
    ],
)  # fmt: skip
def test_no_path_leaves_the_folder_and_nothing_is_taken(tmp_path: Path, name: str) -> None:
    source = zip_with(tmp_path / "x.zip", {GOOD: b"{}", name: b"{}"})
    archive = Archive(tmp_path / "deep" / "inside" / "archive")
    with pytest.raises(InputError) as refused:
        import_zip(archive, source)
    assert refused.value.key in {"zip-path", "zip-other-files"}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [source]


def test_a_changed_a_strange_and_a_broken_zip_are_refused(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path / "a")
    export_zip(archive, tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    changed = {name: body + b" " if name.endswith("Z.json") else body
               for name, body in members.items()}  # fmt: skip
    more = members | {GOOD: b"{}"}
    cut = tmp_path / "cut.zip"
    cut.write_bytes((tmp_path / "x.zip").read_bytes()[:-100])
    cases = {
        "zip-hash": zip_with(tmp_path / "1.zip", changed, sums=False),
        "zip-other-files": zip_with(tmp_path / "2.zip", more, sums=False),
        "zip-no-sums": zip_with(tmp_path / "3.zip", {GOOD: b"{}"}, sums=False),
        "bad-zip": cut,
        "unreadable-file": tmp_path / "missing.zip",
    }
    for key, source in cases.items():
        with pytest.raises(SopsReportError) as refused:
            import_zip(Archive(tmp_path / "b"), source)
        assert refused.value.key == key
    assert not (tmp_path / "b").exists()


def test_the_commands_show_first_and_do_when_told(tmp_path: Path) -> None:
    archive = moving_archive(tmp_path / "a")
    before = files_of(archive)
    at = ("--archive", tmp_path / "a")
    shown = run("archive", "prune", "--older-than", "90d", *at)
    assert shown.code == 0, shown.err
    assert len(shown.out.splitlines()) == 24
    assert "--yes" in shown.err
    assert files_of(archive) == before
    assert run("archive", "prune", "--older-than", "soon", *at).code == 2
    assert run("archive", "export", tmp_path / "x.zip", *at).code == 0
    assert run("archive", "prune", "--older-than", "90d", "--yes", *at).code == 0
    assert len(archive.snapshots("2", TASK_ID)) == 1
    back = run("archive", "import", tmp_path / "x.zip", *at)
    assert "24 answers are new, 1 were there already" in back.err
    assert files_of(archive) == before
    assert run("archive", "verify", *at).code == 0
    assert run("archive", "import", tmp_path / "none.zip", *at).code == 3
    assert run("archive", "export", tmp_path / "x.zip", *at).code == 2
