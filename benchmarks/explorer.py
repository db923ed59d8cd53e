"""How fast every node is on the canvas, and what a step of scrolling costs.

    python -m benchmarks.explorer --sizes 10000 100000 1000000

Each page is opened in the same browser in turn, blank page first; ready is when the canvas has been
drawn. Scrolling is timed inside the page: the script's time in each frame of a hundred steps.
Plotly's timeline takes part where it is installed, up to 100,000 nodes.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.generate import answer
from benchmarks.pages import BLANK, plotly_page
from sops_report.reading import read_bytes
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.html import render_page
from sops_report.report.build import build_report
from sops_report.words import Language
from sops_report.words.lengths import display_zone

HERE = Path(__file__).parent
OURS, WITH_IDS, PLOTLY = "explorer", "explorer with ids", "Plotly timeline"
_MOST_PLOTLY = 100_000
_ROUNDS_OF_PLOTLY = 1  # it blocks the tab for many seconds
_STEPS = 100
_NO_LIMIT = 10_000_000_000  # bytes: ids of a million nodes fit too
_DRAWN = {
    BLANK: "() => document.title === 'blank'",
    OURS: "() => document.querySelector('#explorer[data-ready]') !== null",
    WITH_IDS: "() => document.querySelector('#explorer[data-ready]') !== null",
    PLOTLY: "() => document.querySelector('.barlayer path, canvas.gl-canvas') !== null",
}
_TIMED_FRAMES = """() => {
  const ask = window.requestAnimationFrame;
  window.frameTimes = [];
  window.requestAnimationFrame = (draw) => ask((now) => {
    const begin = performance.now();
    draw(now);
    window.frameTimes.push(performance.now() - begin);
  });
}"""
_SCROLL = """async (steps) => {
  const view = document.querySelector("#explorer .view");
  const room = view.scrollHeight - view.clientHeight;
  for (let step = 1; step <= steps; step++) {
    view.scrollTop = room * step / steps;
    await new Promise((done) => setTimeout(done, 25));
  }
  return window.frameTimes;
}"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One page: seconds until drawn, bytes of its nodes, the script's share of a scrolled frame."""

    ready_s: float
    n_bytes: int
    scroll_ms: float | None = None
    scroll_p95_ms: float | None = None


def pages(size: int) -> Iterator[tuple[str, str]]:
    """Yield (name, page) of all that can show every node of a run of *size*."""
    report = build_report(read_bytes(answer(size - 1)))
    zone = display_zone(report.task.offset_minutes)
    plain = PageOptions(explorer="only")
    yield BLANK, "<!doctype html><title>blank</title>"
    yield OURS, render_page(report, Language.ZH, zone, plain)
    with_ids = PageOptions(explorer="only", max_bytes=_NO_LIMIT)
    yield WITH_IDS, render_page(report, Language.ZH, zone, with_ids)
    if size <= _MOST_PLOTLY and find_spec("plotly"):
        yield PLOTLY, plotly_page(report)


def measure(browser: Browser, texts: Mapping[str, Path], rounds: int) -> dict[str, Figure]:
    """Open all pages in turn, *rounds* times, and return the medians."""
    found: dict[str, list[Figure]] = {name: [] for name in texts}
    for turn in range(rounds):
        for name, path in texts.items():
            if name != PLOTLY or turn < _ROUNDS_OF_PLOTLY:
                found[name].append(_open(browser, name, path))
    return {name: _middle(figures) for name, figures in found.items()}


def _middle(figures: Sequence[Figure]) -> Figure:
    scrolled = [figure.scroll_ms for figure in figures if figure.scroll_ms is not None]
    late = [figure.scroll_p95_ms for figure in figures if figure.scroll_p95_ms is not None]
    return Figure(
        ready_s=median(figure.ready_s for figure in figures),
        n_bytes=figures[0].n_bytes,
        scroll_ms=median(scrolled) if scrolled else None,
        scroll_p95_ms=median(late) if late else None,
    )


def _open(browser: Browser, name: str, path: Path) -> Figure:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(300_000)
    begin = perf_counter()
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_function(_DRAWN[name], polling=5)
    ready = perf_counter() - begin
    times = _scrolled(page) if name in {OURS, WITH_IDS} else []
    context.close()
    size = _n_bytes(path)
    if not times:
        return Figure(ready, size)
    return Figure(ready, size, median(times), quantiles(times, n=20)[-1])


def _n_bytes(path: Path) -> int:
    """Return the bytes of the nodes beyond the page's shell; of another tool the whole page."""
    text = path.read_text(encoding="utf-8")
    _, mark, data = text.partition(' id="explorer-data">')
    return len(data.partition("<")[0]) if mark else len(text.encode())


def _scrolled(page: Page) -> list[float]:
    page.evaluate(_TIMED_FRAMES)
    times: list[float] = page.evaluate(_SCROLL, _STEPS)
    return times


def run(sizes: Sequence[int], rounds: int, program: str) -> dict[int, dict[str, Figure]]:
    """Measure all sizes, print a table each."""
    figures = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for size in sizes:
            texts = {}
            for n, (name, text) in enumerate(pages(size)):
                texts[name] = Path(folder) / f"{size}-{n}.html"
                texts[name].write_bytes(text.encode("utf-8", "replace"))
            figures[size] = measure(browser, texts, rounds)
            print(_markdown(size, figures[size]), flush=True)
        browser.close()
    return figures


def _markdown(size: int, found: Mapping[str, Figure]) -> str:
    base = found[BLANK].ready_s
    lines = [
        f"| {size:,} nodes, all of them | ready, × blank | ready | bytes a node | scroll | p95 |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {f.ready_s / base:.1f} × | {f.ready_s * 1000:.0f} ms "
        f"| {f.n_bytes / size:.1f} | {_ms(f.scroll_ms)} | {_ms(f.scroll_p95_ms)} |"
        for name, f in found.items()
    ]
    return "\n".join(lines) + "\n"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} ms"


def main() -> None:
    """Open everything, print ratios, write JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explorer", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=(10_000, 100_000))
    parser.add_argument("--rounds", type=int, default=5, help="rounds in turn (default: 5)")
    parser.add_argument("--browser", default="/usr/bin/chromium", help="a Chromium")
    parser.add_argument("--json", type=Path, default=HERE / "results" / "explorer.json")
    options = parser.parse_args()
    figures = run(options.sizes, options.rounds, options.browser)
    plain = {
        size: {name: asdict(figure) for name, figure in found.items()}
        for size, found in figures.items()
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(plain, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
