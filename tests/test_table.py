"""The node table: the same columns and dtypes for every input."""

from pathlib import Path

import pandas as pd
import pytest
from builders import analysed, event, moment, node, snapshot

from sops_report.reading import read_bytes
from sops_report.snapshot import Snapshot
from sops_report.table import critical_path, failures, flatten, ledger, nodes

DATA = Path(__file__).parent / "data"
COLUMNS = {
    "node_id": "string",
    "parent_id": "string",
    "depth": "int32",
    "position": "int64",
    "n_descendants": "int64",
    "path": "string",
    "name": "string",
    "label": "string",
    "kind": "category",
    "kind_source": "category",
    "state": "category",
    "state_group": "category",
    "start_time": "datetime64[us, UTC]",
    "finish_time": "datetime64[us, UTC]",
    "finish_is_valid": "boolean",
    "elapsed_s": "float64",
    "retry": "Int32",
    "loop": "Int32",
    "skip": "boolean",
    "error_ignored": "boolean",
    "version": "string",
    "state_refresh_at": "datetime64[us, UTC]",
    "is_leaf": "bool",
    "ex_data": "string",
}
ANALYSED = COLUMNS | {
    "duration_s": "float64",
    "self_s": "float64",
    "is_root_cause": "bool",
    "on_critical_path": "bool",
    "slack_s": "float64",
    "drag_s": "float64",
    "wait_before_s": "float64",
}
INPUTS = {
    "stub": b'{"state": "EXPIRED"}',
    "created": b'{"state": "CREATED", "children": {}, "skip": 0}',
    "v1": (DATA / "corpus/variants/documentation_example.json").read_bytes(),
    "v2": max((DATA / "corpus/release_60/snapshots").iterdir()).read_bytes(),
    "odd": (DATA / "malformed/minimal_fields.json").read_bytes(),
    "unknown state": (DATA / "malformed/state_lower_case.json").read_bytes(),
    "numbers": (DATA / "malformed/huge_int.json").read_bytes(),
}


@pytest.fixture(params=INPUTS)
def found(request: pytest.FixtureRequest) -> Snapshot:
    return read_bytes(INPUTS[request.param])


def test_columns_and_dtypes_are_the_contract_s(found: Snapshot) -> None:
    for frame, columns in ((flatten(found), COLUMNS), (nodes(found), ANALYSED)):
        assert {name: str(kind) for name, kind in frame.dtypes.items()} == columns
        assert isinstance(frame.index, pd.RangeIndex)


def test_texts_are_stored_alike_with_and_without_pyarrow(found: Snapshot) -> None:
    plain = pd.StringDtype(storage="python", na_value=pd.NA)
    for frame in (nodes(found), critical_path(found), failures(found)):
        texts = frame.select_dtypes("string")
        assert len(texts.columns) > 0
        assert all(kind == plain for kind in texts.dtypes)


def test_the_other_frames_have_one_form_too(found: Snapshot) -> None:
    path = critical_path(found)
    assert {"node_id", "start_time", "end_time", "seconds", "class", "certain"} <= set(path.columns)
    assert str(path["seconds"].dtype) == "float64"
    assert str(path["start_time"].dtype) == "datetime64[us, UTC]"
    assert path["seconds"].sum() == pytest.approx(ledger(found).sum())
    assert str(ledger(found).dtype) == "float64"
    assert {"node_id", "label", "path", "failed_at", "signature", "text"} <= set(
        failures(found).columns
    )


def test_rows_of_a_subtree_follow_their_node(found: Snapshot) -> None:
    frame = flatten(found)
    parents = dict(zip(frame["node_id"], frame["parent_id"], strict=True))
    assert frame["position"].tolist() == list(range(len(frame)))
    for row in frame.itertuples():
        subtree = frame.loc[row.position + 1 : row.position + row.n_descendants]
        assert (subtree["depth"] > row.depth).all()
        after = row.position + row.n_descendants + 1
        assert after == len(frame) or frame["depth"][after] <= row.depth
    assert frame["parent_id"].isna().tolist()[0] is True
    assert len(parents) == frame["node_id"].nunique(dropna=False)


def test_the_table_can_be_made_a_tree_again() -> None:
    found = snapshot(
        node("go", 0, 9, node("a", 0, 4, node("b", 1, 2), node("c", 2, 3)), node("d", 5, 9))
    )
    frame = flatten(found)
    rebuilt = {
        parent: group["node_id"].tolist()
        for parent, group in frame.iloc[1:].groupby("parent_id", sort=False)
    }
    assert rebuilt == {"go": ["a", "d"], "a": ["b", "c"]}
    assert frame["path"].tolist()[1:] == ["a", "a / b", "a / c", "d"]
    assert frame["is_leaf"].tolist() == [False, False, True, True, True]


def test_a_node_s_values_are_as_sent() -> None:
    sent = node(
        "a", 1, 4, retry=2, loop=3, skip=True, elapsed_time=-7, error_ignored=True, version="v9"
    )
    row = flatten(snapshot(node("go", 0, 9, sent))).iloc[1]
    assert row["retry"] == 2
    assert row["loop"] == 3
    assert bool(row["skip"])
    assert bool(row["error_ignored"])
    assert row["elapsed_s"] == -7
    assert row["version"] == "v9"
    assert row["start_time"] == pd.Timestamp(moment(1))
    assert row["state_group"] == "success"


def test_flags_of_the_root_are_missing() -> None:
    frame = flatten(snapshot(node("go", 0, 1, skip=True, error_ignored=True)))
    assert frame[["skip", "error_ignored"]].isna().all(axis=None)


def test_a_label_is_never_empty_and_never_a_class_name() -> None:
    odd = [
        node("a", 0, 0, name=""),
        node("b", 0, 1, name="   "),
        node("c", 1, 1, name="<class 'pipeline.core.flow.gateway.ConvergeGateway'>"),
        node("d", 1, 2, name=None),
        node("e", 2, 3, name="e"),
    ]
    labels = flatten(snapshot(node("go", 0, 3, *odd)))["label"].tolist()
    assert labels == [
        "go",
        "(start)",
        "(gateway or event)",
        "(converge gateway)",
        "(gateway or event)",
        "e",
    ]


def test_lengths_are_seconds_and_missing_where_not_defined() -> None:
    root = node(
        "go", 0, None, node("a", 0, 4, node("b", 1, 2)), node("c", None, None, state="READY"),
        state="FAILED",
    )  # fmt: skip
    frame = nodes(snapshot(root)).set_index("node_id")
    assert frame["duration_s"].fillna(-1).to_dict() == {"go": 4, "a": 4, "b": 1, "c": -1}
    assert frame["self_s"].fillna(-1).to_dict() == {"go": 0, "a": 3, "b": 1, "c": -1}


def test_the_analysed_rows_are_the_flat_rows() -> None:
    found = snapshot(node("go", 0, 5, event("in", 0), node("a", 0, 5)))
    assert nodes(found)[list(COLUMNS)].equals(flatten(found))
    assert nodes(found)["on_critical_path"].sum() == sum(
        analysed(node("go", 0, 5, event("in", 0), node("a", 0, 5))).on_path
    )
