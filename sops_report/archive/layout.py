"""Names in the archive: how a task and a moment become a path, and back.

Whatever comes from outside is checked before it becomes part of a path; nothing can leave the
folder.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sops_report.archive.shelf import names_in, read_bytes, read_files
from sops_report.errors import InputError, UsageError

SIDECAR_SUFFIX: Final = ".meta.json"
BESIDE: Final = (
    "pipeline_tree.json", "histories.json", "operate_records.json", "node_logs.json",
    "refusals.json",
)  # fmt: skip
_SNAPSHOT: Final = re.compile(r"(\d{8}T\d{6}Z)(?:-([1-9]\d{0,5}))?\.json")
_SIDECAR: Final = re.compile(r"(\d{8}T\d{6}Z(?:-[1-9]\d{0,5})?)\.meta\.json")
_HOST: Final = re.compile(r"[A-Za-z0-9\[][A-Za-z0-9._:\[\]-]{0,252}")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFolder:
    """The folder of one task.

    Attributes:
        site: The host as it stands in the path (``:`` is ``_``).
        scope, biz, task_id: Whose task, and which.
        path: The folder.
    """

    site: str
    scope: str
    biz: str
    task_id: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One snapshot in the archive; a value that may go to another process.

    Attributes:
        path: The answer's address; packing does not change it, so read it by `read` only.
        as_of_us: The moment in its name, whole seconds in microseconds.
        number: 1, or what follows the moment where several differ in the same second.
    """

    path: Path
    as_of_us: int
    number: int

    @property
    def sidecar(self) -> Path:
        """The path of the sidecar, whether it exists or not."""
        return self.path.with_name(self.path.stem + SIDECAR_SUFFIX)

    def read(self) -> bytes:
        """Return the answer byte for byte, plain or packed.

        Raises:
            InputError: It cannot be read.
        """
        return read_bytes(self.path)

    def about(self) -> Mapping[str, object]:
        """Return what the sidecar tells; nothing if it is missing or broken."""
        return read_sidecar(self.sidecar)


def task_path(root: Path, *, site: str, scope: str, biz: str, task_id: str) -> Path:
    """Return the folder of a task below *root*.

    Raises:
        UsageError: A name could leave the folder or is no name.

    Example:
        >>> task_path(Path("a"), site="h:80", scope="cmdb_biz", biz="2", task_id="7").as_posix()
        'a/h_80/cmdb_biz-2/7'
    """
    host = _checked("site", site.lower(), _HOST).replace(":", "_")
    owner = f"{_checked('scope', scope, _WORD)}-{_checked('biz', biz, _ID)}"
    return root / host / owner / _checked("task id", task_id, _ID)


def _checked(what: str, value: str, allowed: re.Pattern[str]) -> str:
    if not allowed.fullmatch(value) or ".." in value or value.endswith("."):
        raise UsageError("archive-name", what=what, value=repr(value[:60]))
    return value


def stem_of(moment_us: int) -> str:
    """Return the file name's stem for a moment, cut to the second.

    Raises:
        UsageError: The moment is outside the years 1 to 9999.

    Example:
        >>> stem_of(1_700_000_000_999_999)
        '20231114T221320Z'
    """
    try:
        moment = _EPOCH + timedelta(microseconds=moment_us)
    except OverflowError:
        raise UsageError("archive-name", what="moment", value=moment_us) from None
    return f"{moment.year:04d}{moment:%m%dT%H%M%SZ}"


def iso_of(moment_us: int) -> str:
    """Return a moment as ISO 8601 in UTC, to the microsecond."""
    return (_EPOCH + timedelta(microseconds=moment_us)).isoformat().replace("+00:00", "Z")


def read_snapshot_name(path: Path) -> Stored | None:
    """Return what the name of a file tells, None if it is not a snapshot's."""
    told = _told_by(path.name)
    return None if told is None else Stored(path=path, as_of_us=told[0], number=told[1])


def _told_by(name: str) -> tuple[int, int] | None:
    """Return the moment and the number in the name of a snapshot."""
    found = _SNAPSHOT.fullmatch(name)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found.group(1))  # an archive has ten thousands
    except ValueError:
        return None
    return (moment - _EPOCH) // _MICRO, int(found.group(2) or 1)


def in_order(names: Iterable[str]) -> list[tuple[int, int, str]]:
    """Return the snapshots among names, oldest first, with their moments and numbers.

    Example:
        >>> in_order(["20231114T221320Z.meta.json", "20231114T221320Z.json", "flow.json"])
        [(1700000000000000, 1, '20231114T221320Z.json')]
    """
    return sorted((*told, name) for name in names if (told := _told_by(name)) is not None)


def answer_of_sidecar(path: Path) -> Path | None:
    """Return the answer a sidecar belongs to, None if the name is not a sidecar's."""
    found = _SIDECAR.fullmatch(path.name)
    return path.with_name(f"{found.group(1)}.json") if found else None


def read_sidecar(path: Path) -> Mapping[str, object]:
    """Return what a sidecar tells, plain or packed; nothing if it is missing or broken."""
    try:
        return as_mapping(read_files(path.parent, [path.name]).get(path.name, b""))
    except InputError:
        return {}


def as_mapping(sidecar: bytes) -> Mapping[str, object]:
    """Return what the bytes of a sidecar tell; nothing if they are broken."""
    try:
        about = json.loads(sidecar)
    except (ValueError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}


def snapshots_in(folder: Path) -> tuple[Stored, ...]:
    """Return the snapshots of a task's folder, oldest first, packed ones among them.

    Returns:
        None of them if there is no folder.

    Raises:
        InputError: The pack is damaged.
    """
    try:
        names = names_in(folder)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple(
        Stored(path=folder / name, as_of_us=as_of_us, number=number)
        for as_of_us, number, name in in_order(names)
    )


def task_folders(
    root: Path, biz: str | None = None, task_id: str | None = None
) -> Iterator[TaskFolder]:
    """Yield the folders of tasks below *root*, in the order of their names.

    Args:
        root: The archive.
        biz: Only of this business; the others' folders are not even listed.
        task_id: Only this task, likewise.
    """
    if not all(_ID.fullmatch(one) for one in (biz, task_id) if one is not None):
        return
    for path in sorted(root.glob(f"*/*-{biz or '*'}/{task_id or '*'}")):
        site, owner, task = path.relative_to(root).parts
        scope, _, of = owner.partition("-")
        is_ours = _WORD.fullmatch(scope) and _ID.fullmatch(of) and _ID.fullmatch(task)
        if is_ours and biz in (None, of) and path.is_dir():
            yield TaskFolder(site=site, scope=scope, biz=of, task_id=task, path=path)
