"""The data set of an archive: complete, incremental, resumable, and honest about what is not in."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from commandline import ROOT, run
from fleets import BEGIN_US, WHERE, counted, in_the_folder, parts, rows, save
from pandas.testing import assert_frame_equal

from benchmarks.generate import answer
from sops_report.archive.archive import Archive
from sops_report.archive.packing import pack
from sops_report.errors import UsageError
from sops_report.fleet import census, pieces
from sops_report.fleet.dataset import Outcome, flatten_archive
from sops_report.fleet.manifest import load_manifest
from sops_report.fleet.query import query
from sops_report.fleet.workers import processes
from sops_report.sources import read
from sops_report.table import flatten


def test_the_rows_are_those_of_flatten_with_their_task_in_front(
    archive: Archive, root: Path
) -> None:
    done = flatten_archive(archive, root)
    assert (done.n_new, done.n_kept, list(done.asides)) == (6, 0, [])
    found = rows(root)
    assert len(found) == done.n_rows
    for task, mine in found.groupby("task_id"):
        stored = archive.find("2", str(task))
        wanted = flatten(read(stored.path))
        for name in wanted.columns:
            got = mine[name].astype(wanted[name].dtype).reset_index(drop=True)
            pd.testing.assert_series_equal(got, wanted[name], check_names=False)
        said = mine.iloc[0]
        assert (said["site"], said["scope"], said["biz"]) == tuple(WHERE.values())
        assert said["snapshot"] == stored.path.stem
        assert said["sha256"] == json.loads(stored.sidecar.read_bytes())["sha256"]
        assert said["fetched_at"] == pd.Timestamp(BEGIN_US, unit="us", tz="UTC")
        assert mine["is_latest"].all()
    assert_frame_equal(
        in_the_folder(root)[["node_id", "label"]], found[["node_id", "label"]], check_dtype=False
    )


def test_partitions_are_the_days_of_the_tasks_starts(tmp_path: Path, root: Path) -> None:
    archive = Archive(tmp_path / "archive")
    save(archive, 1, answer(5))  # starts 2025-06-01T02:00Z
    created = b'{"result": true, "data": {"state": "CREATED", "children": {}}}'
    save(archive, 2, created, later=3 * 86_400)
    flatten_archive(archive, root)
    assert sorted(p.name for p in (root / "nodes").iterdir()) == [
        "date=2025-06-01", "date=2025-06-04",
    ]  # fmt: skip


def test_a_new_task_costs_only_itself(
    archive: Archive, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flatten_archive(archive, root)
    before = parts(root)
    save(archive, 7, answer(20, 7))
    opened, listed = counted(monkeypatch), []
    real = census.names_in
    monkeypatch.setattr(
        census, "names_in", lambda folder: listed.append(Path(folder).name) or real(folder)
    )
    done = flatten_archive(archive, root)
    assert (done.n_new, done.n_kept) == (1, 6)
    assert [key.split("/")[2] for key in opened] == listed == ["7"]
    after = parts(root)
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1


def test_nothing_new_writes_nothing(archive: Archive, root: Path) -> None:
    flatten_archive(archive, root)
    before = parts(root), (root / "manifest.jsonl").read_bytes()
    assert flatten_archive(archive, root).n_kept == 6
    assert (parts(root), (root / "manifest.jsonl").read_bytes()) == before


def test_a_newer_answer_takes_the_place_of_the_older_one(archive: Archive, root: Path) -> None:
    flatten_archive(archive, root)
    newer = save(archive, 3, answer(30, 33), later=60)
    done = flatten_archive(archive, root)
    assert (done.n_new, list(done.removed), list(done.changed)) == (1, [], [])
    found = rows(root)
    assert found[found["task_id"] == "3"]["snapshot"].unique().tolist() == [newer.stem]
    assert found["task_id"].nunique() == 6
    assert_frame_equal(in_the_folder(root)[["node_id"]], found[["node_id"]], check_dtype=False)


def test_all_answers_are_kept_on_request_and_the_newest_is_marked(
    archive: Archive, root: Path
) -> None:
    flatten_archive(archive, root, every=True)
    save(archive, 3, answer(30, 33), later=60)
    flatten_archive(archive, root, every=True)
    tasks = query(root, "SELECT task_id, snapshot, is_latest FROM tasks ORDER BY 1, 2")
    assert tasks["is_latest"].tolist() == [True, True, False, True, True, True, True]
    flatten_archive(archive, root)  # the mind is changed
    assert query(
        root, "SELECT count(*) n, bool_and(is_latest) ok FROM tasks"
    ).to_numpy().tolist() == [[6, True]]
    flatten_archive(archive, root, every=True)
    assert query(root, "SELECT count(*) n FROM tasks")["n"].item() == 7


def test_an_answer_that_is_gone_or_changed_leaves_no_stale_rows_and_is_told(
    archive: Archive, root: Path
) -> None:
    flatten_archive(archive, root)
    gone, changed = archive.find("2", "1"), archive.find("2", "2")
    gone.path.unlink()
    changed.path.write_bytes(answer(8, 99))
    changed.sidecar.unlink()
    done = flatten_archive(archive, root)
    assert [key.split("/")[2] for key in done.removed] == ["1"]
    assert [key.split("/")[2] for key in done.changed] == ["2"]
    found = rows(root)
    assert "1" not in set(found["task_id"])
    assert len(found[found["task_id"] == "2"]) == 9
    assert len(in_the_folder(root)) == len(found)


def test_what_cannot_be_read_is_set_aside_and_told_until_it_is_mended(
    archive: Archive, root: Path
) -> None:
    bad, rotten = archive.find("2", "1"), archive.find("2", "2")
    whole = bad.path.read_bytes()
    bad.path.write_bytes(whole[:-100])
    bad.sidecar.unlink()
    rotten.path.write_bytes(rotten.path.read_bytes().replace(b"FINISHED", b"FINISHEd", 1))
    for n_added in (4, 0):
        done = run("archive", "flatten", archive.folder, "-o", root, "--workers", "1")
        assert done.code == 3
        assert f"answers added: {n_added} (" in done.err
        assert done.out == f"{root}\n"
        assert "bk.example.com/cmdb_biz-2/1/" in done.err
        assert "its SHA-256 differs" in done.err
        assert "error: 2 answers could not be read" in done.err
    chinese = run("archive", "flatten", archive.folder, "-o", root, "--lang", "zh").err
    told = [line for line in chinese.splitlines() if line.startswith("已搁置：")]
    assert len(told) == 2
    assert not any("differs" in line or "not" in line for line in told)
    assert all(line.count("cmdb_biz-2") == 1 for line in told)
    assert len(load_manifest(root).asides) == 2
    assert set(rows(root)["task_id"]) == {"3", "4", "5", "6"}
    bad.path.write_bytes(whole)
    rotten.path.unlink()
    assert run("archive", "flatten", archive.folder, "-o", root).code == 0
    assert not load_manifest(root).asides
    assert set(rows(root)["task_id"]) == {"1", "3", "4", "5", "6"}


def test_since_adds_only_later_answers(archive: Archive, root: Path) -> None:
    save(archive, 9, answer(5, 9), later=86_400)
    words = ("archive", "flatten", archive.folder, "-o", root, "--since")
    assert run(*words, "2025-06-03").code == 0
    assert not load_manifest(root).parts
    assert run(*words, "2025-06-02").code == 0
    assert set(rows(root)["task_id"]) == {"9"}
    assert run(*words, "soon").code == 2
    flatten_archive(archive, root)
    assert rows(root)["task_id"].nunique() == 7


def test_packed_answers_are_read_as_plain_ones(
    archive: Archive, root: Path, tmp_path: Path
) -> None:
    save(archive, 3, answer(30, 33), later=60)
    flatten_archive(archive, tmp_path / "plain", every=True)
    half = flatten_archive(archive, root, every=True)
    for task in archive.tasks():
        assert pack(task.path)
    done = flatten_archive(archive, root, every=True)
    assert (done.n_kept, done.n_new, list(done.changed)) == (half.n_new, 0, [])
    flatten_archive(archive, tmp_path / "packed", every=True)
    wanted = rows(tmp_path / "plain")
    for made in (root, tmp_path / "packed"):
        assert_frame_equal(rows(made), wanted)


def test_a_pack_that_is_damaged_is_set_aside_and_keeps_its_rows(
    archive: Archive, root: Path
) -> None:
    flatten_archive(archive, root)
    folder = archive.find("2", "1").path.parent
    assert pack(folder)
    (damaged,) = folder.iterdir()
    damaged.write_bytes(damaged.read_bytes()[:50])
    done = flatten_archive(archive, root)
    assert [aside.key for aside in done.asides] == [f"bk.example.com/cmdb_biz-2/1/{damaged.name}"]
    assert rows(root)["task_id"].nunique() == 6


def test_workers_make_the_same_data_set(
    archive: Archive, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flatten_archive(archive, root)
    monkeypatch.setattr(pieces, "_ITEMS_AT_ONCE", 2)
    with ThreadPoolExecutor(2) as executor:
        flatten_archive(archive, tmp_path / "other", executor=executor)
    assert len(parts(tmp_path / "other")) == 3
    assert_frame_equal(rows(tmp_path / "other"), rows(root))


def test_a_worker_counts_no_references_of_its_parents() -> None:
    with processes(2) as executor:
        assert executor is not None
        assert executor.submit(gc.get_freeze_count).result() > 10_000


def test_a_torn_last_line_is_cut_away(archive: Archive, root: Path) -> None:
    flatten_archive(archive, root)
    with (root / "manifest.jsonl").open("ab") as file:
        file.write(b'{"part": "date=2025-06-01/pa')
    before = (root / "manifest.jsonl").read_bytes()
    assert rows(root)["task_id"].nunique() == 6
    assert (root / "manifest.jsonl").read_bytes() == before  # a reader may look at any time
    save(archive, 7, answer(20, 7))
    assert flatten_archive(archive, root).n_new == 1
    assert rows(root)["task_id"].nunique() == 7


def test_a_lost_part_is_made_again(archive: Archive, root: Path) -> None:
    flatten_archive(archive, root)
    next(root.glob("nodes/*/*")).unlink()
    assert flatten_archive(archive, root).n_new == 6
    assert rows(root)["task_id"].nunique() == 6


def test_another_archive_does_not_empty_a_data_set(
    archive: Archive, root: Path, tmp_path: Path
) -> None:
    flatten_archive(archive, root)
    other = Archive(tmp_path / "other")
    save(other, 77, answer(5))
    with pytest.raises(UsageError, match="none of the answers"):
        flatten_archive(other, root)
    assert rows(root)["task_id"].nunique() == 6


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX locks")
def test_a_second_run_at_the_same_time_is_refused(archive: Archive, root: Path) -> None:
    refused: list[str] = []

    def begin(_: int) -> Callable[[int], None]:
        with pytest.raises(UsageError) as caught:
            flatten_archive(archive, root)
        refused.append(caught.value.key)
        return lambda _: None

    assert isinstance(flatten_archive(archive, root, begin=begin), Outcome)
    assert refused == ["fleet-busy"]


def test_a_foreign_manifest_is_refused(archive: Archive, root: Path) -> None:
    root.mkdir()
    (root / "manifest.jsonl").write_text('{"format": "sops-report/fleet/9"}\n')
    done = run("archive", "flatten", archive.folder, "-o", root)
    assert (done.code, done.is_one_line_and_a_hint()) == (3, True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_the_place_of_an_answer_does_not_stop_a_run(archive: Archive, root: Path) -> None:
    there = archive.find("2", "4").path
    there.unlink()
    os.mkfifo(there)
    done = flatten_archive(archive, root)
    assert [aside.key for aside in done.asides] == [there.relative_to(archive.folder).as_posix()]
    assert set(rows(root)["task_id"]) == {"1", "2", "3", "5", "6"}


def test_a_long_sidecar_is_read_as_a_short_one(archive: Archive, root: Path) -> None:
    sidecar = archive.find("2", "4").sidecar
    about = json.loads(sidecar.read_bytes())
    sidecar.write_text(json.dumps({"request": "x" * 40_000} | about))
    assert not flatten_archive(archive, root).asides
    assert rows(root)["fetched_at"].notna().all()


def test_no_worker_waits_for_pandas(archive: Archive, root: Path) -> None:
    """A fresh process flattens answers of two days and takes one out again without it."""
    created = b'{"result": true, "data": {"state": "CREATED", "children": {}}}'
    save(archive, 9, created, later=3 * 86_400)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from sops_report.archive.archive import Archive\n"
        "from sops_report.fleet.dataset import flatten_archive\n"
        "archive, root = Archive(Path(sys.argv[1])), Path(sys.argv[2])\n"
        "assert flatten_archive(archive, root).n_new == 7\n"
        "os.unlink(archive.find('2', '1').path)\n"
        "assert len(flatten_archive(archive, root).removed) == 1\n"
        "assert 'pandas' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, archive.folder, root],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(rows(root)["task_id"]) == {"2", "3", "4", "5", "6", "9"}
