"""Faults that were found once and must not come back, each as the smallest answer that shows it."""

from zoneinfo import ZoneInfo

import pytest
from builders import analysed, attempt, event, flow, histories, node, snapshot

from sops_report.analysis.signatures import signature_of
from sops_report.report.build import build_report
from sops_report.words import Language

LOOP = flow(
    "s>p", "p>x", "x>p", "x>e",
    kinds={"s": "start_event", "x": "exclusive_gateway", "e": "end_event"},
)  # fmt: skip


# s  -
# p           -  (pass 3, entered again after pass 2 of x in the same second)
# x           -  (pass 2)
@pytest.mark.parametrize("state", ["FAILED", "RUNNING", "FINISHED"])
def test_a_loop_within_one_second_does_not_lead_the_path_round_for_ever(state: str) -> None:
    again = node("p", 10, None if state == "RUNNING" else 10, state=state, loop=3, elapsed_time=0)
    found = analysed(
        node("go", 0, None, event("s", 0), again, event("x", 10, loop=2), state="RUNNING",
             elapsed_time=11),
        flow=LOOP,
    )  # fmt: skip
    assert sum(section.length_us for section in found.sections) == found.clock.wall_us
    positions = [section.position for section in found.sections if not section.is_gap]
    assert len(positions) == len(set(positions))


# a  ----------
# b                     .....(first attempt 60–65)  --------
def test_the_wait_before_a_proven_first_attempt_is_no_retry_gap() -> None:
    found = analysed(
        node("go", 0, 80, node("a", 0, 10), node("b", 70, 80, retry=1)),
        histories=histories(b=[attempt(60, 65)]),
    )
    seconds = {name: us // 1_000_000 for name, us in found.ledger.items()}
    assert seconds == {"paused": 50, "work": 20, "attempt": 5, "reaction": 5}


def test_the_end_of_a_revoked_task_is_not_called_the_moment_of_the_revoke() -> None:
    revoked = node("go", 0, None, node("a", 0, 30), state="REVOKED", elapsed_time=99)
    said = build_report(snapshot(revoked)).verdict.sentence
    assert "last activity was 30 s after the start" in said[Language.EN]
    assert "最后一次活动在启动 30 秒后" in said[Language.ZH]


def test_a_skipped_step_is_never_the_longest_one() -> None:
    done = node("go", 0, 90, node("skipped", 0, 60, skip=True), node("long", 60, 90))
    assert "“long” with 30 s" in build_report(snapshot(done)).verdict.sentence[Language.EN]


def test_a_failed_task_without_children_ended_when_it_failed() -> None:
    found = analysed(node("go", 0, 5, state="FAILED"))
    assert found.clock.wall_us == 5_000_000
    assert found.clock.idle_us == 0


def test_a_report_speaks_one_zone() -> None:
    failed = snapshot(node("go", 0, None, node("a", 0, 5, state="FAILED"), state="FAILED"))
    own = build_report(failed).verdict.sentence[Language.EN]
    asked = build_report(failed, zone=ZoneInfo("Asia/Tokyo")).verdict.sentence[Language.EN]
    assert "+0800" in own
    assert "+0900" in asked


def test_a_status_answer_given_as_histories_is_told_and_claims_nothing() -> None:
    found = snapshot(
        node("go", 0, 1), histories=b'{"result": true, "data": {"state": "FINISHED"}, "code": 0}'
    )
    assert found.attempts is None
    assert [note.code for note in found.notes] == ["no-histories-inside"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("文件/data/app/a.log不存在", "文件/data/web/b.log不存在"),
        ("主机10.0.0.1失败", "主机192.168.77.12失败"),
        ("id ABCDEF0123456789 gone", "id 0123456789ABCDEF gone"),
        ("at 2024-06-18T21:30:00Z", "at 2025-01-02T03:04:05+08:00"),
        ("ratio 1.2e-5", "ratio 3.4e+6"),
        ("/srv is full", "/opt is full"),
    ],
)
def test_the_same_fault_has_the_same_signature(one: str, other: str) -> None:
    assert signature_of(one, "activity") == signature_of(other, "activity")
