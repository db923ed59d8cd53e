"""The benchmark's data is what it says, and its contenders do the same work."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import charts, flatten, fleet, memory, startup
from benchmarks.generate import answer, nodes
from benchmarks.peers import tree_libraries
from benchmarks.timing import medians
from sops_report.reading import Remark, _read_fast
from sops_report.reading.read import Reading


@pytest.mark.parametrize("n_nodes", [2, 3, 50, 1000])
def test_an_answer_has_exactly_the_nodes_asked_for(n_nodes: int) -> None:
    made = list(nodes(answer(n_nodes)))
    assert len(made) == n_nodes + 1
    assert len({node["id"] for node in made}) == len(made)
    assert {len(node) for node in made} == {16}


def test_equal_seeds_make_equal_bytes() -> None:
    assert answer(200) == answer(200)
    assert answer(200) != answer(200, seed=2)


def test_ours_and_the_naive_way_make_the_same_table() -> None:
    made = flatten.contenders(answer(500))
    ours, naive = made[flatten.OURS](), made[flatten.NAIVE]()
    assert ours["node_id"].tolist() == naive["id"].tolist()
    assert ours["depth"].tolist() == naive["depth"].tolist()
    for ours_name, name in (("start_time", "start_time"), ("finish_time", "finish_time")):
        assert ours[ours_name].isna().tolist() == naive[name].isna().tolist()
        assert (ours[ours_name].dropna() == naive[name].dropna()).all()


def test_the_reading_that_is_timed_as_fast_is_the_fast_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Reading | None] = []
    made = flatten.contenders(answer(500))

    def watched(data: bytes, source: str, remark: Remark) -> Reading | None:
        asked.append(_read_fast(data, source, remark))
        return asked[-1]

    monkeypatch.setattr("sops_report.reading._read_fast", watched)
    careful = made[flatten.CAREFUL]()
    assert not asked
    assert made[flatten.READ]() == careful
    assert len(asked) == 1
    assert asked[0] is not None


def test_level_by_level_makes_as_many_rows() -> None:
    made = flatten.contenders(answer(500))
    assert len(made[flatten.NORMALIZED]()) == len(made[flatten.OURS]()) == 501


def test_libraries_for_trees_make_as_many_rows() -> None:
    for name, make in tree_libraries(answer(300)):
        frame = make()
        assert isinstance(frame, pd.DataFrame), name
        assert len(frame) == 301, name
        assert frame["start_time"].notna().all(), name


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak")
def test_the_peak_is_told_as_a_multiple_of_the_bytes() -> None:
    peaks = memory.peaks((flatten.OURS,), answer(2000))
    assert 1 < peaks[flatten.OURS] < 50


def test_the_commands_that_are_started_succeed(tmp_path: Path) -> None:
    assert len(medians(startup.contenders(tmp_path, (20, 30)), 1)) == 5
    assert (tmp_path / "page.html").stat().st_size > 10_000


def test_every_contender_runs_and_is_timed() -> None:
    timed = medians(flatten.contenders(answer(20)), 2) | medians(charts.contenders(20), 1)
    assert len(timed) == 12 + len(dict(tree_libraries(answer(20))))
    assert all(seconds > 0 for seconds in timed.values())


def test_the_fleet_s_ways_are_timed_and_make_the_same_rows(tmp_path: Path) -> None:
    found = fleet.figures(tmp_path, 6, 1)
    assert all(figure > 0 for figure in found.values())
    assert len(fleet.table(found).splitlines()) == 2 + len(found)
    assert len(pd.read_parquet(tmp_path / "naive.parquet")) == 6 * (fleet.NODES + 1)
    n_rows = len(list(tmp_path.glob("archive/*/*/*"))) * (fleet.NODES + 1)
    assert len(pd.read_parquet(tmp_path / "one" / "nodes")) == n_rows
    assert len(pd.read_parquet(tmp_path / "killed" / "nodes")) == n_rows
