"""Old snapshots taken out of an archive; the newest of a task stays unless it is asked for."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from sops_report.archive.archive import Archive
from sops_report.archive.files import explained
from sops_report.archive.layout import BESIDE, Stored, snapshots_in
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


def prune(chosen: Sequence[Stored]) -> None:
    """Remove snapshots with their sidecars; a folder that holds no other goes with them.

    A kill in between leaves a sidecar without its answer, which `verify` finds.

    Raises:
        SopsReportError: One cannot be removed.
    """
    for stored in chosen:
        with explained(stored.path):
            stored.path.unlink(missing_ok=True)
            stored.sidecar.unlink(missing_ok=True)
    for folder in sorted({stored.path.parent for stored in chosen}):
        if not snapshots_in(folder):
            for name in BESIDE:
                with explained(folder / name):
                    (folder / name).unlink(missing_ok=True)
            with suppress(OSError):  # something else lies there: it stays
                folder.rmdir()
