"""Many small parts of a date become one; no reader sees another row for it, at any instant."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from commandline import ROOT, run
from fleets import (
    BEGIN_US,
    SECOND,
    add_one,
    grown_old,
    in_the_folder,
    is_told_of_rightly,
    parts,
    rows,
    save,
    unmerged,
)
from pandas.testing import assert_frame_equal

from benchmarks.generate import answer
from sops_report.archive.archive import Archive
from sops_report.errors import UsageError
from sops_report.fleet import manifest as manifests
from sops_report.fleet import merging
from sops_report.fleet import query as queries
from sops_report.fleet.dataset import flatten_archive
from sops_report.fleet.manifest import Manifest, load_manifest
from sops_report.fleet.merging import Merged
from sops_report.fleet.query import query

DAY = 86_400


def differing(one: Path, other: Path) -> int:
    """Count the rows that are in one folder only, as another program sees them."""
    found = duckdb.execute(
        """
        SELECT count(*) FROM (
            (FROM read_parquet($one) EXCEPT ALL FROM read_parquet($other)) UNION ALL
            (FROM read_parquet($other) EXCEPT ALL FROM read_parquet($one))
        )
        """,
        {"one": f"{one}/nodes/*/*.parquet", "other": f"{other}/nodes/*/*.parquet"},
    )
    return int(found.fetchall()[0][0])


def test_nine_small_parts_of_a_date_become_one_with_the_same_rows(
    many: Archive, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = flatten_archive(many, root)
    other = unmerged(many, tmp_path / "other", monkeypatch)
    assert (len(parts(root)), len(parts(other))) == (1, 14)
    assert done.merged == Merged(n_parts=9, n_made=1, n_rows=len(rows(root)))
    assert_frame_equal(rows(root), rows(other))
    assert_frame_equal(in_the_folder(root), in_the_folder(other))
    assert differing(root, other) == 0
    is_told_of_rightly(root)
    add_one(many, 19)
    assert flatten_archive(many, root).n_kept == 14
    assert len(parts(root)) == 2
    assert differing(root, other) == 9


def test_the_first_run_and_one_without_news_merge_nothing(
    many: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = unmerged(many, tmp_path / "other", monkeypatch)
    before = parts(other)
    assert flatten_archive(many, other).merged == Merged()
    assert parts(other) == before


def test_the_same_answers_are_merged_into_the_same_part(tmp_path: Path, archive: Archive) -> None:
    roots = [tmp_path / name for name in ("one", "two")]
    for task in range(11, 19):
        for root in roots:
            flatten_archive(archive, root)
        add_one(archive, task)
    for root in roots:
        assert flatten_archive(archive, root).merged.n_parts == 9
    (one,), (two,) = (list(root.glob("nodes/*/*")) for root in roots)
    assert one.name != two.name
    assert one.read_bytes() == two.read_bytes()
    starts = pd.read_parquet(one).query("position == 0")["snapshot"]
    assert starts.is_monotonic_increasing


def test_every_text_but_those_that_never_come_again_is_read_once(
    archive: Archive, root: Path
) -> None:
    flatten_archive(archive, root)
    (part,) = load_manifest(root).parts
    coded = merging.read_coded(root, part, None)
    plain = {field.name for field in coded.schema if str(field.type) == "string"}
    assert plain == {"node_id", "version"}


def test_a_run_rewrites_a_limited_number_of_rows_and_the_next_one_goes_on(
    many: Archive, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_ROWS_A_FILE", 1)
    monkeypatch.setattr(merging, "_ROWS_A_RUN", 40)
    monkeypatch.setattr(merging, "_SMALL", 20)
    n_parts = []
    for task in range(20, 40):
        add_one(many, task)
        done = flatten_archive(many, root)
        assert done.merged.n_rows <= 40
        n_parts.append(sum(len(h) < 3 for h in load_manifest(root).parts.values()))
    assert max(n_parts) <= 9
    assert rows(root)["task_id"].nunique() == 34
    is_told_of_rightly(root)


def test_large_parts_are_left_alone(
    many: Archive, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = parts(root)
    monkeypatch.setattr(merging, "_SMALL", 1024 + 21)  # the first part has about seventy
    assert flatten_archive(many, root).merged == Merged()
    add_one(many, 19)
    flatten_archive(many, root)
    assert len(parts(root)) == 2
    assert len(parts(root).items() & before.items()) == 1
    is_told_of_rightly(root)


def test_long_texts_count_as_rows(
    many: Archive, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_BYTES_A_ROW", 1)
    merged = flatten_archive(many, root).merged
    assert merged.n_rows < 100
    assert 2 <= merged.n_parts < 9


def test_dates_of_earlier_runs_are_merged_where_a_later_one_adds_elsewhere(
    many: Archive, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(merging, "_FEW", 99)
        flatten_archive(many, root)
    assert len(parts(root)) == 9
    created = b'{"result": true, "data": {"state": "CREATED", "children": {}}}'
    save(many, 50, created, later=3 * DAY)
    assert flatten_archive(many, root).merged.n_parts == 9
    assert sorted(part[:15] for part in load_manifest(root).parts) == [
        "date=2025-06-01", "date=2025-06-04",
    ]  # fmt: skip


def test_answers_are_taken_out_of_merged_parts_and_relabelled_there(
    many: Archive, root: Path
) -> None:
    grown_old(many)
    flatten_archive(many, root, every=True)
    assert len(parts(root)) == 1
    save(many, 11, answer(30, 99), later=DAY)
    many.find("2", "12").path.unlink()
    flatten_archive(many, root, every=True)
    tasks = query(root, "SELECT task_id, is_latest FROM tasks ORDER BY task_id, snapshot")
    assert tasks[tasks["task_id"] == "11"]["is_latest"].tolist() == [False, True]
    assert "12" not in set(tasks["task_id"])
    is_told_of_rightly(root)
    flatten_archive(many, root)
    assert query(root, "SELECT count(*) n FROM tasks")["n"].item() == 13
    is_told_of_rightly(root)


def test_since_and_what_is_set_aside_are_as_ever_where_parts_are_merged(
    many: Archive, root: Path
) -> None:
    many.find("2", "18").sidecar.write_text('{"sha256": "0"}')
    add_one(many, 19, later=DAY)
    since_us = BEGIN_US + (DAY - 1) * SECOND
    done = flatten_archive(many, root, since_us=since_us)
    assert (done.n_new, done.merged.n_parts, list(done.asides)) == (1, 9, [])
    done = flatten_archive(many, root)
    assert [aside.key.split("/")[2] for aside in done.asides] == ["18"]
    assert [aside.key.split("/")[2] for aside in load_manifest(root).asides.values()] == ["18"]
    assert rows(root)["task_id"].nunique() == 14
    is_told_of_rightly(root)


@pytest.mark.parametrize("left", [0, 4, 5000])
def test_a_damaged_part_is_left_as_it_is_and_a_lost_one_made_again(
    many: Archive, root: Path, left: int
) -> None:
    damaged, lost, *_ = sorted(root.glob("nodes/*/*"))
    damaged.write_bytes(damaged.read_bytes()[:left])
    rest = damaged.read_bytes()
    lost.unlink()
    done = flatten_archive(many, root)
    assert done.n_new >= 2
    assert damaged.read_bytes() == rest
    for task, n_merged in ((19, 0), (20, 9)):
        add_one(many, task)
        assert flatten_archive(many, root).merged.n_parts == n_merged
    assert damaged.read_bytes() == rest
    told = load_manifest(root)
    assert damaged.relative_to(root / "nodes").as_posix() in told.parts
    damaged.unlink()
    flatten_archive(many, root)
    assert rows(root)["task_id"].nunique() == 16
    is_told_of_rightly(root)


def test_pages_that_are_damaged_stop_no_run(many: Archive, root: Path) -> None:
    damaged = min(root.glob("nodes/*/*"))
    data = bytearray(damaged.read_bytes())
    data[4:2000] = b"\xff" * 1996
    damaged.write_bytes(data)
    assert flatten_archive(many, root).merged.n_parts == 8
    assert damaged.read_bytes() == data
    assert len(parts(root)) == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_last_line_tells_of_it(many: Archive, root: Path, language: str) -> None:
    done = run("archive", "flatten", many.folder, "-o", root, "--workers", "1", "--lang", language)
    n_rows = len(rows(root))
    wanted = {
        "en": f"small parts merged: 9 into 1 ({n_rows} rows)",
        "zh": f"已合并小文件：9 个合并为 1 个（{n_rows} 行）",
    }
    assert done.err.splitlines()[-1] == wanted[language]
    again = run("archive", "flatten", many.folder, "-o", root, "--lang", language)
    assert len(again.err.splitlines()) == 1


def test_what_was_told_of_parts_that_are_gone_is_forgotten_in_time(
    many: Archive, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotten = many.find("2", "1")
    rotten.path.write_bytes(b"rotten")
    monkeypatch.setattr(manifests, "_LITTLE", 5)
    n_lines = []
    for task in range(20, 50):
        add_one(many, task)
        flatten_archive(many, root)
        n_lines.append((root / "manifest.jsonl").read_bytes().count(b"\n"))
    assert n_lines != sorted(n_lines)
    assert load_manifest(root).n_told < 2 * 44 + 5
    facts = load_manifest(root)
    written = facts.path.read_bytes()
    monkeypatch.setattr(manifests, "_LITTLE", -1000)
    facts.gather()
    again = load_manifest(root)
    assert again.path.read_bytes() != written
    for name in ("parts", "asides", "folders", "all", "torn_at"):
        assert getattr(again, name) == getattr(facts, name)
    assert list(again.asides) == [rotten.path.relative_to(many.folder).as_posix()]
    is_told_of_rightly(root)


def test_a_question_at_the_moment_of_a_merge_is_answered_from_what_is_there_then(
    many: Archive, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = queries.load_manifest, []

    def merged_in_between(folder: Path) -> Manifest:
        told = real(folder)
        if not seen:
            seen.append(flatten_archive(many, root).merged.n_parts)
        return told

    monkeypatch.setattr(queries, "load_manifest", merged_in_between)
    assert query(root, "SELECT count(*) n FROM tasks")["n"].item() == 14
    assert seen == [9]
    next(root.glob("nodes/*/*")).unlink()
    with pytest.raises(UsageError, match="the query failed"):
        query(root, "SELECT count(*) n FROM tasks")


def test_merging_does_not_wait_for_pandas(many: Archive, root: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from sops_report.archive.archive import Archive\n"
        "from sops_report.fleet.dataset import flatten_archive\n"
        "done = flatten_archive(Archive(Path(sys.argv[1])), Path(sys.argv[2]))\n"
        "assert done.merged.n_parts == 9\n"
        "assert 'pandas' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, many.folder, root],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
