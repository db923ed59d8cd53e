"""Broken and hostile input: what the manifest allows, and nothing else."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from sops_report.analysis import analyse
from sops_report.errors import InputError
from sops_report.reading import read_bytes
from sops_report.snapshot import Origin, Snapshot
from sops_report.table import nodes

FOLDER = Path(__file__).parent / "data" / "malformed"
WIDE = "wide_100000.json.gz"
with (FOLDER / "MANIFEST.csv").open(encoding="utf-8", newline="") as _manifest:
    ROWS = {row["file"]: row for row in csv.DictReader(_manifest)}
READABLE = sorted(name for name, row in ROWS.items() if "3" not in row["exit"] and name != WIDE)


def wide() -> bytes:
    """Return an answer with 100,000 children in one object; too large to keep."""
    leaf = {"state": "FINISHED", "start_time": "2026-01-31 09:30:05 +0800", "children": {}}
    leaf["finish_time"] = leaf["start_time"]
    children = {f"n{number:05}": leaf | {"id": f"n{number:05}"} for number in range(100_000)}
    return gzip.compress(
        json.dumps({"result": True, "data": leaf | {"children": children}}).encode()
    )


def bytes_of(name: str) -> bytes:
    """Return the bytes of a row of the manifest."""
    return wide() if name == WIDE else (FOLDER / name).read_bytes()


def read(name: str) -> Snapshot:
    """Read a row of the manifest."""
    return read_bytes(bytes_of(name), Origin(source=name))


def attempt(name: str) -> tuple[Snapshot | None, InputError | None]:
    """Read a row of the manifest, or return why it was refused."""
    try:
        return read(name), None
    except InputError as refusal:
        return None, refusal


def test_every_row_has_its_file_and_every_file_its_row() -> None:
    files = {path.name for path in FOLDER.iterdir()} - {"MANIFEST.csv"}
    assert files | {WIDE} == set(ROWS)
    assert len(ROWS) >= 90


@pytest.mark.parametrize("name", ROWS)
def test_the_exit_code_is_allowed_and_warnings_are_given(name: str) -> None:
    row = ROWS[name]
    snapshot, refusal = attempt(name)
    code = "0" if refusal is None else str(refusal.exit_code)
    assert code in row["exit"].split("|")
    assert refusal is None or name in str(refusal), "the error names the input"
    if snapshot is not None and row["expect"] == "read+warn":
        assert analyse(snapshot).notes


@pytest.mark.parametrize("name", READABLE)
def test_what_can_be_read_becomes_a_table_without_nonsense(name: str) -> None:
    frame = nodes(read(name))
    assert len(frame) > 0
    assert frame["label"].str.len().min() > 0
    assert not frame["label"].str.startswith("<class '").any()
    lengths = frame[["duration_s", "self_s", "slack_s", "drag_s", "wait_before_s"]]
    assert not (lengths < 0).any(axis=None)
    frame.to_csv().encode()  # nothing in it that UTF-8 cannot hold


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("empty.json", "empty"),
        ("whitespace_only.json", "empty"),
        ("truncated_middle.json", "not-json"),
        ("html_login.json", "html-instead"),
        ("python_repr.json", "python-repr"),
        ("two_documents.json", "extra-data"),
        ("trailing_garbage.json", "extra-data"),
        ("invalid_utf8.json", "not-text"),
        ("json_null.json", "no-status"),
        ("json_list.json", "no-status"),
        ("data_null.json", "no-status-in-data"),
        ("result_false_iam.json", "refused"),
        ("result_false_with_data.json", "refused"),
    ],
)
def test_a_refusal_says_what_is_wrong(name: str, key: str) -> None:
    with pytest.raises(InputError) as refused:
        read(name)
    assert refused.value.key == key
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("result_missing.json", "envelope-result"),
        ("code_not_zero.json", "envelope-code"),
        ("nan_infinity.json", "not-a-number"),
        ("nul_padded.json", "padding"),
        ("raw_control_chars.json", "raw-control"),
        ("children_list_of_nodes.json", "children-list"),
        ("children_text.json", "children-odd"),
        ("children_number.json", "children-odd"),
        ("child_not_object.json", "child-not-object"),
        ("id_differs_from_key.json", "id-differs"),
        ("id_missing_or_null.json", "id-missing"),
        ("same_id_two_branches.json", "id-twice"),
        ("same_key_twice.json", "key-twice"),
        ("state_missing.json", "state-missing"),
        ("state_list.json", "state-missing"),
        ("state_lower_case.json", "state-unknown"),
        ("state_root_contradicts.json", "state-contradicts"),
        ("time_garbage.json", "time-unreadable"),
        ("time_named_zone.json", "time-unreadable"),
        ("time_impossible_dates.json", "time-unreadable"),
        ("time_epoch_seconds.json", "time-epoch"),
        ("time_epoch_ms.json", "time-epoch"),
        ("time_no_zone.json", "time-no-zone"),
        ("time_year_9999_and_1.json", "time-range"),
        ("time_finish_before_start.json", "finish-before-start"),
        ("elapsed_negative.json", "negative-elapsed"),
        ("elapsed_contradicts.json", "elapsed-differs"),
        ("elapsed_text_null_missing.json", "number-as-text"),
        ("huge_int.json", "not-a-count"),
        ("flags_as_text.json", "flag-as-text"),
        ("name_not_text.json", "not-text"),
        ("name_lone_surrogate.json", "lone-surrogate"),
        ("ex_data_text.json", "ex-data-odd"),
        ("ex_data_list.json", "ex-data-odd"),
        ("ex_data_unknown_ids.json", "ex-data-unknown-node"),
    ],
)
def test_a_warning_names_its_finding(name: str, code: str) -> None:
    assert code in {note.code for note in analyse(read(name)).notes}


def test_a_flag_that_says_false_in_words_is_false() -> None:
    snapshot = read("flags_as_text.json")
    odd = {
        n.position
        for n in snapshot.notes
        if n.code == "flag-as-text" and n.values["value"] == "false"
    }
    assert odd
    assert {snapshot.tree.skip[position] for position in odd if position} <= {False, None}


def test_moments_in_five_zones_are_the_same_durations() -> None:
    found = analyse(read("time_mixed_zones.json"))
    tree = found.snapshot.tree
    closed = [p for p in range(len(tree)) if found.clock.finish_is_valid[p] and tree.is_leaf(p)]
    assert len(closed) > 5
    for position in closed:
        length, sent = found.durations.duration_us[position], tree.elapsed_s[position]
        assert length is not None
        assert sent is not None
        assert abs(length / 1_000_000 - sent) <= 1


def test_an_undocumented_word_of_the_engine_is_kept() -> None:
    snapshot = read("state_unknown_word.json")
    assert "ROLLING_BACK" in snapshot.tree.state


def test_a_hundred_thousand_siblings_are_one_table() -> None:
    frame = nodes(read(WIDE))
    assert len(frame) == 100_001
    assert frame["duration_s"].sum() == 0
