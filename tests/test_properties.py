"""What holds for every tree: sums, order, and that nothing but our own errors is raised."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from builders import envelope, flow, node
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from truth import partitions

from sops_report.analysis import Analysis, analyse
from sops_report.errors import SopsReportError
from sops_report.reading import read_bytes
from sops_report.snapshot import Snapshot
from sops_report.states import GROUP_OF

Json = dict[str, Any]

FAST = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
STATES = st.sampled_from([*GROUP_OF, "NEW_WORD", "PENDING_X"]) | st.none()
SECONDS = st.none() | st.integers(0, 40)
FIELDS = [*node("x", 0, 1), "state_refresh_at", "ex_data", "failed_node_info", "auto_retry_status"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.sampled_from(["FINISHED", "2024-06-18 21:30:01 +0800", "", "1", "--1", "false", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Json:
    """Draw a tree with any states and times; ids are numbered afterwards."""
    width = draw(st.integers(0, 4)) if depth else 0
    return node(
        "?", draw(SECONDS), draw(SECONDS), state=draw(STATES),
        children=[draw(trees(depth - 1)) for _ in range(width)],
        elapsed_time=draw(st.none() | st.integers(-5, 90)),
        retry=draw(st.integers(0, 2)), loop=draw(st.integers(1, 3)), skip=draw(st.booleans()),
    )  # fmt: skip


def numbered(root: Json) -> Json:
    """Give every node its own id and turn lists of children into objects."""
    todo, number = [root], 0
    while todo:
        one = todo.pop()
        one |= {"id": f"n{number}", "name": f"n{number}"}
        number += 1
        todo.extend(one["children"])
    for one in every(root):
        one["children"] = {child["id"]: child for child in one["children"]}
    return root


def every(root: Json) -> Iterator[Json]:
    todo = [root]
    while todo:
        one = todo.pop()
        children = one["children"]
        todo.extend(children.values() if isinstance(children, dict) else children)
        yield one


def found_in(root: Json, edges: bytes | None = None) -> Analysis:
    return analyse(read_bytes(envelope(root), flow=edges))


def lists(found: Analysis) -> tuple[set[str | None], ...]:
    ids = found.snapshot.tree.node_id
    some = (
        found.incidents.root_causes, found.incidents.echoes, found.incidents.retried,
        found.incidents.skipped, found.incidents.ignored,
    )  # fmt: skip
    return tuple({ids[position] for position in positions} for positions in some)


@FAST
@given(trees())
def test_sections_partition_the_run_and_the_ledger_adds_up(root: Json) -> None:
    assert partitions(found_in(numbered(root)))


@FAST
@given(trees())
def test_lengths_are_sane(root: Json) -> None:
    found = found_in(numbered(root))
    for column in (found.slack.slack_us, found.slack.drag_us, found.slack.wait_us):
        assert all(value is None or value >= 0 for value in column)
    for length, own in zip(found.durations.duration_us, found.durations.self_us, strict=True):
        assert (length is None) == (own is None)
        assert length is None or 0 <= (own or 0) <= length
    assert found.clock.idle_us is None or found.clock.idle_us >= 0
    assert sum(found.clock.group.count(g) for g in set(found.clock.group)) == len(found.clock.group)


@FAST
@given(trees())
def test_subtree_ranges_agree_with_the_parents(root: Json) -> None:
    tree = read_bytes(envelope(numbered(root))).tree
    assert len(tree) == sum(1 for _ in every(root))
    for position in range(len(tree)):
        inner = list(tree.children(position))
        assert [tree.parent[child] for child in inner] == [position] * len(inner)
        below = sum(tree.n_descendants[child] + 1 for child in inner)
        assert tree.n_descendants[position] == below


@FAST
@given(trees(), st.integers(-1000, 1000))
def test_moving_all_times_moves_all_times(root: Json, hours: int) -> None:
    before = found_in(numbered(root))
    moved = json.loads(json.dumps(root))
    texts = {key: one[key] for one in every(moved) for key in ("start_time", "finish_time")}
    assert set(texts) == {"start_time", "finish_time"}
    zone = f"{'+' if hours >= 0 else '-'}{abs(hours) % 14:02}00"
    for one in every(moved):
        for key in ("start_time", "finish_time"):
            if one[key]:
                one[key] = one[key].replace("+0800", zone)
    after = found_in(moved)
    assert after.clock.wall_us == before.clock.wall_us
    assert dict(after.ledger) == dict(before.ledger)
    assert [s.position for s in after.sections] == [s.position for s in before.sections]
    assert after.slack == before.slack
    assert after.durations == before.durations


@FAST
@given(trees(), st.randoms(use_true_random=False))
def test_the_order_of_siblings_changes_no_sum_and_no_list(root: Json, dice: random.Random) -> None:
    before = found_in(numbered(root))
    for one in every(root):
        pairs = list(one["children"].items())
        dice.shuffle(pairs)
        one["children"] = dict(pairs)
    after = found_in(root)
    assert after.clock.wall_us == before.clock.wall_us
    assert sum(after.ledger.values()) == sum(before.ledger.values())
    assert lists(after) == lists(before)
    assert after.outcome == before.outcome


@FAST
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=6))
def test_with_the_flow_the_order_of_rows_does_not_matter(lengths: list[tuple[int, int]]) -> None:
    """Stages of two branches each; with different lengths there is one true path."""
    steps: list[Json] = []
    edges: list[str] = []
    at, last = 0, ["in"]
    for number, (one, other) in enumerate(lengths):
        branch = [f"a{number}", f"b{number}"]
        steps += [node(branch[0], at, at + one), node(branch[1], at, at + other + one)]
        edges += [f"{source}>{target}" for source in last for target in branch]
        at, last = at + one + other, branch
    paths = []
    for order in (steps, steps[::-1]):
        found = found_in(node("go", 0, at, *order), flow(*edges))
        ids = found.snapshot.tree.node_id
        paths.append([(ids[s.position], s.length_us) for s in found.sections if s.length_us])
    assert paths[0] == paths[1]
    assert sum(length for _, length in paths[0]) == at * 1_000_000


@FAST
@given(trees(), st.integers(0, 40))
def test_an_instant_that_is_added_changes_no_wall_and_no_list(root: Json, at: int) -> None:
    before = found_in(numbered(root))
    start, end = before.clock.start_us, before.clock.end_us
    instant = node("instant", at, at, name="")
    root["children"]["instant"] = instant
    after = found_in(root)
    moment_us = after.snapshot.tree.start_us[-1]
    assert moment_us is not None
    if (
        start is not None
        and end is not None
        and start <= moment_us <= end
        and len(every_id(root)) > 2
    ):
        assert after.clock.wall_us == before.clock.wall_us
        assert lists(after) == lists(before)


def every_id(root: Json) -> list[str]:
    return [one["id"] for one in every(root)]


def checked(data: bytes, companion: bytes | None = None) -> Snapshot | None:
    """Read and analyse; only our own errors may come out."""
    try:
        found = read_bytes(data, flow=companion, histories=companion)
    except SopsReportError:
        return None
    assert partitions(analyse(found))
    return found


@FAST
@given(st.sampled_from(FIELDS), ANYTHING, ANYTHING)
@example("retry", "--5", None)
@example("id", "", "")
@example("children", {"x": {"children": [{}]}}, {"": {}})
def test_any_value_in_any_field_is_read_or_noted(field: str, value: object, other: object) -> None:
    root = node("go", 0, 9, node("a", 0, 4), node("b", 4, 9), state="FAILED")
    root["children"]["a"][field] = value
    root[field] = other
    found = checked(envelope(root))
    assert found is not None
    assert len(found.tree) >= 1


@FAST
@given(ANYTHING)
def test_any_document_is_read_or_refused(value: object) -> None:
    checked(json.dumps(value).encode())
    checked(json.dumps({"result": True, "data": value}).encode())
    checked(envelope(node("go", 0, 1, node("a", 0, 1))), json.dumps(value).encode())


@FAST
@given(ANYTHING, ANYTHING)
def test_any_companion_is_used_or_noted(element: object, detail: object) -> None:
    pipeline = {"activities": {"a": element}, "gateways": element, "flows": {"l": detail}}
    answer = envelope(node("go", 0, 1, node("a", 0, 1)))
    checked(answer, json.dumps({"data": {"pipeline_tree": pipeline}}).encode())
    checked(answer, json.dumps({"a": [{"query": element, "response": {"data": detail}}]}).encode())
    checked(answer, json.dumps({"a": [{"response": {"histories": [detail]}}]}).encode())


@FAST
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    checked(data)


@pytest.mark.parametrize("size", [1, 2, 500])
def test_many_equal_siblings_keep_the_sums(size: int) -> None:
    root = node("go", 0, 9, *(node(f"n{i}", 0, 9) for i in range(size)))
    found = found_in(root)
    assert dict(found.ledger) == {"work": 9_000_000}
