"""The Mermaid Gantt: its grammar is harmless whatever names hold, and Mermaid draws every task."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import golden
import pytest
import reports
from browsing import PATIENCE_MS
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from reports import N

from sops_report.rendering import render
from sops_report.rendering.mermaid import GITLAB_LIMIT, label_of, mermaid_gantt
from sops_report.report.model import Report
from sops_report.words import Language

LABEL = r"\d+ (?:#\d+;|[^:;%,\"<>#\n])*"
TASK = re.compile(rf"    ({LABEL}) :((?:crit|active|done), )?t(\d+), (-?\d+), (-?\d+)")
NASTY = (
    "section one", "title two", "click t1 href x", "weekday monday", "excludes weekends",
    "todayMarker off", "dateFormat YYYY", "axisFormat %Y", "tickInterval 1day",
    "inclusiveEndDates", "2020-01-01", "50% done", "a: b", "a; b", "a, b", 'say "x"', "<b>x</b>",
    "%%{init: {}}%%", "#35;", "@all #12", "定时：节点", "vert x", "crit, done, t1", "gantt",
    "\u202e", "`x`", "{a}", "a\\b", "acc title", "accTitle: x", "end", "😀", "x" * 300,
)  # fmt: skip


def gantt(report: Report, **options: int) -> str:
    return mermaid_gantt(report, Language.EN, UTC, **options)


def tasks(text: str) -> list[re.Match[str]]:
    """Return the tasks of a diagram; every line must be understood."""
    head, *rest = text.split("\n")
    assert head == "gantt"
    assert rest[0] == "    dateFormat x"
    assert re.fullmatch(r"    axisFormat [%HMSmd: -]+", rest[1])
    found = [TASK.fullmatch(line) for line in rest[2:]]
    assert None not in found, [line for line in rest if not TASK.fullmatch(line)]
    return [match for match in found if match]


def nasty() -> Report:
    nodes = reports.lay_out(N(label="任务", end=99, kind="root", inside=tuple(
        N(label=name, start=n, end=n + n % 3) for n, name in enumerate(NASTY)
    )))  # fmt: skip
    return reports.make(nodes, "finished", ("Done.", "完成。"))


def test_every_nasty_name_is_a_task() -> None:
    found = tasks(gantt(nasty()))
    assert len(found) == len(NASTY)
    assert [match[3] for match in found] == [str(n) for n in range(1, len(NASTY) + 1)]


def test_a_bar_without_length_gets_a_second_and_the_truth_in_its_label() -> None:
    first = tasks(gantt(nasty()))[0]
    assert int(first[5]) - int(first[4]) == 1000
    assert "#60;1 s" in gantt(nasty()).split("\n")[3]


def test_states_are_tags() -> None:
    tags = {match[2] for match in tasks(gantt(reports.failed()))}
    assert tags == {"crit, ", "done, "}
    assert "active, " in {match[2] for match in tasks(gantt(reports.running()))}


def test_a_long_task_has_dates_on_its_axis() -> None:
    assert "axisFormat %m-%d" in gantt(reports.clean())
    assert "axisFormat %H:%M:%S" in gantt(reports.failed())


def test_the_limits_are_kept_and_failures_stay() -> None:
    report = reports.large(40, 25)
    text = gantt(report, limit=GITLAB_LIMIT)
    assert len(text) <= GITLAB_LIMIT
    assert any(match[2] == "crit, " for match in tasks(text))
    assert len(tasks(gantt(report))) <= 60
    assert gantt(report, limit=10) == ""


def test_without_times_there_is_no_diagram() -> None:
    assert gantt(reports.stub()) == ""
    assert "```mermaid" not in render(reports.stub(), "md")


def test_the_same_rows_stand_below_the_diagram() -> None:
    text = render(reports.failed(), "md", Language.EN)
    after = text[text.index("```mermaid") :]
    table = after[after.index("### All nodes") :]
    for name in ("申请变更单", "健康检查", "通知值班群"):
        assert name in table


@given(st.text(max_size=40))
def test_a_label_holds_nothing_active(text: str) -> None:
    assert not re.search(r"[:,%\"<>{}&\\`|=@\[\]]", label_of(text))
    assert not re.search(r"#(?!\d+;)|(?<!\d);", label_of(text))


@pytest.fixture(scope="module")
def mermaid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return Mermaid as one script, fetched by npm into a folder of its own."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm to fetch Mermaid with")
    folder = tmp_path_factory.mktemp("mermaid")
    done = subprocess.run(
        [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "mermaid@11"],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    script = folder / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
    if done.returncode or not script.is_file():
        pytest.skip(f"Mermaid could not be fetched: {done.stderr[-200:]}")
    return script


@pytest.fixture(scope="module")
def page(mermaid: Path, browser: Browser) -> Iterator[Page]:
    made = browser.new_page()
    made.set_default_timeout(PATIENCE_MS)
    made.set_content("<main></main>")
    made.add_script_tag(path=mermaid)
    made.evaluate("mermaid.initialize({startOnLoad: false})")
    yield made
    made.close()


def drawn(page: Page, text: str) -> tuple[int, str]:
    """Return how many tasks Mermaid draws, and all texts of the drawing."""
    svg = page.evaluate("async text => (await mermaid.render('d', text)).svg", text)
    return page.evaluate(
        """svg => {
            const root = new DOMParser().parseFromString(svg, 'text/html');
            return [root.querySelectorAll('rect.task').length, root.body.textContent];
        }""",
        svg,
    )


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("language", list(Language))
def test_mermaid_draws_every_task(page: Page, language: Language) -> None:
    samples = [make() for make in (*reports.SAMPLES.values(), nasty)]
    samples.append(replace(nasty(), nodes=reports.large(40, 25).nodes))
    for report in samples:
        text = mermaid_gantt(report, language, UTC)
        if text:
            n_drawn, _ = drawn(page, text)
            assert n_drawn == len(tasks(text)), text


@pytest.mark.browser
@pytest.mark.slow
def test_mermaid_draws_every_golden_diagram(page: Page) -> None:
    """G-8: whatever stands in a golden file is drawn, task by task."""
    texts = [path.read_text("utf-8") for path in sorted(golden.FOLDER.rglob("*.mmd"))]
    for path in sorted(golden.FOLDER.rglob("*.md")):
        texts += re.findall(r"```mermaid\n(.*?)\n```", path.read_text("utf-8"), re.DOTALL)
    assert len(texts) > 20
    for text in dict.fromkeys(filter(None, texts)):
        n_drawn, _ = drawn(page, text)
        assert n_drawn == len(tasks(text)), text


@pytest.mark.browser
@pytest.mark.slow
def test_mermaid_shows_the_names_as_they_are(page: Page) -> None:
    _, texts = drawn(page, gantt(nasty()))
    for name in ("50% done", "a: b", 'say "x"', "<b>x</b>", "@all #12", "定时：节点", "{a}"):
        assert name in texts
