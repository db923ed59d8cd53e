"""``BIZ/TASK[@TIME]`` → the snapshot in the archive, with the older ones as its history."""

import re
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Final, TypedDict

from sops_report.archive.archive import Archive
from sops_report.archive.layout import snapshots_in
from sops_report.errors import SopsReportError, UsageError
from sops_report.reading.times import TimeReader
from sops_report.snapshot import Snapshot
from sops_report.sources import files
from sops_report.sources.stitching import stitched

_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?")
_DATE: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")


class Place(TypedDict):
    """Where the archive keeps a task: the site's name, what the business id means, both ids."""

    site: str
    scope: str
    biz: str
    task_id: str


def read_archived(
    archive: Archive, biz: str, task_id: str, at: str | None, beside: files.Beside
) -> Snapshot:
    """Return a task's newest snapshot, or the newest at or before *at*.

    Raises:
        InputError: The archive does not hold it.
        UsageError: *at* is no moment.
    """
    subject = archive.find(biz, task_id, None if at is None else moment_us(at))
    name = f"{biz}/{task_id}" + (f"@{at}" if at else "")
    return read_saved(subject.path, beside, source=name)


def read_saved(path: Path, beside: files.Beside, *, source: str) -> Snapshot:
    """Return a snapshot of the archive; what lies before it in its folder is its history."""
    snapshot = files.read_file(path, beside)
    series = [stored.path for stored in snapshots_in(path.parent)]
    before = list(takewhile(lambda older: older != path, series))
    earlier = files.read_each(before, files.Beside().completed(path.parent))
    return replace(
        snapshot,
        earlier=(*earlier, *snapshot.earlier),
        origin=replace(snapshot.origin, source=source),
    )


def with_child_tasks(snapshot: Snapshot, archive: Archive) -> Snapshot:
    """Return *snapshot* with the child tasks that *archive* holds joined to it."""
    origin = snapshot.origin

    def find(task_id: str) -> Snapshot | None:
        if origin.biz is None:
            return None
        try:
            stored = archive.find(origin.biz, task_id, site=origin.site, scope=origin.scope)
            return files.read_file(stored.path, files.Beside())
        except SopsReportError:
            return None

    return stitched(snapshot, find)


def moment_us(text: str) -> int:
    """Return a moment as users write it, in microseconds since 1970 (UTC where no zone is named).

    Raises:
        UsageError: It is none.

    Example:
        >>> moment_us("20240618T133000Z") == moment_us("2024-06-18 21:30:00 +0800")
        True
    """
    compact = _COMPACT.fullmatch(text)
    if compact is not None:
        year, month, day, hour, minute, second = compact.groups()
        text = f"{year}-{month}-{day} {hour}:{minute}:{second} Z"
    elif (date := _DATE.fullmatch(text)) is not None:
        text = "-".join(date.groups()) + " 23:59:59"
    us = TimeReader().read(text).us
    if us is None:
        raise UsageError("bad-moment", value=text[:60])
    return us
