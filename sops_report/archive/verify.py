"""Looking through an archive for what is not as it was saved."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sops_report.api.envelope import members
from sops_report.archive.files import TEMPORARY_SUFFIX
from sops_report.archive.layout import (
    BESIDE,
    answer_of_sidecar,
    read_snapshot_name,
    task_folders,
)  # fmt: skip
from sops_report.archive.locks import locked
from sops_report.archive.packs import members_of
from sops_report.archive.shelf import PACK, index_of
from sops_report.errors import InputError
from sops_report.words import Language, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something in the archive that is not as it should be.

    Attributes:
        code: ``hash-mismatch``, ``missing-sidecar``, ``orphan-sidecar``, ``bad-sidecar``,
            ``leftover``, ``not-json``, ``bad-pack``, ``name-twice`` or ``unreadable``.
        path: The file.
    """

    code: str
    path: Path

    def text(self, language: Language) -> str:
        """Return the finding as one line."""
        return say(f"archive.{self.code}", language, path=self.path)


def verify(root: Path) -> list[Finding]:
    """Return what is wrong below *root*, in the order of the paths.

    Raises:
        SopsReportError: A writer holds a task's folder for too long.
    """
    findings: list[Finding] = []
    for task in task_folders(root):
        with locked(task.path):  # a live writer's temporary files are none of a dead one
            findings += [
                Finding(code=code, path=path)
                for code, path in sorted(_in_folder(task.path), key=lambda one: one[1])
            ]
    return findings


def _in_folder(folder: Path) -> Iterator[tuple[str, Path]]:
    names = sorted(path.name for path in folder.iterdir())
    promises = _plain_promises(folder, names)
    packed: Mapping[str, str] = {}
    try:
        packed = index_of(folder / PACK) or {}
        yield from _in_pack(folder, packed, promises)
    except InputError:
        yield "bad-pack", folder / PACK
    known = {*names, *packed}
    for name in names:
        try:
            for code in _findings(folder / name, known, packed.get(name), promises):
                yield code, folder / name
        except OSError:
            yield "unreadable", folder / name


def _plain_promises(folder: Path, names: Iterable[str]) -> dict[str, str | None]:
    """Return the hash each plain sidecar promises of its answer, None where it is not ours."""
    found: dict[str, str | None] = {}
    for name in names:
        answer = answer_of_sidecar(folder / name)
        if answer is not None:
            try:
                found[answer.name] = _promise((folder / name).read_bytes())
            except OSError:
                found[answer.name] = None
    return found


def _in_pack(
    folder: Path, packed: Mapping[str, str], promises: Mapping[str, str | None]
) -> Iterator[tuple[str, Path]]:
    """Look at every member; each is checked against its hash by being read."""
    promises = dict(promises)
    for name, body in members_of(folder / PACK) if packed else ():
        path = folder / name
        answer = answer_of_sidecar(path)
        if answer is not None:
            promises[answer.name] = _promise(body)
            if answer.name not in packed:
                yield "orphan-sidecar", path
        else:
            for code in _content_findings(path, body, promises):
                yield code, path


def _findings(
    path: Path, known: set[str], packed: str | None, promises: Mapping[str, str | None]
) -> Iterator[str]:
    """Look at one plain file; *packed* is the hash of its namesake in the pack."""
    answer = answer_of_sidecar(path)
    if path.name.endswith(TEMPORARY_SUFFIX):
        yield "leftover"
    elif answer is not None:
        if answer.name not in known:
            yield "orphan-sidecar"
    elif path.name in BESIDE or read_snapshot_name(path) is not None:
        body = path.read_bytes()
        if packed is None or path.name in BESIDE:
            yield from _content_findings(path, body, promises)
        elif packed != hashlib.sha256(body).hexdigest():
            yield "name-twice"


def _content_findings(path: Path, body: bytes, promises: Mapping[str, str | None]) -> Iterator[str]:
    if not _is_json(body):
        yield "not-json"
    if path.name in BESIDE:
        return
    if path.name not in promises:
        yield "missing-sidecar"
    elif promises[path.name] is None:
        yield "bad-sidecar"
    elif promises[path.name] != hashlib.sha256(body).hexdigest():
        yield "hash-mismatch"


def _promise(sidecar: bytes) -> str | None:
    """Return the hash that a sidecar promises, None if it is none of ours."""
    try:
        return str(json.loads(sidecar)["sha256"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except RecursionError:  # too deep to check whole; its brackets have to match
        return members(body) is not None
    except ValueError:
        return False
    return True
