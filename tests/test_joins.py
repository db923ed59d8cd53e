"""Joins: with the flow all of them, from times only those of which nobody can doubt."""

from pathlib import Path

import pytest
from builders import analysed, event, flow, node
from truth import analysis_of, newest

from sops_report.analysis.joins import Join, joins_of

KINDS = {
    "P": "parallel_gateway", "J": "converge_gateway", "Q": "parallel_gateway",
    "K": "converge_gateway", "X": "exclusive_gateway",
}  # fmt: skip


def last_ones(join: Join) -> list[int]:
    return [branch.position for branch in join.branches]


def test_branches_of_several_steps_and_a_block_inside() -> None:
    # P 0 ┬ a 0…2 ─ b 2…4 ───────────────┬ J 20
    #     └ Q 0 ┬ c 0…20 ┬ K 20 ─────────┘
    #           └ d 0…10 ┘
    root = node(
        "go", 0, 20,
        event("P", 0), node("a", 0, 2), node("b", 2, 4), event("Q", 0), node("c", 0, 20),
        node("d", 0, 10), event("K", 20), event("J", 20),
    )  # fmt: skip
    edges = flow(
        "P>a", "a>b", "b>J", "P>Q", "Q>c", "Q>d", "c>K", "d>K", "K>J", kinds=KINDS
    )  # fmt: skip
    inner, outer = joins_of(analysed(root, flow=edges))
    assert (inner.position, inner.split, last_ones(inner)) == (7, 4, [6, 5])
    assert inner.imbalance == pytest.approx(50)
    assert (outer.position, outer.split, last_ones(outer)) == (8, 1, [3, 7])
    assert outer.imbalance == pytest.approx(80)
    assert (outer.wait_us, outer.last.wait_us, outer.last.length_us) == (16_000_000, 0, 20_000_000)


def test_a_join_that_was_not_entered_is_not_told() -> None:
    root = node(
        "go", 0, None, event("P", 0), node("a", 0, 2), node("b", 0, 4, state="FAILED"),
        state="FAILED",
    )  # fmt: skip
    edges = flow("P>a", "P>b", "a>J", "b>J", kinds=KINDS)
    assert joins_of(analysed(root, flow=edges)) == ()


def test_one_branch_of_a_choice_is_no_join() -> None:
    root = node("go", 0, 4, event("X", 0), node("a", 0, 4), event("J", 4))
    edges = flow("X>a", "X>b", "a>J", "b>J", kinds=KINDS)
    assert joins_of(analysed(root, flow=edges)) == ()


def plain_block(*extra: object, second: float = 0) -> tuple[Join, ...]:
    root = node(
        "go", 0, 24, event("S", 0), event("P", 4), node("a", 4, 10), node("b", 4 + second, 20),
        event("J", 20), node("c", 20, 24), *extra,
    )  # type: ignore[arg-type]  # fmt: skip
    return joins_of(analysed(root))


def test_a_plain_block_is_known_from_times() -> None:
    (join,) = plain_block()
    assert (join.split, join.position, last_ones(join)) == (2, 5, [3, 4])
    assert join.imbalance == pytest.approx(100 * 10 / 16)


def test_doubt_is_silence() -> None:
    assert plain_block(second=3) == ()  # the second branch may be a second step
    assert plain_block(node("d", 2, 12)) == ()  # somebody was under way before
    assert plain_block(node("d", 4, 5)) == ()  # so short that another step may hide behind it
    assert plain_block(node("d", 4, 30)) == ()  # somebody goes on after the join


@pytest.mark.parametrize(
    ("name", "branches", "imbalance"), [("parallel_24_straggler", 24, 81), ("midnight", 2, 40)]
)
def test_real_blocks(name: str, branches: int, imbalance: int, data: Path) -> None:
    answer = newest(data / "corpus" / name)
    found = joins_of(analysis_of(answer, with_flow=True, with_histories=False))
    assert (len(found[0].branches), round(found[0].imbalance)) == (branches, imbalance)
    from_times = joins_of(analysis_of(answer, with_flow=False, with_histories=False))
    assert set(from_times) <= set(found)
