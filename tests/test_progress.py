"""What never ran: drawn by hand, and against the engine's own tables."""

import json
from pathlib import Path
from typing import Any

import pytest
from builders import analysed, event, flow, node
from truth import analysis_of, newest, scenarios

from sops_report.analysis.progress import Progress, progress_of

KINDS = {
    "S": "start_event", "E": "end_event", "X": "exclusive_gateway", "P": "parallel_gateway",
    "J": "converge_gateway", "sub": "subprocess", "sub2": "subprocess",
}  # fmt: skip


def progress(root: Any, *edges: str) -> Progress:  # noqa: ANN401 - JSON
    return progress_of(analysed(root, flow=flow(*edges, kinds=KINDS)))


def test_what_never_ran_is_what_the_engine_says(data: Path) -> None:
    folders = [f for f in scenarios(data / "corpus") if "variants" not in f.parts]
    assert len(folders) > 30
    for folder in folders:
        never = json.loads((folder / "truth.json").read_bytes())["not_executed"]
        found = progress_of(analysis_of(newest(folder), with_flow=True, with_histories=True))
        ids = {item["id"] if isinstance(item, dict) else item for item in never}
        assert {*(found.ahead or ()), *(found.not_taken or ())} == ids, folder.name


def test_behind_a_failure_everything_is_ahead() -> None:
    root = node(
        "go", 0, None, event("S", 0), node("a", 0, 2), node("b", 2, 4, state="FAILED"),
        state="FAILED",
    )  # fmt: skip
    found = progress(root, "S>a", "a>b", "b>c", "c>d", "d>E")
    assert (found.ahead, found.not_taken) == (("c", "d", "E"), ())
    assert (found.steps_done, found.steps_seen, found.steps_expected) == (1, 2, 4)
    assert found.share == pytest.approx(0.25)
    assert [(blast.position, blast.node_ids, blast.steps) for blast in found.blasts or ()] == [
        (3, ("c", "d", "E"), 2)
    ]


def test_a_branch_not_chosen_is_told_apart() -> None:
    root = node("go", 0, 4, event("X", 0), node("a", 0, 4), event("J", 4))
    found = progress(root, "X>a", "X>b", "b>c", "a>J", "c>J")
    assert (found.ahead, found.not_taken) == ((), ("b", "c"))
    assert (found.steps_expected, found.is_upper_bound) == (1, False)


def test_a_choice_ahead_makes_the_expected_number_a_bound() -> None:
    root = node("go", 0, None, node("a", 0, None, state="RUNNING"), state="RUNNING")
    found = progress(root, "a>X", "X>b", "X>c")
    assert (found.steps_expected, found.is_upper_bound) == (3, True)


def test_a_chosen_gateway_that_waits_for_its_branch_leaves_all_open() -> None:
    root = node("go", 0, None, event("X", 0), state="SUSPENDED")
    found = progress(root, "X>b", "X>c")
    assert (found.ahead, found.not_taken) == (("b", "c"), ())


def test_other_branches_go_on_and_the_join_waits() -> None:
    root = node(
        "go", 0, None, event("P", 0), node("a", 0, 2, state="FAILED"),
        node("b", 0, None, state="RUNNING"), state="FAILED",
    )  # fmt: skip
    found = progress(root, "P>a", "P>b", "b>c", "a>J", "c>J", "J>d")
    assert set(found.ahead or ()) == {"c", "J", "d"}
    assert [set(blast.node_ids) for blast in found.blasts or ()] == [{"J", "d"}]


def test_a_failure_deep_inside_blocks_the_outside_too() -> None:
    inner = node("sub", 0, None, node("x", 0, 1, state="FAILED"), state="FAILED")
    found = progress(
        node("go", 0, None, inner, state="FAILED"),
        "sub>sub2", "sub2>z", "sub/x>y", "sub2/u>v",
    )  # fmt: skip
    assert set(found.ahead or ()) == {"y", "sub2", "u", "v", "z"}
    assert found.blasts is not None
    assert (set(found.blasts[0].node_ids), found.blasts[0].steps) == (set(found.ahead or ()), 4)


def test_a_subprocess_that_failed_on_entry_has_its_content_ahead() -> None:
    root = node("go", 0, None, node("sub", 0, 1, state="FAILED"), state="FAILED")
    found = progress(root, "sub>z", "sub/x>y")
    assert set(found.ahead or ()) == {"x", "y", "z"}
    assert [blast.steps for blast in found.blasts or ()] == [3]


def test_a_finished_task_has_nothing_ahead() -> None:
    root = node("go", 0, 4, node("sub", 0, 4, skip=True))
    found = progress(root, "sub>z", "sub/x>y")
    assert found.ahead == ()
    assert set(found.not_taken or ()) == {"x", "y", "z"}


def test_a_loop_that_runs_again_may_still_leave_it() -> None:
    root = node(
        "go", 0, None,
        node("a", 10, None, state="RUNNING", loop=2), node("b", 2, 4), event("X", 4),
        state="RUNNING",
    )  # fmt: skip
    found = progress(root, "a>b", "b>X", "X>a", "X>c")
    assert found.ahead == ("c",)


def test_without_the_flow_nothing_is_guessed() -> None:
    found = progress_of(analysed(node("go", 0, 4, node("a", 0, 4))))
    assert (found.steps_done, found.steps_seen) == (1, 1)
    assert (found.ahead, found.not_taken, found.blasts, found.share) == (None, None, None, None)
