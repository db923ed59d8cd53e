"""Looking through an archive for what is not as it was saved."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sops_report.api.envelope import members
from sops_report.archive.files import TEMPORARY_SUFFIX
from sops_report.archive.layout import (
    BESIDE,
    Stored,
    answer_of_sidecar,
    read_snapshot_name,
    task_folders,
)  # fmt: skip
from sops_report.words import Language, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something in the archive that is not as it should be.

    Attributes:
        code: ``hash-mismatch``, ``missing-sidecar``, ``orphan-sidecar``, ``bad-sidecar``,
            ``leftover``, ``not-json`` or ``unreadable``.
        path: The file.
    """

    code: str
    path: Path

    def text(self, language: Language) -> str:
        """Return the finding as one line."""
        return say(f"archive.{self.code}", language, path=self.path)


def verify(root: Path) -> list[Finding]:
    """Return what is wrong below *root*, in the order of the paths."""
    return [
        Finding(code=code, path=path)
        for task in task_folders(root)
        for path in sorted(task.path.iterdir())
        for code in _findings(path)
    ]


def _findings(path: Path) -> Iterator[str]:
    stored = read_snapshot_name(path)
    answer = answer_of_sidecar(path)
    try:
        if path.name.endswith(TEMPORARY_SUFFIX):
            yield "leftover"
        elif stored is not None:
            yield from _snapshot_findings(stored)
        elif answer is not None and not answer.is_file():
            yield "orphan-sidecar"
        elif path.name in BESIDE and not _is_json(path.read_bytes()):
            yield "not-json"
    except OSError:
        yield "unreadable"


def _snapshot_findings(stored: Stored) -> Iterator[str]:
    body = stored.path.read_bytes()
    if not _is_json(body):
        yield "not-json"
    try:
        about = json.loads(stored.sidecar.read_bytes())
        expected = about["sha256"]
    except FileNotFoundError:
        yield "missing-sidecar"
    except (ValueError, KeyError, TypeError, RecursionError):
        yield "bad-sidecar"
    else:
        if expected != hashlib.sha256(body).hexdigest():
            yield "hash-mismatch"


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except RecursionError:  # too deep to check whole; its brackets have to match
        return members(body) is not None
    except ValueError:
        return False
    return True
