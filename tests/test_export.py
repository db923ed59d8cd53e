"""Exports: the same cells in every format, and nothing that a spreadsheet would compute."""

import csv
import io
import json
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sops_report.errors import UsageError
from sops_report.export import (
    FORMATS,
    TEXT_FORMATS,
    excel,
    parquet,
    table_pieces,
    table_text,
    write_table,
)
from sops_report.export.cells import columns, guarded
from sops_report.words import Language

TEXT = pd.StringDtype(storage="python", na_value=pd.NA)
FORMULAS = ["=1+1", "+86", "-停服", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]


def frame(names: list[str | None]) -> pd.DataFrame:
    """Return rows with the dtypes of the node table."""
    n = len(names)
    start = pd.array(["2025-06-01T02:00:00+00:00", None][:n] + [None] * (n - 2))
    return pd.DataFrame({
        "node_id": pd.array([f"n{i:031x}" for i in range(n)], dtype=TEXT),
        "depth": pd.array(range(n), dtype="int32"),
        "position": pd.array(range(n), dtype="int64"),
        "name": pd.array(names, dtype=TEXT),
        "state": pd.Categorical(["FINISHED"] * n, categories=["FINISHED", "FAILED"]),
        "start_time": pd.Series(start, dtype="datetime64[us, UTC]"),
        "elapsed_s": pd.array([1.5, float("nan")][:n] + [0.0] * (n - 2), dtype="float64"),
        "retry": pd.array([2, None][:n] + [0] * (n - 2), dtype="Int32"),
        "skip": pd.array([True, None][:n] + [False] * (n - 2), dtype="boolean"),
        "is_leaf": pd.array([True] * n, dtype="bool"),
        "ex_data": pd.array([None] * n, dtype=TEXT),
    })  # fmt: skip


TABLE = frame(["停服", None])
ROWS = [
    {
        "node_id": "n" + "0" * 31, "depth": 0, "position": 0, "name": "停服", "state": "FINISHED",
        "start_time": "2025-06-01T02:00:00Z", "elapsed_s": 1.5, "retry": 2, "skip": True,
        "is_leaf": True, "ex_data": None,
    },
    {
        "node_id": "n" + "0" * 30 + "1", "depth": 1, "position": 1, "name": None,
        "state": "FINISHED", "start_time": None, "elapsed_s": None, "retry": None, "skip": None,
        "is_leaf": True, "ex_data": None,
    },
]  # fmt: skip


def sheet(path: Path) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path)["nodes"].iter_rows(values_only=True))


def test_json_and_json_lines_hold_every_cell() -> None:
    assert json.loads(table_text(TABLE, "json")) == ROWS
    assert [json.loads(line) for line in table_text(TABLE, "jsonl").splitlines()] == ROWS


@pytest.mark.parametrize("n_rows", [0, 1, 2, 3])
@pytest.mark.parametrize("to", ["json", "jsonl"])
def test_pieces_of_json_are_the_whole(to: str, n_rows: int) -> None:
    table = pd.concat([TABLE, TABLE]).head(n_rows)
    whole = table_text(table, to)
    with patch("sops_report.export.text._ROWS", 1):
        pieces = [*table_pieces(table, to)]
    assert "".join(pieces) == whole
    assert len(pieces) >= n_rows
    rows = json.loads(whole) if to == "json" else [*map(json.loads, whole.splitlines())]
    assert rows == [*ROWS, *ROWS][:n_rows]


def test_csv_holds_every_cell() -> None:
    read = list(csv.DictReader(io.StringIO(table_text(TABLE, "csv"))))
    assert read == [{k: "" if v is None else str(v) for k, v in row.items()} for row in ROWS]


def test_fractions_of_a_second_are_kept() -> None:
    times = pd.Series(["2025-06-01T02:00:00.25+00:00"], dtype="datetime64[us, UTC]")
    assert "02:00:00.250000Z" in table_text(times.to_frame("t"), "csv")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_spreadsheet_computes_nothing(text: str, tmp_path: Path) -> None:
    table = frame([text])
    read = next(csv.DictReader(io.StringIO(table_text(table, "csv"), newline="")))
    assert read["name"] == f"'{text}"
    write_table(table, tmp_path / "t.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "t.xlsx")["nodes"]["D2"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


def test_the_guard_can_be_left_out_for_machines() -> None:
    assert ",=1+1," in table_text(frame(["=1+1"]), "csv", guard=False)


def test_a_bom_only_on_request(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "plain.csv")
    write_table(TABLE, tmp_path / "excel.csv", bom=True)
    plain, excel_one = (p.read_bytes() for p in (tmp_path / "plain.csv", tmp_path / "excel.csv"))
    assert excel_one == b"\xef\xbb\xbf" + plain
    assert plain.startswith(b"node_id,")


def test_excel_has_real_times_and_truth_values(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "t.xlsx")
    header, first, second = sheet(tmp_path / "t.xlsx")
    row = dict(zip(header, first, strict=True))
    assert row["start_time (UTC)"] == datetime(2025, 6, 1, 2, 0)  # noqa: DTZ001 - Excel has no zones
    assert (row["skip"], row["retry"], row["name"]) == (True, 2, "停服")
    assert dict(zip(header, second, strict=True))["retry"] is None


def test_excel_has_no_links_and_cuts_with_a_note(tmp_path: Path) -> None:
    texts = ["https://example.com/x", "长" * 40_000, "😀" * 20_000]
    write_table(frame(texts), tmp_path / "t.xlsx")
    page = openpyxl.load_workbook(tmp_path / "t.xlsx")["nodes"]
    assert page["D2"].hyperlink is None
    assert page["D3"].value.endswith("[cut, 40000 characters in all]")
    assert len(page["D3"].value) == 32_767
    assert len(page["D4"].value.encode("utf-16-le")) // 2 <= 32_767


def test_excel_takes_a_time_before_its_calendar(tmp_path: Path) -> None:
    old = pd.Series([datetime(1850, 1, 1, tzinfo=UTC)], dtype="datetime64[us, UTC]")
    write_table(old.to_frame("t"), tmp_path / "t.xlsx")
    assert sheet(tmp_path / "t.xlsx")[1] == ("1850-01-01T00:00:00Z",)


def test_excel_says_when_there_are_too_many_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "_MOST_ROWS", 1)
    with pytest.raises(UsageError, match="holds 1 rows, the table has 2"):
        write_table(TABLE, tmp_path / "t.xlsx")
    assert not list(tmp_path.iterdir())


def test_sqlite_holds_every_cell_with_its_type(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "t.sqlite")
    with closing(sqlite3.connect(tmp_path / "t.sqlite")) as base:
        read = base.execute("SELECT * FROM nodes").fetchall()
        kinds = {name: kind for _, name, kind, *_ in base.execute("PRAGMA table_info(nodes)")}
    assert read == [tuple(row.values()) for row in ROWS]
    assert (kinds["retry"], kinds["elapsed_s"], kinds["name"]) == ("INTEGER", "REAL", "TEXT")


@pytest.mark.parametrize("table", [TABLE, TABLE.iloc[:0]], ids=["rows", "empty"])
def test_parquet_has_one_schema_whatever_the_values(table: pd.DataFrame, tmp_path: Path) -> None:
    write_table(table, tmp_path / "t.parquet")
    read = duckdb.read_parquet(str(tmp_path / "t.parquet"))
    assert dict(zip(read.columns, map(str, read.types), strict=True)) == {
        "node_id": "VARCHAR", "depth": "INTEGER", "position": "BIGINT", "name": "VARCHAR",
        "state": "VARCHAR", "start_time": "TIMESTAMP WITH TIME ZONE", "elapsed_s": "DOUBLE",
        "retry": "INTEGER", "skip": "BOOLEAN", "is_leaf": "BOOLEAN", "ex_data": "VARCHAR",
    }  # fmt: skip
    back = read.project("name, retry, skip, epoch_us(start_time)").fetchall()
    instant = int(datetime(2025, 6, 1, 2, tzinfo=UTC).timestamp() * 1_000_000)
    assert back == [("停服", 2, True, instant), (None, None, None, None)][: len(table)]


def test_without_a_parquet_writer_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="nothing installed can write Parquet") as caught:
        write_table(TABLE, tmp_path / "t.parquet")
    assert "sops-report[parquet]" in caught.value.hint(Language.EN)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", FORMATS)
def test_lone_surrogates_and_controls_break_nothing(kind: str, tmp_path: Path) -> None:
    write_table(frame(["\ud800", "a\x00\x1b[31m\u202e", 'q",\n']), tmp_path / f"t.{kind}")
    assert (tmp_path / f"t.{kind}").stat().st_size > 0


@pytest.mark.parametrize("kind", FORMATS)
def test_an_empty_table_is_written(kind: str, tmp_path: Path) -> None:
    write_table(TABLE.iloc[:0], tmp_path / f"t.{kind}")
    assert (tmp_path / f"t.{kind}").is_file()


@pytest.mark.parametrize("kind", [k for k in FORMATS if k != "sqlite"])
def test_equal_tables_make_equal_bytes(kind: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.{kind}" for n in "ab"]
    for path in paths:
        write_table(TABLE, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_is_overwritten_without_force(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{kind}"
    path.write_bytes(b"precious")
    with pytest.raises(UsageError, match="exists already"):
        write_table(TABLE, path)
    assert path.read_bytes() == b"precious"
    write_table(TABLE, path, force=True)
    assert path.read_bytes() != b"precious"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_failure_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"precious")
    monkeypatch.setattr(excel, "cells", lambda _: sys.exit("killed"))
    with pytest.raises(SystemExit):
        write_table(TABLE, path, force=True)
    assert path.read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == ["t.xlsx"]


def test_unknown_and_binary_formats_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written as \.doc"):
        write_table(TABLE, tmp_path / "t.doc")
    with pytest.raises(UsageError, match="xlsx is not a text format"):
        table_text(TABLE, "xlsx")
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        write_table(TABLE, tmp_path / "nowhere" / "t.csv")
    assert set(TEXT_FORMATS) < set(FORMATS)


@given(
    st.lists(
        st.tuples(
            st.none()
            | st.sampled_from(["a", "", "=1", "x,y", "\0=z", "\ud800", "＋a", '"', "停服\n"]),
            st.none() | st.integers(-9, 9),
            st.none() | st.sampled_from(["2020-08-18T03:31:08.5Z", "2020-08-18T03:31:08Z"]),
        ),
        max_size=9,
    ),
    st.booleans(),
)
def test_pieces_of_csv_are_the_cells_one_by_one(
    rows: list[tuple[str | None, int | None, str | None]],
    guard: bool,  # noqa: FBT001 - drawn
) -> None:
    texts, counts, times = ([row[at] for row in rows] for at in range(3))
    mixed = pd.DataFrame({
        "text": pd.array(texts, dtype=pd.StringDtype(storage="python", na_value=pd.NA)),
        "word": pd.Categorical([text and text.replace("\ud800", "?") for text in texts]),
        "any": pd.Series(texts, dtype="object"),
        "count": pd.array(counts, dtype="Int32"),
        "time": pd.to_datetime(pd.Series(times, dtype="object"), utc=True, format="ISO8601"),
    })  # fmt: skip
    by_name = columns(mixed)
    lists = [guarded(values) if guard else values for values in by_name.values()]
    expected = [
        [*by_name],
        *(["" if v is None else str(v) for v in row] for row in zip(*lists, strict=True)),
    ]
    with patch("sops_report.export.csv._ROWS", 2):
        made = table_text(mixed, "csv", guard=guard)
    assert [*csv.reader(io.StringIO(made, newline=""))] == expected
