"""Packed tasks: smaller, and the same to every command."""

import lzma
import pickle
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from commandline import run
from series import TASK_ID, moving_archive
from sites import FETCHED, TASK, fill_archive, keep, saved
from test_archive_care import files_of

import sops_report as sr
from sops_report.archive.archive import Archive
from sops_report.archive.packing import pack, packable, unpack
from sops_report.archive.packs import SUMS, members_of
from sops_report.archive.pruning import prunable, prune
from sops_report.archive.shelf import PACK
from sops_report.archive.transfer import Imported, export_zip, import_zip
from sops_report.errors import InputError

HOUR_US = 3_600_000_000


def packed_archive(folder: Path) -> tuple[Archive, dict[str, bytes]]:
    """Return the moving run, packed, and the files it had before."""
    archive = moving_archive(folder)
    before = files_of(archive)
    assert pack(archive.tasks()[0].path)
    return archive, before


def test_a_packed_task_is_one_small_file_and_comes_back_byte_for_byte(tmp_path: Path) -> None:
    archive, before = packed_archive(tmp_path)
    folder = archive.tasks()[0].path
    assert list(files_of(archive)) == [f"{folder.relative_to(tmp_path).as_posix()}/{PACK}"]
    assert (folder / PACK).stat().st_size * 8 < sum(map(len, before.values()))
    assert archive.verify() == []
    assert not pack(folder)
    assert unpack(folder)
    assert files_of(archive) == before
    assert not unpack(folder)


def test_any_tar_takes_it_apart(tmp_path: Path) -> None:
    archive, before = packed_archive(tmp_path / "a")
    with tarfile.open(archive.tasks()[0].path / PACK) as tar:
        tar.extractall(tmp_path / "b", filter="data")
    found = {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert len(found.pop(SUMS).splitlines()) == len(before)
    assert found == {Path(name).name: body for name, body in before.items()}
    if shutil.which("sha256sum"):
        told = subprocess.run(["sha256sum", "-c", SUMS], cwd=tmp_path / "b", check=False,  # noqa: S607 - the system's own
                              capture_output=True)  # fmt: skip
        assert told.returncode == 0


def test_the_library_reads_the_same_from_it(tmp_path: Path) -> None:
    plain = moving_archive(tmp_path / "plain")
    packed, _ = packed_archive(tmp_path / "packed")
    for one, other in zip(plain.snapshots(2, TASK_ID), packed.snapshots(2, TASK_ID), strict=True):
        assert (one.as_of_us, one.number, one.read()) == (
            other.as_of_us, other.number, other.read(),
        )  # fmt: skip
        assert one.about() == other.about() != {}
        assert packed.load(other.path) == plain.load(one.path)
        assert pickle.loads(pickle.dumps(other)) == other  # noqa: S301 - our own
    ((_, series),) = packed.all_snapshots()
    assert [(body, about) for _, body, about in packed.load_series(series)] == [
        plain.load(stored.path) for stored in plain.snapshots(2, TASK_ID)
    ]
    assert packed.find(2, TASK_ID, series[3].as_of_us) == series[3]
    folder, twin = packed.tasks()[0].path, plain.tasks()[0].path
    for inside in (".", PACK, series[-1].path.name):
        source, copy = folder / inside, twin / inside
        if inside == PACK:
            copy = twin
        one, other = sr.read(source), sr.read(copy)
        assert len(one.earlier) == len(other.earlier) == (0 if inside.endswith(".json") else 24)
        assert one.origin.sha256 == other.origin.sha256
        assert one.origin.task_id == TASK_ID
        assert one.attempts == other.attempts is not None
        assert one.flow == other.flow is not None


def test_a_pack_may_be_carried_away_under_any_name(tmp_path: Path) -> None:
    archive, _ = packed_archive(tmp_path / "a")
    alone = tmp_path / "for-you.tar.xz"
    shutil.copy(archive.tasks()[0].path / PACK, alone)
    snapshot = sr.read(alone)
    assert len(snapshot.earlier) == 24
    assert snapshot.origin.source == str(alone)
    strange = tmp_path / "strange.tar.xz"
    with tarfile.open(strange, "w:xz") as tar:
        tar.add(alone, "x.json")
    for broken in (strange, tmp_path / "cut.tar.xz"):
        if not broken.exists():
            broken.write_bytes(alone.read_bytes()[:-2000])
        with pytest.raises(InputError) as refused:
            sr.read(broken)
        assert refused.value.key == "bad-pack"


COMMANDS = (
    ("show", f"2/{TASK_ID}"), ("report", f"2/{TASK_ID}", "-o", "-", "--to", "json"),
    ("nodes", f"2/{TASK_ID}", "-o", "-", "--to", "csv"), ("archive", "list"),
    ("archive", "prune", "--older-than", "1d"), ("redact", f"2/{TASK_ID}", "--preview"),
    ("show", f"2/{TASK_ID}@2024-06-18T14:00:00Z"), ("whatif", f"2/{TASK_ID}", "--skip", "x"),
)  # fmt: skip


def test_every_command_says_the_same_of_a_packed_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = moving_archive(tmp_path / "archive")
    monkeypatch.chdir(tmp_path)
    at = ("--archive", "archive", "--tz", "UTC")
    plain = [run(*command, *at) for command in COMMANDS]
    assert sum(told.code == 0 for told in plain) >= 6
    pack(archive.tasks()[0].path)
    assert [run(*command, *at) for command in COMMANDS] == plain
    assert run("kit", f"2/{TASK_ID}", "-o", "kit", *at).code == 0


def test_what_is_saved_after_packing_joins_it_at_the_next_packing(tmp_path: Path) -> None:
    archive, before = packed_archive(tmp_path)
    task = archive.tasks()[0]
    place = {"site": task.site, "scope": task.scope, "biz": task.biz, "task_id": task.task_id}
    newest = archive.snapshots(2, TASK_ID)[-1]
    again = keep(archive, newest.read(), as_of_us=newest.as_of_us + HOUR_US, **place)
    assert (again.path, again.is_new) == (newest.path, False)
    same_second = keep(archive, b'{"data": 1}', as_of_us=newest.as_of_us, **place)
    assert same_second.path.stem == f"{newest.path.stem}-2"
    later = keep(archive, b'{"data": 2}', as_of_us=newest.as_of_us + HOUR_US, **place)
    archive.save_beside("histories.json", b'{"newer": []}', **place)
    assert archive.find(2, TASK_ID).path == later.path
    assert archive.verify() == []
    expected = before | {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in task.path.iterdir() if path.name != PACK
    }  # fmt: skip
    assert pack(task.path)
    assert [path.name for path in task.path.iterdir()] == [PACK]
    assert archive.verify() == []
    unpack(task.path)
    assert files_of(archive) == expected


def test_answers_of_a_pack_are_pruned(tmp_path: Path) -> None:
    archive, _ = packed_archive(tmp_path)
    series = archive.snapshots("2", TASK_ID)
    bodies = [stored.read() for stored in series]
    prune(prunable(archive, series[5].as_of_us))
    assert archive.snapshots("2", TASK_ID) == series[5:]
    assert [stored.read() for stored in series[5:]] == bodies[5:]
    assert archive.verify() == []
    prune(prunable(archive, 2**62, newest_too=True))
    assert files_of(archive) == {}
    assert archive.tasks() == ()


def test_packs_go_from_hand_to_hand(tmp_path: Path) -> None:
    first, _ = packed_archive(tmp_path / "a")
    fill_archive(tmp_path / "a")
    export_zip(first, tmp_path / "x.zip")
    second = Archive(tmp_path / "b")
    assert import_zip(second, tmp_path / "x.zip") == Imported(n_new=28, n_known=0)
    assert files_of(second) == files_of(first)
    assert import_zip(second, tmp_path / "x.zip") == Imported(n_new=0, n_known=28)
    assert files_of(second) == files_of(first)
    third = moving_archive(tmp_path / "c", first=3, last=9)
    assert import_zip(third, tmp_path / "x.zip") == Imported(n_new=22, n_known=6)
    assert third.verify() == []
    bodies = [stored.read() for stored in third.snapshots("2", TASK_ID)]
    assert bodies == [stored.read() for stored in first.snapshots("2", TASK_ID)]


def test_a_crash_between_leaves_files_twice_and_packing_again_finishes(tmp_path: Path) -> None:
    archive, before = packed_archive(tmp_path)
    for name, body in list(before.items())[::3]:
        (tmp_path / name).write_bytes(body)
    assert archive.verify() == []
    assert len(archive.snapshots("2", TASK_ID)) == 25
    folder = archive.tasks()[0].path
    pack_bytes = (folder / PACK).read_bytes()
    assert pack(folder)
    assert files_of(archive) == {f"{folder.relative_to(tmp_path).as_posix()}/{PACK}": pack_bytes}


def test_another_answer_under_a_packed_name_is_told_and_kept(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    folder = archive.tasks()[0].path
    pack(folder)
    first = archive.snapshots("2", "515")[0]
    other = Archive(tmp_path / "other")
    strange = keep(other, b'{"data": "strange"}', as_of_us=first.as_of_us)
    for path in strange.path.parent.iterdir():
        shutil.copy(path, folder / path.name)
    shutil.rmtree(other.folder)
    assert [finding.code for finding in archive.verify()] == ["name-twice"]
    pack(folder)
    assert archive.verify() == []
    found = [stored.read() for stored in archive.snapshots("2", "515")]
    assert found == [saved("created"), b'{"data": "strange"}', saved("failed"), saved("finished")]


def test_only_tasks_at_rest_or_named_are_packed(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    moving_archive(tmp_path)
    keep(archive, b"{}", task_id="9", as_of_us=FETCHED + 10 * HOUR_US)
    chosen = packable(tmp_path, before_us=FETCHED + HOUR_US)
    assert [(one.task.task_id, one.n_files) for one in chosen] == [("515", 8), (TASK_ID, 52)]
    assert [one.task.task_id for one in packable(tmp_path, tasks=["2/9", TASK_ID])] == [
        TASK_ID, "9",
    ]  # fmt: skip


def test_damage_is_found_and_touches_no_other_task(tmp_path: Path) -> None:
    archive, _ = packed_archive(tmp_path)
    fill_archive(tmp_path)
    target = next(task.path for task in archive.tasks() if task.task_id == TASK_ID) / PACK
    whole = target.read_bytes()
    for broken in (b"", whole[:3000], whole[:-20], lzma.compress(b"strange"),
                   bytes([*whole[:4000], whole[4000] ^ 1, *whole[4001:]])):  # fmt: skip
        target.write_bytes(broken)
        assert ("bad-pack", target) in {(one.code, one.path) for one in archive.verify()}
        with pytest.raises(InputError) as refused:
            list(members_of(target))
        assert refused.value.key == "bad-pack"
    target.write_bytes(b"")
    told: list[str] = []
    known = list(archive.all_snapshots(lambda task, _: told.append(task.task_id)))
    assert [task.task_id for task, _ in known] == ["515"]
    assert told == [TASK_ID]
    assert keep(archive, b"{}", as_of_us=0).is_new
    assert run("archive", "verify", "--archive", tmp_path).code == 1
    assert run("archive", "pack", "--yes", "--archive", tmp_path).code == 0
    assert target.read_bytes() == b""


def test_the_commands_show_first_and_pack_when_told(tmp_path: Path) -> None:
    archive = moving_archive(tmp_path)
    before, at = files_of(archive), ("--archive", tmp_path)
    shown = run("archive", "pack", "--older-than", "30d", *at)
    assert shown.out.splitlines() == [str(archive.tasks()[0].path)]
    assert "1 tasks (52 files" in shown.err
    assert files_of(archive) == before
    assert run("archive", "pack", "--task", "2/7", "--yes", *at).out == ""
    assert run("archive", "pack", "--task", f"2/{TASK_ID}", "--yes", *at).code == 0
    assert len(files_of(archive)) == 1
    assert run("archive", "verify", *at).code == 0
    assert "1 packed" in run("archive", "unpack", *at).err
    assert len(files_of(archive)) == 1
    assert run("archive", "unpack", "--yes", *at).code == 0
    assert files_of(archive) == before


def test_verify_puts_in_order_what_dead_writers_left(tmp_path: Path) -> None:
    archive = fill_archive(tmp_path)
    stored = archive.snapshots("2", "515")[1]
    stored.sidecar.rename(stored.path.with_name(".0f.tmp"))
    stored.path.with_name(".1f.tmp").write_bytes(b"half")
    assert {finding.code for finding in archive.verify()} == {"leftover", "missing-sidecar"}
    done = run("archive", "verify", "--archive", tmp_path)
    assert (done.code, "2 files of interrupted writers" in done.err) == (0, True)
    assert stored.about()["task_id"] == TASK["task_id"]
    assert archive.verify() == []
