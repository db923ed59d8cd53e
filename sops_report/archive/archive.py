"""`Archive`: save, find and load snapshots."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sops_report.archive.files import replace, written
from sops_report.archive.layout import (
    BESIDE,
    SIDECAR_SUFFIX,
    Stored,
    TaskFolder,
    as_mapping,
    iso_of,
    read_sidecar,
    snapshots_in,
    stem_of,
    task_folders,
    task_path,
)  # fmt: skip
from sops_report.archive.locks import locked
from sops_report.archive.putting import put_answer
from sops_report.archive.sameness import says_the_same
from sops_report.archive.shelf import read_bytes, read_files
from sops_report.archive.tidying import tidy
from sops_report.archive.verify import Finding, verify
from sops_report.config import SECRET_PARAMETERS
from sops_report.errors import InputError, SopsReportError, UsageError
from sops_report.version import __version__

SIDECAR_SCHEMA: Final = "sops-report/meta/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Where an answer lies now.

    Attributes:
        path: The address that holds it, or the one that already held the same data.
        is_new: False if nothing was written.
    """

    path: Path
    is_new: bool


class Archive:
    """A folder of saved answers; any number of programs may write into it at once.

    Example:
        >>> import tempfile
        >>> where = {"site": "bk.example.com", "scope": "cmdb_biz", "biz": "2", "task_id": "7"}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     archive = Archive(folder)
        ...     saved = archive.save(
        ...         b'{"result": true, "data": {"state": "EXPIRED"}}', **where, as_of_us=None,
        ...         fetched_at_us=1_700_000_000_000_000, request={}, http_status=200)
        ...     saved.path.relative_to(folder).as_posix()
        'bk.example.com/cmdb_biz-2/7/20231114T221320Z.json'
    """

    def __init__(self, folder: Path | str) -> None:
        """Name the folder; it is made by the first save."""
        self.folder = Path(folder)

    def __repr__(self) -> str:
        """Name the folder."""
        return f"Archive({str(self.folder)!r})"

    def save(  # noqa: PLR0913 - what identifies an answer
        self,
        body: bytes,
        *,
        site: str,
        scope: str,
        biz: str,
        task_id: str,
        as_of_us: int | None,
        fetched_at_us: int,
        request: Mapping[str, object],
        http_status: int,
        ignore_elapsed: bool = False,
    ) -> Saved:
        """Save an answer byte for byte, unless the newest one holds equal data.

        Args:
            body: The answer as it came.
            site: The site's host, with its port if it has one.
            scope: What the business id means.
            biz: The business or project id.
            task_id: The task's number.
            as_of_us: The moment the answer speaks of; the moment of the fetch names it if None.
            fetched_at_us: When it was fetched, microseconds since 1970 in UTC.
            request: What was asked; parameters that could be secret are left out.
            http_status: The HTTP status.
            ignore_elapsed: An answer that differs in running clocks only counts as equal.

        Raises:
            UsageError: A name could leave the folder.
            SopsReportError: The folder cannot be written; nothing half-written is left.
        """
        folder = task_path(self.folder, site=site, scope=scope, biz=biz, task_id=task_id)
        stem = stem_of(fetched_at_us if as_of_us is None else as_of_us)
        about = {
            "schema": SIDECAR_SCHEMA, "site": site, "scope": scope, "biz": biz,
            "task_id": task_id, "as_of": None if as_of_us is None else iso_of(as_of_us),
            "fetched_at": iso_of(fetched_at_us), "http_status": http_status,
            "sha256": hashlib.sha256(body).hexdigest(), "n_bytes": len(body),
            "tool": f"sops-report {__version__}", "request": _harmless(request),
        }  # fmt: skip
        with locked(folder) as alone:
            tidy(folder, alone=alone)
            for known in _comparable(folder, stem):
                if _holds_the_same(known, body, ignore_elapsed=ignore_elapsed):
                    return Saved(path=known.path, is_new=False)
            path, is_new = put_answer(folder, stem, body, _as_json(about), says_the_same)
        return Saved(path=path, is_new=is_new)

    def save_beside(  # noqa: PLR0913 - what identifies a task
        self, name: str, body: bytes, *, site: str, scope: str, biz: str, task_id: str
    ) -> Path:
        """Save a companion of a task's snapshots beside them, in place of an older one.

        Args:
            name: One of ``layout.BESIDE``: ``pipeline_tree.json``, ``histories.json`` …
            body: The file's content.
            site: The site's host, with its port if it has one.
            scope: What the business id means.
            biz: The business or project id.
            task_id: The task's number.

        Raises:
            UsageError: The name is another, or could leave the folder.
            SopsReportError: The folder cannot be written.
        """
        if name not in BESIDE:
            raise UsageError("archive-name", what="file", value=repr(name[:60]))
        folder = task_path(self.folder, site=site, scope=scope, biz=biz, task_id=task_id)
        with locked(folder) as alone:
            tidy(folder, alone=alone)
            if read_files(folder, [name]).get(name) != body:
                with written(folder, body) as temporary:
                    replace(temporary, folder / name)
        return folder / name

    def tasks(self, biz: str | None = None, task_id: str | None = None) -> tuple[TaskFolder, ...]:
        """Return the folders of all tasks, in the order of their names.

        Args:
            biz: Only of this business or project id.
            task_id: Only of this task (of several sites or scopes, perhaps).
        """
        return tuple(task_folders(self.folder, biz, task_id))

    def all_snapshots(
        self, tell: Callable[[TaskFolder, SopsReportError], None] | None = None
    ) -> Iterator[tuple[TaskFolder, tuple[Stored, ...]]]:
        """Yield every task that has snapshots with all of them, oldest first, plain or packed.

        A snapshot reads its bytes (`Stored.read`) and its sidecar (`Stored.about`) itself; those
        of one task are read faster together (`load_series`). Both may go to other processes.

        Args:
            tell: Is told which task's pack cannot be read, and why; such a task is left out.

        Raises:
            InputError: A pack cannot be read and nobody is told.
        """
        for task in task_folders(self.folder):
            try:
                series = snapshots_in(task.path)
            except InputError as refusal:
                if tell is None:
                    raise
                tell(task, refusal)
                continue
            if series:
                yield task, series

    def snapshots(
        self, biz: str | int, task_id: str | int, *, site: str | None = None,
        scope: str | None = None,
    ) -> tuple[Stored, ...]:  # fmt: skip
        """Return a task's snapshots, oldest first; none if the archive does not know it.

        Raises:
            UsageError: Several sites or scopes have this task, and none was named.
        """
        places = [
            task for task in self.tasks(str(biz), str(task_id))
            if (site is None or site.lower().replace(":", "_") == task.site)
            and scope in (None, task.scope)
        ]  # fmt: skip
        found = [(task, stored) for task in places if (stored := snapshots_in(task.path))]
        if len(found) > 1:
            names = ", ".join(str(task.path.relative_to(self.folder)) for task, _ in found)
            raise UsageError("archive-ambiguous", biz=biz, task_id=task_id, places=names)
        return found[0][1] if found else ()

    def find(
        self, biz: str | int, task_id: str | int, at_us: int | None = None, *,
        site: str | None = None, scope: str | None = None,
    ) -> Stored:  # fmt: skip
        """Return the newest snapshot of a task, or the newest at or before *at_us*.

        Raises:
            InputError: There is none.
            UsageError: Several sites or scopes have this task, and none was named.
        """
        known = self.snapshots(biz, task_id, site=site, scope=scope)
        if not known:
            raise InputError("not-archived", biz=biz, task_id=task_id, folder=self.folder)
        if at_us is None:
            return known[-1]
        before = [stored for stored in known if stored.as_of_us <= at_us]
        if not before:
            at, first = iso_of(at_us), iso_of(known[0].as_of_us)
            raise InputError("not-archived-then", biz=biz, task_id=task_id, at=at, first=first)
        return before[-1]

    def load(self, path: Path) -> tuple[bytes, Mapping[str, object]]:
        """Return an answer and its sidecar; an empty one if it is missing or broken.

        Raises:
            InputError: The answer cannot be read.
        """
        return read_bytes(path), read_sidecar(path.with_name(path.stem + SIDECAR_SUFFIX))

    def load_series(
        self, series: Sequence[Stored]
    ) -> Iterator[tuple[Stored, bytes, Mapping[str, object]]]:
        """Yield snapshots of one task with their bytes and sidecars; a pack is read once.

        Raises:
            InputError: An answer cannot be read.
        """
        if not series:
            return
        names = [path.name for stored in series for path in (stored.path, stored.sidecar)]
        found = read_files(series[0].path.parent, names)
        for stored in series:
            body = found.pop(stored.path.name, None)
            about = as_mapping(found.pop(stored.sidecar.name, b""))
            yield stored, stored.read() if body is None else body, about

    def tidy(self) -> int:
        """Put in order what killed writers left; returns the number of files removed.

        Raises:
            SopsReportError: A writer holds a task's folder for too long.
        """
        removed = 0
        for task in task_folders(self.folder):
            with locked(task.path) as alone:
                removed += tidy(task.path, alone=alone)
        return removed

    def verify(self) -> list[Finding]:
        """Look at every file and tell what is not as it was saved; changes nothing.

        Raises:
            SopsReportError: A writer holds a task's folder for too long.
        """
        return verify(self.folder)


def _comparable(folder: Path, stem: str) -> Iterator[Stored]:
    """Yield the newest snapshot and those of the same second."""
    known = snapshots_in(folder)
    for index, stored in enumerate(known, 1):
        if index == len(known) or stored.path.name.startswith(stem):
            yield stored


def _holds_the_same(known: Stored, body: bytes, *, ignore_elapsed: bool) -> bool:
    try:
        return says_the_same(known.read(), body, ignore_elapsed=ignore_elapsed)
    except InputError:
        return False  # what cannot be read must not keep an answer out


def _as_json(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _harmless(request: Mapping[str, object]) -> Mapping[str, object]:
    """Leave out what could be a secret, also among the parameters."""
    return {
        name: _harmless(value) if isinstance(value, Mapping) else value
        for name, value in request.items()
        if name.lower() not in SECRET_PARAMETERS
    }
