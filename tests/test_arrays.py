"""The analysis on whole columns is the analysis of the loops, for every tree."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import START_US, attempt, envelope, histories, node
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_properties import every, numbered

from benchmarks.analysis import looped, with_lists
from benchmarks.generate import answer
from sops_report.analysis import MANY, Analysis, analyse
from sops_report.analysis.arrays.drag import least_over
from sops_report.analysis.arrays.order import Line, sorted_by
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
MANY_EXAMPLES = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
LATE = 5_000_000_000  # seconds: one moment so far off that scopes and moments need two numbers
STATES = st.sampled_from(["FINISHED"] * 12 + [*GROUP_OF, "NEW_WORD", "PENDING_X", None])
SECONDS = st.integers(0, 12) | st.none() | st.sampled_from([0, 0.25, 3.5, 100_000, LATE])


def assert_same(snapshot: Snapshot) -> None:
    """Analyse by loops and on columns; everything has to be equal, and of the same type."""
    columns = with_columns(snapshot)
    assert columns == snapshot
    one = looped(with_lists(snapshot))
    other = analyse(columns)
    assert not is_columnar(one.run.tree)
    assert is_columnar(other.run.tree)
    for name in (field.name for field in fields(Analysis)):
        if name not in ("run", "snapshot"):
            assert getattr(other, name) == getattr(one, name), name
    for further in (concurrency_of, people_waits, joins_of, progress_of):
        assert further(other) == further(one)
    assert list(other.run.spans) == list(one.run.spans)
    assert other.on_path == one.on_path == marked_by(one)
    assert _types(other) == _types(one)


def marked_by(found: Analysis) -> list[bool]:
    """Mark the nodes of the path by its sections: walked once more, when all is told of them."""
    tree = found.run.tree
    marked = [False] * len(tree)
    for section in found.sections:
        position = tree.parent[section.position] if section.is_gap else section.position
        while position >= 0:
            marked[position] = True
            position = tree.parent[position]
    return marked


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


@pytest.mark.slow
@MANY_EXAMPLES
@given(trees())
def test_any_tree_is_analysed_the_same_way(root: Json) -> None:
    assert_same(read_bytes(envelope(named(root))))


@pytest.mark.slow
@MANY_EXAMPLES
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


@pytest.mark.slow
def test_every_answer_of_the_test_data_is_analysed_the_same_way() -> None:
    found = list(answers())
    assert len(found) > 100
    for snapshot in found:
        assert_same(snapshot)


def test_a_generated_tree_is_analysed_the_same_way() -> None:
    assert_same(read_bytes(answer(4000)))


def test_a_deep_chain_is_analysed_the_same_way() -> None:
    tree = node("n2000", 0, 5)
    for number in range(1999, -1, -1):
        tree = node(f"n{number}", number % 3, 9, tree)
    assert_same(read_bytes(envelope_of_depth(tree)))


def envelope_of_depth(root: Json) -> bytes:
    """Write JSON without recursion: a chain may be deeper than Python's own writer goes."""
    heads, tails = [], []
    while root:
        below = next(iter(root.pop("children").values()), None)
        head = json.dumps(root)[:-1]
        key = json.dumps(below["id"]) + ": " if below else ""
        heads.append(f'{head}, "children": {{{key}')
        tails.append("}}")
        root = below or {}
    return ("".join(heads) + "".join(tails)).encode()


def test_a_big_tree_is_laid_out_in_columns_and_a_small_one_is_not() -> None:
    assert is_columnar(analyse(with_lists(read_bytes(answer(MANY)))).run.tree)
    assert not is_columnar(analyse(with_lists(read_bytes(answer(MANY - 2)))).run.tree)


def calls_of(run: Callable[[], object]) -> int:
    """Count the calls of functions, ours and built-in ones."""
    count = 0

    def see(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def test_no_function_is_called_for_every_node() -> None:
    """Counted, not timed; only what is on the path is looked at one by one."""
    steps = [node(f"n{i}", i % 7, i % 7 + i % 50 + 1, name=f"s{i % 9}") for i in range(20_000)]
    snapshot = read_bytes(envelope(node("go", 0, 60, *steps)))
    found = analyse(snapshot)
    assert len(found.sections) < 10
    for work in (
        lambda: analyse(snapshot),
        lambda: concurrency_of(found),
        lambda: joins_of(found),
        lambda: people_waits(found),
    ):
        assert calls_of(work) < 10_000


ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-5, 5) | st.sampled_from([-(2**60), 2**60])),
    max_size=30,
)


@MANY_EXAMPLES
@given(ROWS, st.integers(0, 1_000_000))
def test_rows_are_sorted_by_all_keys(rows: list[tuple[int, int]], unit: int) -> None:
    scope = np.asarray([row[0] for row in rows], dtype=np.int64)
    first = np.asarray([row[1] for row in rows], dtype=np.int64)
    second = np.asarray([row[1] % 7 * unit for row in rows], dtype=np.int64)
    order = sorted_by(scope, second, first).tolist()
    told = list(zip(scope.tolist(), second.tolist(), first.tolist(), strict=True))
    assert order == sorted(range(len(rows)), key=told.__getitem__)


@MANY_EXAMPLES
@given(ROWS)
def test_a_line_keeps_scopes_apart_and_moments_in_order(rows: list[tuple[int, int]]) -> None:
    scope = np.asarray([row[0] for row in rows], dtype=np.int64)
    us = np.asarray([row[1] for row in rows], dtype=np.int64)
    line = Line(4, us)
    places = line.at(scope, us)
    assert line.us(places).tolist() == us.tolist()
    assert np.argsort(places, kind="stable").tolist() == sorted(
        range(len(rows)), key=rows.__getitem__
    )


@MANY_EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 99)), max_size=20))
def test_the_least_over_ranges(ranges: list[tuple[int, int, int]]) -> None:
    first, after, values = (
        np.asarray([row[column] for row in ranges], dtype=np.int64) for column in range(3)
    )
    found = least_over(12, first, after, values).tolist()
    for place, least in enumerate(found):
        over = [value for begin, end, value in ranges if begin <= place < end]
        assert least == min(over, default=least)
        assert over or least > 99
