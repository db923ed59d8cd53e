"""Old snapshots taken out of an archive; the newest of a task stays unless it is asked for."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Final

from sops_report.archive.archive import Archive
from sops_report.archive.files import explained, temporary_path
from sops_report.archive.layout import BESIDE, Stored, snapshots_in
from sops_report.archive.locks import locked
from sops_report.archive.packing import rewrite
from sops_report.archive.shelf import PACK, index_of
from sops_report.archive.tidying import tidy
from sops_report.errors import UsageError

_AGE: Final = re.compile(r"([0-9]{1,5})([hdw])")
_HOURS: Final = {"h": 1, "d": 24, "w": 7 * 24}
_HOUR_US: Final = 3_600_000_000


def age_us(text: str) -> int:
    """Return an age as users write it, in microseconds.

    Raises:
        UsageError: It is none.

    Example:
        >>> age_us("90d") // _HOUR_US, age_us("2w") // _HOUR_US
        (2160, 336)
    """
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise UsageError("bad-age", value=text[:20])
    return int(found[1]) * _HOURS[found[2]] * _HOUR_US


def prunable(
    archive: Archive, before_us: int, *, newest_too: bool = False
) -> tuple[Stored, ...]:  # fmt: skip
    """Return the snapshots of a moment before *before_us*; nothing is changed.

    Args:
        archive: Where to look.
        before_us: Microseconds since 1970 in UTC.
        newest_too: Also the newest one of a task.
    """
    found: list[Stored] = []
    for task in archive.tasks():
        series = snapshots_in(task.path)
        candidates = series if newest_too else series[:-1]
        found += [stored for stored in candidates if stored.as_of_us < before_us]
    return tuple(found)


def size_of(stored: Stored) -> int:
    """Return the size of an answer in bytes; of a packed one as its sidecar tells it."""
    try:
        return stored.path.stat().st_size
    except FileNotFoundError:
        size = stored.about().get("n_bytes")
        return size if isinstance(size, int) else 0


def prune(chosen: Sequence[Stored]) -> None:
    """Remove snapshots with their sidecars; a folder that holds no other goes with them.

    A kill at any instant leaves each answer with its sidecar, or neither.

    Raises:
        InputError: A pack is damaged.
        SopsReportError: One cannot be removed, or a writer holds the folder for too long.
    """
    in_folders = sorted(chosen, key=lambda stored: stored.path)
    for folder, group in groupby(in_folders, key=lambda stored: stored.path.parent):
        if not folder.is_dir():
            continue
        with locked(folder) as alone:
            tidy(folder, alone=alone)
            _prune_in(folder, tuple(group))


def _prune_in(folder: Path, chosen: Sequence[Stored]) -> None:
    for stored in chosen:
        _remove(stored)
    _drop_packed(folder, {path.name for one in chosen for path in (one.path, one.sidecar)})
    if not snapshots_in(folder):
        for name in (*BESIDE, PACK):
            with explained(folder / name):
                (folder / name).unlink(missing_ok=True)
        with suppress(OSError):  # something else lies there: it stays
            folder.rmdir()


def _drop_packed(folder: Path, names: Iterable[str]) -> None:
    packed = index_of(folder / PACK) or {}
    kept = {name: digest for name, digest in packed.items() if name not in names}
    if len(kept) < len(packed):
        rewrite(folder, kept, plain=set())


def _remove(stored: Stored) -> None:
    """Take the sidecar's name away first: if we are stopped then, `tidy` gives it back."""
    put_aside = temporary_path(stored.path.parent)
    with explained(stored.path):
        with suppress(FileNotFoundError):
            stored.sidecar.rename(put_aside)
        stored.path.unlink(missing_ok=True)
        put_aside.unlink(missing_ok=True)
