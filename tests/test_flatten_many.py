"""Many answers in one table: of each document exactly the rows that `flatten` makes of it."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import envelope
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from test_fast import ANY_TIME, first, mutated, second

from benchmarks.generate import answer
from sops_report.analysis import analyse
from sops_report.columns import MISSING
from sops_report.errors import SopsReportError
from sops_report.fleet import flatten_many, many
from sops_report.fleet.decoding import read_plain
from sops_report.fleet.moments import IN_UTC, WITH_OFFSET, Form, read_moments
from sops_report.reading.times import TimeReader
from sops_report.snapshot import Snapshot
from sops_report.sources import read
from sops_report.table import flatten

Json = dict[str, Any]
IN_FRONT = ["source", "task_id", "as_of"]
MANY = settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


def outcome(source: str) -> Snapshot | SopsReportError:
    try:
        return read(source)
    except SopsReportError as refusal:
        return refusal


def assert_same(frame: pd.DataFrame, sources: list[str]) -> int:
    """Compare each source's rows with `flatten`; return how many sources could be read."""
    by_source = dict(list(frame.groupby("source", sort=False)))
    errors = frame.attrs["errors"]
    for source in sources:
        snapshot = outcome(source)
        if isinstance(snapshot, SopsReportError):
            assert errors[source] == str(snapshot)
            assert source not in by_source
            continue
        wanted = flatten(snapshot)
        got = by_source[source].reset_index(drop=True)
        us = analyse(snapshot).clock.as_of_us
        moment = pd.NaT if us is None else pd.Timestamp(us, unit="us", tz="UTC")
        assert got["as_of"].isna().all() if us is None else (got["as_of"] == moment).all()
        assert got["task_id"].fillna("").unique().tolist() == [snapshot.origin.task_id or ""]
        got["state"] = got["state"].cat.set_categories(wanted["state"].cat.categories)
        assert_frame_equal(got.drop(columns=IN_FRONT), wanted)
    assert len(by_source) + len(errors) == len(sources)
    return len(by_source)


def test_every_answer_of_the_test_data_makes_the_rows_of_flatten(data: Path) -> None:
    files = [str(p) for p in sorted(data.rglob("*")) if p.is_file() and ".meta." not in p.name]
    assert assert_same(flatten_many(files), files) > 200
    assert sum(read_plain(Path(path).read_bytes()) is not None for path in files) > 100


def written(folder: Path, documents: list[bytes]) -> list[str]:
    paths = [folder / f"{number}.json" for number in range(len(documents))]
    for path, document in zip(paths, documents, strict=True):
        path.write_bytes(document)
    return [str(path) for path in paths]


@MANY
@given(st.lists(mutated(), min_size=1, max_size=4))
def test_any_trees_make_the_rows_of_flatten(tmp_path: Path, roots: list[Json]) -> None:
    sources = written(tmp_path, [envelope(root) for root in roots])
    assert_same(flatten_many(sources), sources)


def test_an_odd_time_among_plain_documents_costs_only_its_own_document(tmp_path: Path) -> None:
    odd = second("n0", second("n1", start_time="2024-06-18T21:30:01.25+0800"), second("n2"))
    documents = [envelope(root) for root in (second("n0", second("n1")), odd, first("n0"))]
    assert all(read_plain(document) for document in documents)
    sources = written(tmp_path, documents)
    frame = flatten_many(sources)
    assert assert_same(frame, sources) == 3
    assert frame["start_time"].notna().all()


def test_failure_texts_stand_on_the_failed_leaf(tmp_path: Path) -> None:
    twin = second("n1", second("n2", state="FAILED", id="n2"), state="FAILED")
    root = second(
        "n0", twin, second("n3", state="FAILED"), second("n4"), state="FAILED",
        ex_data={"n2": "<b>disk</b> full", "n3": None, "n4": "odd", "n9": "x"},
    )  # fmt: skip
    sources = written(tmp_path, [envelope(root), envelope(second("n0"))])
    assert read_plain(envelope(root)) is not None
    frame = flatten_many(sources)
    assert_same(frame, sources)
    assert frame["ex_data"].dropna().tolist() == ["disk full", "odd"]


def test_flows_and_sidecars_beside_the_answers_are_used(data: Path) -> None:
    flows = sorted(data.rglob("pipeline_tree.json"))
    answers = [str(p) for flow in flows for p in sorted(flow.parent.rglob("*.json"))]
    sources = [p for p in answers if Path(p).name not in ("pipeline_tree.json", "histories.json")]
    frame = flatten_many([source for source in sources if ".meta." not in source])
    assert (frame["kind_source"] == "flow").any()


def test_blocks_of_any_size_are_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = written(tmp_path, [answer(20 + seed, seed) for seed in range(9)])
    whole = flatten_many(sources)
    monkeypatch.setattr(many, "ROWS_AT_ONCE", 30)
    monkeypatch.setattr(many, "_SOURCES_AT_ONCE", 2)
    assert_frame_equal(flatten_many(sources), whole)
    with ThreadPoolExecutor(2) as executor:
        assert_frame_equal(flatten_many(sources, executor), whole)
    assert whole["source"].unique().tolist() == sources


def test_nothing_at_all_is_an_empty_table_of_the_same_columns(tmp_path: Path) -> None:
    empty = flatten_many([])
    full = flatten_many(written(tmp_path, [answer(5)]))
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_what_cannot_be_read_is_told_and_stops_nothing(tmp_path: Path) -> None:
    bad = written(tmp_path, [b"<html>", answer(5), b""])
    frame = flatten_many([*bad, str(tmp_path / "none.json")])
    assert frame["source"].unique().tolist() == [bad[1]]
    assert list(frame.attrs["errors"]) == [bad[0], bad[2], str(tmp_path / "none.json")]


FORMS = {"with an offset": WITH_OFFSET, "in UTC": IN_UTC}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@MANY
@given(texts=st.lists(ANY_TIME | st.text(max_size=30), max_size=6))
@example(
    texts=["2024-02-29 23:59:59 -1159", "2023-02-29 00:00:00 +0800", "1989-12-31 23:59:59 +0000"]
)
@example(
    texts=["2199-12-31 23:59:59 +2359", "2200-01-01 00:00:00 +0000", "2024-06-18 21:30:01 +0860"]
)
@example(texts=["x" * 51, "2024-06-18T13:30:0", "2024-06-18T13:30:01.999Z"])
@example(texts=["x" * 12 + "\n" + "x" * 12, "2024-06-18 21:30:01 +0800"])
@example(texts=["２024-06-18 21:30:01 +080", "", None])
def test_a_moment_is_what_the_careful_reader_says_or_left_to_it(
    form: Form, texts: list[str | None]
) -> None:
    us, odd = read_moments(texts, form)
    careful = [TimeReader().read(text) for text in texts]
    for text, at, is_odd, moment in zip(texts, us.tolist(), odd.tolist(), careful, strict=True):
        if is_odd:
            assert text
            assert at == MISSING
        else:
            assert (None if at == MISSING else at, None) == (moment.us, moment.odd)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_the_server_s_own_moments_are_never_left_to_the_careful_reader(form: Form) -> None:
    days = np.arange("1990-01-01", "2200-01-01", 7, dtype="datetime64[D]").astype(str)
    texts = [day + form.sample[10:] for day in days]
    us, odd = read_moments(texts, form)
    assert not odd.any()
    assert us.tolist() == [TimeReader().read(text).us for text in texts]


def test_a_document_that_says_something_twice_is_left_to_the_careful_reader() -> None:
    plain = json.dumps({"result": True, "data": second("n0", second("n1"))})
    assert read_plain(plain.encode()) is not None
    for old, new in (
        ('"retry": 0', '"retry": 0, "retry": 0'), ('"result": true', '"result": false'),
        ('"name": "', '"name": "x", "name": "'),
    ):  # fmt: skip
        assert read_plain(plain.replace(old, new, 1).encode()) is None
