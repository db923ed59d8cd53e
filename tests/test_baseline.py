"""How long a running task may still take, by what the archive holds; what it waits for."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from series import FakeClock
from sites import TASK, keep
from watchdesk import Desk

from sops_report.analysis import Analysis, analyse
from sops_report.archive.archive import Archive
from sops_report.reading import read_bytes
from sops_report.server import LocalSite
from sops_report.snapshot import Origin
from sops_report.sources.archived import Place
from sops_report.watching.baseline import FEWEST, Estimate, estimate_of, past_runs
from sops_report.watching.sight import sight_of
from sops_report.watching.wording import Lately, estimate_in_words, rows_of
from sops_report.words import Language

PLACE = Place(site="bk.example.com", scope="cmdb_biz", biz="2", task_id="900")
BEGAN = datetime(2024, 6, 18, 13, 30, tzinfo=UTC)


def at(seconds: float) -> str:
    return f"{BEGAN + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S} +0000"


def node(number: int, name: str, start: float, finish: float | None, now: float) -> dict[str, Any]:
    return {
        "id": f"n{number:031x}", "name": name, "children": {}, "parent_id": "n" + "f" * 31,
        "state": "RUNNING" if finish is None else "FINISHED", "start_time": at(start),
        "finish_time": None if finish is None else at(finish),
        "elapsed_time": int((now if finish is None else finish) - start),
    }  # fmt: skip


def answer(
    name: str, *steps: tuple[str, float, float | None], now: float, done: bool = False
) -> bytes:
    children = [node(number, *step, now) for number, step in enumerate(steps, 1)]
    end = max(finish or 0 for _, _, finish in steps) if done else None
    root = node(0, name, 0, end, now) | {"children": {one["id"]: one for one in children}}
    return json.dumps({"result": True, "code": 0, "data": root}).encode()


def run_of(wall: float, name: str = "发布 20240601") -> bytes:
    """Return a finished run: 编译 takes 60 s, 部署 the rest."""
    return answer(name, ("编译", 0, 60), ("部署", 60, wall), now=wall, done=True)


def running(now: float, name: str = "发布 20240618") -> Analysis:
    body = answer(name, ("编译", 0, 60), ("部署", 60, None), now=now)
    return analyse(read_bytes(body, Origin(source="x", task_id="900")))


def keep_runs(archive: Archive, walls: list[float], **about: Any) -> None:  # noqa: ANN401
    for number, wall in enumerate(walls):
        keep(archive, run_of(wall, **about), task_id=str(100 + number))


def test_what_is_left_is_measured_from_the_last_finished_step(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    keep_runs(archive, [160, 170, 180, 190, 260, 65])
    runs = past_runs(archive, PLACE, "发布 20240618", None)
    assert len(runs) == 6
    found = estimate_of(
        running(80), runs
    )  # 编译 ended 20 s ago; six runs took 5 … 200 s from there
    assert found is not None
    assert (found.n, found.n_longer, found.middle_s) == (6, 5, 100.0)
    assert found.high_s == pytest.approx(152.0)
    late = estimate_of(running(185), runs)
    assert late is not None
    assert (late.middle_s, late.n_longer, late.n) == (None, 2, 6)


def test_without_enough_evidence_nothing_is_guessed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    keep_runs(archive, [160.0] * (FEWEST - 1))
    keep(archive, run_of(160, "另一个 20240601"), task_id="200")
    keep(archive, running_bytes(), task_id="201")
    keep(archive, run_of(160), task_id="202", biz="3")
    keep(archive, run_of(160), task_id="900")
    keep(archive, b"not json at all", task_id="203")
    runs = past_runs(archive, PLACE, "发布 20240618", None)
    assert len(runs) == FEWEST - 1
    assert estimate_of(running(80), runs) is None
    assert past_runs(archive, PLACE, "20240618", None) == []
    ended = analyse(read_bytes(run_of(160)))
    assert estimate_of(ended, runs * 3) is None


def running_bytes() -> bytes:
    return answer("发布 1", ("编译", 0, 60), ("部署", 60, None), now=100)


def test_the_template_counts_before_the_name(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    keep_runs(archive, [100, 110, 120])
    for number in range(3):
        flow = {"result": True, "data": {"template_id": 7 if number else 8}}
        place = TASK | {"task_id": str(100 + number)}
        archive.save_beside("pipeline_tree.json", json.dumps(flow).encode(), **place)
    keep(archive, run_of(130, "改了名"), task_id="300")
    ours = json.dumps({"result": True, "data": {"template_id": 7}}).encode()
    assert len(past_runs(archive, PLACE, "发布 1", ours)) == 2
    assert len(past_runs(archive, PLACE, "改了名", ours)) == 3


def test_the_view_counts_the_rest_down_and_marks_what_the_task_waits_for(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    keep_runs(archive, [160, 170, 180, 190, 260])
    steps = (("编译", 0.0, 60.0), ("部署", 60.0, None), ("通知", 70.0, None))
    body = answer("发布 2", *steps, now=80)
    analysis = analyse(read_bytes(body, Origin(source="x", task_id="900")))
    estimate = estimate_of(analysis, past_runs(archive, PLACE, "发布 2", None))
    sight = sight_of(analysis, estimate)
    assert [(one.label, one.is_critical) for one in sight.running] == [
        ("部署", True), ("通知", False),
    ]  # fmt: skip
    rows = {row.role: row.text for row in rows_of(sight, Lately(since_s=30), Language.EN)}
    assert (
        rows["left"].strip()
        == "about 1 m 10 s left, 9 times of 10 at most 2 m 02 s (5 earlier runs)"
    )
    chinese = [row.text for row in rows_of(sight, Lately(since_s=30), Language.ZH)]
    assert any("预计还需 1 分 10 秒" in text for text in chinese)
    assert any("部署" in text and "关键路径" in text for text in chinese)


@pytest.mark.parametrize(
    ("since_s", "english", "chinese"),
    [
        (20, "about 10 s left", "预计还需 10 秒"),
        (45, "may have ended by now, 9 times of 10 within 15 s (5 earlier runs)", "九成在 15 秒"),
        (60, "9 times of 10 it would have ended by now (5 earlier runs)", "九成此时已结束"),
    ],
)
def test_between_two_answers_nothing_is_said_to_take_no_time(
    since_s: float, english: str, chinese: str
) -> None:
    estimate = Estimate(middle_s=30.0, high_s=60.0, n_longer=5, n=6)
    assert estimate_in_words(estimate, since_s, Language.EN).startswith(english)
    assert chinese in estimate_in_words(estimate, since_s, Language.ZH)


def test_a_watched_task_tells_it_with_its_state(tmp_path: Path) -> None:
    clock, served = FakeClock(), Archive(tmp_path / "served")
    for number, (moment, body) in enumerate(((0, running_bytes()), (60, run_of(160)))):
        us = int((BEGAN.timestamp() + moment) * 1e6)
        keep(served, body, task_id="900", as_of_us=us + number)
    with LocalSite(served, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock)
        host = site.url.removeprefix("http://")
        for number, wall in enumerate([160, 170, 180, 190, 260]):
            keep(desk.archive, run_of(wall), task_id=str(100 + number), site=host)
        desk.watch("900")
    told = [line for line in desk.told if "the task is now" in line]
    assert "left, 9 times of 10 at most" in told[0]
    assert "left" not in told[-1]
