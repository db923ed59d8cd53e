"""How fast a page is ready in a browser, and what the tab takes, beside other ways to show a run.

    python -m benchmarks.pages --sizes 1000 10000 100000

Every page is opened in the same browser in turn, several rounds; told are medians as multiples of
a blank page, bytes, and the private memory of the tab. Plotly's timeline and pytest-html's page
take part where they are installed; they are no need of ours.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter

from playwright.sync_api import Browser, sync_playwright

from benchmarks.generate import answer
from sops_report.reading import read_bytes
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.html import render_page
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.words import Language
from sops_report.words.lengths import display_zone

HERE = Path(__file__).parent
BLANK = "blank page"
_READY = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_MOST_PLOTLY = _MOST_PYTEST = 10_000  # beyond that they take minutes or the whole memory
_MOST_TABLE = 100_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One opened page: seconds until two frames after it had loaded, bytes, bytes of the tab."""

    ready_s: float
    n_bytes: int
    memory: int


def contenders(size: int) -> Iterator[tuple[str, str]]:
    """Yield (name, page) of all that can show a run of *size* nodes."""
    report = build_report(read_bytes(answer(size - 1)))
    zone = display_zone(report.task.offset_minutes)
    full = PageOptions(full=True, max_bytes=100_000_000)
    bare = PageOptions(full=True, max_bytes=100_000_000, js="none")
    yield BLANK, "<!doctype html><title>blank</title>"
    yield "sops_report", render_page(report, Language.ZH, zone, PageOptions())
    yield "sops_report --full", render_page(report, Language.ZH, zone, full)
    yield "sops_report --full --js none", render_page(report, Language.ZH, zone, bare)
    if size <= _MOST_TABLE:
        yield "one plain table", plain_table(report)
    if size <= _MOST_PLOTLY and find_spec("plotly"):
        yield "Plotly timeline", plotly_page(report)
    if size <= _MOST_PYTEST and find_spec("pytest_html"):
        yield "pytest-html", pytest_page(size)


def plain_table(report: Report) -> str:
    """Return the obvious page: one table, a row a node, eight columns."""
    rows = "".join(
        f"<tr><td>{escape(node.label)}</td><td>{node.kind}</td><td>{node.state}</td>"
        f"<td>{node.start_time}</td><td>{node.end_time}</td><td>{node.duration_s}</td>"
        f"<td>{node.slack_s}</td><td>{node.node_id}</td></tr>"
        for node in report.nodes
    )
    return f'<!doctype html><meta charset="utf-8"><title>table</title><table>{rows}</table>'


def plotly_page(report: Report) -> str:
    """Return Plotly Express's timeline with its script inside."""
    px = import_module("plotly.express")  # no need of ours, so no import of ours

    started = [node for node in report.nodes if node.start_time and node.end_time]
    figure = px.timeline(
        {
            "Start": [node.start_time for node in started],
            "Finish": [node.end_time for node in started],
            "Task": [f"{node.position} {node.label}" for node in started],
            "State": [node.state for node in started],
        },
        x_start="Start", x_end="Finish", y="Task", color="State",
    )  # fmt: skip
    return str(figure.to_html(include_plotlyjs=True))


def pytest_page(size: int) -> str:
    """Return the self-contained page of pytest-html about *size* tests."""
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder) / "test_many.py"
        test.write_text(
            "import pytest\n"
            f"@pytest.mark.parametrize('n', range({size}))\n"
            "def test_step(n):\n    assert n % 250\n",
            encoding="utf-8",
        )
        made = Path(folder) / "page.html"
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider",
                   f"--html={made}", "--self-contained-html", "--tb=line", str(test)]  # fmt: skip
        subprocess.run(command, cwd=folder, check=False, capture_output=True)  # noqa: S603 - ours
        return made.read_text(encoding="utf-8")


def measure(browser: Browser, pages: Mapping[str, Path], rounds: int) -> dict[str, Figure]:
    """Open all pages in turn, *rounds* times, and return the medians."""
    found: dict[str, list[Figure]] = {name: [] for name in pages}
    for _ in range(rounds):
        for name, path in pages.items():
            found[name].append(_open(browser, path))
    return {
        name: Figure(
            median(figure.ready_s for figure in figures),
            figures[0].n_bytes,
            int(median(figure.memory for figure in figures)),
        )
        for name, figures in found.items()
    }


def _open(browser: Browser, path: Path) -> Figure:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(300_000)
    before = set(_renderers(browser))
    begin = perf_counter()
    page.goto(path.as_uri())
    page.evaluate(_READY)
    ready = perf_counter() - begin
    tabs = set(_renderers(browser)) - before or set(_renderers(browser))
    memory = max((_private(pid) for pid in tabs), default=0)
    context.close()
    return Figure(ready, path.stat().st_size, memory)


def _renderers(browser: Browser) -> Iterator[int]:
    session = browser.new_browser_cdp_session()
    for process in session.send("SystemInfo.getProcessInfo")["processInfo"]:
        if process["type"] == "renderer":
            yield process["id"]
    session.detach()


def _private(pid: int) -> int:
    """Return the private memory of a process in bytes (Linux only, else 0)."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = (line.split() for line in text.splitlines() if line.startswith("Private_"))
    return 1024 * sum(int(words[1]) for words in lines)


def main() -> None:
    """Open everything, print ratios, write JSON."""
    options = _options()
    figures: dict[int, dict[str, Figure]] = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        launch: Callable[..., Browser] = playwright.chromium.launch
        browser = launch(executable_path=options.browser, args=["--no-sandbox", "--disable-gpu"])
        for size in options.sizes:
            pages = {}
            for n, (name, text) in enumerate(contenders(size)):
                pages[name] = Path(folder) / f"{size}-{n}.html"
                pages[name].write_bytes(text.encode("utf-8", "replace"))
            figures[size] = measure(browser, pages, options.rounds)
            print(_markdown(size, figures[size]), flush=True)
        browser.close()
    plain = {
        size: {name: [f.ready_s, f.n_bytes, f.memory] for name, f in found.items()}
        for size, found in figures.items()
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(plain, indent=1, ensure_ascii=False), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=(1_000, 10_000, 100_000))
    parser.add_argument("--rounds", type=int, default=5, help="rounds in turn (default: 5)")
    parser.add_argument("--browser", default="/usr/bin/chromium", help="a Chromium")
    parser.add_argument("--json", type=Path, default=HERE / "results" / "pages.json")
    return parser.parse_args()


def _markdown(size: int, found: Mapping[str, Figure]) -> str:
    base = found[BLANK].ready_s
    lines = [
        f"| {size:,} nodes | ready, × blank | ready | page | tab |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {f.ready_s / base:.1f} × | {f.ready_s * 1000:.0f} ms "
        f"| {f.n_bytes / 1e6:.2f} MB | {f.memory / 1e6:.0f} MB |"
        for name, f in found.items()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
