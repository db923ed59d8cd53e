"""The event log and the nodes by name: what they hold, in the page and in Markdown."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import reports
from reports import N

from sops_report.rendering import render
from sops_report.rendering.events import events_of
from sops_report.rendering.groups import groups_of
from sops_report.rendering.voice import Voice
from sops_report.report.findings import Operation
from sops_report.report.model import Report, Try
from sops_report.report.postmortem import HumanNote, PostMortem
from sops_report.words import Language
from sops_report.words.lengths import display_zone

ZONE = display_zone(480)


def told(report: Report) -> list[tuple[str, str, str]]:
    """Return (T+, node, event) of all events."""
    voice = Voice(report=report, language=Language.EN, zone=ZONE)
    return [
        (
            voice.offset(event.at),
            "" if event.position is None else voice.label_at(event.position),
            event.what,
        )
        for event in events_of(voice)
    ]


def test_events_are_what_disturbed_the_run_by_time() -> None:
    assert told(reports.failed()) == [
        ("T+00:00:00", "", "the task started"),
        ("T+00:00:36", "负责人审批", "began to wait for somebody"),
        ("T+00:30:43", "通知值班群", "failed, the error was ignored"),
        ("T+00:36:40", "执行 DDL", "failed"),
        ("T+00:38:20", "执行 DDL", "was skipped"),
        ("T+01:10:10", "健康检查", "failed"),
        ("T+01:10:10", "", "the run ended: Failed"),
    ]


def test_a_run_without_times_has_no_events() -> None:
    assert told(reports.stub()) == []


def test_a_running_task_has_not_ended() -> None:
    assert told(reports.running())[-1][2] == "the snapshot was taken: Running"


def test_attempts_operations_and_what_people_noted_are_merged() -> None:
    report = reports.failed()
    tried = Try(
        start_time=reports.at(2020), end_time=reports.at(2050), loop=1, failed=True, skipped=False
    )
    nodes = [replace(n, attempts=(tried,)) if n.position == 12 else n for n in report.nodes]
    done = Operation(at=reports.at(2400), what="retry", position=12, node_id="x", person=1,
                     name=None, source="app")  # fmt: skip
    notes = (
        HumanNote(at="2020-08-18 12:30:00", text="called the network team"),
        HumanNote(at="later", text="wrote this"),
    )
    moved = replace(
        report, nodes=tuple(nodes), operations=(done,), postmortem=PostMortem(timeline=notes)
    )
    found = told(moved)
    what = [event[2] for event in found]
    assert what.index("an earlier attempt failed") < what.index("the last attempt began")
    assert any("person 1" in text.lower() or "operator 1" in text.lower() for text in what), what
    at = timedelta(hours=12, minutes=30) - timedelta(hours=11, minutes=31, seconds=8)
    assert (f"T+{at}".replace("T+0:", "T+00:"), "", "called the network team") in found
    assert found[-1] == ("–", "", "wrote this")
    for to in ("html", "md"):
        assert "called the network team" in render(moved, to, Language.EN)


def many(n: int) -> Report:
    """Return a run of *n* steps of two names, one of them failed."""
    steps = tuple(
        N(label=f"copy {step % 2}", start=step, end=step + 1 + step % 3,
          state="FAILED" if step == 4 else "FINISHED")
        for step in range(n)
    )  # fmt: skip
    nodes = reports.lay_out(N(label="run", end=n + 2, kind="root", state="FAILED", inside=steps))
    return reports.make(nodes, "failed", ("Failed.", "失败。"),
                        critical_path=(reports.section(nodes, 1, 0, n + 2),))  # fmt: skip


def test_steps_of_one_name_are_a_group() -> None:
    first, second = groups_of(many(12))
    assert (first.n, first.n_failed, second.n_failed) == (6, 1, 0)
    assert first.total + second.total == 24
    assert (first.p50, first.p95, first.longest) == (2, 3, 3)
    assert first.on_path == 14


def test_few_nodes_and_names_of_their_own_are_no_groups() -> None:
    assert groups_of(many(8)) == []
    assert groups_of(reports.large(1, 30)) == []


@pytest.mark.parametrize("language", list(Language))
def test_groups_and_events_stand_in_page_and_markdown(language: Language) -> None:
    heading = {Language.EN: "Nodes by name", Language.ZH: "按节点名称汇总"}[language]
    log = {Language.EN: "Event log", Language.ZH: "事件记录"}[language]
    page = render(many(12), "html", language)
    assert {f'id="s-{name}"' for name in ("groups", "events")} <= set(
        re.findall(r'id="s-\w+"', page)
    )
    for to in ("html", "md"):
        text = render(many(12), to, language)
        assert heading in text
        assert log in text


def test_many_events_are_folded_and_counted() -> None:
    report = many(400)
    ignored = replace(
        report, nodes=tuple(replace(n, error_ignored=n.is_leaf) for n in report.nodes)
    )
    page = render(ignored, "html")
    section = page[page.index('id="s-events"') :].partition("</section>")[0]
    assert section.count("<tr><td>") == 100
    assert "more events" in section
    assert "<details>" in section
    assert "more events" in render(ignored, "md")


@pytest.mark.parametrize("to", ["html", "md"])
def test_a_clean_run_tells_its_path_before_its_timeline(to: str) -> None:
    def order(report: Report) -> bool:
        text = render(report, to)
        marks = ("\n### Critical path", "\n### Timeline")
        if to == "html":
            marks = ('<section id="s-critical"', '<section id="s-timeline"')
        return text.index(marks[0]) < text.index(marks[1])

    assert order(reports.clean())
    assert not order(reports.failed())
