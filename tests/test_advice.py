"""Each rule speaks where its numbers are there, and is silent where they are not."""

import re
from pathlib import Path
from typing import Any

import pytest
from builders import analysed, attempt, event, flow, histories, node
from truth import analysis_of, newest, scenarios

from sops_report.analysis import Analysis
from sops_report.analysis.advice import RULES, Advice, Facts, advise, word
from sops_report.words import CATALOGUE, Language


def codes(found: Analysis) -> list[str]:
    return [advice.code for advice in advise(Facts(found), most=99)]


def one(found: Analysis, code: str) -> Advice:
    (advice,) = [advice for advice in advise(Facts(found), most=99) if advice.code == code]
    return advice


def failed(text: Any, name: str = "a", **beside: Any) -> Analysis:  # noqa: ANN401 - any value
    """Return a task whose only step failed with *text*."""
    root = node("go", 0, None, node(name, 0, 5, state="FAILED"), state="FAILED", elapsed_time=5)
    return analysed(root | {"ex_data": {name: text}}, **beside)


def test_a_clean_quick_run_needs_no_advice() -> None:
    steps = [node(f"s{i}", 10 * i, 10 * i + 10) for i in range(10)]
    assert codes(analysed(node("go", 0, 100, *steps))) == []
    assert codes(analysed(node("go", None, None, state="CREATED"))) == []


def test_a_dominant_step_is_worth_its_drag() -> None:
    root = node("go", 0, 100, node("a", 0, 60), node("b", 0, 20), node("c", 60, 100))
    advice = one(analysed(root), "long-step")
    assert (advice.positions, advice.saving_us) == ((1,), 40_000_000)
    assert advice.values["percent"] == 60


def test_a_step_whose_neighbour_takes_as_long_is_not_blamed() -> None:
    root = node("go", 0, 100, node("a", 0, 60), node("b", 0, 59), node("c", 60, 100))
    found = analysed(root, flow=flow("a>c", "b>c"))
    assert [a.positions for a in advise(Facts(found)) if a.code == "long-step"] == []


def test_waiting_for_people_counts_proven_reactions_only() -> None:
    root = node("go", 0, 500, node("a", 400, 410, retry=1), node("b", 410, 500))
    known = analysed(root, histories=histories(a=[attempt(0, 10)]))
    advice = one(known, "waiting-for-people")
    assert (advice.saving_us, advice.lengths_us["total"]) == (390_000_000, 390_000_000)
    assert "retries" not in codes(known)
    assert codes(analysed(root)) == ["retries"]


def test_a_skip_in_the_second_engine_could_have_come_at_once() -> None:
    root = node("go", 0, 500, node("a", 0, 400, skip=True), node("b", 400, 500))
    advice = one(analysed(root, histories=histories(a=[attempt(0, 10)])), "waiting-for-people")
    assert advice.saving_us == 390_000_000


def test_retries_cost_what_lies_before_the_last_attempt() -> None:
    root = node("go", 0, 100, node("a", 40, 50, retry=2), node("b", 50, 100))
    advice = one(analysed(root), "retries")
    assert (advice.positions, advice.saving_us) == ((1,), 40_000_000)


def test_an_approval_is_told_where_the_flow_knows_it() -> None:
    root = node("go", 0, 1000, node("ask", 0, 900), node("do", 900, 1000))
    found = analysed(root, flow=flow("ask>do", ask="bk_approve"))
    assert one(found, "manual-nodes").saving_us == 900_000_000
    assert "long-step" not in codes(found)


def test_a_straggler_is_told_with_what_it_costs() -> None:
    root = node(
        "go", 0, 100, event("P", 0), node("a", 0, 90), node("b", 0, 20), node("c", 0, 18),
        event("J", 90), node("d", 90, 100),
    )  # fmt: skip
    kinds = {"P": "parallel_gateway", "J": "converge_gateway"}
    edges = flow("P>a", "P>b", "P>c", "a>J", "b>J", "c>J", "J>d", kinds=kinds)
    advice = one(analysed(root, flow=edges), "straggler")
    assert (advice.positions, advice.saving_us) == ((2,), 70_000_000)
    assert "long-step" not in codes(analysed(root, flow=edges))  # it would say the same


def test_a_pause_is_told_but_not_explained() -> None:
    root = node("go", 0, 100, node("a", 0, 30), node("b", 70, 100))
    advice = one(analysed(root), "queueing")
    assert (advice.positions, advice.saving_us) == ((2,), 40_000_000)
    assert "pause" in word(advice, analysed(root).snapshot, Language.EN).caveat


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("定时时间需晚于当前时间", "timer-past"),
        ("search_business code=1199048 无业务权限", "permission"),
        ("error: user has no permission task_view", "permission"),
        ("error=主机不存在或者Agent异常, request_id=5f", "unreachable"),
        ("ssh: connect: Connection refused", "unreachable"),
        ("evaluate[${v} ==== 1] fail with data[{}]", "gateway"),
        ("all conditions of branches are not meet", "gateway"),
        (None, "no-message"),
        ("", "no-message"),
        ([{"ip": "10.0.0.1", "exit_code": 3}], "hosts"),
    ],
)
def test_a_failure_text_leads_to_its_advice(text: object, code: str) -> None:
    found = failed(text)
    assert code in codes(found)
    assert one(found, code).is_urgent


@pytest.mark.parametrize("text", ["disk is full", "命令执行失败", "miami: exit", "2 conditions"])
def test_an_unknown_text_leads_to_none(text: str) -> None:
    assert codes(failed(text)) == []


def test_one_cause_for_several_failures() -> None:
    children = [node(name, 0, 5, state="FAILED") for name in ("a", "b", "c")]
    texts = {"a": "10.0.0.1: disk is full", "b": "10.0.0.2: disk is full", "c": "no such file"}
    root = node("go", 0, None, *children, state="FAILED", elapsed_time=5)
    found = analysed(root | {"ex_data": texts})
    assert one(found, "one-cause").positions == (1, 2)


def test_a_failure_left_alone_for_long() -> None:
    root = node("go", 0, None, node("a", 0, 5, state="FAILED"), state="FAILED", elapsed_time=9000)
    assert "standing-still" in codes(analysed(root | {"ex_data": {"a": "disk is full"}}))
    soon = root | {"ex_data": {"a": "disk is full"}, "elapsed_time": 60}
    assert "standing-still" not in codes(analysed(soon))


def test_a_skipped_failure_has_to_be_verified() -> None:
    assert codes(analysed(node("go", 0, 9, node("a", 0, 9, skip=True)))) == ["skipped"]


def test_what_stands_still_comes_first_then_the_largest_saving() -> None:
    root = node(
        "go", 0, None, node("a", 30, 90, retry=1), node("b", 90, 100, state="FAILED"),
        state="FAILED", elapsed_time=100,
    )  # fmt: skip
    found = analysed(root | {"ex_data": {"b": "定时时间需晚于当前时间"}})
    assert codes(found) == ["timer-past", "long-step", "retries"]
    assert len(advise(Facts(found), most=2)) == 2


def test_nobody_is_told_to_retry_a_revoked_task() -> None:
    root = node("go", 0, None, node("a", 0, 5, state="FAILED"), state="REVOKED", elapsed_time=9)
    found = analysed(root)
    advice = one(found, "no-message")
    assert "revoked" in word(advice, found.snapshot, Language.EN).next_step


def test_names_are_cut_counted_and_never_empty() -> None:
    children = [node(f"n{i}", 0, 5, skip=True) | {"name": "x\n" * 90} for i in range(5)]
    found = analysed(node("go", 0, 9, *children))
    said = word(advise(Facts(found))[0], found.snapshot, Language.EN).evidence
    assert "and 2 more" in said
    assert "\n" not in said
    assert len(said) < 250


@pytest.mark.parametrize("language", Language)
def test_all_that_is_said_of_real_runs_is_whole(language: Language, data: Path) -> None:
    heard = set()
    for folder in scenarios(data / "corpus"):
        for beside in (True, False):
            found = analysis_of(newest(folder), with_flow=beside, with_histories=beside)
            pieces = advise(Facts(found))
            assert len(pieces) <= 5
            assert pieces == advise(Facts(found))
            for advice in pieces:
                wording = word(advice, found.snapshot, language)
                said = [wording.title, wording.evidence, wording.next_step]
                assert all(said)
                assert not re.search(r"[{}]|None", "".join([*said, wording.caveat]))
                assert 0 <= (advice.saving_us or 0) <= (found.clock.wall_us or 0)
                heard.add(advice.code)
    assert len(heard) >= 10


def test_every_rule_has_words() -> None:
    spoken = {key.split(".")[1] for key in CATALOGUE if re.fullmatch(r"advice\.[\w-]+\.title", key)}
    assert len(spoken) == len(RULES)
    for code in spoken:
        assert {f"advice.{code}.evidence", f"advice.{code}.next_step"} <= CATALOGUE.keys()
