"""An answer and its sidecar put into a task's folder under the first free name."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from sops_report.archive.files import publish, written
from sops_report.archive.layout import SIDECAR_SUFFIX
from sops_report.archive.shelf import PACK, index_of, is_there, names_in, read_files
from sops_report.errors import SopsReportError

Same = Callable[[bytes, bytes], bool]


def put_answer(
    folder: Path, stem: str, body: bytes, sidecar: bytes | None, same: Same
) -> tuple[Path, bool]:
    """Write an answer and its sidecar; both are on the disk before either gets its name.

    The answer gets its name first. A kill between the two leaves the sidecar as a temporary file,
    and `tidy` gives it its name.

    Args:
        folder: The task's folder, held by the caller.
        stem: The name for the moment, without a number.
        body: The answer.
        sidecar: What is known of it.
        same: Whether what has the name already makes the answer needless.

    Returns:
        Where the answer lies, and whether it is new.

    Raises:
        SopsReportError: The folder cannot be written; nothing half-written is left.
    """
    if sidecar is None:
        with written(folder, body) as answer:
            return _named(folder, stem, (answer, None), body, same)
    with written(folder, body) as answer, written(folder, sidecar) as about:
        return _named(folder, stem, (answer, about), body, same)


def _named(
    folder: Path, stem: str, temporaries: tuple[Path, Path | None], body: bytes, same: Same
) -> tuple[Path, bool]:
    answer, about = temporaries
    number = 1
    while True:
        name = stem if number == 1 else f"{stem}-{number}"
        target = folder / f"{name}.json"
        is_free = not is_there(target) and not is_there(_sidecar_of(target))
        if is_free and publish(answer, target):
            if about is not None:
                _put_beside(target, about)
            return target, True
        if _is_known(target, body, same):
            return target, False
        number += 1


def _sidecar_of(answer: Path) -> Path:
    return answer.with_name(answer.stem + SIDECAR_SUFFIX)


def _put_beside(answer: Path, about: Path) -> None:
    """Give the sidecar its name; where that is refused the answer's is taken back."""
    try:
        publish(about, _sidecar_of(answer))
    except SopsReportError:
        answer.unlink()
        raise


def free_name(folder: Path, stem: str) -> Path:
    """Return the first path of a moment that no answer and no sidecar has, plain or packed."""
    taken, number = names_in(folder), 1
    name = stem
    while taken & {f"{name}.json", f"{name}{SIDECAR_SUFFIX}"}:
        number += 1
        name = f"{stem}-{number}"
    return folder / f"{name}.json"


def _is_known(target: Path, body: bytes, same: Same) -> bool:
    packed = (index_of(target.parent / PACK) or {}).get(target.name)
    if packed == hashlib.sha256(body).hexdigest() and not target.exists():
        return True
    found = read_files(target.parent, [target.name])
    return target.name in found and same(found[target.name], body)
