"""The analysis on whole columns is the analysis of the loops, for every tree."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from builders import START_US, attempt, envelope, histories, node
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_properties import every, numbered

from sops_report.analysis import Analysis, analyse
from sops_report.analysis.arrays.tree import with_columns
from sops_report.analysis.concurrency import concurrency_of
from sops_report.analysis.joins import joins_of
from sops_report.analysis.people import people_waits
from sops_report.analysis.progress import progress_of
from sops_report.errors import SopsReportError
from sops_report.reading import read_bytes
from sops_report.snapshot import Snapshot, is_columnar
from sops_report.states import GROUP_OF

Json = dict[str, Any]
DATA = Path(__file__).parent / "data"
MANY = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
LATE = 5_000_000_000  # seconds: one moment so far off that scopes and moments need two numbers
STATES = st.sampled_from(["FINISHED"] * 12 + [*GROUP_OF, "NEW_WORD", "PENDING_X", None])
SECONDS = st.integers(0, 12) | st.none() | st.sampled_from([0, 0.25, 3.5, 100_000, LATE])


def assert_same(snapshot: Snapshot) -> None:
    """Analyse by loops and on columns; everything has to be equal, and of the same type."""
    assert not is_columnar(snapshot.tree)
    columns = with_columns(snapshot)
    assert is_columnar(columns.tree)
    assert columns == snapshot
    with patch("sops_report.analysis._MANY", 10**9):
        one = analyse(snapshot)
    with patch("sops_report.analysis.arrays.path._FEW", 0):
        other = analyse(columns)
    assert not is_columnar(one.run.tree)
    assert is_columnar(other.run.tree)
    for name in (field.name for field in fields(Analysis)):
        if name not in ("run", "snapshot"):
            assert getattr(other, name) == getattr(one, name), name
    for further in (concurrency_of, people_waits, joins_of, progress_of):
        assert further(other) == further(one)
    assert list(other.run.spans) == list(one.run.spans)
    assert _types(other) == _types(one)


def _types(found: Analysis) -> set[type]:
    """Return the types that stand in the columns: a numpy number is not a number for JSON."""
    slack, clock = found.slack, found.clock
    columns = (
        slack.slack_us, slack.drag_us, slack.wait_us, clock.end_of, clock.is_live, clock.group,
        clock.finish_is_valid, found.on_path, found.durations.self_us, found.incidents.skipped,
    )  # fmt: skip
    scalars = (clock.start_us, clock.end_us, clock.as_of_us, clock.last_activity_us)
    return {type(value) for column in (*columns, scalars) for value in column}


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Json:
    """Draw a tree with ties, gaps, instants, impossible orders, retries, skips, any states."""
    width = draw(st.integers(0, 5)) if depth else 0
    start = draw(SECONDS)
    lasts = draw(st.none() | st.integers(0, 6) | st.integers(-3, 40))
    made = node(
        "?", start, None if start is None or lasts is None else max(0, start + lasts),
        state=draw(STATES), children=[draw(trees(depth - 1)) for _ in range(width)],
        retry=draw(st.sampled_from([0, 0, 0, 1, 2, None])),
        loop=draw(st.sampled_from([1, 1, 1, 2, 3, 0])),
        skip=draw(st.sampled_from([False, False, True, None])),
        error_ignored=draw(st.sampled_from([False, False, True])),
    )  # fmt: skip
    if draw(st.booleans()):
        made["elapsed_time"] = draw(st.none() | st.integers(-5, 90))
    if draw(st.integers(0, 2)) == 0:
        made["label"] = draw(st.sampled_from(["", "<class 'x.ParallelGateway'>"]))
    if draw(st.booleans()) and start is not None and lasts is not None:  # the first engine's
        made["state_refresh_at"] = draw(st.sampled_from([None, moment_ms(start + lasts)]))
    return made


def moment_ms(second: float) -> str:
    when = np.datetime64(START_US + round(second * 1_000_000) + 230_000, "us")
    return f"{np.datetime_as_string(when, unit='ms')}Z"


def named(root: Json) -> Json:
    """Give every node an id, and those that were drawn to be gateways their name."""
    for one in every(numbered(root)):
        one["name"] = one.pop("label", one["name"])
    return root


@MANY
@given(trees())
def test_any_tree_is_analysed_the_same_way(root: Json) -> None:
    assert_same(read_bytes(envelope(named(root))))


@MANY
@given(trees(), st.data())
def test_forgotten_attempts_count_the_same_way(root: Json, data: st.DataObject) -> None:
    named(root)
    rows = st.tuples(st.integers(0, 12), st.integers(0, 6), st.integers(1, 3))
    ids = data.draw(st.lists(st.sampled_from([one["id"] for one in every(root)]), max_size=4))
    tried = {
        name: [attempt(a, a + b, loop) for a, b, loop in data.draw(st.lists(rows, max_size=3))]
        for name in ids
    }
    assert_same(read_bytes(envelope(root), histories=histories(**tried)))


def answers() -> Iterator[Snapshot]:
    for path in sorted(DATA.rglob("*")):
        if path.is_file() and ".meta." not in path.name:
            try:
                yield read_bytes(path.read_bytes())
            except SopsReportError:
                continue


def test_every_answer_of_the_test_data_is_analysed_the_same_way() -> None:
    found = list(answers())
    assert len(found) > 100
    for snapshot in found:
        assert_same(snapshot)
