"""The flow's pictures: where things stand, which way the run went, what never ran."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
import reports
from hypothesis import given
from hypothesis import strategies as st

from sops_report.rendering import render
from sops_report.rendering.flowchart import Chart, flowchart
from sops_report.rendering.layers import layered
from sops_report.rendering.pictures import render_charts
from sops_report.rendering.voice import Voice
from sops_report.report.model import FlowStep, Report
from sops_report.words import Language
from sops_report.words.lengths import display_zone

ZONE = display_zone(480)
KINDS = ("start_event", "activity", "exclusive_gateway", "activity", "activity", "end_event")


def step(position: int | None, kind: str, *after: int, scope: int = -1, name: str = "",
         at: tuple[float, float] | None = None) -> FlowStep:  # fmt: skip
    x, y = at or (None, None)
    return FlowStep(
        position=position, name=name, kind=kind, scope=scope, x=x, y=y, successors=after
    )


def with_flow(report: Report, *steps: FlowStep) -> Report:
    return replace(report, flow=steps)


def chart_of(report: Report, most: int = 500) -> Chart:
    voice = Voice(report=report, language=Language.EN, zone=ZONE)
    made = flowchart(voice, most, frozenset(range(len(report.nodes))))
    assert made is not None
    return made


def branched() -> Report:
    """开始 → 申请变更单 → gateway → (负责人审批 | a branch that was not taken)."""
    return with_flow(
        reports.failed(),
        step(1, "start_event", 1, at=(40, 100)),
        step(2, "activity", 2, name="申请变更单", at=(240, 100)),
        step(4, "exclusive_gateway", 3, 4, at=(440, 104)),
        step(3, "activity", name="负责人审批", at=(640, 100)),
        step(None, "activity", name="紧急发布 <b>", at=(640, 200)),
    )


def test_no_flow_no_picture() -> None:
    report = reports.failed()
    assert flowchart(Voice(report=report, language=Language.EN, zone=ZONE), 9, frozenset()) is None
    assert 'id="s-flow"' not in render(report, "html")


def test_boxes_stand_as_on_the_canvas() -> None:
    (level,) = chart_of(branched()).levels
    start, apply, gate, approval, other = level.boxes
    assert start.x < apply.x < gate.x < approval.x == other.x
    middles = {box.y + box.height / 2 for box in (start, apply, gate, approval)}
    assert len(middles) == 1  # what stands almost in one row stands in one row
    assert other.y > approval.y + approval.height


def test_the_route_taken_is_told_apart() -> None:
    (level,) = chart_of(branched()).levels
    assert level.taken.count("M") == 3
    assert level.other.count("M") == 1
    assert (level.n_failed, level.n_never) == (0, 1)
    assert [box.tone for box in level.boxes][-1] == "never"
    text = render(branched(), "html")
    assert "紧急发布 &lt;b&gt;" in text
    assert 'stroke-dasharray="4 3"' in text


def test_subprocesses_have_pictures_of_their_own() -> None:
    report = with_flow(
        reports.failed(),
        step(8, "subprocess", name="灰度发布", at=(0, 0)),
        step(10, "subprocess", name="滚动更新", scope=0),
        step(13, "activity", name="健康检查", scope=1),
        step(5, "subprocess", name="数据库变更"),
        step(6, "activity", name="备份 orders 库", scope=3),
    )
    chart = chart_of(report)
    names = [level.name for level in chart.levels]
    assert names == ["", "灰度发布 / 滚动更新", "灰度发布", "数据库变更"]
    assert [level.is_open for level in chart.levels] == [False, True, False, False]
    text = render(report, "html")
    assert '<details class="level" id="w-1" open>' in text
    assert '<a href="#w-1">' in text


def test_what_is_not_drawn_is_counted() -> None:
    report = with_flow(
        reports.failed(),
        *(step(None, "subprocess", name=f"s{n}") for n in range(10)),
        *(step(None, "activity", scope=n % 10, name="x") for n in range(100)),
    )
    chart = chart_of(report, most=35)
    assert sum(len(level.boxes) for level in chart.levels) <= 35
    assert len(chart.levels) + chart.n_left == 11


def test_an_edge_back_goes_round_below() -> None:
    report = with_flow(
        reports.failed(),
        step(2, "activity", 1, name="a", at=(0, 0)),
        step(3, "activity", 0, name="b", at=(200, 0)),
    )
    (level,) = chart_of(report).levels
    lowest = max(float(y) for y in re.findall(r"V(\d+)", level.taken))
    assert all(lowest > box.y + box.height for box in level.boxes)
    assert lowest < level.height


def test_layers_without_coordinates() -> None:
    steps = [step(None, kind, *after) for kind, after in zip(
        KINDS, ((1,), (2,), (3, 4), (5,), (5,), ()), strict=True)]  # fmt: skip
    points = layered(list(enumerate(steps)))
    assert [points[at][0] for at in range(6)] == [0, 200, 400, 600, 600, 800]
    assert points[3][1] != points[4][1]


@given(st.lists(st.lists(st.integers(0, 11), max_size=3), min_size=1, max_size=12))
def test_layers_of_any_graph(edges: list[list[int]]) -> None:
    steps = [step(None, "activity", *(to for to in after if to < len(edges))) for after in edges]
    points = layered(list(enumerate(steps)))
    assert set(points) == set(range(len(edges)))
    assert len(set(points.values())) == len(edges)


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), min_size=1, max_size=8))
def test_any_coordinates_give_a_picture_of_bounded_size(places: list[tuple[float, float]]) -> None:
    steps = [step(None, "activity", name="x", at=place) for place in places]
    (level,) = chart_of(with_flow(reports.failed(), *steps)).levels
    assert level.width <= 200 * len(steps) + 100
    assert level.height <= 90 * len(steps) + 150


@pytest.mark.parametrize("name", sorted(reports.SAMPLES))
def test_pictures_are_xml_files(name: str) -> None:
    report = reports.SAMPLES[name]()
    charts = render_charts(report, Language.ZH, ZONE)
    assert bool(charts) == (name != "stub")
    for text in charts.values():
        root = ET.fromstring(text)  # noqa: S314 - our own
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "href" not in text
        assert "<script" not in text


def test_quiet_levels_have_less_room_than_telling_ones() -> None:
    """Two subprocesses of ten steps: the one with the failure is drawn, the other is counted."""
    failed = reports.failed()
    root_cause = next(node.position for node in failed.nodes if node.is_root_cause)
    report = with_flow(
        failed,
        step(1, "subprocess", name="quiet"), step(2, "subprocess", name="telling"),
        *(step(1, "activity", scope=0) for _ in range(10)),
        *(step(root_cause, "activity", scope=1) for _ in range(10)),
    )  # fmt: skip
    voice = Voice(report=report, language=Language.EN, zone=ZONE)
    chart = flowchart(voice, 5, frozenset(), most_telling=12)
    assert chart is not None
    assert [level.name for level in chart.levels] == ["", "telling"]
    assert chart.n_left == 1
    assert len(chart_of(report).levels) == 3
