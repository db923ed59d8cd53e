"""What an archive is put through: each kind of work on a small archive, plain or packed."""

from collections.abc import Callable
from pathlib import Path

from sites import FETCHED, TASK, fill_archive, keep, saved

from sops_report.archive.archive import Archive
from sops_report.archive.packing import pack, unpack
from sops_report.archive.pruning import prunable, prune
from sops_report.archive.transfer import export_zip, import_zip

Work = Callable[[Archive, Path], None]


def do_save(archive: Archive, _: Path) -> None:
    keep(archive, b'{"data": "new"}', as_of_us=FETCHED + 9_000_000)
    archive.save_beside("histories.json", b'{"new": []}', **TASK)


def do_pack(archive: Archive, _: Path) -> None:
    pack(archive.tasks()[0].path)


def do_unpack(archive: Archive, _: Path) -> None:
    unpack(archive.tasks()[0].path)


def do_prune(archive: Archive, _: Path) -> None:
    prune(prunable(archive, FETCHED + 1))


def do_import(archive: Archive, guest: Path) -> None:
    import_zip(archive, guest)


def a_small_archive(folder: Path, *, packed: bool) -> Archive:
    archive = fill_archive(folder)
    if packed:
        pack(archive.tasks()[0].path)
        keep(archive, b'{"data": "after packing"}', as_of_us=FETCHED + 8_000_000)
    return archive


def answers_of(archive: Archive) -> set[bytes]:
    known = [archive.load_series(series) for _, series in archive.all_snapshots()]
    return {body for series in known for _, body, _ in series}


def a_guest(folder: Path) -> Path:
    """Return a ZIP of an archive that knows one answer more."""
    there = a_small_archive(folder / "there", packed=True)
    keep(there, b'{"data": "guest"}', as_of_us=FETCHED)
    export_zip(there, folder / "guest.zip")
    return folder / "guest.zip"


WORKS: tuple[Work, ...] = (do_save, do_pack, do_unpack, do_prune, do_import)
MAY_GO = {work: {saved("created")} if work is do_prune else set[bytes]() for work in WORKS}
