"""Files written whole or not at all, which nobody ever sees half.

The bytes go into a temporary file in the same folder and down to the disk; only then the file
gets its name, by a link that fails if the name is taken. A kill at any instant leaves at most a
temporary file (``.….tmp``), which no reader takes for an answer.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sops_report.errors import SopsReportError

TEMPORARY_SUFFIX: Final = ".tmp"
# File systems without links (FAT, some network shares) say one of these.
_NO_LINKS: Final = frozenset({
    errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EXDEV,
    errno.EMLINK, errno.EINVAL,
})  # fmt: skip


@contextmanager
def written(folder: Path, body: bytes) -> Iterator[Path]:
    """Write *body* into a temporary file and hand it out; it is gone afterwards.

    Raises:
        SopsReportError: The folder cannot be written: full, read-only, not a folder.
    """
    with temporary_in(folder) as path:
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            _write(path, body)
        yield path


def temporary_path(folder: Path) -> Path:
    """Return a name that no reader takes for an answer."""
    return folder / f".{secrets.token_hex(8)}{TEMPORARY_SUFFIX}"


@contextmanager
def temporary_in(folder: Path) -> Iterator[Path]:
    """Hand out the path of a temporary file that is yet to be written; it is gone afterwards."""
    path = temporary_path(folder)
    try:
        yield path
    finally:
        with suppress(OSError):  # what cannot be removed is found by verify
            path.unlink()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an error of the operating system into one line of ours."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SopsReportError("archive-write", path=path, reason=reason) from None


def _write(path: Path, body: bytes) -> None:
    with path.open("xb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def publish(temporary: Path, target: Path) -> bool:
    """Give a written file its name, unless the name is taken.

    Returns:
        False if *target* exists; it is never overwritten.

    Raises:
        SopsReportError: The file system refuses.
    """
    with explained(target):
        try:
            os.link(temporary, target)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            return _publish_without_links(temporary, target)
        _sync_name(target)
        return True


def _sync_name(target: Path) -> None:
    """Make a new name last; one that may not is taken back, so that a refusal leaves nothing."""
    try:
        _sync_folder(target.parent)
    except OSError:
        target.unlink()
        raise


def _publish_without_links(temporary: Path, target: Path) -> bool:
    """Take the name with an empty file, then put the whole one in its place."""
    try:
        target.open("xb").close()
    except FileExistsError:
        return False
    try:
        temporary.replace(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise
    _sync_name(target)
    return True


def replace(temporary: Path, target: Path) -> None:
    """Give a written file its name, in the place of an older one.

    Raises:
        SopsReportError: The file system refuses.
    """
    with explained(target):
        temporary.replace(target)
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the name itself last; where folders cannot be opened (Windows) there is no need."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
