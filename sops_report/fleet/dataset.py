"""An archive → a Parquet data set that grows with it.

    <root>/nodes/date=2025-06-01/part-….parquet    one row a node, one partition a day
    <root>/manifest.jsonl                          which answers each part holds, and since when

A run compares the archive with the manifest, writes what is new as new parts, and only then takes
out of older parts what is superseded, changed or gone, and merges small ones. Each step is whole
before the manifest tells of it, so a killed run is finished by the next one.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from typing import Final

import msgspec

from sops_report.archive.archive import Archive
from sops_report.errors import UsageError
from sops_report.fleet.census import Census, Plan
from sops_report.fleet.manifest import FORMAT, Aside, Line, Manifest, load_manifest
from sops_report.fleet.merging import Merged, merge_small
from sops_report.fleet.parts import NODES, arrow
from sops_report.fleet.pieces import Pieces
from sops_report.fleet.rewriting import take_out
from sops_report.fleet.work import Done, flatten_items

_LOCK: Final = ".lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to.

    Attributes:
        n_new: Answers that were flattened.
        n_rows: Their rows.
        n_kept: Answers that were in the data set already.
        removed: Answers that are gone from the archive; their rows went too.
        changed: Answers whose file was another one; their rows were made again.
        asides: Answers that could not be read, by this run or an earlier one.
        merged: What became of small parts.
    """

    n_new: int
    n_rows: int
    n_kept: int
    removed: Sequence[str]
    changed: Sequence[str]
    asides: Sequence[Aside]
    merged: Merged


def flatten_archive(  # noqa: PLR0913 - one keyword an option
    archive: Archive,
    root: Path,
    *,
    every: bool = False,
    since_us: int | None = None,
    executor: Executor | None = None,
    begin: Callable[[int], Callable[[int], None]] = lambda _: lambda _: None,
) -> Outcome:
    """Bring a data set up to date with an archive.

    Args:
        archive: Where the answers are.
        root: The data set's folder; it is made if there is none.
        every: Keep all answers of a task, not only the newest one.
        since_us: Add only answers of this moment or later, microseconds since 1970 in UTC.
        executor: Runs the pieces; they are read and written there, so it needs both folders.
        begin: Is told how many answers are to come; what it returns is told how many are done.

    Raises:
        UsageError: pyarrow is missing, another run is at work, or the data set is of another
            archive.
        SopsReportError: The data set cannot be read or written.
    """
    arrow()
    root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        manifest = _opened(root)
        census = Census(archive.folder, manifest, every=every, since_us=since_us)
        if manifest.all is None:
            manifest.append(Line(format=FORMAT))
        is_first = not manifest.parts  # what it writes is as large as it should be
        n_rows = _add(census, archive, manifest, executor, begin)
        plan = census.plan
        for part in dict.fromkeys([*plan.drops, *plan.relabels]):
            take_out(manifest, part, plan.drops.get(part, set()), plan.relabels.get(part, {}))
        merged = Merged()
        if n_rows and not is_first:
            merged = merge_small(manifest)
            manifest.gather()
        _tidy_up(manifest, plan)
        if manifest.all is not every:  # said last: from now on folders may be passed over
            manifest.append(Line(format=FORMAT, all=every))
    return Outcome(
        n_new=sum(item.key not in manifest.asides for item in plan.adds),
        n_rows=n_rows,
        n_kept=plan.n_kept,
        removed=sorted(plan.removed),
        changed=sorted(plan.changed),
        asides=sorted(manifest.asides.values(), key=lambda aside: aside.key),
        merged=merged,
    )


def _opened(root: Path) -> Manifest:
    """Read the manifest, and remove what a killed run left behind."""
    manifest = load_manifest(root)
    for path in root.glob(".*.jsonl"):
        path.unlink()
    nodes = root / NODES
    there = {path.relative_to(nodes).as_posix(): path for path in nodes.glob("date=*/*")}
    for name, path in there.items():
        if name not in manifest.parts:
            path.unlink()
    lost = [Line(part=name) for name in manifest.parts if name not in there]
    if lost:
        manifest.append(*lost)
    return manifest


def _add(
    census: Census, archive: Archive, manifest: Manifest, executor: Executor | None,
    begin: Callable[[int], Callable[[int], None]],
) -> int:  # fmt: skip
    """Flatten answers, piece by piece; each is in the manifest as soon as it is done.

    Raises:
        UsageError: The data set is of another archive.
    """
    n_rows = n_done = 0
    step: Callable[[int], None] | None = None
    pieces = Pieces(census, ahead=executor is not None)
    for done, count in _worked(str(archive.folder), str(manifest.root), pieces, executor):
        lines = [Line(part=name, holds=holds) for name, holds in done.parts.items()]
        if done.asides:
            lines.append(Line(aside=done.asides))
        if lines:
            manifest.append(*lines)
        n_rows, n_done = n_rows + done.n_rows, n_done + count
        if pieces.is_counted:
            step = step or begin(len(census.plan.adds))
            step(n_done)
            n_done = 0
    if census.is_of_another:
        raise UsageError("fleet-other-archive", root=manifest.root, archive=archive.folder)
    return n_rows


def _worked(
    archive: str, root: str, pieces: Pieces, executor: Executor | None
) -> Iterator[tuple[Done, int]]:
    first = list(islice(cut := pieces.cut(), 2))
    if executor is None or len(first) <= 1:  # one piece is done before a worker has started
        for piece in chain(first, cut):
            yield flatten_items(archive, root, piece), len(piece)
        return
    waiting: dict[Future[Done], int] = {}
    try:
        for piece in chain(first, cut):
            future = executor.submit(flatten_items, archive, root, piece)
            future.add_done_callback(pieces.close)
            waiting[future] = len(piece)
            for one in [one for one in waiting if one.done()]:
                yield one.result(), waiting.pop(one)
        for future in as_completed(waiting):
            yield future.result(), waiting[future]
    finally:
        for future in waiting:
            future.cancel()


def _tidy_up(manifest: Manifest, plan: Plan) -> None:
    """Write down what is not set aside any more, and which folders need not be listed again."""
    solved = [
        msgspec.structs.replace(aside, reason="")
        for aside in plan.cleared
        if manifest.asides.get(aside.key) is aside
    ]
    broken = [aside for aside in plan.broken if manifest.asides.get(aside.key) != aside]
    if solved or broken or plan.folders:
        manifest.append(Line(aside=[*solved, *broken], folders=plan.folders))


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Keep every other run out; the system ends the lock with the process, however it ends.

    Raises:
        UsageError: Another run is at work.
    """
    with (root / _LOCK).open("ab") as file:
        try:
            lock = import_module("fcntl")
            lock.flock(file, lock.LOCK_EX | lock.LOCK_NB)
        except ModuleNotFoundError:
            pass  # no such locks on this system
        except OSError:
            raise UsageError("fleet-busy", root=root) from None
        yield
