"""An archive → a Parquet data set that grows with it.

    <root>/nodes/date=2025-06-01/part-….parquet    one row a node, one partition a day
    <root>/manifest.jsonl                          which answers each part holds, and since when

A run compares the archive with the manifest, writes what is new as new parts, and only then takes
out of older parts what is superseded, changed or gone. Each step is whole before the manifest
tells of it, so a killed run is finished by the next one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from sops_report.archive import Archive
from sops_report.errors import UsageError
from sops_report.fleet.arrays import Columns
from sops_report.fleet.census import Item, Plan, take_census
from sops_report.fleet.manifest import FORMAT, Aside, Line, Manifest, load_manifest
from sops_report.fleet.parts import NODES, arrow, new_name, positions_of, read_part, write_part
from sops_report.fleet.work import Done, flatten_items

_ITEMS_AT_ONCE: Final = 1100  # at most: of sixty nodes each, they fill a part
_FEWEST_AT_ONCE: Final = 250
_SHARES: Final = 5  # of what is left, a piece takes one
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
    """

    n_new: int
    n_rows: int
    n_kept: int
    removed: Sequence[str]
    changed: Sequence[str]
    asides: Sequence[Aside]


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
        plan = take_census(archive.folder, manifest, every=every, since_us=since_us)
        if manifest.parts and not plan.n_kept and not plan.changed and plan.removed:
            raise UsageError("fleet-other-archive", root=root, archive=archive.folder)
        if manifest.all is not every:
            manifest.append(Line(format=FORMAT, all=every))
        n_rows = _add(archive, manifest, plan.adds, executor, begin(len(plan.adds)))
        for part in dict.fromkeys([*plan.drops, *plan.relabels]):
            _rewrite(manifest, part, plan.drops.get(part, set()), plan.relabels.get(part, {}))
        _tidy_up(manifest, plan)
    return Outcome(
        n_new=sum(item.key not in manifest.asides for item in plan.adds),
        n_rows=n_rows,
        n_kept=plan.n_kept,
        removed=sorted(plan.removed),
        changed=sorted(plan.changed),
        asides=sorted(manifest.asides.values(), key=lambda aside: aside.key),
    )


def _opened(root: Path) -> Manifest:
    """Read the manifest, and remove what a killed run left behind."""
    manifest = load_manifest(root)
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
    archive: Archive, manifest: Manifest, items: Sequence[Item], executor: Executor | None,
    step: Callable[[int], None],
) -> int:  # fmt: skip
    """Flatten answers, piece by piece; each is in the manifest as soon as it is done."""
    n_rows, pieces = 0, list(_pieces(items, smaller=executor is not None))
    for done, count in _worked(str(archive.folder), str(manifest.root), pieces, executor):
        lines = [Line(part=name, holds=holds) for name, holds in done.parts.items()]
        if done.asides:
            lines.append(Line(aside=done.asides))
        manifest.append(*lines)
        n_rows += done.n_rows
        step(count)
    return n_rows


def _pieces(items: Sequence[Item], *, smaller: bool) -> Iterator[Sequence[Item]]:
    """Cut the work into pieces; the last ones smaller, so that all workers end at about once."""
    at = 0
    while left := max(len(items) - at, 0):
        size = max(left // _SHARES, _FEWEST_AT_ONCE) if smaller else left
        size = min(size, _ITEMS_AT_ONCE)
        yield items[at : at + size]
        at += size


def _worked(
    archive: str, root: str, pieces: Sequence[Sequence[Item]], executor: Executor | None
) -> Iterator[tuple[Done, int]]:
    if executor is None or len(pieces) <= 1:  # one piece is done before a worker has started
        for piece in pieces:
            yield flatten_items(archive, root, piece), len(piece)
        return
    waiting: Mapping[Future[Done], int] = {
        executor.submit(flatten_items, archive, root, piece): len(piece) for piece in pieces
    }
    try:
        for future in as_completed(waiting):
            yield future.result(), waiting[future]
    finally:
        for future in waiting:
            future.cancel()


def _rewrite(manifest: Manifest, part: str, drops: set[str], relabels: Mapping[str, bool]) -> None:
    """Take answers out of a part, and say anew which are the newest of their tasks."""
    holds = manifest.parts[part]
    kept = [
        msgspec.structs.replace(held, is_latest=relabels.get(held.key, held.is_latest))
        for held in holds
        if held.key not in drops
    ]
    if not kept:
        manifest.append(Line(part=part))
        (manifest.root / NODES / part).unlink(missing_ok=True)
        return
    table = read_part(manifest.root, part)
    # The answers stand in the order of the manifest, each beginning with its root.
    answer = np.cumsum(positions_of(table) == 0) - 1
    is_kept = np.asarray([held.key not in drops for held in holds])[answer]
    is_latest = np.asarray([relabels.get(held.key, held.is_latest) for held in holds])[answer]
    make = Columns(arrow())
    at = table.column_names.index("is_latest")
    table = table.set_column(at, "is_latest", make.truths(is_latest)).filter(make.truths(is_kept))
    anew = new_name(part.partition("/")[0].removeprefix("date="))
    write_part(table, manifest.root, anew)
    manifest.append(Line(part=anew, holds=kept), Line(part=part))
    (manifest.root / NODES / part).unlink(missing_ok=True)


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
