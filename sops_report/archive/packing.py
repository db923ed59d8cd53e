"""Many small files of a task into one packed one, and back; crash-safe at every instant.

The pack is written whole, read back and has its name before the first original goes. A kill in
between leaves files twice, which reads as once; packing again finishes it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sops_report.archive.files import explained, publish, replace, temporary_in, written
from sops_report.archive.layout import (
    BESIDE,
    SIDECAR_SUFFIX,
    TaskFolder,
    answer_of_sidecar,
    read_snapshot_name,
    snapshots_in,
    task_folders,
)  # fmt: skip
from sops_report.archive.locks import locked
from sops_report.archive.packs import members_of, write_pack
from sops_report.archive.putting import free_name
from sops_report.archive.shelf import PACK, index_of, names_in
from sops_report.archive.tidying import tidy
from sops_report.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Packable:
    """A task with files that could be packed.

    Attributes:
        task: Its folder.
        n_files, n_bytes: What lies plain in it and would go into the pack.
    """

    task: TaskFolder
    n_files: int
    n_bytes: int


def packable(
    root: Path, *, before_us: int | None = None, tasks: Iterable[str] = ()
) -> tuple[Packable, ...]:  # fmt: skip
    """Return the tasks that have something to pack; nothing is changed.

    A task whose pack is damaged is left out: `verify` tells of it.

    Args:
        root: The archive.
        before_us: Only tasks whose newest answer is of an earlier moment (microseconds since 1970
            in UTC): those that have come to rest.
        tasks: Only these, as task id or ``BIZ/TASK``; all if empty.
    """
    found = list[Packable]()
    for task in _named(root, tasks):
        with suppress(InputError):
            series = snapshots_in(task.path)
            if not series or (before_us is not None and series[-1].as_of_us >= before_us):
                continue
            sizes = [(task.path / name).stat().st_size for name in _plain(task.path)]
            if sizes:
                found.append(Packable(task=task, n_files=len(sizes), n_bytes=sum(sizes)))
    return tuple(found)


def packed_folders(root: Path, tasks: Iterable[str] = ()) -> tuple[Path, ...]:
    """Return the folders of the tasks that have a pack, of all or of those named."""
    return tuple(task.path for task in _named(root, tasks) if (task.path / PACK).is_file())


def _named(root: Path, tasks: Iterable[str]) -> Iterator[TaskFolder]:
    wanted = set(tasks)
    for task in task_folders(root):
        if not wanted or not wanted.isdisjoint({task.task_id, f"{task.biz}/{task.task_id}"}):
            yield task


def _plain(folder: Path) -> list[str]:
    """Return the names of the plain files that belong into the pack, in its order."""
    known = names_in(folder)
    return in_order(
        path.name for path in folder.iterdir() if path.is_file() and _belongs(path, known)
    )


def _belongs(path: Path, known: set[str]) -> bool:
    answer = answer_of_sidecar(path)
    if answer is not None:
        return answer.name in known
    return path.name in BESIDE or read_snapshot_name(path) is not None


def in_order(names: Iterable[str]) -> list[str]:
    """Order names as in a pack: sidecars, companions, then the answers, the newest first."""
    answers, others = list[str](), list[str]()
    for name in names:
        (others if read_snapshot_name(Path(name)) is None else answers).append(name)
    newest_first = sorted(answers, key=_moment, reverse=True)
    sidecars = sorted(name for name in others if name.endswith(SIDECAR_SUFFIX))
    return [*sidecars, *sorted(set(others).difference(sidecars)), *newest_first]


def _moment(name: str) -> tuple[int, int]:
    stored = read_snapshot_name(Path(name))
    return (0, 0) if stored is None else (stored.as_of_us, stored.number)


def pack(folder: Path) -> bool:
    """Pack what lies plain in a task's folder together with what is packed already.

    Returns:
        Whether there was anything to do.

    Raises:
        InputError: The pack that is there is damaged; nothing was changed.
        SopsReportError: The folder cannot be written, or another writer holds it.
    """
    with locked(folder) as alone:
        tidy(folder, alone=alone)
        _renumber_strangers(folder)
        plain = _plain(folder)
        known = index_of(folder / PACK) or {}
        digests = {name: _digest(folder / name) for name in plain}
        if any(known.get(name) != digest for name, digest in digests.items()):
            rewrite(folder, {**known, **digests}, plain=set(plain))
        _remove(folder, digests)
        return bool(plain)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _renumber_strangers(folder: Path) -> None:
    """Give an answer that lies plain under the name of a different packed one its own number."""
    packed = index_of(folder / PACK) or {}
    for stored in snapshots_in(folder):
        name, path = stored.path.name, stored.path
        if not path.is_file() or packed.get(name, _digest(path)) == _digest(path):
            continue
        target = free_name(folder, path.stem.partition("-")[0])
        publish(path, target)
        if stored.sidecar.is_file():
            publish(stored.sidecar, target.with_name(target.stem + SIDECAR_SUFFIX))
        with explained(path):
            path.unlink(missing_ok=True)
            stored.sidecar.unlink(missing_ok=True)


def rewrite(folder: Path, sums: Mapping[str, str], *, plain: set[str]) -> None:
    """Put a new pack in the place of the one that is there, if any.

    Args:
        folder: A task's folder, held by the caller.
        sums: What the pack shall hold, with the SHA-256 of each.
        plain: Which of it lies plain in the folder; the rest is in the pack that is there.

    Raises:
        InputError: What was read back is not what *sums* promise.
        SopsReportError: The folder cannot be written.
    """
    order = in_order(sums)
    largest = max((folder / name).stat().st_size for name in plain) if plain else 0
    if (folder / PACK).is_file():
        largest = max(largest, *(len(body) for _, body in members_of(folder / PACK)), 0)
    with temporary_in(folder) as target:
        with explained(folder):
            bodies = _bodies(folder, order, plain)
            write_pack(target, {name: sums[name] for name in order}, bodies, largest)
        replace(target, folder / PACK)


def _bodies(folder: Path, order: list[str], plain: set[str]) -> Iterator[tuple[str, bytes]]:
    """Yield all bodies in the order of the pack, so that the old one is gone through once."""
    packed = iter(()) if plain.issuperset(order) else members_of(folder / PACK)
    for name in order:
        if name in plain:
            yield name, (folder / name).read_bytes()
            continue
        member = next((found for found in packed if found[0] == name), None)
        if member is None:
            raise InputError("bad-pack", path=folder / PACK)
        yield member


def _remove(folder: Path, digests: Mapping[str, str]) -> None:
    """Remove the originals that are packed byte for byte; any other one stays."""
    packed = index_of(folder / PACK) or {}
    for name, digest in digests.items():
        path = folder / name
        if packed.get(name) == digest == _digest(path):
            with explained(path):
                path.unlink()


def unpack(folder: Path) -> bool:
    """Lay all packed files of a task's folder plain again; newer plain companions stay.

    Returns:
        Whether there was a pack.

    Raises:
        InputError: The pack is damaged; it stays, whatever could be laid beside it.
        SopsReportError: The folder cannot be written, or another writer holds it.
    """
    with locked(folder) as alone:
        tidy(folder, alone=alone)
        if index_of(folder / PACK) is None:
            return False
        _renumber_strangers(folder)
        for name, body in members_of(folder / PACK):
            if not (folder / name).exists():
                with written(folder, body) as temporary:
                    publish(temporary, folder / name)
        with explained(folder / PACK):
            (folder / PACK).unlink()
        return True
