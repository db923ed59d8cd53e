"""A real Chromium for the tests that need one; `conftest` hands the fixtures to all.

No test here depends on how fast the machine is: a page is handed out when its script has nothing
left to install, and what comes later is waited for, never slept for.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

ADDRESS = "http://report.test/"
Visit = Callable[..., tuple[Page, list[str]]]
# Guards against a page that hangs; a machine that is busy may well need half a minute.
PATIENCE_MS = 180_000

expect.set_options(timeout=PATIENCE_MS)


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
        started = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"], timeout=PATIENCE_MS
        )
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Return a function that opens a text as a page and lists everything that happens.

    *before* is a script that runs before the page's own; the page is handed out at rest.
    """
    opened: list[Page] = []

    def open_page(
        text: str, policy: str = "", before: str = "", **context: object
    ) -> tuple[Page, list[str]]:
        page = browser.new_page(**context)  # type: ignore[arg-type]
        opened.append(page)
        page.set_default_timeout(PATIENCE_MS)
        events: list[str] = []
        page.route("**/*", partial(_answer, text, policy, events))
        page.on("dialog", lambda dialog: (events.append("dialog"), dialog.dismiss()))
        page.on("pageerror", lambda error: events.append(f"error {error}"))
        page.on("console", lambda message: events.append(f"console {message.text}"))
        if before:
            page.add_init_script(before)
        page.goto(ADDRESS)
        if context.get("java_script_enabled", True):
            wait_for_rest(page)
        return page, events

    yield open_page
    for page in opened:
        page.close()


def wait_for_rest(page: Page) -> None:
    """Wait until the page has done what its script had put off.

    Idle callbacks run in the order they were asked for, those with a limit at the latest in the
    order of their limits (`report.js` sets the same one): after ours the script's own is done.
    """
    page.evaluate("new Promise((done) => { requestIdleCallback(done, { timeout: 500 }); })")


def _answer(text: str, policy: str, events: list[str], route: Route) -> None:
    if route.request.url != ADDRESS:
        events.append(f"request {route.request.url}")
        route.abort()
        return
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if policy:
        headers["Content-Security-Policy"] = policy
    route.fulfill(body=text, headers=headers)
