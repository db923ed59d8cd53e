"""The files of a task's folder under their names, wherever their bytes lie: plain or packed.

A path never changes by packing: whoever knows ``…/515/20240705T181500Z.json`` reads the same bytes
from it before and after. What lies plain in the folder stands over what is packed.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from sops_report.errors import InputError

PACK: Final = "answers.tar.xz"


def names_in(folder: str | Path) -> set[str]:
    """Return the names of all files of a folder, the packed ones among them.

    Raises:
        InputError: The pack is damaged.
        OSError: The folder cannot be listed.
    """
    plain, pack = os.listdir(folder), f"{folder}{os.sep}{PACK}"  # noqa: PTH208 - ten thousands
    if PACK not in plain and not os.access(pack, os.F_OK):
        return {*plain}
    packed = index_of(pack)
    if packed is None and PACK in plain:  # unpacked between the two looks
        plain = os.listdir(folder)  # noqa: PTH208
    return {*plain, *(packed or ())} - {PACK}


def index_of(pack: str | Path) -> Mapping[str, str] | None:
    """Return the names in a pack with their SHA-256, in their order; None if there is no pack.

    Raises:
        InputError: It cannot be read or is none of ours.
    """
    try:
        os.stat(pack)  # noqa: PTH116 - most folders have none; to ask costs less than to open
    except FileNotFoundError:
        return None
    except OSError:
        pass  # opening it tells why
    from sops_report.archive import packs  # noqa: PLC0415 - start-up time

    return packs.read_index(pack)


def is_there(path: Path) -> bool:
    """Tell whether a file is in its folder, plain or packed."""
    return path.is_file() or path.name in (index_of(path.parent / PACK) or ())


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        InputError: It cannot be read, or the pack is damaged.
    """
    found = read_files(path.parent, [path.name])
    if path.name not in found:
        reason = "No such file or directory"
        raise InputError("archive-read", path=path, reason=reason)
    return found[path.name]


def read_files(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Return the bytes of files of one folder; those that are not there are left out.

    A pack is gone through once, however many are asked for.

    Raises:
        InputError: One cannot be read, or the pack is damaged.
    """
    wanted = list(names)
    found = _read_plain(folder, wanted)
    missing = {name for name in wanted if name not in found}
    if missing:
        found |= _read_packed(folder / PACK, missing)
    if missing.difference(found):  # unpacked between the two looks
        found |= _read_plain(folder, missing.difference(found))
    return found


def _read_plain(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name in names:
        try:
            if (folder / name).is_file():  # a pipe would never end
                found[name] = (folder / name).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as cause:
            reason = cause.strerror or type(cause).__name__
            raise InputError("archive-read", path=folder / name, reason=reason) from None
    return found


def _read_packed(pack: Path, names: set[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    known = index_of(pack)
    if known is None or not names.intersection(known):
        return found
    from sops_report.archive.packs import members_of  # noqa: PLC0415 - start-up time

    waiting = names.intersection(known)
    try:
        for name, body in members_of(pack):
            if name in waiting:
                found[name] = body
            if len(found) == len(waiting):
                break
    except FileNotFoundError:  # unpacked just now
        return found
    return found
