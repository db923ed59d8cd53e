"""``make bench``: print the figures as Markdown tables and keep them as JSON."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from benchmarks import analysis, charts, flatten, fleet, memory, startup
from benchmarks.generate import answer
from benchmarks.timing import medians

HERE = Path(__file__).parent
SIZES = (1_000, 10_000, 100_000, 1_000_000)
_MOST_BY_LOOPS = 100_000  # nodes; the loops that columns are compared with take long enough there
_FEWEST_STARTS = 7
_SHORT, _OFTENER = 10_000, 3  # nodes; what takes milliseconds is timed so many times as often
_BROWSER = os.environ.get("SOPS_REPORT_BROWSER") or shutil.which("chromium") or ""


def main() -> None:
    """Time everything, print ratios, write JSON."""
    options = _options()
    print(
        f"Python {platform.python_version()}, pandas {pd.__version__}, rounds: {options.rounds}; "
        f"up to {_SHORT:,} nodes: {options.rounds * _OFTENER}\n"
    )
    flattened = {size: _flatten(size, options.rounds) for size in options.sizes}
    print(_markdown("bytes → table, × msgspec untyped", flattened, flatten.MSGSPEC))
    print(_markdown("bytes → table, × naive", flattened, flatten.NAIVE))
    looped = [size for size in options.sizes if size <= _MOST_BY_LOOPS] or [min(options.sizes)]
    analysed = {size: _analysed(size, options.rounds) for size in looped}
    print(_markdown("a tree that is read, analysed", analysed, None))
    faster = {size: analysis.speedups(seconds) for size, seconds in analysed.items()}
    print(_ratios("loop ÷ columns", faster))
    peaks = _peaks(options.sizes) if sys.platform == "linux" else {}
    n_starts = max(options.rounds, _FEWEST_STARTS)
    starts = {n_starts: _started(n_starts)}
    print(_markdown("start to end of a process, × import pandas; starts", starts, startup.PANDAS))
    drawn = {n: medians(charts.contenders(n), options.rounds) for n in charts.ROWS}
    print(_markdown("report → chart, rows", drawn, None))
    _opened()
    many = _fleet(options.tasks, options.rounds)
    print(fleet.table(many))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    figures = {
        "flatten": flattened,
        "analysis": analysed,
        "analysis_speedups": faster,
        "peak_memory_per_byte": peaks,
        "startup": starts,
        "charts": drawn,
        "fleet": many,
        "rounds": options.rounds,
    }
    options.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"figures: {options.json}")


def _opened() -> None:
    """Open pages in a browser where there is one; another process, as browsers leave traces."""
    has_browser = find_spec("playwright") is not None and Path(_BROWSER).is_file()
    if has_browser:
        for pages in ("benchmarks.pages", "benchmarks.explorer"):
            command = [sys.executable, "-m", pages, "--browser", _BROWSER]
            subprocess.run(command, check=True)  # noqa: S603 - ours


def _peaks(sizes: Sequence[int]) -> dict[str, float]:
    size = max(sizes)
    names = (flatten.OURS, flatten.NAIVE, flatten.MSGSPEC)
    peaks = dict(memory.peaks(names, answer(size)))
    print(f"| peak memory ÷ bytes, {size:,} nodes | |\n|---|---:|")
    print("".join(f"| {name} | {peak:.1f} |\n" for name, peak in peaks.items()))
    return peaks


def _started(rounds: int) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        return medians(startup.contenders(Path(folder)), rounds)


def _fleet(n_tasks: int, rounds: int) -> Mapping[str, float]:
    with TemporaryDirectory() as folder:
        return fleet.figures(Path(folder), n_tasks, rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="nodes of an answer")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default: 5)")
    parser.add_argument("--tasks", type=int, default=10_000, help="tasks of an archive")
    parser.add_argument("--json", type=Path, default=HERE / "results" / "latest.json")
    return parser.parse_args()


def _flatten(size: int, rounds: int) -> dict[str, float]:
    return medians(flatten.contenders(answer(size)), _often(size, rounds))


def _analysed(size: int, rounds: int) -> dict[str, float]:
    return medians(analysis.contenders(answer(size)), _often(size, rounds))


def _often(size: int, rounds: int) -> int:
    return rounds * _OFTENER if size <= _SHORT else rounds


def _ratios(title: str, figures: dict[int, dict[str, float]]) -> str:
    """Return a table of bare ratios."""
    sizes = list(figures)
    lines = [f"| {title} | " + " | ".join(f"{size:,}" for size in sizes) + " |"]
    lines.append("|---|" + "---:|" * len(sizes))
    for name in figures[sizes[0]]:
        cells = (f"{figures[size][name]:.2f}" if name in figures[size] else "–" for size in sizes)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _markdown(title: str, figures: dict[int, dict[str, float]], base: str | None) -> str:
    """Return one table: a row a contender, a column a size; seconds, and ratios to *base*."""
    sizes = list(figures)
    lines = [
        f"| {title} | " + " | ".join(f"{size:,}" for size in sizes) + " |",
        "|---|" + "---:|" * len(sizes),
    ]
    for name in figures[sizes[0]]:
        cells = (_cell(figures[size], name, base) for size in sizes)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(seconds: dict[str, float], name: str, base: str | None) -> str:
    if name not in seconds:
        return "–"
    told = f"{seconds[name] * 1000:.1f} ms"
    return f"{seconds[name] / seconds[base]:.2f} × ({told})" if base else told


if __name__ == "__main__":
    main()
