"""A real Chromium for the tests that need one; `conftest` hands the fixtures to all."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

ADDRESS = "http://report.test/"
Visit = Callable[..., tuple[Page, list[str]]]


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


def wait_for_zoom(page: Page) -> None:
    """Wait until a drag over the chart zooms: the script sees to it when it has nothing else."""
    page.wait_for_selector("#zoom:not([hidden])", state="attached")


def wait_for_tools(page: Page) -> None:
    """Wait until the table of nodes can be searched and sorted."""
    page.wait_for_selector("#tools:not([hidden])", state="attached")


def _answer(text: str, policy: str, events: list[str], route: Route) -> None:
    if route.request.url != ADDRESS:
        events.append(f"request {route.request.url}")
        route.abort()
        return
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if policy:
        headers["Content-Security-Policy"] = policy
    route.fulfill(body=text, headers=headers)
