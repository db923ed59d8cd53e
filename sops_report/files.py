"""Files written whole or not at all, and never over another one without a word."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sops_report.errors import UsageError


@contextmanager
def whole_file(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Give a temporary file beside *path*; it takes the name only if the block succeeds.

    Raises:
        UsageError: *path* exists and *force* is not set, or its folder cannot be written.
    """
    if path.exists() and not force:
        raise UsageError("exists", path=path)
    temporary = path.with_name(f".{secrets.token_hex(4)}{path.suffix}")
    try:
        temporary.touch(exist_ok=False)
    except OSError as error:
        raise UsageError("folder", path=path.parent, why=error.strerror) from error
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write *data* to *path* whole or not at all.

    Raises:
        UsageError: *path* exists and *force* is not set, or its folder cannot be written.
    """
    with whole_file(path, force=force) as temporary:
        temporary.write_bytes(data)


def write_pieces(path: Path, pieces: Iterable[str], *, force: bool = False) -> None:
    """Write a text to *path* as UTF-8, whole or not at all, each piece as it comes.

    Raises:
        UsageError: *path* exists and *force* is not set, or its folder cannot be written.
    """
    with whole_file(path, force=force) as temporary, temporary.open("wb") as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "replace"))
