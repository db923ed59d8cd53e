"""What-if: without a change the run is what it was; with one, only what waited for it moves."""

import random
from pathlib import Path

import pytest
from builders import analysed, attempt, event, flow, histories, names, node, seconds, us
from truth import analysis_of, newest

from sops_report.analysis import Analysis
from sops_report.analysis.changes import find_node, new_length, read_changes
from sops_report.analysis.whatif import WhatIf, what_if
from sops_report.errors import UsageError
from sops_report.words import Language

Json = dict[str, object]
SAVED = (
    "fail_skip", "v1_retry_skip_ignore", "gateway_parse_error", "conditional_parallel",
    "release_60", "loop_single_step", "revoke_running", "running_now", "pause_resume",
    "dr_drill_failed_open",
)  # fmt: skip
# go 0 ─ a 0…4 ┬ b 4…14 ─┬ d 15…20
#              └ c 4…10 ─┘
DIAMOND = node("go", 0, 20, node("a", 0, 4), node("b", 4, 14), node("c", 4, 10), node("d", 15, 20))
EDGES = flow("a>b", "a>c", "b>d", "c>d")


def gone(found: Analysis, *nodes: str) -> WhatIf:
    return what_if(found, {found.snapshot.tree.node_id.index(name): 0 for name in nodes})


def random_run(seed: int) -> tuple[Json, bytes]:
    """Draw a run of nested series, parallel blocks and subprocesses, with its flow."""
    draw = random.Random(seed)  # noqa: S311 - drawn again by its seed
    edges: list[str] = []
    kinds: dict[str, str] = {}
    count = iter(range(1000))

    def link(scope: str, source: str, target: str) -> None:
        edges.append(f"{scope}/{source}>{target}" if scope else f"{source}>{target}")

    def instant(kind: str, at: int, into: list[Json]) -> str:
        name = f"{kind[0]}{next(count)}"
        kinds[name] = kind
        into.append(event(name, at))
        return name

    def series(at: int, scope: str, before: str, into: list[Json], depth: int) -> tuple[int, str]:
        for _ in range(draw.randint(1, 3)):
            at += draw.choice((0, 0, 0, 1, 3))
            shape = draw.choice("aaaps") if depth < 2 else "a"
            if shape == "a":
                name = f"a{next(count)}"
                into.append(node(name, at, at := at + draw.randint(0, 9)))
                link(scope, before, name)
                before = name
            elif shape == "p":
                split = instant("parallel_gateway", at, into)
                link(scope, before, split)
                ways = [
                    series(at, scope, split, into, depth + 1) for _ in range(draw.randint(2, 3))
                ]
                at = max(end for end, _ in ways)
                before = instant("converge_gateway", at, into)
                for _, last in ways:
                    link(scope, last, before)
            else:
                name, inner = f"sub{next(count)}", list[Json]()
                link(scope, before, name)
                begin = instant("start_event", at, inner)
                end, last = series(at, name, begin, inner, depth + 1)
                link(name, last, instant("end_event", end, inner))
                into.append(node(name, at, end, *inner))
                at, before = end, name
        return at, before

    children: list[Json] = []
    begin = instant("start_event", 0, children)
    end, last = series(0, "", begin, children, 0)
    link("", last, instant("end_event", end, children))
    return node("go", 0, end, *children), flow(*edges, kinds=kinds)


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize("name", SAVED)
def test_without_a_change_a_real_run_comes_out_as_it_was(
    name: str, data: Path, *, beside: bool
) -> None:
    answer = newest(data / "corpus" / name)
    found = analysis_of(answer, with_flow=beside, with_histories=beside)
    same = what_if(found, {})
    assert (same.end_us, same.saved_us) == (found.clock.end_us, 0)
    assert list(same.sections) == list(found.sections)
    for position, times in enumerate(same.times[1:], 1):
        if times is not None:
            assert times.start_us == found.snapshot.tree.start_us[position]
            assert times.end_us == max(times.start_us, found.clock.end_of[position] or 0)


@pytest.mark.parametrize("seed", range(60))
def test_drag_is_what_the_simulation_saves(seed: int) -> None:
    root, edges = random_run(seed)
    found = analysed(root, flow=edges)
    for position in range(1, len(found.snapshot.tree)):
        changed = what_if(found, {position: 0})
        assert changed.saved_us == found.slack.drag_us[position]
        assert sum(s.length_us for s in changed.sections) == changed.wall_us


@pytest.mark.parametrize("seed", range(60))
def test_from_times_alone_a_shorter_node_never_makes_the_run_longer(seed: int) -> None:
    root, _ = random_run(seed)
    found = analysed(root)
    assert list(what_if(found, {}).sections) == list(found.sections)
    for position in range(1, len(found.snapshot.tree)):
        length = found.durations.duration_us[position] or 0
        assert 0 <= what_if(found, {position: 0}).saved_us <= length


def test_the_other_branch_decides_once_the_longest_is_short() -> None:
    found = analysed(DIAMOND, flow=EDGES)
    changed = gone(found, "b")
    assert changed.saved_us == 4_000_000  # c ends at 10, d keeps its second of lag
    assert names(found.snapshot, changed.path) == ["a", "c", "d"]
    assert changed.end_us == us(16)
    assert gone(found, "c").saved_us == 0
    assert gone(found, "a", "b", "c", "d").wall_us == 1_000_000


def test_a_longer_node_costs() -> None:
    found = analysed(DIAMOND, flow=EDGES)
    assert what_if(found, {3: 30_000_000}).saved_us == -20_000_000


def test_a_container_shrinks_with_its_content_and_keeps_its_tail() -> None:
    inner = node("sub", 0, 12, node("x", 1, 5), node("y", 5, 10))
    found = analysed(node("go", 0, 15, inner, node("z", 12, 15)))
    changed = gone(found, "y")
    assert seconds(changed.times[1].end_us if changed.times[1] else None) == 7  # 1 + 4 + 2
    assert changed.saved_us == 5_000_000


def test_a_container_of_a_given_length_squeezes_its_content() -> None:
    inner = node("sub", 0, 12, node("x", 0, 4), node("y", 4, 12))
    changed = what_if(analysed(node("go", 0, 12, inner)), {1: 6_000_000})
    assert [(seconds(t.start_us), seconds(t.end_us)) for t in changed.times if t] == [
        (0, 6),
        (0, 6),
        (0, 2),
        (2, 6),
    ]


def test_sooner_cuts_waiting_and_earlier_attempts_but_never_more() -> None:
    root = node("go", 0, 30, node("a", 0, 5), node("b", 20, 30, retry=1))
    found = analysed(root, histories=histories(b=[attempt(6, 10)]))
    assert what_if(found, {}, sooner={2: 10_000_000}).saved_us == 10_000_000
    assert what_if(found, {}, sooner={2: 99_000_000}).saved_us == 15_000_000


def test_a_run_without_times_saves_nothing() -> None:
    found = analysed(node("go", None, None, state="CREATED"))
    changed = what_if(found, {})
    assert (changed.end_us, changed.wall_us, changed.saved_us) == (None, None, 0)
    assert changed.path == ()


def test_a_deep_tree_needs_no_recursion() -> None:
    tree = node("n0", 0, 9)
    for level in range(1, 400):
        tree = node(f"n{level}", 0, 9, tree)
    found = analysed(node("go", 0, 9, tree))
    assert what_if(found, {400: 4_000_000}).saved_us == 5_000_000


# --- what people type

TWINS = node("go", 0, 9, node("sub", 0, 4, node("x", 0, 4)), node("n77aa", 4, 9) | {"name": "x"})


@pytest.mark.parametrize(
    ("text", "position"), [("n77aa", 3), ("n77a", 3), ("sub", 1), ("sub / x", 2)]
)
def test_a_node_is_found_by_id_beginning_label_or_path(text: str, position: int) -> None:
    assert find_node(analysed(TWINS).snapshot, text) == position


def test_several_nodes_of_one_name_are_named() -> None:
    twins = node("go", 0, 9, node("n1", 0, 4) | {"name": "x"}, node("n2", 4, 9) | {"name": "x"})
    with pytest.raises(UsageError) as caught:
        find_node(analysed(twins).snapshot, "x")
    assert "x [n1]; x [n2]" in str(caught.value)
    assert caught.value.hint(Language.ZH)


@pytest.mark.parametrize("text", ["nobody", "n77", ""])
def test_an_unknown_node_is_named(text: str) -> None:
    with pytest.raises(UsageError, match="no node is called"):
        find_node(analysed(TWINS).snapshot, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("50%", 30), ("-50%", 30), ("+50%", 90), ("4x", 15), ("-1.5s", 58.5), ("1m", 60), ("-2h", 0)],
)
def test_changes_are_read(text: str, expected: float) -> None:
    assert new_length(text, 60_000_000) == expected * 1_000_000


@pytest.mark.parametrize("text", ["", "fast", "50", "0x", "-2x", "5d", "٥٠%"])
def test_other_changes_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no change of a length"):
        new_length(text, 60_000_000)


def test_the_command_line_becomes_new_lengths() -> None:
    found = analysed(DIAMOND)
    assert read_changes(found, skip=["c"], speedup=["b=50%"]) == {2: 5_000_000, 3: 0}
    with pytest.raises(UsageError):
        read_changes(found, speedup=["b"])


def test_a_node_that_never_ran_has_no_length() -> None:
    found = analysed(node("go", 0, None, node("a", None, None, state="READY"), state="RUNNING"))
    with pytest.raises(UsageError, match="no length"):
        read_changes(found, skip=["a"])


def test_a_node_that_the_flow_does_not_know_waits_for_whoever_had_ended() -> None:
    root = node("go", 0, 12, node("a", 0, 4), node("b", 4, 8), node("stranger", 8, 12))
    found = analysed(root, flow=flow("a>b"))
    assert what_if(found, {}).saved_us == 0
    assert gone(found, "a").saved_us == 4_000_000
    assert gone(found, "stranger").saved_us == 4_000_000
