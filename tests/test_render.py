"""What holds for every format, and the golden files."""

import dataclasses
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import golden
import pytest
import reports
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import sops_report.report.as_json as as_json_module
from sops_report.rendering import RENDERERS, Format, json_text, render
from sops_report.rendering.axis import ticks
from sops_report.rendering.gantt import ledger_pieces
from sops_report.rendering.rows import choose
from sops_report.rendering.table import render_table
from sops_report.rendering.text import render_text
from sops_report.rendering.textbars import length_bar, span_bar
from sops_report.rendering.visible import cells, clip, line, pad, visible, wrap
from sops_report.report.as_json import Json, as_json, nodes_as_json
from sops_report.report.model import Report
from sops_report.report.nodes import ids_of
from sops_report.words import Language

SCHEMA = json.loads(
    Path(as_json_module.__file__).with_name("schema.json").read_text(encoding="utf-8")
)
CST = timezone(timedelta(hours=8))


def test_every_format_has_a_renderer() -> None:
    assert set(Format) == set(RENDERERS)


@pytest.mark.parametrize("name", ["failed", "clean", "hostile", "operated"])
def test_json_node_by_node_is_the_json_of_the_whole(name: str) -> None:
    report = reports.SAMPLES[name]()
    whole = json.dumps(as_json(report, Language.EN), ensure_ascii=False, indent=1, allow_nan=False)
    found = render(report, "json", rules=())
    assert found.encode() == whole.encode("utf-8", "backslashreplace") + b"\n"


def test_json_is_made_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def counted(report: Report) -> Iterator[Json]:
        for node in nodes_as_json(report):
            asked.append(node["node_id"])
            yield node

    monkeypatch.setattr(json_text, "nodes_as_json", counted)
    report = reports.SAMPLES["failed"]()
    many = dataclasses.replace(report, nodes=report.nodes[:2] * 2500)
    made, text = [], ""
    for piece in json_text.json_pieces(many, Language.EN):
        text += piece
        made.append(len(asked))
        asked.clear()
    assert [node["node_id"] for node in json.loads(text)["nodes"]] == [*ids_of(many.nodes)]
    assert sum(made) == 5000
    assert max(made) < 600


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("to", list(Format))
@pytest.mark.parametrize("name", ["failed", "clean", "hostile", "operated"])
def test_golden(name: str, to: Format, language: Language) -> None:
    text = render(reports.SAMPLES[name](), to, language)
    golden.check(f"{name}.{language.value}.{to.value}", text)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("to", list(Format))
@pytest.mark.parametrize("name", sorted(reports.SAMPLES))
def test_equal_input_gives_equal_bytes(name: str, to: Format, language: Language) -> None:
    first = render(reports.SAMPLES[name](), to, language).encode()
    assert first == render(reports.SAMPLES[name](), to, language).encode()
    assert b"\r" not in first
    assert first.endswith(b"\n")


@pytest.mark.parametrize("to", [Format.HTML, Format.MARKDOWN, Format.TEXT])
def test_hostile_characters_never_reach_the_reader(to: Format) -> None:
    text = render(reports.hostile(), to, Language.ZH)
    odd = {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - {"\n", "\t"}
    # the joiner that tames mentions in Markdown is ours
    assert odd <= ({"\u200d"} if to is Format.MARKDOWN else set())
    assert "⟨U+202E⟩" in text
    assert "⟨U+001B⟩" in text


@pytest.mark.parametrize("to", [Format.HTML, Format.MARKDOWN, Format.TEXT])
def test_the_zone_is_the_callers_else_the_snapshots(to: Format) -> None:
    report = reports.failed()
    assert "2020-08-18 11:31:08 +0800" in render(report, to)
    assert "2020-08-17 23:31:08 -0400" in render(report, to, zone=ZoneInfo("America/New_York"))


@pytest.mark.parametrize("to", [Format.HTML, Format.MARKDOWN, Format.TEXT])
def test_wall_time_is_the_run_and_idle_stands_beside_it(to: Format) -> None:
    text = render(reports.failed(), to)
    assert "1 h 10 m 10 s" in text
    assert "Stopped for 15 h 17 m 15 s" in text
    assert "16 h" not in text


@pytest.mark.parametrize("to", list(Format))
@pytest.mark.parametrize("state", ["CREATED", "EXPIRED"])
def test_a_stub_makes_a_report_too(to: Format, state: str) -> None:
    text = render(reports.stub(state), to, Language.ZH)
    assert "None" not in text
    assert "尚未执行" in text


# -- JSON ----------------------------------------------------------------------------------------


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", sorted(reports.SAMPLES))
def test_json_is_what_the_schema_says(name: str) -> None:
    text = render(reports.SAMPLES[name](), "json")
    Draft202012Validator(SCHEMA).validate(json.loads(text))


def test_the_schema_refuses_what_it_should() -> None:
    for path, wrong in (("schema", "other/1"), ("order_source", "guess"), ("surprise", 1)):
        value = as_json(reports.failed(), Language.EN) | {path: wrong}
        assert not Draft202012Validator(SCHEMA).is_valid(value)


def test_json_has_the_names_of_the_contract() -> None:
    found = as_json(reports.failed(), Language.ZH)
    assert found["task"]["start_time"] == "2020-08-18T03:31:08Z"
    assert found["task"]["wall_s"] == 4210
    assert found["task"]["idle_s"] == 55035
    assert set(found["verdict"]["sentence"]) == {"zh-CN", "en"}
    assert found["critical_path"][0]["class"] == "work"
    assert sum(piece["seconds"] for piece in found["critical_path"]) == found["task"]["wall_s"]
    assert sum(found["ledger"].values()) == found["task"]["wall_s"]
    ids = [node["node_id"] for node in found["nodes"]]
    assert found["critical_path"][4]["co_critical"] == [ids[6]]
    assert found["nodes"][7]["parent_id"] == ids[5]
    assert found["notes"][0]["text"].startswith("「滚动更新」")


def test_json_survives_half_a_character() -> None:
    text = render(reports.hostile(), "json")
    assert text.encode()
    assert json.loads(text)["failures"][0]["text"] == reports.HOSTILE_TEXT


# -- choosing rows -------------------------------------------------------------------------------


def test_few_rows_are_all_shown() -> None:
    rows = choose(reports.failed(), 300)
    assert len(rows) == 15
    assert not any(row.n_folded for row in rows)


def test_what_is_not_shown_is_counted() -> None:
    report = reports.large(20, 40)
    rows = choose(report, 100)
    assert len(rows) <= 100
    assert len(rows) + sum(row.n_folded for row in rows) == len(report.nodes)


def test_telling_rows_are_never_folded() -> None:
    report = reports.large(200, 100)
    shown = {row.node.position for row in choose(report, 50)}
    failed = [node for node in report.nodes if node.is_root_cause]
    assert failed
    for node in failed:
        assert node.position in shown
        assert node.parent in shown


def test_rows_of_a_very_deep_tree() -> None:
    deepest = reports.N(label="leaf", end=1)
    for n in range(3000):
        deepest = reports.N(label=f"level {n}", end=1, kind="subprocess", inside=(deepest,))
    report = reports.make(reports.lay_out(deepest), "finished", ("Done.", "完成。"))
    rows = choose(report, 100)
    assert len(rows) + sum(row.n_folded for row in rows) == 3001
    for to in Format:
        assert render(report, to)


# -- axis and bars -------------------------------------------------------------------------------


@given(st.floats(0, 4e8))
def test_an_axis_has_some_round_ticks(wall_s: float) -> None:
    found = ticks(reports.START, wall_s, CST)
    assert 0 <= len(found) <= 6
    assert all(0 <= tick.part <= 1 for tick in found)
    parts = [tick.part for tick in found]
    assert parts == sorted(parts)


def test_ticks_name_the_day_when_it_changes() -> None:
    found = ticks(reports.START, 2 * 86400, CST)
    assert [(tick.text, tick.date) for tick in found][:3] == [
        ("12:00", ""),
        ("00:00", "2020-08-19"),
        ("12:00", ""),
    ]


@given(st.dictionaries(st.text(max_size=3), st.floats(0.001, 1e6), min_size=1, max_size=12))
def test_the_stacked_bar_has_no_gap(ledger: dict[str, float]) -> None:
    pieces = ledger_pieces(ledger)
    widths = [float(piece.width.rstrip("%")) for piece in pieces]
    assert sum(widths) == pytest.approx(100, abs=0.05)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 60), st.booleans())
def test_a_bar_keeps_its_cells(a: float, b: float, width: int, is_open: bool) -> None:  # noqa: FBT001
    bar = span_bar(min(a, b), max(a, b), width, is_open=is_open)
    assert len(bar) == width
    assert bar.strip()
    assert len(length_bar(a, width)) <= max(width, 1)


# -- visible text --------------------------------------------------------------------------------


@given(st.text())
def test_everything_can_be_seen(text: str) -> None:
    shown = line(text, 40)
    assert len(shown) <= 40
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert visible(visible(text)) == visible(text)


@given(st.text(max_size=80), st.integers(2, 40))
def test_cells_are_kept(text: str, width: int) -> None:
    shown = line(text)
    assert cells(clip(shown, width)) <= width
    assert cells(pad(shown, width)) == width


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    said = "节点「北京切换」（第一次）失败：主机不存在，耗时 7 分 00 秒。"
    for width in range(12, 60):
        for found in wrap(said, width):
            assert found[0] not in "，。：」）"
            assert found[-1] not in "「（"


@given(st.text(max_size=200), st.integers(4, 40))
def test_wrapping_loses_no_character_and_no_line_is_too_wide(text: str, width: int) -> None:
    shown = line(text, 300)
    lines = list(wrap(shown, width))
    assert all(cells(piece) <= width for piece in lines)
    assert "".join("".join(lines).split()) == "".join(shown.split())


# -- the terminal --------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 100, 160])
@pytest.mark.parametrize("name", sorted(reports.SAMPLES))
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    text = render_text(reports.SAMPLES[name](), Language.ZH, CST, width=width)
    too_wide = [row for row in text.splitlines() if cells(row) > width]
    assert not too_wide


def test_the_first_twelve_lines_hold_the_verdict() -> None:
    head = "\n".join(render(reports.failed(), "txt").splitlines()[:12])
    for words in ("FAILED", "健康检查", "Stopped for", "Wall time", "1 failed", "│"):
        assert words in head


def test_colour_only_when_asked_for() -> None:
    report = reports.hostile()
    plain = render_text(report, Language.EN, CST)
    coloured = render_text(report, Language.EN, CST, color=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]+m", "", coloured) == plain


def test_a_long_terminal_report_says_what_it_left_out() -> None:
    text = render(reports.large(30, 30), "txt")
    assert "more nodes" in text
    assert len(text.splitlines()) < 120


def test_an_auto_retry_is_told() -> None:
    report = reports.failed()
    due = dataclasses.replace(report.failures[0], auto_retry=True)
    changed = dataclasses.replace(report, failures=(due,))
    for to in (Format.HTML, Format.MARKDOWN, Format.TEXT):
        assert "retry it by itself" in render(changed, to)


@pytest.mark.parametrize("name", sorted(reports.SAMPLES))
def test_the_node_table_leaves_nothing_out(name: str) -> None:
    report = reports.SAMPLES[name]()
    lines = render_table(report, Language.ZH, CST).splitlines()
    assert len(lines) == 1 + len(report.nodes)
    assert "\x1b" not in "".join(lines)
