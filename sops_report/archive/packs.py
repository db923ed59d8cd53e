"""A packed task: all its files in one ``answers.tar.xz``, each known by its hash.

Any tool of any year can read it: ``tar xf answers.tar.xz && sha256sum -c SHA256SUMS``. The first
member names all others with their hashes. Sidecars and companions follow, then the answers, the
newest first: what is asked for most is reached after a few kilobytes. The stream is solid, so what
equal answers have in common is kept once.
"""

import hashlib
import lzma
import os
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from sops_report.errors import InputError

SUMS: Final = "SHA256SUMS"
_SUM: Final = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]{0,80})")
_BLOCK: Final = tarfile.BLOCKSIZE
_LARGEST: Final = 256 * 1024 * 1024
_LARGEST_SUMS: Final = 64 * 1024 * 1024
_SMALLEST_WINDOW: Final = 1 << 20
_LARGEST_WINDOW: Final = 1 << 26


def read_index(pack: str | Path) -> Mapping[str, str] | None:
    """Return the names in a pack with their SHA-256, in their order; None if there is no pack.

    Raises:
        InputError: It cannot be read or is none of ours.
    """
    try:
        with _opened(Path(pack)) as stream:
            return _index(stream, Path(pack))
    except FileNotFoundError:
        return None


def members_of(pack: Path, content: bytes | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each member, each checked against its hash.

    Args:
        pack: The file.
        content: What is in it, if it is not to be read from there.

    Raises:
        FileNotFoundError: There is no pack.
        InputError: It is damaged or none of ours.
    """
    with _opened(pack) if content is None else lzma.open(BytesIO(content)) as stream:
        for name, expected in _index(stream, pack).items():
            found, body = _member(stream, pack, _LARGEST)
            if found != name or hashlib.sha256(body).hexdigest() != expected:
                raise InputError("bad-pack", path=pack)
            yield name, body
        _check_end(stream, pack)


def _opened(pack: Path) -> IO[bytes]:
    try:
        return lzma.open(pack, "rb")
    except FileNotFoundError:
        raise
    except OSError as cause:
        reason = cause.strerror or type(cause).__name__
    raise InputError("archive-read", path=pack, reason=reason)


def _index(stream: IO[bytes], pack: Path) -> Mapping[str, str]:
    name, body = _member(stream, pack, _LARGEST_SUMS)
    lines = body.decode("ascii", "replace").splitlines()
    found = [match for match in map(_SUM.fullmatch, lines) if match is not None]
    if name != SUMS or len(found) != len(lines):
        raise InputError("bad-pack", path=pack)
    return {match[2]: match[1] for match in found}


def _member(stream: IO[bytes], pack: Path, most: int) -> tuple[str, bytes]:
    """Read the next member: a plain file no larger than *most*, whatever its header claims."""
    try:
        info = tarfile.TarInfo.frombuf(stream.read(_BLOCK), "ascii", "strict")
        if not info.isreg() or not 0 <= info.size <= most:
            raise InputError("bad-pack", path=pack)
        body = stream.read(info.size)
        stream.read(-info.size % _BLOCK)
    except (lzma.LZMAError, tarfile.TarError, EOFError, ValueError):
        raise InputError("bad-pack", path=pack) from None
    except OSError as cause:
        reason = cause.strerror or type(cause).__name__
        raise InputError("archive-read", path=pack, reason=reason) from None
    return info.name, body


def _check_end(stream: IO[bytes], pack: Path) -> None:
    try:
        rest = stream.read(2 * _BLOCK + 1)
    except (lzma.LZMAError, EOFError):
        rest = b""
    if rest != bytes(2 * _BLOCK):
        raise InputError("bad-pack", path=pack)


def write_pack(
    target: Path, sums: Mapping[str, str], bodies: Iterable[tuple[str, bytes]], largest: int
) -> None:
    """Write a pack, read it back, and have it on the disk.

    Args:
        target: A file that does not exist.
        sums: The names with their SHA-256, in their order.
        bodies: Name and bytes of each, in the same order.
        largest: The size of the largest, in bytes.

    Raises:
        InputError: What was read back is not what *sums* promise.
        OSError: It cannot be written.
    """
    lines = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    with target.open("xb") as file:
        with lzma.LZMAFile(file, "wb", filters=_filters(largest)) as packed:
            _add(packed, SUMS, lines.encode("ascii"))
            for name, body in bodies:
                _add(packed, name, body)
            packed.write(bytes(2 * _BLOCK))
        file.flush()
        os.fsync(file.fileno())
    if dict(sums) != read_index(target) or sum(1 for _ in members_of(target)) != len(sums):
        raise InputError("bad-pack", path=target)


def _filters(largest: int) -> list[dict[str, int]]:
    """Look back over at least two answers: what they share is then kept once."""
    window = max(_SMALLEST_WINDOW, 1 << (2 * largest).bit_length())
    return [
        {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": min(window, _LARGEST_WINDOW)},
    ]


def _add(packed: IO[bytes], name: str, body: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(body)
    packed.write(info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict"))
    packed.write(body)
    packed.write(bytes(-len(body) % _BLOCK))
