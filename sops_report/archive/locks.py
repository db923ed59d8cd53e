"""One writer at a time in a task's folder.

The lock lies on the folder itself, so it leaves no file, and the system lets go of it when its
holder dies. Where there are no such locks (some network file systems, Windows) writers go on
without: names are still taken by links that fail if they exist.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sops_report.archive.files import explained
from sops_report.errors import SopsReportError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PATIENCE_S: Final = 60.0
_NAP_S: Final = 0.005
_BUSY: Final = frozenset({errno.EWOULDBLOCK, errno.EACCES})


@contextmanager
def locked(folder: Path, *, patience_s: float = PATIENCE_S) -> Iterator[bool]:
    """Hold a folder, which is made if it is not there.

    Yields:
        False if this file system knows no locks; others may then be at work.

    Raises:
        SopsReportError: Another writer holds it for too long, or it cannot be made.
    """
    handle = _held(folder, time.monotonic() + patience_s)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            os.close(handle)


def _held(folder: Path, deadline: float) -> int | None:
    while True:
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
        if fcntl is None:
            return None
        try:
            handle = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # pruned just now
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), folder.stat()):
                return handle
        except OSError as refusal:
            if refusal.errno not in _BUSY and not isinstance(refusal, FileNotFoundError):
                os.close(handle)
                return None
        os.close(handle)
        if time.monotonic() > deadline:
            raise SopsReportError("archive-busy", path=folder)
        time.sleep(_NAP_S)
