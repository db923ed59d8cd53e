"""The explorer in a real Chromium: it shows every node, finds them, and needs nothing."""

import re
from datetime import UTC
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Visit, wait_for_rest
from builders import node, snapshot
from playwright.sync_api import Page, expect

from benchmarks.generate import answer
from sops_report.reading import read_bytes
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.html import render_page
from sops_report.report.build import build_report
from sops_report.words import Language
from sops_report.words.lengths import display_zone

pytestmark = pytest.mark.browser

N = 2_500
HOSTILE = "<img src=x onerror=alert(1)>\u202e${x}"


@cache
def page_text(language: Language, explorer: str = "auto", budget: int = 100_000_000) -> str:
    """Return the page of a large run with one hostile name."""
    data = answer(N - 1).replace(b'"name": "zone-7-', b'"name": "' + _escaped(HOSTILE), 1)
    options = PageOptions(explorer=explorer, max_bytes=budget)
    return render_page(build_report(read_bytes(data)), language, display_zone(480), options)


def _escaped(text: str) -> bytes:
    return text.encode("ascii", "backslashreplace")


def open_explorer(visit: Visit, **context: object) -> tuple[Page, list[str]]:
    """Open the page and scroll to the explorer until it has drawn."""
    language = context.pop("language", Language.EN)
    page, events = visit(page_text(Language(str(language))), **context)
    page.locator("#s-explorer").scroll_into_view_if_needed()
    page.wait_for_selector(f"#explorer[data-ready='{N}']")
    wait_for_rest(page)
    return page, events


def dark_pixels(page: Page) -> int:
    """Count the pixels of the canvas that are not paper."""
    return int(
        page.evaluate(
            """() => {
              const { width, height } = document.querySelector("#explorer canvas");
              const pen = document.querySelector("#explorer canvas").getContext("2d");
              const all = pen.getImageData(0, 0, width, height).data;
              let n = 0;
              for (let i = 0; i < all.length; i += 4) n += all[i] < 200;
              return n;
            }"""
        )
    )


def test_it_draws_rows_and_bars(visit: Visit) -> None:
    page, events = open_explorer(visit)
    assert dark_pixels(page) > 2_000
    assert events == []


def test_it_waits_until_it_comes_near(visit: Visit) -> None:
    # to unpack is the first thing it does, in the same breath as it begins
    counting = """
      window.unpacked = 0;
      window.DecompressionStream = class extends DecompressionStream {
        constructor(format) { super(format); window.unpacked++; }
      };
    """
    page, _ = visit(page_text(Language.EN), before=counting)
    assert page.evaluate("unpacked") == 0
    page.locator("#s-explorer").scroll_into_view_if_needed()
    page.wait_for_selector(f"#explorer[data-ready='{N}']")
    assert page.evaluate("unpacked") == 1


def test_keys_go_through_the_rows_and_the_row_is_told(visit: Visit) -> None:
    page, events = open_explorer(visit)
    page.focus("#explorer .view")
    told = page.locator("#explorer-node")
    first = told.inner_text()
    assert "版本发布 release" in first
    page.keyboard.press("ArrowDown")
    expect(told).not_to_have_text(first)
    second = told.inner_text()
    page.keyboard.press("End")
    expect(told).not_to_have_text(second)
    last = told.inner_text()
    page.keyboard.press("ArrowUp")
    expect(told).not_to_have_text(last)
    page.keyboard.press("ArrowDown")
    expect(told).to_have_text(last)
    page.keyboard.press("Home")
    expect(told).to_have_text(first)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    wait_for_rest(page)
    expect(told).to_have_text(first)  # the closed root is the only row
    assert events == []


def test_the_search_counts_what_it_finds(visit: Visit) -> None:
    page, events = open_explorer(visit)
    count, told = page.locator("#explorer output"), page.locator("#explorer-node")
    page.fill("#explorer input", "onerror")
    expect(count).to_have_text("1 of 2,500 nodes")
    page.focus("#explorer .view")
    page.keyboard.press("End")
    expect(told).to_contain_text("<img src=x onerror=alert(1)>⟨U+202E⟩")
    node_id = told.inner_text().rsplit(" · ", 1)[1]
    page.fill("#explorer input", "there is none")
    expect(count).to_have_text("no node")
    page.fill("#explorer input", node_id)
    expect(count).to_have_text("1 of 2,500 nodes")
    assert events == []


@pytest.mark.parametrize("choice", ["retried", "critical", "slowest"])
def test_a_choice_leaves_its_nodes_and_what_holds_them(choice: str, visit: Visit) -> None:
    page, _ = open_explorer(visit)
    page.select_option("#explorer select", choice)
    expect(page.locator("#explorer output")).not_to_be_empty()
    found = int(page.inner_text("#explorer output").split(" of ")[0].replace(",", ""))
    assert 0 < found < N
    if choice == "slowest":
        assert found == 100


def test_zooming_redraws_and_a_double_click_shows_all(visit: Visit) -> None:
    page, _ = open_explorer(visit)
    drawn = "document.querySelector('#explorer canvas').toDataURL()"
    before = page.evaluate(drawn)
    page.click("#explorer button >> text='+'")
    page.wait_for_function(f"before => {drawn} !== before", arg=before)
    page.locator("#explorer .view").dblclick(position={"x": 700, "y": 10})
    page.wait_for_function(f"before => {drawn} === before", arg=before)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", list(Language))
def test_axe_finds_nothing(language: Language, scheme: str, visit: Visit) -> None:
    page, _ = open_explorer(visit, language=language, color_scheme=scheme, bypass_csp=True)
    others = "main > section:not(#s-explorer)"  # they have tests of their own
    page.evaluate(f"document.querySelectorAll('{others}').forEach(other => other.remove())")
    found = Axe().run(page).response["violations"]
    assert [violation["id"] for violation in found] == []


def test_without_scripts_it_says_so(visit: Visit) -> None:
    page, _ = visit(page_text(Language.ZH), java_script_enabled=False)
    # not the inner text: a long page lays a section out when it comes into sight
    assert "此功能需要脚本" in (page.text_content("#s-explorer") or "")
    assert not page.locator("#explorer").is_visible()


def test_alone_it_starts_at_once(visit: Visit) -> None:
    page, events = visit(page_text(Language.ZH, "only"))
    page.wait_for_selector(f"#explorer[data-ready='{N}']")
    assert page.locator("#s-nodes").count() == 0
    assert events == []


def told_rows(page: Page, n: int) -> list[str]:
    """Go down through the rows and return what is told of each."""
    page.wait_for_selector(f"#explorer[data-ready='{n}']")
    told = page.locator("#explorer-node")
    page.focus("#explorer .view")
    rows = [told.inner_text()]
    for _ in range(n - 1):
        page.keyboard.press("ArrowDown")
        expect(told).not_to_have_text(rows[-1])
        rows.append(told.inner_text())
    return rows


def test_what_is_not_known_is_not_told(visit: Visit) -> None:
    root = node(
        "go", 0, 9,
        node("EARLY", -90, 4),
        node("odd", 5, 3),
        node("box", 3, 9, node("inside", 3, 9, retry=300)),
    )  # fmt: skip
    options = PageOptions(explorer="only")
    page, _ = visit(render_page(build_report(snapshot(root)), Language.EN, UTC, options))
    _, early, odd, _, inside = told_rows(page, 5)
    assert "T-00:01:30 · 1 m 34 s" in early
    assert "T+00:00:05 · – · " in odd
    assert inside.startswith("box / inside · ")
    assert "retries: 300" in inside
    page.click("#explorer button >> text='Close all'")
    expect(page.locator("#explorer-node")).to_have_text(re.compile("^box · "))
    page.fill("#explorer input", "EARLY")
    expect(page.locator("#explorer output")).to_have_text("1 of 5 nodes")


def test_a_long_path_keeps_its_end(visit: Visit) -> None:
    root = node("last", 0, 9)
    for depth in range(300, -1, -1):
        root = node(f"level {depth}", 0, 9, root)
    options = PageOptions(explorer="only")
    page, _ = visit(render_page(build_report(snapshot(root)), Language.EN, UTC, options))
    page.wait_for_selector("#explorer[data-ready='302']")
    page.focus("#explorer .view")
    page.keyboard.press("End")
    told = page.locator("#explorer-node")
    expect(told).to_contain_text("level 300 / last · ")
    expect(told).to_have_text(re.compile("^… / "))
    assert len(told.inner_text()) < 1200


def test_a_phone_scrolls_down_only(visit: Visit) -> None:
    page, _ = open_explorer(visit, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
