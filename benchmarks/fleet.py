"""An archive of many tasks → one data set: ours against the obvious way, and what is new only."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path
from shutil import rmtree
from statistics import median

import pandas as pd

from benchmarks.flatten import naive
from benchmarks.generate import answer
from sops_report.archive.archive import Archive
from sops_report.archive.layout import SIDECAR_SUFFIX
from sops_report.fleet import flatten_archive, flatten_many
from sops_report.fleet.manifest import load_manifest
from sops_report.fleet.workers import processes

OURS = "sops_report: archive → data set, 1 process"
TWO = "sops_report: archive → data set, 2 processes"
MANY = "sops_report: flatten_many, 1 process"
NAIVE = "naive: per file json.loads, recursion, DataFrame, to_datetime × 3; concat"
NAIVE_PARQUET = "naive, and to_parquet"
AGAIN = "after one new task, ÷ the first run"
MERGED = "after one new task, small parts merged, ÷ the first run"
RESUMED = "killed half way and run again, ÷ the first run"
NODES = 59  # below the root
_ROOT = Path(__file__).parents[1]
_LOT = 40  # tasks; with tiny parts they are about as much as a run merges
_FEW = 400  # files are enough to time the naive way


def make_archive(folder: Path, n_tasks: int) -> Archive:
    """Write an archive as `Archive.save` does, without waiting for the disk at each file."""
    for number in range(n_tasks):
        add_task(folder, number)
    return Archive(folder)


def add_task(folder: Path, number: int) -> None:
    """Write one task's answer and its sidecar."""
    body = answer(NODES, seed=number + 1)
    place = folder / "bk.example.com" / "cmdb_biz-2" / str(1000 + number)
    place.mkdir(parents=True)
    stem = f"20250601T{number // 3600 % 24:02d}{number // 60 % 60:02d}{number % 60:02d}Z"
    about = {"task_id": place.name, "fetched_at": "2025-06-02T00:00:00Z",
             "sha256": sha256(body).hexdigest()}  # fmt: skip
    (place / f"{stem}.json").write_bytes(body)
    (place / f"{stem}{SIDECAR_SUFFIX}").write_text(json.dumps(about), encoding="utf-8")
    os.utime(place, (1_748_800_000, 1_748_800_000))


def figures(folder: Path, n_tasks: int, rounds: int) -> Mapping[str, float]:
    """Return seconds a file of each way (medians of interleaved rounds), and two ratios.

    Args:
        folder: An empty one.
        n_tasks: How many tasks are archived.
        rounds: How often each way is timed; the naive one on some hundred files.
    """
    archive = make_archive(folder / "archive", n_tasks)
    paths = [str(path) for path in sorted(archive.folder.glob("*/*/*/*Z.json"))]
    few = paths[:_FEW]
    ways: Mapping[str, tuple[Callable[[], object], int]] = {
        OURS: (lambda: _flattened(archive, folder / "one", 1), n_tasks),
        TWO: (lambda: _flattened(archive, folder / "two", 2), n_tasks),
        MANY: (lambda: flatten_many(paths), n_tasks),
        NAIVE: (lambda: _naive(few), len(few)),
        NAIVE_PARQUET: (lambda: _naive(few).to_parquet(folder / "naive.parquet"), len(few)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (way, n_files) in ways.items():
            seconds[name].append(_timed(way) / n_files)
    found = {name: median(values) for name, values in seconds.items()}
    first = found[OURS] * n_tasks
    again = [_after_one_more(archive, folder / "one", n_tasks + at) for at in range(rounds)]
    merged = [_after_a_merge(archive, folder / "one") for _ in range(rounds)]
    return found | {
        AGAIN: median(again) / first,
        MERGED: median(merged) / first,
        RESUMED: _resumed(archive, folder) / first,
    }


def _timed(way: Callable[[], object]) -> float:
    began = time.perf_counter()
    way()
    return time.perf_counter() - began


def _flattened(archive: Archive, root: Path, n_processes: int) -> None:
    rmtree(root, ignore_errors=True)
    with processes(n_processes) as executor:
        flatten_archive(archive, root, executor=executor)


def _naive(paths: list[str]) -> pd.DataFrame:
    def frames() -> Iterator[pd.DataFrame]:
        for path in paths:
            yield naive(Path(path).read_bytes()).assign(task_id=Path(path).parent.name)

    return pd.concat(frames(), ignore_index=True)


def _after_one_more(archive: Archive, root: Path, number: int) -> float:
    add_task(archive.folder, number)
    return _timed(lambda: flatten_archive(archive, root))


def _after_a_merge(archive: Archive, root: Path) -> float:
    """Time a run after one new task: the one that merges a part of a lot of tasks with others."""
    number = len(archive.tasks())
    for at in range(number, number + _LOT):
        add_task(archive.folder, at)
    flatten_archive(archive, root)
    for at in count(number + _LOT):
        add_task(archive.folder, at)
        began = time.perf_counter()
        outcome = flatten_archive(archive, root)
        seconds = time.perf_counter() - began
        if outcome.merged.n_rows > _LOT * NODES:
            break
    return seconds


def _resumed(archive: Archive, folder: Path) -> float:
    """Kill a run when half of the answers are in, and time the one that finishes it."""
    root = folder / "killed"
    command = [sys.executable, "-m", "sops_report", "archive", "flatten", str(archive.folder)]
    victim = subprocess.Popen([*command, "-o", str(root), "--workers", "1", "--quiet"], cwd=_ROOT)  # noqa: S603
    half = len(archive.tasks()) // 2
    while victim.poll() is None and _n_held(root) < half:
        time.sleep(0.02)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    return _timed(lambda: flatten_archive(archive, root))


def _n_held(root: Path) -> int:
    return sum(map(len, load_manifest(root).parts.values())) if root.exists() else 0


def table(found: Mapping[str, float]) -> str:
    """Return the figures as a Markdown table: files a second, and how many times the naive way."""
    lines = ["| an archive of tasks of 60 nodes | files/s | × naive |", "|---|---:|---:|"]
    lines += [
        f"| {name} | {1 / found[name]:,.0f} | {found[NAIVE] / found[name]:.1f} |"
        for name in (OURS, TWO, MANY, NAIVE, NAIVE_PARQUET)
    ]
    lines += [f"| {name} | | {found[name]:.3f} |" for name in (AGAIN, MERGED, RESUMED)]
    return "\n".join(lines) + "\n"
