"""Files and folders → `Snapshot`, with the companions that lie beside them."""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sops_report.archive.layout import SIDECAR_SUFFIX, as_mapping
from sops_report.archive.shelf import PACK, is_there, names_in, read_bytes, read_files
from sops_report.errors import InputError, SopsReportError
from sops_report.reading import read_snapshots, with_earlier
from sops_report.reading.decode import MAX_BYTES
from sops_report.snapshot import Note, Origin, Snapshot
from sops_report.sources.markup import as_markup
from sops_report.sources.refusals import REFUSALS, noted, read_refusals
from sops_report.sources.sidecar import origin_of, origin_told

if TYPE_CHECKING:  # what a page carries is known where there is one
    from sops_report.sources.page import Page

_FLOW: Final = "pipeline_tree.json"
_HISTORIES: Final = "histories.json"
_OPERATIONS: Final = "operate_records.json"
_LOGS: Final = "node_logs.json"
_COMPANIONS: Final = (_FLOW, _HISTORIES, _OPERATIONS, _LOGS, REFUSALS)
_SNAPSHOTS: Final = "snapshots"
_PACK_SUFFIX: Final = ".tar.xz"
_LINE_SUFFIXES: Final = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_ANSWER_SUFFIXES: Final = (".json", ".json.gz", ".json.zst")
# Where an archive, a site's folder and a business' folder keep the folders of their tasks.
_ARCHIVE_DEPTHS: Final = ("*", "*/*", "*/*/*")
# Files of ours and of the archive that are no answers.
_NO_ANSWERS: Final = (".meta.json", ".meta.json.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The companions of an answer, as bytes; None where there is none."""

    flow: bytes | None = None
    histories: bytes | None = None
    operations: bytes | None = None
    logs: bytes | None = None
    refusals: bytes | None = None

    @classmethod
    def named(cls, tree: str | Path | None, histories: str | Path | None) -> "Beside":
        """Read the companions that the user names."""
        return cls(
            flow=None if tree is None else read_bytes_of(Path(tree)),
            histories=None if histories is None else read_bytes_of(Path(histories)),
        )

    def completed(self, folder: Path) -> "Beside":
        """Add the companions that lie in *folder* (or above it, if it holds snapshots only)."""
        given = {_FLOW: self.flow, _HISTORIES: self.histories}
        missing = [name for name in _COMPANIONS if given.get(name) is None]
        found = _lying(folder, missing)
        if folder.resolve().name == _SNAPSHOTS:
            above = _lying(folder.resolve().parent, [one for one in missing if one not in found])
            found = above | found
        return Beside(
            flow=found.get(_FLOW, self.flow),
            histories=found.get(_HISTORIES, self.histories),
            operations=found.get(_OPERATIONS),
            logs=found.get(_LOGS),
            refusals=found.get(REFUSALS),
        )


def _lying(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Return the companions that lie in a folder: plain, packed with all others, or as ``.gz``."""
    found = read_files(folder, names)
    for name in names:
        path = folder / f"{name}.gz"
        if name not in found and path.is_file():
            found[name] = read_bytes_of(path)
    return found


def read_bytes_of(path: Path) -> bytes:
    """Return a file's bytes, also if it has been packed since.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as cause:
        if isinstance(cause, FileNotFoundError) and is_there(path):
            return read_bytes(path)
        reason = cause.strerror or type(cause).__name__
        raise InputError("unreadable-file", source=path, reason=reason) from cause
    return _checked_size(data, str(path))


def _checked_size(data: bytes, source: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise InputError("too-large", source=source, limit=MAX_BYTES)
    return data


def read_stdin() -> bytes:
    """Return what stands on standard input.

    Raises:
        InputError: It does not end where an answer could.
    """
    if sys.stdin is None:
        return b""
    return _checked_size(sys.stdin.buffer.read(MAX_BYTES + 1), "-")


def read_file(path: Path, beside: Beside, *, task: str | None = None) -> Snapshot:
    """Read a saved answer, a list of them, JSON Lines, or a packed task."""
    if path.name.endswith(_PACK_SUFFIX):
        return _read_pack(path, beside, task=task)
    data = read_bytes_of(path)
    page = _page_in(data, str(path))
    if page is not None:
        return _of_page(page, str(path), task)
    found = _of_file(path, beside.completed(path.parent), {path.name: data})
    return newest_of(found, str(path), task)


def _read_pack(path: Path, beside: Beside, *, task: str | None) -> Snapshot:
    """Read a packed task wherever it lies: its newest answer with the others as its history."""
    from sops_report.archive.packs import members_of  # noqa: PLC0415 - start-up time

    held = dict(members_of(path))
    beside = Beside(
        flow=held.get(_FLOW) if beside.flow is None else beside.flow,
        histories=held.get(_HISTORIES) if beside.histories is None else beside.histories,
        operations=held.get(_OPERATIONS),
        logs=held.get(_LOGS),
        refusals=held.get(REFUSALS),
    )
    answers = sorted(Path(name) for name in held if _is_answer(name))
    if not answers:
        raise InputError("empty-folder", source=path)
    found = [one for answer in answers for one in _of_file(answer, beside, held)]
    snapshot = newest_of(found, str(path), task)
    return replace(snapshot, origin=replace(snapshot.origin, source=str(path)))


def read_each(answers: Sequence[Path], beside: Beside) -> list[Snapshot]:
    """Read the answers of one folder, packed or not; a pack is gone through once.

    Raises:
        InputError: One of them is none.
    """
    held = _held(answers)
    return [one for answer in answers for one in _of_file(answer, beside, held)]


def _held(answers: Sequence[Path]) -> dict[str, bytes]:
    """Return answers and their sidecars by name."""
    if not answers:
        return {}
    names = [name for answer in answers for name in (answer.name, _sidecar_of(answer))]
    return read_files(answers[0].parent, names)


def _sidecar_of(answer: Path) -> str:
    return answer.name.removesuffix(".json") + SIDECAR_SUFFIX


def read_folder(path: Path, beside: Beside, *, task: str | None = None) -> Snapshot:
    """Read one task's folder: the newest answer is the subject, the others are its history.

    An archive (or a part of it) will do if it holds one task, or *task* says which.
    """
    answers = _answers_of(path)
    if not answers:
        path = _task_folder_below(path, task)
        answers, task = _answers_of(path), None
    found, refused = _read_all(answers, beside.completed(answers[0].parent))
    snapshot = newest_of(found, str(path), task)
    notes = [Note(code="file-refused", values={"reason": str(refusal)}) for refusal in refused]
    return replace(
        snapshot,
        origin=replace(snapshot.origin, source=str(path)),
        notes=(*snapshot.notes, *notes),
    )


def _read_all(
    answers: Sequence[Path], companions: Beside
) -> tuple[list[Snapshot], list[SopsReportError]]:
    """Return the snapshots of all files, and why some could not be read."""
    found: list[Snapshot] = []
    refused: list[SopsReportError] = []
    held = _held(answers) if (answers[0].parent / PACK).is_file() else {}
    for answer in answers:
        try:
            found.extend(_of_file(answer, companions, held))
        except InputError as refusal:
            refused.append(refusal)
    if not found:
        raise refused[0]
    return found, refused


def _task_folder_below(path: Path, task: str | None) -> Path:
    """Return the one folder of a task in an archive, or in a part of it.

    Raises:
        InputError: There is none, or there are several and *task* names none or several of them.
    """
    below = (folder for depth in _ARCHIVE_DEPTHS for folder in _glob(path, depth))
    folders = [folder for folder in below if folder.name != _SNAPSHOTS and _answers_of(folder)]
    if not folders:
        raise InputError("empty-folder", source=path)
    if task is not None:
        folders = [folder for folder in folders if folder.name == task]
        if not folders:
            raise InputError("no-such-task-here", source=path, task=task)
    if len(folders) > 1:
        listed = ", ".join(folder.relative_to(path).as_posix() for folder in folders[:10])
        raise InputError("several-tasks", source=path, count=len(folders), ids=listed)
    return folders[0]


def _glob(path: Path, depth: str) -> list[Path]:
    return sorted(folder for folder in path.glob(depth) if folder.is_dir())


def read_data(
    data: bytes, source: str, beside: Beside, *, task: str | None, maybe_lines: bool = False
) -> Snapshot:
    """Read an answer from bytes; standard input may be JSON Lines as well."""
    page = _page_in(data, source)
    if page is not None:
        return _of_page(page, source, task)
    origin = _with_hash(Origin(source=source), data)
    try:
        found = _snapshots(data, origin, beside, lines=False)
    except InputError as refusal:
        if not maybe_lines or refusal.key != "extra-data":
            raise
        found = _snapshots(data, origin, beside, lines=True)
    return newest_of(found, source, task)


def _page_in(data: bytes, source: str) -> "Page | None":
    """Return what a report page carries; None where the bytes are none of our pages.

    Raises:
        InputError: It is one, but its answer was too large for it, or is damaged.
    """
    if as_markup(data) is None:
        return None
    from sops_report.sources.page_block import is_report, page_in  # noqa: PLC0415 - start-up time

    page = page_in(data)
    if page is None and is_report(data):
        raise InputError("page-without-data", source=source)
    return page


def _of_page(page: "Page", source: str, task: str | None) -> Snapshot:
    """Return the snapshot of *task*, else of the one that the page is about."""
    return newest_of(_carried(page, source), source, task or page.task)


def _carried(page: "Page", source: str) -> list[Snapshot]:
    from sops_report.sources.page import snapshots_of  # noqa: PLC0415 - start-up time

    return snapshots_of(page, source)


def newest_of(found: Sequence[Snapshot], source: str, task: str | None) -> Snapshot:
    """Return the newest of one task's snapshots with the others as its history.

    Raises:
        InputError: They belong to several tasks and none was named, or the named one is missing.
    """
    if task is not None:
        found = [s for s in found if task in (s.origin.task_id, s.tree.node_id[0])]
        if not found:
            raise InputError("no-such-task-here", source=source, task=task)
    whole = _without_parts(found)
    names = dict.fromkeys(name for s in whole if (name := _task_name(s)) is not None)
    if len(names) > 1:
        listed = ", ".join(str(name) for name in list(names)[:10])
        raise InputError("several-tasks", source=source, count=len(names), ids=listed)
    return with_earlier(whole)


def _task_name(snapshot: Snapshot) -> str | None:
    return snapshot.origin.task_id or snapshot.tree.node_id[0]


def _without_parts(found: Sequence[Snapshot]) -> list[Snapshot]:
    """Leave out answers asked for a subprocess only: their root stands inside another answer."""
    if len(found) == 1:
        return list(found)
    inner = {node_id for snapshot in found for node_id in snapshot.tree.node_id[1:]} - {None}
    return [s for s in found if s.tree.node_id[0] not in inner] or list(found)


def _answers_of(folder: Path) -> list[Path]:
    return _answers_in(folder / _SNAPSHOTS) or _answers_in(folder)


def _answers_in(folder: Path) -> list[Path]:
    """Return the files of a folder that look like answers.

    Raises:
        InputError: The folder cannot be read.
    """
    try:
        names = names_in(folder) if folder.is_dir() else set()
    except OSError as cause:
        raise InputError("unreadable-file", source=folder, reason=cause.strerror) from cause
    found = (folder / name for name in names if _is_answer(name))
    return sorted(path for path in found if not path.is_dir())


def _is_answer(name: str) -> bool:
    return (
        name.endswith(_ANSWER_SUFFIXES)
        and not name.endswith(_NO_ANSWERS)
        and not name.startswith((*_COMPANIONS, "."))
    )


def _of_file(
    path: Path, beside: Beside, held: Mapping[str, bytes] = MappingProxyType({})
) -> list[Snapshot]:
    """Read one file; *held* are the bytes of some that have been read already."""
    data = held[path.name] if path.name in held else read_bytes_of(path)
    page = _page_in(data, str(path))
    if page is not None:
        return _carried(page, str(path))
    sidecar = held.get(_sidecar_of(path))
    origin = origin_of(path) if sidecar is None else origin_told(path, as_mapping(sidecar))
    origin = _with_hash(origin, data)
    return _snapshots(data, origin, beside, lines=path.name.endswith(_LINE_SUFFIXES))


def _snapshots(data: bytes, origin: Origin, beside: Beside, *, lines: bool) -> list[Snapshot]:
    found = read_snapshots(
        data, origin, flow=beside.flow, histories=beside.histories,
        operations=beside.operations, logs=beside.logs, lines=lines,
    )  # fmt: skip
    refused = read_refusals(beside.refusals)
    return [noted(snapshot, refused) for snapshot in found]


def _with_hash(origin: Origin, data: bytes) -> Origin:
    return replace(origin, sha256=hashlib.sha256(data).hexdigest(), n_bytes=len(data), data=data)
