"""The benchmark's data is what it says, and its contenders do the same work."""

import pytest

from benchmarks import charts, flatten
from benchmarks.generate import answer, nodes
from benchmarks.timing import medians


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


def test_every_contender_runs_and_is_timed() -> None:
    timed = medians(flatten.contenders(answer(20)), 2) | medians(charts.contenders(20), 1)
    assert len(timed) == 8
    assert all(seconds > 0 for seconds in timed.values())
