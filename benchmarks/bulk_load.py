"""Many tasks listed and fetched from the local site: calls, rate and memory.

    python -m benchmarks.bulk_load --tasks 10000

The site and the fetching run as programs of their own; the site writes down when each call came,
the fetching its peak memory. Figures are printed as JSON; a broken promise is an exit code of 1.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sops_report.archive.archive import Archive
from sops_report.server import LocalSite

ROOT = Path(__file__).resolve().parent.parent
BODY = ROOT / "tests" / "data" / "site" / "finished.json"
_GROWTH_KIB = 25 * 1024  # ids and list items; an answer of each task would be far more
_FETCH = """
import sys
from sops_report.cli import main
code = 0
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print("peak", peak, file=sys.stderr)
sys.exit(code)
"""


def main() -> int:
    """Measure both sizes and print what was found."""
    options = _options()
    sizes = (max(1, options.tasks // 5), options.tasks)
    figures = [run(count, options.rate, options.jobs) for count in sizes]
    growth = figures[1]["peak_kib"] - figures[0]["peak_kib"]
    print(json.dumps({"runs": figures, "growth_kib": growth}, indent=1))
    kept = all(one["kept"] == one["tasks"] for one in figures)
    polite = all(one["most_in_a_second"] <= options.rate + 1 for one in figures)
    return 0 if kept and polite and growth < _GROWTH_KIB else 1


def run(count: int, rate: float, jobs: int) -> dict[str, float]:
    """Fetch *count* tasks once and return the figures."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "served", count)
        with subprocess.Popen(  # noqa: S603 - this module
            [sys.executable, "-m", "benchmarks.bulk_load", "--serve", str(folder)], cwd=ROOT,
            stdout=subprocess.PIPE, text=True,
        ) as server:  # fmt: skip
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            began = time.monotonic()
            done = _fetch(url, folder / "kept", rate, jobs)
            seconds = time.monotonic() - began
            server.send_signal(signal.SIGINT)
        heard = json.loads((folder / "calls.json").read_bytes())
        return {
            "tasks": count, "kept": len(Archive(folder / "kept").tasks()), "exit": done.returncode,
            "seconds": round(seconds, 1), "calls": len(heard),
            "per_second": round(len(heard) / seconds, 1),
            "most_in_a_second": most_within(heard, 1.0),
            "peak_kib": int(done.stderr.rsplit("peak ", 1)[1]),
        }  # fmt: skip


def _fetch(url: str, archive: Path, rate: float, jobs: int) -> "subprocess.CompletedProcess[str]":
    environ: Mapping[str, str] = os.environ | {
        "SOPS_REPORT_APP_CODE": "a", "SOPS_REPORT_APP_SECRET": "b", "SOPS_REPORT_USERNAME": "c",
        "SOPS_REPORT_BIZ": "2", "SOPS_REPORT_RATE": f"{rate:g}", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _FETCH, "fetch", "--list", "--no-detail", "--no-histories",
         "--url", url, "--archive", str(archive), "--jobs", str(jobs)],
        env=environ, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def fill(folder: Path, count: int) -> None:
    """Lay tasks into an archive, without the ceremony that keeps a real one safe."""
    body = BODY.read_bytes()
    for number in range(count):
        task = folder / "bk.example.com" / "cmdb_biz-2" / str(100_000 + number)
        task.mkdir(parents=True)
        (task / "20240618T143000Z.json").write_bytes(body)


def most_within(moments: Sequence[float], seconds: float) -> int:
    """Return the most calls that came within any window of that length."""
    times = sorted(moments)
    return max(bisect_left(times, begin + seconds) - at for at, begin in enumerate(times))


def serve(folder: Path) -> None:
    """Answer until interrupted, then write down when each call came."""
    moments: list[float] = []
    site = LocalSite(folder / "served", listener=lambda _: moments.append(time.monotonic()))
    print(site.url, flush=True)
    try:
        site.run()
    except KeyboardInterrupt:
        site.stop()
    (folder / "calls.json").write_text(json.dumps(moments))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk_load", description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=100.0, help="calls a second")
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.serve)
        raise SystemExit(0)
    return options


if __name__ == "__main__":
    sys.exit(main())
