"""Charts: right bars, right times, no boxes, no traces in Matplotlib's settings."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import matplotlib as mpl
import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import dates as mdates
from matplotlib import font_manager
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from sops_report.charts import (
    MissingGlyphsWarning,
    concurrency,
    draw,
    fonts,
    gantt,
    ledger_bar,
    picture,
    save,
)
from sops_report.errors import UsageError
from sops_report.report.model import Counts, Node, Provenance, Report, Task, Try, Verdict
from sops_report.words import Language

START = datetime(2025, 6, 1, 2, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n"


def node(
    position: int, label: str, begin: int | None, end: int | None = None, **given: object
) -> Node:
    """Return a row; times in seconds after START."""
    start = None if begin is None else START + timedelta(seconds=begin)
    finish = None if end is None else START + timedelta(seconds=end)
    values = {
        "node_id": f"n{position:032x}", "anchor": f"n-{position:08x}",
        "parent": 0 if position else -1,
        "depth": 1 if position else 0, "n_descendants": 0, "named": True, "path": label,
        "kind": "activity", "kind_source": "flow", "state": "FINISHED", "state_group": "success",
        "end_time": finish, "self_s": None, "wait_before_s": None, "slack_s": None, "drag_s": None,
        "retry": 0, "loop": 1, "skip": False, "error_ignored": False, "is_leaf": True,
        "is_root_cause": False, "is_echo": False, "on_critical_path": False, "version": None,
        "ex_data": None,
    }  # fmt: skip
    seconds = None if begin is None or end is None else float(end - begin)
    return Node(**(values | {
        "position": position, "label": label, "start_time": start, "finish_time": finish,
        "duration_s": seconds,
    } | given))  # fmt: skip


def report(*nodes: Node, title: str = "release 60: failed", **given: object) -> Report:
    starts = [n.start_time for n in nodes if n.start_time]
    task = Task(
        task_id="42", root_id=nodes[0].node_id, name=nodes[0].label, state="FAILED", engine="v2",
        start_time=min(starts, default=None), end_time=None, as_of=None, as_of_source=None,
        wall_s=None, idle_s=None, offset_minutes=480,
    )  # fmt: skip
    both = {Language.EN: title, Language.ZH: title}
    values = {
        "task": task,
        "verdict": Verdict(outcome="failed", sentence=both, title=both),
        "counts": Counts(
            nodes=len(nodes), leaves=0, by_state_group={}, retried=0, skipped=0, ignored=0
        ),
        "order_source": "times",
        "ledger": {},
        "provenance": Provenance(
            source="a.json", sha256=None, n_bytes=None, fetched_at=None, has_flow=False,
            has_histories=False, n_earlier=0, tool_version="0",
        ),
    }  # fmt: skip
    empty = dict.fromkeys(
        ("critical_path", "failures", "retried", "skipped", "ignored", "notes"), ()
    )
    return Report(**(values | empty | {"nodes": nodes} | given))


# seconds  0 .. 10 .. 20 .. 30
# release  ------------------- failed
#   stop   -----              done
#   deploy      -------       critical
#     wait      |         skipped, zero seconds
#   check              ------- failed, root cause
RELEASE = report(
    node(0, "release", 0, 30, state_group="failed", is_leaf=False, n_descendants=4),
    node(1, "stop", 0, 10),
    node(2, "deploy", 10, 20, on_critical_path=True, is_leaf=False, n_descendants=1),
    node(3, "wait", 10, 10, skip=True, depth=2, parent=2),
    node(4, "check", 20, 30, state_group="failed", is_root_cause=True, on_critical_path=True),
    ledger={"work": 20.0, "skipped": 0.0, "dispatch": 10.0},
)


def texts(figure: Figure) -> list[str]:
    figure.draw_without_rendering()
    return [t.get_text() for t in figure.findobj(mpl.text.Text) if t.get_text().strip()]


def bars(figure: Figure) -> list[PolyCollection]:
    return figure.findobj(PolyCollection)


@pytest.fixture
def no_cjk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a machine that has Matplotlib's own fonts only."""
    manager = font_manager.fontManager
    own = [entry for entry in manager.ttflist if "mpl-data" in entry.fname]
    forget = manager._findfont_cached.cache_clear  # noqa: SLF001 - it remembers this machine's fonts
    monkeypatch.setattr(fonts, "packaged", lambda: None)
    monkeypatch.setattr(manager, "ttflist", own)
    forget()
    yield
    forget()


@pytest.fixture(scope="session")
def han_font(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a made-up font that has exactly the characters 检 查 磁 盘."""
    pen = TTGlyphPen(None)
    for corner, move in zip([(0, 0), (0, 800), (800, 800), (800, 0)], "mlll", strict=True):
        (pen.moveTo if move == "m" else pen.lineTo)(corner)
    pen.closePath()
    box = pen.glyph()
    names = {ord(c): f"uni{ord(c):04X}" for c in "检查磁盘"}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    builder.setupGlyf(dict.fromkeys([".notdef", *names.values()], box))
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Test Han", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    path = tmp_path_factory.mktemp("font") / "han.ttf"
    builder.save(path)
    return path


@pytest.fixture(autouse=True)
def _settings_untouched() -> Iterator[None]:
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before


def test_one_collection_of_bars_a_state_and_one_for_the_path() -> None:
    drawn = bars(gantt(RELEASE))
    assert sorted(len(c.get_paths()) for c in drawn) == [2, 2, 3]
    outline = max(drawn, key=lambda c: c.get_zorder())
    assert len(outline.get_facecolor()) == 0
    assert len(outline.get_paths()) == 2


def test_bars_stand_at_their_rows_and_times() -> None:
    figure = gantt(RELEASE)
    boxes = [p.get_extents() for c in bars(figure) for p in c.get_paths()]
    stop = next(b for b in boxes if round((b.y0 + b.y1) / 2) == 1)
    assert (stop.x1 - stop.x0) * 86400 == pytest.approx(10, abs=1e-3)
    wait = next(b for b in boxes if round((b.y0 + b.y1) / 2) == 3)
    assert 0 < (wait.x1 - wait.x0) * 86400 < 0.1


def test_containers_are_slimmer_than_leaves() -> None:
    boxes = [p.get_extents() for c in bars(gantt(RELEASE)) for p in c.get_paths()]
    heights = {round((b.y0 + b.y1) / 2): round(b.y1 - b.y0, 3) for b in boxes}
    assert heights[0] == heights[2] < heights[1] == heights[4]


def test_title_names_and_legend_are_said() -> None:
    said = texts(gantt(RELEASE))
    assert {"release 60: failed", "release", "   stop", "      wait"} <= set(said)
    assert {"Critical path", "Root cause", "Skipped", "Failed"} <= set(said)


@pytest.mark.parametrize(
    ("zone", "axis", "tick"),
    [
        (None, "Time (UTC+08:00)", "10:00"),
        (ZoneInfo("America/New_York"), "Time (America/New_York (UTC-0400))", "22:00"),
    ],
)
def test_the_axis_speaks_the_zone_of_the_snapshot_or_the_given_one(
    zone: ZoneInfo | None, axis: str, tick: str
) -> None:
    said = texts(gantt(RELEASE, zone=zone))
    assert axis in said
    assert any(text.startswith(tick) for text in said)


def test_never_started_is_said_instead_of_an_empty_chart() -> None:
    figure = gantt(report(node(0, "later", None, state_group="not_started")))
    assert any("no times" in text for text in texts(figure))
    assert picture(figure, "png").startswith(PNG)


def test_all_in_one_instant_can_be_drawn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert picture(gantt(report(node(0, "blink", 5, 5))), "png").startswith(PNG)


def test_what_was_left_out_is_counted_and_what_matters_stays() -> None:
    steps = [node(i, f"step {i}", i, i + 1) for i in range(1, 40)]
    steps.append(node(40, "guilty", 40, 40, is_root_cause=True, state_group="failed"))
    big = report(node(0, "task", 0, 41, is_leaf=False, n_descendants=40), *steps)
    said = texts(gantt(big, max_rows=3))
    assert {"task", "   guilty"} <= set(said)
    assert "38 of 41 nodes are not drawn: quiet ones" in said


def test_hostile_names_are_drawn_as_plain_text() -> None:
    bad = r"$\frac{1}{0}$ \n %s" + "\x1b[31m\u202eevil\nname" + "x" * 200
    figure = gantt(report(node(0, bad, 0, 1), title=bad))
    assert picture(figure, "svg").count(b"\x1b") == 0
    label = next(text for text in texts(figure) if "evil" in text and text.endswith("…"))
    assert label.startswith(r"$\frac{1}{0}$")
    assert len(label) <= 101


@pytest.mark.usefixtures("no_cjk")
def test_a_given_font_draws_chinese(han_font: Path) -> None:
    figure = gantt(report(node(0, "检查磁盘", 0, 1)), font=han_font)
    assert "检查磁盘" in texts(figure)
    picture(figure, "png")  # Matplotlib would warn of a missing glyph, and a warning is an error


@pytest.mark.usefixtures("no_cjk")
def test_without_a_font_rows_are_numbered_and_one_warning_says_so() -> None:
    chinese = report(
        node(0, "task", 0, 9), node(1, "检查", 0, 1), node(2, "磁盘", 1, 2), title="失败"
    )
    with pytest.warns(MissingGlyphsWarning) as caught:
        figure = gantt(chinese, language=Language.ZH)
    assert len(caught) == 1
    assert caught[0].message.key == (("#1", "检查"), ("#2", "磁盘"))
    assert {"   #1", "   #2", "42 – Failed"} <= set(texts(figure))
    assert not re.search(r"[\u4e00-\u9fff]", "".join(texts(figure)))
    picture(figure, "png")


@pytest.mark.usefixtures("no_cjk")
def test_one_exotic_name_does_not_cost_the_others_theirs(han_font: Path) -> None:
    with pytest.warns(MissingGlyphsWarning, match="重") as caught:
        figure = gantt(report(node(0, "检查", 0, 9), node(1, "重启", 0, 1)), font=han_font)
    assert "检查" in texts(figure)
    assert "   #1" in texts(figure)
    assert "--font" in caught[0].message.hint(Language.EN)


def test_a_file_that_is_no_font_is_a_usage_error(tmp_path: Path) -> None:
    path = tmp_path / "no.ttf"
    path.write_text("no font")
    with pytest.raises(UsageError, match=r"no\.ttf is not a font"):
        gantt(RELEASE, font=path)


def test_the_ledger_bar_says_each_class_with_its_share() -> None:
    said = texts(ledger_bar(RELEASE))
    assert "Work 20 s (66.7 %)" in said
    widths = [patch.get_width() for patch in ledger_bar(RELEASE).axes[0].patches]
    assert widths == [20.0, 0.0, 10.0]


def test_an_empty_ledger_is_said() -> None:
    assert "No time to account for" in texts(ledger_bar(report(node(0, "x", None))))


def test_earlier_attempts_and_waits_are_bars_of_their_own() -> None:
    tried = Try(
        start_time=START + timedelta(seconds=2), end_time=START + timedelta(seconds=6), loop=1,
        failed=True, skipped=False,
    )  # fmt: skip
    figure = gantt(report(node(0, "run", 20, 30, attempts=(tried,), wait_before_s=2.0)))
    attempt, waits = bars(figure)[-1], bars(figure)[-2]
    seconds = [86400 * (x - mdates.date2num(START)) for x in attempt.get_paths()[0].vertices[:, 0]]
    assert (round(min(seconds)), round(max(seconds))) == (2, 6)
    assert len(waits.get_paths()) == 2
    assert {"Earlier attempts", "Waiting before a node"} <= set(texts(figure))


def _counted(*counts: int) -> tuple[tuple[datetime, int], ...]:
    return tuple((START + timedelta(seconds=10 * n), count) for n, count in enumerate(counts))


def test_concurrency_is_drawn_with_its_peak() -> None:
    made = report(node(0, "x", 0, 30), concurrency=_counted(1, 3, 1, 0))
    said = texts(concurrency(made, language=Language.EN))
    assert "at most 3 at once" in said
    assert "Leaves at work" in said
    assert "Time (UTC+08:00)" in said
    idle = texts(concurrency(report(node(0, "x", None))))
    assert "No leaf was at work for a measurable time" in idle


@pytest.mark.parametrize("kind", ["gantt", "ledger", "concurrency"])
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_every_chart_has_a_name_and_equal_bytes(kind: str, suffix: str) -> None:
    made = replace(RELEASE, concurrency=_counted(1, 2, 0))
    first, second = (picture(draw(kind, made), suffix) for _ in range(2))
    assert first == second


def test_an_unknown_chart_is_refused() -> None:
    with pytest.raises(ValueError, match="pie"):
        draw("pie", RELEASE)


@pytest.mark.parametrize(("suffix", "magic"), [("png", PNG), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_equal_reports_make_equal_bytes(suffix: str, magic: bytes) -> None:
    first, second = (picture(gantt(RELEASE), suffix) for _ in range(2))
    assert first == second
    assert first.startswith(magic)
    assert mpl.__version__.encode() not in first


def test_settings_of_the_user_change_nothing() -> None:
    plain = picture(gantt(RELEASE), "png")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.bbox": "tight"}):
        assert picture(gantt(RELEASE), "png") == plain


def test_a_chart_is_saved_by_its_suffix_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "chart.svg"
    save(gantt(RELEASE), path)
    assert path.read_bytes() == picture(gantt(RELEASE), "svg")
    with pytest.raises(UsageError, match="exists already"):
        save(gantt(RELEASE), path)
    save(gantt(RELEASE), path, force=True)
    with pytest.raises(UsageError, match=r"cannot be written as \.gif"):
        save(gantt(RELEASE), tmp_path / "chart.gif")
    assert [p.name for p in tmp_path.iterdir()] == ["chart.svg"]


def test_ten_thousand_bars_stay_a_handful_of_artists() -> None:
    rng = np.random.default_rng(1)
    begins = rng.integers(0, 9000, 10_000).tolist()
    many = report(*(node(i, f"step {i}", b, b + 60) for i, b in enumerate(begins)))
    figure = gantt(many, max_rows=10_000)
    assert len(bars(figure)) == 1
    assert len(figure.findobj(mpl.artist.Artist)) < 400
