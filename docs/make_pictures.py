# ruff: noqa: INP001 - a script, not a package
"""Make the pictures of the READMEs from the bundled task: ``python docs/make_pictures.py``.

Needs the extra ``browser``, a Chromium and a Chinese font. The pictures show what the program
really writes; nothing is drawn by hand.
"""

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from sops_report import charts
from sops_report.rendering import render
from sops_report.rendering.text import render_text
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.sources import read
from sops_report.words import Language
from sops_report.words.lengths import display_zone

PICTURES: Final = Path(__file__).parent / "pictures"
LARGEST_BYTES: Final = 300_000
_WIDTH: Final = 1080
_FOLD_HEIGHT: Final = 850
_TIMELINE_HEIGHT: Final = 900
_CHART_ROWS: Final = 36
_TERMINAL_COLUMNS: Final = 100
_TERMINAL_LINES: Final = 44
_PALETTE: Final = 128
_SUFFIXES: Final = {Language.EN: "en", Language.ZH: "zh"}
_PROGRAMS: Final = ("chromium", "google-chrome", "chromium-browser")
# A wide character takes two cells in a terminal, whatever the font thinks of it.
_TERMINAL: Final = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #14191f; color: #d5dbe2; display: inline-block; }
pre { margin: 18px 22px; font: 14px/1.3 "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; }
i { display: inline-block; width: 2ch; height: 1.3em; text-align: center; font-style: normal;
  vertical-align: bottom; }
.b { font-weight: 600; } .red { color: #ff7b6b; } .green { color: #6fcf8e; }
.yellow { color: #e5c07b; } .violet { color: #c99bf0; } .cyan { color: #6cc7d9; }
.dim { color: #8a949e; }
</style><pre>%s</pre>"""
_COLORS: Final = {
    "1": "b", "2": "dim", "31": "red", "32": "green", "33": "yellow", "35": "violet", "36": "cyan",
}  # fmt: skip


def main() -> None:
    """Write all pictures and print their names and sizes."""
    PICTURES.mkdir(exist_ok=True)
    report = build_report(read(str(files("sops_report") / "demo_data" / "answer.json")))
    with _browser() as browser:
        for language, suffix in _SUFFIXES.items():
            _shoot_report(browser, render(report, "html", language), suffix)
            _shoot_terminal(browser, _terminal(report, language), suffix)
    for language, suffix in _SUFFIXES.items():
        chart = charts.gantt(report, language=language, max_rows=_CHART_ROWS)
        charts.save(chart, PICTURES / f"gantt-{suffix}.png", force=True)
    for picture in sorted(PICTURES.glob("*.png")):
        _make_small(picture)
        sys.stdout.write(f"{picture.name} {picture.stat().st_size}\n")


def _make_small(picture: Path) -> None:
    with Image.open(picture) as image:
        image.convert("RGB").quantize(_PALETTE, dither=Image.Dither.NONE).save(
            picture, optimize=True
        )
    size = picture.stat().st_size
    if size > LARGEST_BYTES:
        raise SystemExit(f"{picture.name} has {size} bytes, {LARGEST_BYTES} are allowed")


@contextmanager
def _browser() -> Iterator[Browser]:
    named = os.environ.get("SOPS_REPORT_BROWSER")
    program = named or next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise SystemExit("no Chromium on PATH and SOPS_REPORT_BROWSER is not set")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


def _shoot_report(browser: Browser, text: str, suffix: str) -> None:
    """Take a picture of the page's top, and one of its timeline."""
    page = browser.new_page(viewport={"width": _WIDTH, "height": _FOLD_HEIGHT})
    page.set_content(text)
    page.screenshot(path=PICTURES / f"report-{suffix}.png")
    box = page.locator("#s-timeline").bounding_box()
    if box is None:
        raise SystemExit("the report has no timeline")
    clip = {"x": 0, "y": box["y"], "width": _WIDTH, "height": min(_TIMELINE_HEIGHT, box["height"])}
    page.screenshot(path=PICTURES / f"timeline-{suffix}.png", clip=clip, full_page=True)  # type: ignore[arg-type]
    page.close()


def _shoot_terminal(browser: Browser, text: str, suffix: str) -> None:
    page = browser.new_page(viewport={"width": _WIDTH, "height": _FOLD_HEIGHT})
    page.set_content(text)
    page.locator("body").screenshot(path=PICTURES / f"terminal-{suffix}.png")
    page.close()


def _terminal(report: Report, language: Language) -> str:
    """Return the terminal's text as a page, its colours as classes."""
    zone = display_zone(report.task.offset_minutes)
    text = render_text(report, language, zone, color=True, width=_TERMINAL_COLUMNS)
    lines = text.splitlines()[:_TERMINAL_LINES]
    command = f"$ sops-report show answer.json --lang {language.value}"
    return _TERMINAL % _colored("\n".join([command, *lines]))


def _colored(text: str) -> str:
    r"""Turn SGR escapes into spans and give wide characters two cells.

    Example:
        >>> _colored("a \x1b[1;31m<b>\x1b[0m")
        'a <span class="b red">&lt;b&gt;</span>'
    """
    marked = re.sub(
        r"\x1b\[([1-9][0-9;]*)m",
        lambda code: f"\x02{' '.join(_COLORS[part] for part in code[1].split(';'))}\x03",
        text.replace("\x1b[0m", "\x04"),
    )
    opened = escape(marked).replace("\x02", '<span class="').replace("\x03", '">')
    cells = (f"<i>{c}</i>" if unicodedata.east_asian_width(c) in "WF" else c for c in opened)
    return "".join(cells).replace("\x04", "</span>")


if __name__ == "__main__":
    main()
