"""Questions to a data set by SQL: answered from its parts, and from nothing else."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from commandline import Done, run, spawn
from fleets import WHERE, save

from benchmarks.generate import answer
from sops_report.archive.archive import Archive
from sops_report.fleet import parts, query
from sops_report.fleet.dataset import flatten_archive


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("sql")
    archive = Archive(base / "archive")
    save(archive, 1, answer(10, 1))
    hostile = answer(10, 2).replace(b"\\u7248\\u672c", b"=1+1\\u001b[31m\\u202e", 1)
    save(archive, 2, hostile)
    flatten_archive(archive, base / "it's a set")
    return base / "it's a set"


def asked(root: Path, text: str, *words: object) -> Done:
    return run("sql", text, "--data", root, *words)


def test_a_table_is_printed_with_the_number_of_rows(root: Path) -> None:
    done = asked(
        root, "select biz, count(*) as nodes, avg(elapsed_s) > 0 as ok from nodes group by 1"
    )
    assert done.code == 0, done.err
    assert [line.split() for line in done.out.splitlines()] == [
        ["biz", "nodes", "ok"], [WHERE["biz"], "22", "True"],
    ]  # fmt: skip
    assert done.err == "rows: 1\n"


def test_a_program_of_its_own_says_nothing_more_at_its_end(root: Path) -> None:
    done = spawn("sql", "select count(*) as nodes from nodes", "--data", root)
    assert done.returncode == 0
    assert done.stdout.split() == [b"nodes", b"22"]
    assert done.stderr == b"rows: 1\n"


def test_tasks_are_one_row_an_answer(root: Path) -> None:
    done = asked(root, "from tasks select task_id, n_nodes, date order by 1", "--format", "json")
    assert json.loads(done.out) == [
        {"task_id": "1", "n_nodes": 11, "date": "2025-06-01"},
        {"task_id": "2", "n_nodes": 11, "date": "2025-06-01"},
    ]


def test_hostile_text_is_harmless_in_the_terminal_and_in_csv(root: Path) -> None:
    text = "select name from tasks where task_id = '2'"
    shown = asked(root, text).out
    assert "\x1b" not in shown
    assert "⟨U+001B⟩[31m⟨U+202E⟩" in shown
    assert asked(root, text, "--format", "csv").out.splitlines()[1].startswith("'=1+1")
    assert asked(root, text, "--format", "csv", "--raw").out.splitlines()[1].startswith("=1+1")


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "parquet", "xlsx", "sqlite"])
def test_a_result_is_written_to_a_file(root: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out.{suffix}"
    done = asked(root, "select * from nodes", "-o", target)
    assert (done.code, done.out) == (0, f"{target}\n"), done.err
    assert target.stat().st_size > 100
    assert asked(root, "select 1", "-o", target).code == 2


REFUSED = [
    "select * from read_text('/etc/hostname')",
    "select * from '/etc/passwd'",
    "from read_parquet('{root}/nodes/*/*.parquet')",
    "copy (select 1) to '{root}/x.csv'",
    "drop view nodes",
    "create table x as select 1",
    "set enable_external_access = true",
    "install httpfs",
    "attach '{root}/x.db'",
    "select 1; select 2",
    "",
    "selec 1",
    "select nope from nodes",
    "select 'a'::int",
    "explain select 1",
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_query_can_neither_write_nor_read_anything_else(root: Path, text: str) -> None:
    before = sorted(root.rglob("*"))
    done = asked(root, text.format(root=str(root).replace("'", "''")))
    assert (done.code, done.is_one_line_and_a_hint()) == (2, True), done.err
    assert sorted(root.rglob("*")) == before


def test_a_folder_that_is_no_data_set_is_refused(tmp_path: Path) -> None:
    done = asked(tmp_path, "select 1")
    assert (done.code, done.is_one_line_and_a_hint()) == (3, True)


def missing(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:  # noqa: ANN401
    def find(wanted: str) -> object:
        if wanted.partition(".")[0] == name:
            raise ModuleNotFoundError(name)
        return import_module(wanted)

    monkeypatch.setattr(module, "import_module", find)


def test_without_duckdb_the_extra_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing(monkeypatch, query, "duckdb")
    done = asked(root, "select 1")
    assert (done.code, done.is_one_line_and_a_hint()) == (2, True)
    assert "sops-report[sql]" in done.err


def test_without_pyarrow_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing(monkeypatch, parts, "pyarrow")
    (tmp_path / "archive").mkdir()
    done = run("archive", "flatten", tmp_path / "archive", "-o", tmp_path / "set")
    assert (done.code, done.is_one_line_and_a_hint()) == (2, True)
    assert "sops-report[fleet]" in done.err
    assert not (tmp_path / "set").exists()
