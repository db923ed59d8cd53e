"""Texts that an answer has in two spellings, or at great length, gathered."""

import json
import tracemalloc
from itertools import islice, product

import numpy as np
import pytest
from builders import envelope
from readers import Json, assert_same, outcome, second
from test_gather import is_gathered, small

from sops_report import table
from sops_report.columns import Coded
from sops_report.reading.fingerprints import rows_of
from sops_report.reading.identity_columns import identify_columns
from sops_report.snapshot import Flow, FlowNode, Snapshot


def test_a_name_is_one_word_however_it_is_escaped() -> None:
    names = ["步骤", *map(str, range(20)), "步骤", "步骤", *map(str, range(20))]
    root = second("node-0", *(second(f"n{n:02}", name=name) for n, name in enumerate(names, 1)))
    data = envelope(root).replace(json.dumps("步骤").encode(), '"步骤"'.encode(), 2)
    snapshot = outcome(data, "gathered")[0]
    assert isinstance(snapshot, Snapshot)
    for column in (snapshot.tree.name, snapshot.label):
        words = column.words if isinstance(column, Coded) else ()
        assert words
        assert len(set(words)) == len(words)
    assert_same(data)


def test_a_label_is_one_word_wherever_it_comes_from() -> None:
    leaves = [second("node-1", name="备份"), second("node-2", name=""), second("node-3", name="")]
    snapshot = outcome(envelope(second("node-0", *leaves, name="备份")), "gathered")[0]
    assert isinstance(snapshot, Snapshot)
    nodes = {
        "node-2": FlowNode(kind="activity", name="备份", parent_id=None),
        "node-3": FlowNode(kind="parallel_gateway", name="(task)", parent_id=None),
    }
    label = identify_columns(snapshot.tree, Flow(nodes=nodes)).label
    assert list(label) == ["备份", "备份", "备份", "(task)"]
    for column in (label, snapshot.label):
        assert isinstance(column, Coded)
        assert len(set(column.words)) == len(column.words)


def test_a_text_for_no_id_is_not_put_on_the_root_without_one() -> None:
    assert_same(envelope(small() | {"id": None, "ex_data": {"": "x", "node-7": "late"}}))


@pytest.mark.parametrize("field", ["id", "version", "state", "start_time"])
@pytest.mark.parametrize("node", ["node-0", "node-1"])
def test_one_long_text_makes_no_column_wide(field: str, node: str) -> None:
    root = small()
    place = root if node == "node-0" else root["children"][node]
    place[field] = f"2024-06-18 21:30:01 {' ' * 200}+0800" if field == "start_time" else "x" * 201
    assert is_gathered(envelope(root)) is (node == "node-0" and field in {"state", "start_time"})
    assert_same(envelope(root))


@pytest.mark.parametrize("many_rows", [0, 50_000])
@pytest.mark.parametrize("name", ["同名", "", "x" * 400])
def test_paths_are_those_of_the_snapshot_however_many(
    monkeypatch: pytest.MonkeyPatch, name: str, many_rows: int
) -> None:
    """The root has namesakes among its children, and these among theirs."""
    monkeypatch.setattr(table, "_MANY_ROWS", many_rows)
    below: list[Json] = []
    for depth in "4321":
        below = [
            *(second(f"n{depth}{at}", name=name) for at in range(2)),
            second(f"n{depth}9", *below, name=name),
        ]
    snapshot = outcome(envelope(second("node-0", *below, name=name)), "gathered")[0]
    assert isinstance(snapshot, Snapshot)
    assert isinstance(snapshot.label, Coded)
    assert table.flatten(snapshot)["path"].tolist() == snapshot.paths()


def test_asking_for_a_long_id_costs_no_room_a_row() -> None:
    ids = np.asarray([f"n{row:031}".encode() for row in range(1000)])
    tracemalloc.start()
    assert rows_of(ids, [b"x" * 10**5]) == []
    assert rows_of(ids, [b"x" * 10**5, bytes(ids[7]), b""]) == [7]
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()


def of_one_hash(count: int) -> list[str]:
    """Return names of one slot of a shelf: three up in a word, one down in the next."""
    names = []
    for steps in islice(product(range(6), repeat=6), count):
        text = bytearray(b"AAAAAAAAzzzzzzzz")
        for at, step in enumerate(steps):
            text[at] += 3 * step
            text[at + 8] -= step
        names.append(text.decode())
    return names


@pytest.mark.parametrize("count", [400, 2000])
def test_names_of_one_hash_are_names_of_their_own(count: int) -> None:
    names = of_one_hash(count)
    assert len(set(names)) == count
    leaves = (second(f"n{row:05}", name=name) for row, name in enumerate(names + names))
    data = envelope(second("node-0", *leaves))
    assert is_gathered(data) is (count < 1000)
    assert_same(data)
