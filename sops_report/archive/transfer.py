"""An archive as one ZIP file, and back: every file is checked against its hash, none leaves.

The ZIP holds the files under their names in the archive and ``SHA256SUMS`` as `sha256sum` writes
it. On the way back only names that the archive itself would give are taken.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from sops_report.archive.archive import Archive
from sops_report.archive.files import publish, written
from sops_report.archive.layout import (
    BESIDE,
    SIDECAR_SUFFIX,
    answer_of_sidecar,
    read_snapshot_name,
    snapshots_in,
    task_path,
)
from sops_report.archive.locks import locked
from sops_report.archive.packing import in_order
from sops_report.archive.packs import SUMS, members_of
from sops_report.archive.putting import put_answer
from sops_report.archive.shelf import PACK, is_there
from sops_report.archive.tidying import tidy
from sops_report.errors import InputError, UsageError
from sops_report.files import whole_file

_SUM: Final = re.compile(r"([0-9a-f]{64})  (\S.{0,500})")
_PARTS: Final = 4
_LARGEST_FILE: Final = 256 * 1024 * 1024
_LARGEST_SUMS: Final = 64 * 1024 * 1024
# Of one moment, so that equal archives make equal bytes.
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import came to: answers that are new, and those that were there already."""

    n_new: int
    n_known: int


def export_zip(archive: Archive, target: Path, *, force: bool = False) -> int:
    """Write all answers with their sidecars and companions into a ZIP file; packs go as they are.

    Returns:
        The number of files.

    Raises:
        UsageError: *target* exists and *force* is not set, or its folder cannot be written.
        InputError: A file of the archive cannot be read.
    """
    sums: list[str] = []
    with (
        whole_file(target, force=force) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name, path in _files(archive):
            body, _ = archive.load(path)
            sums.append(f"{hashlib.sha256(body).hexdigest()}  {name}\n")
            packed.writestr(_member(name), body)
        packed.writestr(_member(SUMS), "".join(sums))
    return len(sums)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _MOMENT)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member


def _files(archive: Archive) -> Iterator[tuple[str, Path]]:
    for task in archive.tasks():
        for path in sorted(task.path.iterdir()):
            if path.is_file() and _may_be_named(path.name):
                yield path.relative_to(archive.folder).as_posix(), path


def _may_be_named(name: str) -> bool:
    return name == PACK or _is_ours(name)


def _is_ours(name: str) -> bool:
    path = Path(name)
    is_sidecar = answer_of_sidecar(path) is not None
    return name in BESIDE or is_sidecar or read_snapshot_name(path) is not None


def import_zip(archive: Archive, source: Path) -> Imported:
    """Take the files of a ZIP file into the archive; nothing that is there is overwritten.

    All of it is checked before the first file is written. An answer whose name is taken by another
    gets the next free number, as a writer of its own would.

    Raises:
        InputError: It is no such ZIP file, is damaged, or names a path that is not the archive's.
        SopsReportError: The archive cannot be written.
    """
    try:
        with zipfile.ZipFile(source) as packed:
            names = _checked(packed, source)
            return _taken(archive, packed, names, source)
    except OSError as cause:
        reason = cause.strerror or type(cause).__name__
        raise InputError("unreadable-file", source=source, reason=reason) from None
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError):
        raise InputError("bad-zip", source=source) from None


def _checked(packed: zipfile.ZipFile, source: Path) -> tuple[str, ...]:
    """Return the names of all files, each known by hash, plain and within the archive."""
    sums = _sums(packed, source)
    members = [member.filename for member in packed.infolist() if member.filename != SUMS]
    if sorted(members) != sorted(sums):
        raise InputError("zip-other-files", source=source)
    for name in members:
        place, body = _place(Path(), name, source), _body(packed, name, source)
        if hashlib.sha256(body).hexdigest() != sums[name]:
            raise InputError("zip-hash", source=source, name=repr(name[:200]))
        if place.name == PACK and not all(_is_ours(one) for one, _ in members_of(place, body)):
            raise InputError("bad-pack", path=place)
    return tuple(sorted(members))


def _sums(packed: zipfile.ZipFile, source: Path) -> Mapping[str, str]:
    if SUMS not in packed.namelist() or packed.getinfo(SUMS).file_size > _LARGEST_SUMS:
        raise InputError("zip-no-sums", source=source)
    lines = packed.read(SUMS).decode("utf-8", "replace").splitlines()
    found = [_SUM.fullmatch(line) for line in lines]
    return {match[2]: match[1] for match in found if match is not None}


def _body(packed: zipfile.ZipFile, name: str, source: Path) -> bytes:
    """Read a member, at most as much as an answer may have: its size in the ZIP is a claim."""
    with packed.open(name) as member:
        body = member.read(_LARGEST_FILE + 1)
    if len(body) > _LARGEST_FILE:
        raise InputError("too-large", source=source, limit=_LARGEST_FILE)
    return body


def _place(root: Path, name: str, source: Path) -> Path:
    """Return where a file belongs.

    Raises:
        InputError: The archive would not give such a name.
    """
    parts = PurePosixPath(name).parts
    refusal = InputError("zip-path", source=source, name=repr(name[:200]))
    if len(parts) != _PARTS or "/".join(parts) != name or not _may_be_named(parts[3]):
        raise refusal
    scope, _, biz = parts[1].partition("-")
    try:
        folder = task_path(root, site=parts[0], scope=scope, biz=biz, task_id=parts[2])
    except UsageError:
        raise refusal from None
    return folder / parts[3]


def _taken(
    archive: Archive, packed: zipfile.ZipFile, names: tuple[str, ...], source: Path
) -> Imported:
    by_folder: dict[Path, dict[str, str]] = {}
    for name in names:
        path = _place(archive.folder, name, source)
        by_folder.setdefault(path.parent, {})[path.name] = name
    n_new = n_known = 0
    for folder, inside in by_folder.items():
        with locked(folder) as alone:
            tidy(folder, alone=alone)
            done = _taken_into(folder, lambda one: _body(packed, inside[one], source), set(inside))  # noqa: B023 - called at once
        n_new, n_known = n_new + done.n_new, n_known + done.n_known
    return Imported(n_new=n_new, n_known=n_known)


def _taken_into(folder: Path, body_of: Callable[[str], bytes], names: set[str]) -> Imported:
    """Take the files of one task, the pack first: into an empty folder it goes as it is."""
    n_new = n_known = 0
    if PACK in names:
        content = body_of(PACK)
        members = dict(members_of(folder / PACK, content))
        if not snapshots_in(folder) and _put(folder / PACK, content):
            n_new += sum(read_snapshot_name(Path(name)) is not None for name in members)
        else:
            done = _taken_into(folder, members.__getitem__, set(members))
            n_new, n_known = done.n_new, done.n_known
    for name in reversed(in_order(names - {PACK})):  # answers first, the oldest before the others
        if name in BESIDE:
            if not is_there(folder / name):
                _put(folder / name, body_of(name))
        elif read_snapshot_name(Path(name)) is not None:
            sidecar = name.removesuffix(".json") + SIDECAR_SUFFIX
            about = body_of(sidecar) if sidecar in names else None
            stem = name.removesuffix(".json").partition("-")[0]
            _, is_new = put_answer(folder, stem, body_of(name), about, bytes.__eq__)
            n_new, n_known = n_new + is_new, n_known + (not is_new)
    return Imported(n_new=n_new, n_known=n_known)


def _put(path: Path, body: bytes) -> bool:
    with written(path.parent, body) as temporary:
        return publish(temporary, path)
