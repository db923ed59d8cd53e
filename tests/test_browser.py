"""The page in a real Chromium: nothing runs, nothing is asked for, everybody can read it."""

import re
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
import reports
from axe_playwright_python.sync_playwright import Axe
from browsing import ADDRESS, PATIENCE_MS, Visit, wait_for_rest
from pdf_text import pages_of, texts_of
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from sops_report.rendering import render
from sops_report.rendering.bundle import bundle
from sops_report.report.model import FlowStep, Report
from sops_report.words import Language
from sops_report.words.lengths import display_zone

pytestmark = pytest.mark.browser

JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"
POLICIES = {
    "none": "",
    "Jenkins": JENKINS,
    "newer Jenkins": JENKINS.replace("sandbox;", "sandbox allow-same-origin;"),
    "styles only": "default-src 'none'; style-src 'unsafe-inline'",
    "raw file": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "nothing": "default-src 'none'; sandbox",
}
NAMES = sorted(reports.SAMPLES)
LANGUAGES = list(Language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_runs_and_nothing_is_asked_for(name: str, language: Language, visit: Visit) -> None:
    page, events = visit(render(reports.SAMPLES[name](), "html", language))
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    if name != "stub":
        page.hover("svg.gantt")
    wait_for_rest(page)
    assert events == []


def test_our_script_is_allowed_by_our_policy(visit: Visit) -> None:
    page, events = visit(render(reports.failed(), "html"))
    rows = page.locator("table.nodes tbody tr:visible")
    page.fill("#tools input", "健康检查")
    expect(rows).to_have_count(1)
    expect(page.locator("#tools")).to_contain_text("1 of 15 nodes")
    page.fill("#tools input", "")
    page.select_option("#tools select", label="F Failed")
    expect(rows).to_have_count(4)
    page.select_option("#tools select", "")
    page.click("table.nodes thead button >> nth=4")
    expect(rows.first).to_contain_text("生产发布")
    head = page.locator("table.nodes thead th >> nth=4")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.click("table.nodes thead button >> nth=4")
    expect(rows.first).to_contain_text("<1 s")
    assert events == []


def test_a_deep_link_opens_its_chunk(visit: Visit) -> None:
    report = reports.large(10, 80)
    page, _ = visit(render(report, "html"))
    anchor = report.nodes[-1].anchor
    assert not page.locator(f"#{anchor}").is_visible()
    page.evaluate("anchor => { location.hash = anchor; }", anchor)
    expect(page.locator(f"#{anchor}")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(name: str, language: Language, scheme: str, visit: Visit) -> None:
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


def letters(page: Page) -> int:
    """Count what a reader can read; closed parts are opened as a click would."""
    closed = page.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()
    return len("".join(page.inner_text("body").split()))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*NAMES, "branched"])
def test_all_is_there_under_every_policy(name: str, language: Language, visit: Visit) -> None:
    report = branched() if name == "branched" else reports.SAMPLES[name]()
    text = render(report, "html", language)
    counts = {
        policy: letters(visit(text, policy=header, java_script_enabled=False)[0])
        for policy, header in POLICIES.items()
    }
    assert counts["none"] > 100
    assert all(count >= 0.99 * counts["none"] for count in counts.values()), counts


def test_bars_and_colours_survive_without_style(visit: Visit) -> None:
    page, _ = visit(render(branched(), "html"), policy=JENKINS, java_script_enabled=False)
    bar = page.locator("svg.gantt path.t-failed")
    box = bar.bounding_box()
    assert box is not None
    assert box["width"] > 20
    assert bar.get_attribute("fill") == "#c6401f"
    assert page.locator("svg.gantt text", has_text="健康检查").first.is_visible()
    assert page.locator("svg.flow text", has_text="申请变更单").is_visible()


def test_labels_and_bars_of_a_row_are_in_step(visit: Visit) -> None:
    page, _ = visit(render(reports.failed(), "html"))
    label = page.locator("svg.gantt text", has_text="负责人审批").bounding_box()
    drawing = page.locator("svg.gantt").bounding_box()
    data = page.get_attribute("svg.gantt path.critical", "d")
    assert label is not None
    assert drawing is not None
    assert data is not None
    upper = float(re.findall(r"M\S+ (\d+)", data)[1])
    middle = label["y"] - drawing["y"] + label["height"] / 2
    assert abs(middle - (upper + 7)) < 4


def test_dragging_zooms_and_a_double_click_shows_all(visit: Visit) -> None:
    page, events = visit(render(reports.failed(), "html"), viewport={"width": 1280, "height": 2000})
    plot, button = page.locator("svg.plot").first, page.locator("#zoom button")
    box = page.locator("svg.gantt").bounding_box()
    assert box is not None
    assert not button.is_visible()
    left, width = box["x"] + 0.36 * box["width"], 0.47 * box["width"]
    page.mouse.move(left + 0.25 * width, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(left + 0.4 * width, box["y"] + 100)
    page.mouse.move(left + 0.5 * width, box["y"] + 100)
    page.mouse.up()
    expect(button).to_be_visible()
    start, _, length, _ = map(float, (plot.get_attribute("viewBox") or "").split())
    assert (start, length) == (pytest.approx(250, abs=2), pytest.approx(250, abs=2))
    assert page.locator("svg.brush").count() == 0
    button.click()
    expect(plot).to_have_attribute("viewBox", re.compile("^0 0 1000 "))
    assert events == []


def test_keys_find_failures_and_the_search(visit: Visit) -> None:
    page, events = visit(render(reports.large(4, 10), "html"))
    opened, search = page.locator("details[open]"), page.locator("#tools input")
    page.keyboard.press("j")
    expect(page.locator("#f-1")).to_be_focused()
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("步骤 3-1")
    expect(search).to_have_value("步骤 3-1")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("o")
    expect(page.locator("details:not([open])")).to_have_count(0)
    page.keyboard.press("c")
    expect(opened).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("o")
    expect(opened).not_to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    wait_for_rest(page)
    expect(opened).not_to_have_count(0)
    assert events == []


def test_the_search_is_there_for_whoever_is_faster_than_the_page(visit: Visit) -> None:
    """A key is heard before the browser found the time to install what it leads to."""
    busy = """
      const real = window.requestIdleCallback;
      window.requestIdleCallback = () => { window.requestIdleCallback = real; return 0; };
    """
    page, events = visit(render(reports.failed(), "html"), before=busy)
    expect(page.locator("#tools")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#tools input")).to_be_focused()
    page.keyboard.type("健康检查")
    expect(page.locator("table.nodes tbody tr:visible")).to_have_count(1)
    assert events == []


def test_a_long_page_gets_its_search_when_it_comes_near(visit: Visit) -> None:
    report = reports.large(10, 80)
    many = reports.replace(report, failures=reports.failed().failures * 20)
    page, events = visit(render(many, "html"))
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    wait_for_rest(page)
    expect(page.locator("#tools input")).to_have_count(0)
    page.locator("#s-nodes").scroll_into_view_if_needed()
    expect(page.locator("#tools input")).to_have_count(1)
    page.emulate_media(media="print")
    modes = "found => [...new Set(found.map(e => getComputedStyle(e).contentVisibility))]"
    assert page.eval_on_selector_all("main > section, .card, .chunk", modes) == ["visible"]
    assert events == []


def test_a_link_into_a_subprocess_opens_it(visit: Visit) -> None:
    page, _ = visit(render(branched(), "html"))
    assert page.locator("#w-4").get_attribute("open") is None
    page.evaluate("location.hash = 'w-4'")
    expect(page.locator("#w-4 svg")).to_be_visible()


def test_the_bundle_is_styled_by_its_file(browser: Browser, tmp_path: Path) -> None:
    page_file, *_ = bundle(reports.failed(), tmp_path, Language.EN, display_zone(480))
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    asked: list[str] = []
    page.route("**/*", partial(_serve, tmp_path, asked))
    page.goto(f"{ADDRESS}{page_file.name}")
    assert asked == ["report.html", "report.css"]
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"
    page.close()


def _serve(folder: Path, asked: list[str], route: Route) -> None:
    name = route.request.url.removeprefix(ADDRESS)
    asked.append(name)
    kind = "text/css" if name.endswith(".css") else "text/html; charset=utf-8"
    headers = {"Content-Type": kind, "Content-Security-Policy": JENKINS.replace("sandbox;", "")}
    route.fulfill(body=(folder / name).read_bytes(), headers=headers)


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_scrolls_down_only(name: str, visit: Visit) -> None:
    page, _ = visit(render(reports.SAMPLES[name](), "html"), viewport={"width": 360, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360


def test_the_verdict_stands_above_the_fold(visit: Visit) -> None:
    for report in (reports.failed(), reports.large(20, 40)):
        page, _ = visit(render(report, "html"), viewport={"width": 1280, "height": 600})
        box = page.locator("svg.overview").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 600


def test_a_minimum_bar_can_be_seen(visit: Visit) -> None:
    """An event that took no time is a line of at least one and a half pixels."""
    event = reports.N(label="instant", start=50, end=50)
    nodes = reports.lay_out(reports.N(label="run", end=10_000, kind="root", inside=(event,)))
    page, _ = visit(render(reports.make(nodes, "finished", ("Done.", "完成。")), "html"))
    shot = page.locator("svg.gantt").screenshot()
    image = Image.open(BytesIO(shot)).convert("RGB")
    row = [image.getpixel((x, 36 + 24 + 12)) for x in range(int(image.width * 0.34), image.width)]
    blue = [pixel for pixel in row if pixel[2] > pixel[0] + 40]
    assert 1 <= len(blue) <= 4


def test_printing_shows_every_failed_node(visit: Visit) -> None:
    page, _ = visit(render(reports.large(10, 80), "html"))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.locator("table.nodes tr", has_text="步骤 5-1").first.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() > 0


@pytest.mark.parametrize("has_script", [True, False])
def test_a_pdf_names_every_failed_node(
    has_script: bool,  # noqa: FBT001 - a parameter of the test
    visit: Visit,
) -> None:
    report = reports.large(6, 80)
    failed = tuple(
        reports.replace(node, state="FAILED", state_group="failed", label=f"bad{node.position}end")
        if node.is_leaf and node.position % 37 == 0 else node
        for node in report.nodes
    )  # fmt: skip
    names = [node.label for node in failed if node.label.startswith("bad")]
    text = render(reports.replace(report, nodes=failed), "html")
    page, _ = visit(text, java_script_enabled=has_script)
    printed = texts_of(page.pdf(print_background=True))
    assert len(names) > 10
    assert not [name for name in names if not any(name in shown for shown in printed)]


def test_nothing_is_printed_over_a_gantt_of_several_pages(visit: Visit) -> None:
    report = reports.large(2, 80)
    last = reports.replace(report.nodes[-1], label="bad999end")
    text = render(reports.replace(report, nodes=(*report.nodes[:-1], last)), "html")
    page, _ = visit(text)
    pages = pages_of(page.pdf(print_background=True, format="A4"))
    ends, follows = (_first_page(pages, words) for words in ("bad999end", "classes"))
    assert ends > 3
    assert follows >= ends


def _first_page(pages: list[list[str]], words: str) -> int:
    """Return the number of the page that shows *words* first, from 1."""
    return next(
        n
        for n, shown in enumerate(pages, 1)
        if any(words in text.replace(" ", "") for text in shown)
    )


def test_forced_colours_keep_the_bars(visit: Visit) -> None:
    page, _ = visit(render(reports.failed(), "html"), forced_colors="active")
    fill = page.eval_on_selector("svg.gantt path.t-failed", "bar => getComputedStyle(bar).fill")
    ground = page.eval_on_selector("svg.gantt", "svg => getComputedStyle(svg).backgroundColor")
    assert fill != ground


def branched() -> Report:
    """Return a failed run with a flow: a branch that was not taken, a subprocess."""

    def step(position: int | None, name: str, *after: int, kind: str = "activity",
             scope: int = -1) -> FlowStep:  # fmt: skip
        return FlowStep(
            position=position, name=name, kind=kind, scope=scope, x=None, y=None, successors=after
        )

    return reports.replace(reports.failed(), flow=(
        step(1, "", 1, kind="start_event"), step(2, "申请变更单", 2),
        step(4, "", 3, 4, kind="exclusive_gateway"), step(None, "紧急发布"),
        step(5, "数据库变更", kind="subprocess"), step(6, "备份 orders 库", scope=4),
    ))  # fmt: skip
