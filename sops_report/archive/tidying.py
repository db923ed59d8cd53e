"""What a writer that was killed left behind, put in order by the next one."""

import hashlib
import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from sops_report.archive.files import TEMPORARY_SUFFIX, publish
from sops_report.archive.layout import read_snapshot_name
from sops_report.archive.shelf import is_there

# Without locks a temporary file may still be a live writer's; one as old as this is not.
_SURELY_DEAD_S: Final = 3600.0
_LARGEST_SIDECAR: Final = 1 << 20


def tidy(folder: Path, *, alone: bool) -> int:
    """Remove the temporary files of dead writers; a sidecar among them is put to its answer.

    Args:
        folder: A task's folder, held by the caller.
        alone: The caller holds it by a lock, so nobody else is writing.

    Returns:
        How many were removed; what this user may not remove stays.
    """
    removed = 0
    for path in _left(folder, alone=alone):
        with suppress(OSError):
            _name_sidecar(path)
            path.unlink()
            removed += 1
    return removed


def _left(folder: Path, *, alone: bool) -> list[Path]:
    found = [path for path in folder.iterdir() if path.name.endswith(TEMPORARY_SUFFIX)]
    if alone or not found:
        return found
    before = time.time() - _SURELY_DEAD_S
    return [path for path in found if path.stat().st_mtime < before]


def _name_sidecar(path: Path) -> None:
    """Finish what was begun: a whole sidecar gets its name if its answer has got one."""
    if path.stat().st_size > _LARGEST_SIDECAR:
        return
    try:
        about = json.loads(path.read_bytes())
        digest = about["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    for answer in path.parent.iterdir():
        stored = read_snapshot_name(answer)
        if stored is None or is_there(stored.sidecar):
            continue
        if hashlib.sha256(answer.read_bytes()).hexdigest() == digest:
            publish(path, stored.sidecar)
            return
