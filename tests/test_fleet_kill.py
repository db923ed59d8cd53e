"""A run of `archive flatten` that is broken off anywhere is finished by the next one."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commandline import PATIENCE_S, ROOT
from fleets import counted, grown_old, in_the_folder, rows, save
from pandas.testing import assert_frame_equal

from benchmarks.generate import answer
from sops_report.archive.archive import Archive
from sops_report.fleet import dataset, pieces
from sops_report.fleet.dataset import flatten_archive


def broken_off(archive: Archive, root: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Run until so many lines are in the manifest, as if the power had gone."""
    real, seen = dataset.Manifest.append, []

    class PowerCutError(BaseException):
        pass

    def append(self: dataset.Manifest, *lines: object) -> None:
        seen.append(lines)
        if len(seen) > after:
            raise PowerCutError
        real(self, *lines)

    monkeypatch.setattr(pieces, "_ITEMS_AT_ONCE", 2)
    with monkeypatch.context() as patch:
        patch.setattr(dataset.Manifest, "append", append)
        with pytest.raises(PowerCutError):
            flatten_archive(archive, root)


@pytest.mark.parametrize("after", range(4))
def test_a_run_broken_off_anywhere_is_finished_by_the_next_one(
    archive: Archive, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    broken_off(archive, root, monkeypatch, after)
    opened = counted(monkeypatch)
    done = flatten_archive(archive, root)
    assert len(opened) == done.n_new == 6 - 2 * max(after - 1, 0)
    flatten_archive(archive, tmp_path / "whole")
    assert_frame_equal(rows(root), rows(tmp_path / "whole"))
    assert len(in_the_folder(root)) == len(rows(root))


@pytest.mark.parametrize("after", range(3))
def test_an_update_broken_off_anywhere_is_finished_by_the_next_one(
    archive: Archive, root: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    flatten_archive(archive, root)
    save(archive, 3, answer(30, 33), later=60)
    archive.find("2", "4").path.unlink()
    broken_off(archive, root, monkeypatch, after) if after < 2 else flatten_archive(archive, root)
    flatten_archive(archive, root)
    found = rows(root)
    assert found["task_id"].nunique() == 5
    assert len(found[found["task_id"] == "3"]) == 31
    assert len(in_the_folder(root)) == len(found)


@pytest.mark.parametrize("after", range(3))
def test_another_choice_broken_off_anywhere_is_finished_by_the_next_run(
    archive: Archive, root: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    for task in (3, 4):
        save(archive, task, answer(30, 30 + task), later=60)
    grown_old(archive)
    flatten_archive(archive, root, every=True)
    n_rows = len(rows(root))
    broken_off(archive, root, monkeypatch, after) if after < 2 else flatten_archive(archive, root)
    flatten_archive(archive, root)
    found = rows(root)
    assert found["is_latest"].all()
    assert len(found) == len(in_the_folder(root)) < n_rows
    assert found.groupby("task_id")["snapshot"].nunique().tolist() == [1] * 6


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_a_killed_run_ends_its_workers_and_is_finished_by_the_next_one(
    tmp_path: Path, root: Path
) -> None:
    archive = Archive(tmp_path / "archive")
    for task in range(8):
        save(archive, task, answer(400, task))
    script = (
        "import sys\n"
        "from sops_report.fleet import pieces\n"
        "pieces._ITEMS_AT_ONCE = 1\n"
        "from sops_report.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    command = [
        sys.executable,
        "-c",
        script,
        "archive",
        "flatten",
        str(archive.folder),
        "-o",
        str(root),
    ]
    command += ["--workers", "2"]
    victim = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    deadline = time.monotonic() + PATIENCE_S
    while not list(root.glob("nodes/*/*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.01)
    victim.kill()
    victim.wait()
    while time.monotonic() < deadline and is_group_alive(victim.pid):
        time.sleep(0.05)
    assert not is_group_alive(victim.pid)
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = rows(root)
    assert found["task_id"].nunique() == 8
    assert len(found) == len(in_the_folder(root)) == 8 * 401


def is_group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
