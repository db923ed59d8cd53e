"""The page in a real Chromium: nothing runs, nothing is asked for, everybody can read it."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import reports
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright

from sops_report.rendering import render
from sops_report.words import Language

pytestmark = pytest.mark.browser

ADDRESS = "http://report.test/"
JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"
NAMES = sorted(reports.SAMPLES)
LANGUAGES = list(Language)


def _program() -> str | None:
    names = ("chromium", "google-chrome", "chromium-browser")
    named = os.environ.get("SOPS_REPORT_BROWSER")
    return named or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = _program()
    if program is None:
        pytest.skip("no Chromium on PATH and SOPS_REPORT_BROWSER is not set")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Return a function that opens a text as a page and lists everything that happens."""
    opened: list[Page] = []

    def open_page(text: str, policy: str = "", **context: object) -> tuple[Page, list[str]]:
        page = browser.new_page(**context)  # type: ignore[arg-type]
        opened.append(page)
        events: list[str] = []
        page.route("**/*", partial(_answer, text, policy, events))
        page.on("dialog", lambda dialog: (events.append("dialog"), dialog.dismiss()))
        page.on("pageerror", lambda error: events.append(f"error {error}"))
        page.on("console", lambda message: events.append(f"console {message.text}"))
        page.goto(ADDRESS)
        return page, events

    yield open_page
    for page in opened:
        page.close()


def _answer(text: str, policy: str, events: list[str], route: Route) -> None:
    if route.request.url != ADDRESS:
        events.append(f"request {route.request.url}")
        route.abort()
        return
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if policy:
        headers["Content-Security-Policy"] = policy
    route.fulfill(body=text, headers=headers)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_runs_and_nothing_is_asked_for(
    name: str, language: Language, visit: Callable[..., tuple[Page, list[str]]]
) -> None:
    page, events = visit(render(reports.SAMPLES[name](), "html", language))
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    page.hover("svg >> nth=1") if name != "stub" else None
    page.wait_for_timeout(100)
    assert events == []


def test_our_script_is_allowed_by_our_policy(
    visit: Callable[..., tuple[Page, list[str]]],
) -> None:
    page, events = visit(render(reports.failed(), "html"))
    page.fill("#tools input", "健康检查")
    assert page.locator("table.nodes tbody tr:visible").count() == 1
    assert "1 of 15 nodes" in page.inner_text("#tools")
    page.fill("#tools input", "")
    page.select_option("#tools select", label="F Failed")
    assert page.locator("table.nodes tbody tr:visible").count() == 4
    page.select_option("#tools select", "")
    page.click("table.nodes thead button >> nth=4")
    first = page.locator("table.nodes tbody tr >> nth=0").inner_text()
    assert "生产发布" in first
    assert page.get_attribute("table.nodes thead th >> nth=4", "aria-sort") == "descending"
    page.click("table.nodes thead button >> nth=4")
    assert "<1 s" in page.locator("table.nodes tbody tr >> nth=0").inner_text()
    assert events == []


def test_a_deep_link_opens_its_chunk(visit: Callable[..., tuple[Page, list[str]]]) -> None:
    report = reports.large(10, 80)
    page, _ = visit(render(report, "html"))
    anchor = report.nodes[-1].anchor
    assert not page.locator(f"#{anchor}").is_visible()
    page.evaluate("anchor => { location.hash = anchor; }", anchor)
    page.wait_for_function(
        "anchor => document.getElementById(anchor).checkVisibility()", arg=anchor
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(
    name: str, language: Language, scheme: str, visit: Callable[..., tuple[Page, list[str]]]
) -> None:
    page, _ = visit(
        render(reports.SAMPLES[name](), "html", language), color_scheme=scheme, bypass_csp=True
    )
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    result = Axe().run(page)
    found = [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in result.response["violations"]
        for node in violation["nodes"]
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_all_is_there_without_style_and_script(
    name: str, language: Language, visit: Callable[..., tuple[Page, list[str]]]
) -> None:
    text = render(reports.SAMPLES[name](), "html", language)
    full, _ = visit(text, java_script_enabled=False)
    bare, _ = visit(text, policy=JENKINS, java_script_enabled=False)
    seen, kept = (len("".join(page.inner_text("body").split())) for page in (full, bare))
    assert seen > 100
    assert kept >= 0.99 * seen


def test_bars_and_colours_survive_without_style(
    visit: Callable[..., tuple[Page, list[str]]],
) -> None:
    page, _ = visit(render(reports.failed(), "html"), policy=JENKINS, java_script_enabled=False)
    bar = page.locator("svg.gantt rect.t-failed").last
    box = bar.bounding_box()
    assert box is not None
    assert box["width"] > 20
    assert bar.get_attribute("fill") == "#c6401f"
    assert page.locator("svg.gantt text", has_text="健康检查").first.is_visible()


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_scrolls_down_only(name: str, visit: Callable[..., tuple[Page, list[str]]]) -> None:
    page, _ = visit(render(reports.SAMPLES[name](), "html"), viewport={"width": 360, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360


def test_the_verdict_stands_above_the_fold(
    visit: Callable[..., tuple[Page, list[str]]],
) -> None:
    for report in (reports.failed(), reports.large(20, 40)):
        page, _ = visit(render(report, "html"), viewport={"width": 1280, "height": 600})
        box = page.locator("svg.overview").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 600


def test_a_minimum_bar_can_be_seen(visit: Callable[..., tuple[Page, list[str]]]) -> None:
    page, _ = visit(render(reports.clean(), "html"))
    for bar in page.locator("svg.gantt rect.t-success").all():
        box = bar.bounding_box()
        assert box is not None
        assert box["width"] >= 1.5


def test_printing_shows_every_failed_node(visit: Callable[..., tuple[Page, list[str]]]) -> None:
    page, _ = visit(render(reports.large(10, 80), "html"))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.locator("table.nodes tr", has_text="步骤 5-1").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() > 0
