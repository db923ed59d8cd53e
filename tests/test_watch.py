"""Following tasks over real sockets: changes, outages, ends, files; no waiting in real time."""

import io
import json
import os
import stat
import sys
from pathlib import Path

import pytest
from rich.console import Console
from series import MOVING, SERIES, TASK_ID, FakeClock, answers, moving_archive
from sites import SECRET, keep, saved
from watchdesk import ENVIRON, Desk

from sops_report.analysis import Analysis, analyse
from sops_report.errors import SopsReportError, UsageError
from sops_report.reading import read_bytes
from sops_report.report.build import build_report
from sops_report.server import LocalSite
from sops_report.snapshot import Origin, Snapshot
from sops_report.watching.changes import changes_between
from sops_report.watching.endings import Until, exit_code_of, is_over
from sops_report.watching.sight import sight_of
from sops_report.watching.teller import Teller
from sops_report.watching.view import live_view
from sops_report.watching.watch import Followed, Watch
from sops_report.watching.wording import Lately, Row, rows_of
from sops_report.words import Language

RETRIED = "n04fce799782e42ce2933b960ae87a57"


def analysed(number: int) -> Analysis:
    return analyse(read_bytes(answers()[number - 1][1], Origin(source="x", task_id=TASK_ID)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving_archive(tmp_path_factory.mktemp("series")).folder


def test_a_failing_and_recovering_run_is_followed_to_its_end(folder: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock)
        (task,) = desk.watch(TASK_ID)
        final = task.poller.final()
    assert desk.refusals == []
    told = [line.partition("  515375  ")[2] for line in desk.told]
    assert [text.partition(" ↵ ")[0] for text in told] == [
        "the task is now: Not started (0 of 3 steps)",
        "the task is now: Running (0 of 3 steps)",
        "finished: 拉取代码 (11 s)",
        "started: 编译",
        "failed: 编译: 步骤执行失败:",
        "the task is now: Failed (1 of 3 steps)",
        "retried: 编译 (try 2)",
        "the task is now: Running (1 of 3 steps)",
        "failed: 编译: 磁盘空间不足: /data 100%",
        "the task is now: Failed (1 of 3 steps)",
        "retried: 编译 (try 3)",
        "the task is now: Running (1 of 3 steps)",
        "finished: 编译 (42 s)",
        "finished: 上传制品 (21 s)",
        "the task is now: Finished with issues (3 of 3 steps)",
    ]
    assert final is not None
    assert exit_code_of(task.newest or analysed(1)) == 0
    assert attempts_of(final) == attempts_of_the_engine()


def attempts_of(snapshot: Snapshot) -> list[tuple[str, str]]:
    made = build_report(snapshot)
    node = next(one for one in made.nodes if one.node_id == RETRIED)
    return [(_seconds(try_.start_time), _seconds(try_.end_time)) for try_ in node.attempts]


def _seconds(moment: object) -> str:
    return f"{moment:%H:%M:%S}"


def attempts_of_the_engine() -> list[tuple[str, str]]:
    truth = json.loads((SERIES / "truth.json").read_bytes())
    node = next(one for one in truth["nodes"] if one["id"] == RETRIED)
    hour = "13"  # the engine wrote +08:00
    return [
        (f"{hour}{one['start'][13:19]}", f"{hour}{one['finish'][13:19]}")
        for one in node["attempts"][:-1]
    ]


def test_only_changes_are_archived_and_the_older_answers_prove_the_attempts(
    folder: Path, tmp_path: Path
) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock)
        (task,) = desk.watch(TASK_ID)
        known = task.poller.last_word()
    bodies = [body for _, body in answers()]
    kept = desk.kept()
    # By their clocks alone differ 3–4, 5–8, 10–21, 22–23: the first of each is kept.
    assert [bodies.index(body) + 1 for body in kept] == [1, 2, 3, 5, 9, 10, 22, 25]
    assert desk.archive.verify() == []
    assert known is not None
    assert known.attempts is None
    assert attempts_of(known) == attempts_of_the_engine()


def test_the_last_answer_is_kept_even_if_only_clocks_moved(folder: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock, is_over=lambda one: (one.clock.idle_us or 0) > 60e6)
        (task,) = desk.watch(TASK_ID)
        known = task.poller.last_word()
    assert known is not None
    assert desk.kept()[-1] == answers()[7][1]
    assert len(desk.kept()) == 5


def test_outages_are_told_waited_out_and_cost_nothing(folder: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock)
        poller, port = desk.poller(TASK_ID), site.url.rpartition(":")[2]
        followed = Followed(poller=poller)
        teller = Teller(language=Language.EN, zone=None, tell=desk.told.append, monotonic=clock)
        watching = Watch(
            tasks=[followed], audience=teller, is_over=desk.is_over, every_s=20.0,
            clocks=desk.clocks,
        )  # fmt: skip
        watching._ask(followed)  # noqa: SLF001 - the first answer, before the site goes away
        site.stop()
        for _ in range(3):
            watching._ask(followed)  # noqa: SLF001 - as the loop does
        due = followed.due - clock()
        rows = [row.role for row in teller.rows()]
    again = LocalSite(folder, port=int(port), replay_speed=1, monotonic=clock)
    with again:
        watching.run()
    lost = [line for line in desk.told if "no answer" in line]
    assert [line.rpartition("; ")[2] for line in lost] == [
        "asked again in 20 s", "asked again in 40 s", "asked again in 1 m 20 s",
    ]  # fmt: skip
    assert 79 < due <= 80
    assert "lost" in rows
    assert any("the site answers again after" in line for line in desk.told)
    assert followed.is_over
    assert "lost" not in [row.role for row in teller.rows()]


def test_a_site_that_died_is_given_up_after_a_while(folder: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock)
        followed = Followed(poller=desk.poller(TASK_ID))
        teller = Teller(language=Language.EN, zone=None, tell=desk.told.append, monotonic=clock)
        watching = Watch(
            tasks=[followed], audience=teller, is_over=desk.is_over, every_s=20.0,
            give_up_s=1000.0, clocks=desk.clocks,
        )  # fmt: skip
        watching._ask(followed)  # noqa: SLF001 - the first answer, before the site goes away
    began = clock()
    watching.run()
    assert followed.error is not None
    assert followed.error.exit_code == 4
    assert 1000 <= clock() - began < 1100
    assert "is no longer followed" in desk.told[-1]
    known = followed.poller.last_word()
    assert known is not None
    assert len(desk.kept()) == 1


def test_a_task_that_never_answered_is_given_up_and_the_others_go_on(
    folder: Path, tmp_path: Path
) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock)
        unknown, known = desk.watch("9", TASK_ID)
    assert unknown.error is not None
    assert unknown.error.key == "no-such-task"
    assert unknown.newest is None
    assert unknown.poller.final() is None
    assert desk.refusals == []
    assert known.error is None
    assert known.newest is not None
    assert any("9 is not followed" in line for line in desk.told)


def test_several_tasks_are_asked_in_turn_never_too_often(tmp_path: Path) -> None:
    clock = FakeClock()
    served = moving_archive(tmp_path / "served")
    keep(served, saved("finished"), task_id="515")
    with LocalSite(served, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock)
        both = desk.watch("515", TASK_ID, every_s=10)
    assert all(task.is_over for task in both)
    # the rate limit only spaces the calls of one moment
    assert min(nap for nap in desk.clock.slept if nap > 0.05) > 9
    assert {task.task_id for task in desk.archive.tasks()} == {"515", TASK_ID}


def test_asking_too_often_is_refused() -> None:
    for every_s in (9.9, 0, -1, float("nan")):
        with pytest.raises(UsageError) as refused:
            Watch(tasks=[], audience=None, is_over=bool, every_s=every_s)  # type: ignore[arg-type]
        assert refused.value.key == "watch-too-often"


@pytest.mark.parametrize(
    ("number", "until", "settle_s", "over"),
    [
        (1, None, 0, False), (4, None, 0, False), (4, Until.FAILED, 0, False),
        (5, None, 600, False), (5, Until.FAILED, 600, True), (5, Until.FINISHED, 0, False),
        (8, None, 60, True), (8, None, 120, False), (25, None, 600, True),
        (25, Until.FAILED, 600, True), (25, Until.FINISHED, 600, True),
    ],
)  # fmt: skip
def test_when_a_task_is_over(
    number: int, until: Until | None, settle_s: float, *, over: bool
) -> None:
    assert is_over(analysed(number), until, settle_s) is over


def test_a_revoked_task_is_over_and_no_success() -> None:
    data = Path(__file__).parent / "data" / "corpus" / "revoke_running" / "snapshots"
    analysis = analyse(read_bytes(max(data.glob("*.json")).read_bytes()))
    assert is_over(analysis, Until.FINISHED)
    assert exit_code_of(analysis) == 1
    assert exit_code_of(analysed(5)) == 1


def test_nothing_changed_is_no_change_and_a_first_answer_is_told_whole() -> None:
    assert changes_between(analysed(6), analysed(7)) == ()
    first = [change.kind for change in changes_between(None, analysed(24))]
    assert first == ["finished", "finished", "started", "outcome"]


def test_a_hostile_name_is_harmless_in_every_line() -> None:
    body = answers()[4][1].decode().replace("\\u7f16\\u8bd1", "\\u001b[2J\\u202e[red]x\\n")
    hostile = analyse(read_bytes(body.encode(), Origin(source="x", task_id="1")))
    assert "\x1b" in "".join(hostile.snapshot.label)
    shown = Lately(since_s=1.0, change="c", change_s=2.0, lost="l")
    for language in Language:
        rows = list(rows_of(sight_of(hostile), shown, language))
        assert {row.role for row in rows} == {"head", "failed", "change", "lost"}
        assert all(row.text.isprintable() for row in rows)


def test_the_view_counts_on_between_two_answers(folder: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock)
        poller = desk.poller(TASK_ID)
        teller = Teller(language=Language.EN, zone=None, tell=desk.told.append, monotonic=clock)
        watching = Watch(
            tasks=[Followed(poller=poller)], audience=teller, is_over=desk.is_over,
            clocks=desk.clocks,
        )  # fmt: skip
        for _ in range(2):
            watching._ask(watching.tasks[0])  # noqa: SLF001 - as the loop does
            clock.sleep(25)
        rows = [row.text for row in teller.rows()]
    head, running, change = rows
    assert head == ("515375  构建-手工重试  Running  ██████░░░░░░░░░░░░░░  1 of 3 steps")
    assert running == "  ▶ 编译  for 34 s"
    assert change == "  started: 编译  (25 s ago)"


def test_a_view_counts_nothing_on_that_nobody_sees(folder: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock)
        followed = Followed(poller=desk.poller(TASK_ID))
        teller = Teller(language=Language.EN, zone=None, tell=desk.told.append, monotonic=clock)
        watching = Watch(
            tasks=[followed], audience=teller, is_over=desk.is_over, clocks=desk.clocks
        )
        for _ in range(2):
            watching._ask(followed)  # noqa: SLF001 - as the loop does
            clock.sleep(25)
    watching._ask(followed)  # noqa: SLF001 - the site is gone
    clock.sleep(1000)
    assert [row.text for row in teller.rows()][1] == "  ▶ 编译  for 9 s"
    teller.ended(followed)
    assert [row.text for row in teller.rows()][1] == "  ▶ 编译  for 9 s"


def test_a_live_view_is_painted_without_markup() -> None:
    rows = [Row(role="head", text="[/oops] a"), Row(role="failed", text="  ✗ [red]b")]
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, color_system=None)
    with live_view(lambda: rows, console):
        pass
    assert "[/oops] a" in out.getvalue()
    assert "✗ [red]b" in out.getvalue()


SCRIPT = """#!{python}
import os, sys
facts = {{k: v for k, v in os.environ.items() if k.startswith(("SOPS_", "SECRET"))}}
with open({log!r}, "a") as log:
    log.write(repr((sys.argv[1:], sorted(facts.items()))) + "\\n")
sys.exit({code})
"""


def script(folder: Path, code: int = 0) -> tuple[Path, Path]:
    path, log = folder / "it's a program", folder / "log"
    path.write_text(SCRIPT.format(python=sys.executable, log=str(log), code=code))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path, log


def test_the_users_program_is_told_by_its_environment_only(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    path, log = script(tmp_path)
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(
            site, tmp_path, clock, command=[str(path), "$(touch x); {task}"],
            is_over=lambda one: is_over(one, Until.FAILED),
        )  # fmt: skip
        desk.watch(TASK_ID)
    lines = log.read_text().splitlines()
    assert len(lines) == 4
    assert SECRET not in log.read_text()
    assert "SOPS_REPORT_APP_CODE" in lines[-1]
    arguments, facts = eval(lines[-1])  # noqa: S307 - our own script's words
    told = dict(facts)
    assert arguments == ["$(touch x); {task}"]
    assert told["SOPS_WATCH_TASK"] == TASK_ID
    assert told["SOPS_WATCH_OUTCOME"] == "failed"
    assert told["SOPS_WATCH_FAILURE"].startswith("编译: ")
    assert "failed: 编译" in told["SOPS_WATCH_CHANGES"]
    assert Path(told["SOPS_WATCH_FILE"]).is_file()
    assert not Path("x").exists()


@pytest.mark.parametrize("command", ["missing", "failing"])
def test_a_program_that_fails_is_told_and_the_watch_goes_on(
    folder: Path, tmp_path: Path, command: str
) -> None:
    path, _ = script(tmp_path, code=3)
    words = [str(path)] if command == "failing" else [str(tmp_path / "nowhere")]
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock, command=words)
        (task,) = desk.watch(TASK_ID)
    assert task.is_over
    assert sum("the program" in line for line in desk.told) == 8


def test_chinese_lines_are_chinese(folder: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock, language=Language.ZH)
        desk.watch(TASK_ID)
    assert any("失败：编译" in line for line in desk.told)
    assert desk.told[-1].endswith("任务状态：完成（有瑕疵）（已完成 3/3 个步骤）")


def test_no_secret_is_in_what_a_watch_keeps_or_says(folder: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        desk = Desk(site, tmp_path, clock)
        (task,) = desk.watch(TASK_ID)
        said = [repr(task), repr(task.poller), *desk.told]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert SECRET not in "".join(said)
    assert all(SECRET.encode() not in path.read_bytes() for path in files)
    assert os.environ.get("SOPS_REPORT_APP_SECRET") is None


def test_an_error_of_the_archive_is_an_outage_too(folder: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    (tmp_path / "kept").write_text("in the way")
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        (task,) = Desk(site, tmp_path, clock).watch(TASK_ID)
    assert isinstance(task.error, SopsReportError)
    assert task.error.key == "archive-write"


def test_the_place_of_a_task_is_the_sites(folder: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=1, monotonic=clock) as site:
        place = Desk(site, tmp_path, clock).poller(TASK_ID).place
    assert place["biz"] == MOVING["biz"]
    assert place["site"].startswith("127.0.0.1:")
