"""Answers of an archive → documents, with few system calls, and what is to be said of each."""

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from sops_report.archive.layout import SIDECAR_SUFFIX, as_mapping
from sops_report.archive.shelf import read_files
from sops_report.errors import InputError
from sops_report.fleet.census import FLOW, Item, stamp_of
from sops_report.fleet.documents import Sidecar, flow_of, origin_from
from sops_report.fleet.manifest import Held
from sops_report.fleet.rows import Document
from sops_report.reading import read_bytes
from sops_report.reading.decode import unpack
from sops_report.snapshot import Flow, Snapshot

# A pipe would never be opened; without O_BINARY Windows changes line ends.
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_LONGEST_SIDECAR: Final = 1 << 14  # longer ones are left to the archive
_SIDECARS: Final = msgspec.json.Decoder(Sidecar)


class Label(msgspec.Struct, frozen=True, gc=False):
    """What a data set says of each row of one answer.

    Attributes:
        site, scope, biz, task_id: Whose task, and which.
        snapshot: The answer's name in the task's folder, without a suffix.
        moment_us: The moment in that name.
        fetched_at_us: When it was fetched; None where no sidecar tells it.
        is_latest: It is the task's newest one.
        sha256: Of its bytes.
    """

    site: str
    scope: str
    biz: str
    task_id: str
    snapshot: str
    moment_us: int
    fetched_at_us: int | None
    is_latest: bool
    sha256: str


class Answers:
    """Opens answers of an archive as documents, and remembers what is to be said of them.

    Attributes:
        labels: By number, of those that were opened.
    """

    def __init__(self, archive: str, items: Sequence[Item]) -> None:
        """Be ready to open *items*; they are called by their places."""
        self._root, self._items = archive + os.sep, items
        self._files: tuple[str, Mapping[str, bytes]] = ("", {})
        self._flow: tuple[str, Flow | None, bytes | None] = ("", None, None)
        self._stamps: dict[int, tuple[int, int]] = {}
        self.labels: dict[int, Label] = {}

    def stamp(self, number: int) -> tuple[int, int]:
        """Return size and modification time of an answer's file as it was read; 0 if packed."""
        return self._stamps.get(number, (0, 0))

    def held(self, number: int) -> Held:
        """Return what the manifest has to know of an answer."""
        item, label = self._items[number], self.labels[number]
        return Held(item.key, *self.stamp(number), item.folder_ns, label.sha256, label.is_latest)

    def open(self, number: int) -> Document:
        """Read an answer's bytes and its sidecar.

        Raises:
            InputError: It cannot be read, or is not what was saved.
        """
        item = self._items[number]
        key = item.key
        data, about = self._load(number, key)
        sha256 = hashlib.sha256(data).hexdigest()
        if about.sha256 not in (None, sha256):
            raise InputError("fleet-altered", path=key)
        site, owner, task_id, name = key.split("/")
        scope, _, biz = owner.partition("-")
        fetched_at_us = about.moment_us()
        self.labels[number] = Label(
            site, scope, biz, task_id, name.removesuffix(".json"), item.moment_us,
            fetched_at_us, item.is_latest, sha256,
        )  # fmt: skip
        flow, flow_data = self._flow_of(key.rpartition("/")[0]) if item.has_flow else (None, None)

        def read() -> Snapshot:
            return read_bytes(data, origin_from(key, about), flow=flow_data)

        return Document(number, unpack(data, key), about.task_id, fetched_at_us, flow, read)

    def _load(self, number: int, key: str) -> tuple[bytes, Sidecar]:
        """Read the two files as they lie there; what does not is left to the archive."""
        place = self._root + key
        try:
            data, self._stamps[number] = _bytes_of(place)
            return data, _SIDECARS.decode(_sidecar_at(f"{place[:-5]}{SIDECAR_SUFFIX}"))
        except (OSError, msgspec.DecodeError):
            self._stamps[number] = stamp_of(place) or (0, 0)
        folder, _, name = key.rpartition("/")
        files = self._files_of(folder)
        if name not in files:
            raise InputError("archive-read", path=key, reason="No such file or directory")
        about = as_mapping(files.get(f"{name.removesuffix('.json')}{SIDECAR_SUFFIX}", b""))
        return files[name], Sidecar(**{n: _text(about.get(n)) for n in Sidecar.__struct_fields__})

    def _files_of(self, folder: str) -> Mapping[str, bytes]:
        """Read all that is wanted of a task at once: a pack is gone through only once."""
        if self._files[0] != folder:
            keys = [item.key for item in self._items if item.key.startswith(f"{folder}/")]
            answers = [key.rpartition("/")[2] for key in keys]
            sidecars = [name.removesuffix(".json") + SIDECAR_SUFFIX for name in answers]
            self._files = folder, read_files(Path(self._root, folder), [*answers, *sidecars, FLOW])
        return self._files[1]

    def _flow_of(self, folder: str) -> tuple[Flow | None, bytes | None]:
        """Return the flow that lies beside a task's answers, decoded and as it is."""
        if self._flow[0] != folder:
            is_at_hand = self._files[0] == folder  # with answers that are packed
            files = self._files[1] if is_at_hand else read_files(Path(self._root, folder), [FLOW])
            self._flow = folder, flow_of(files.get(FLOW)), files.get(FLOW)
        return self._flow[1:]


def _bytes_of(path: str) -> tuple[bytes, tuple[int, int]]:
    """Return a plain file's bytes, and its size and modification time.

    Raises:
        OSError: It cannot be read, is no plain file, or is being written.
    """
    file = os.open(path, _FLAGS)
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise OSError
        data = os.read(file, about.st_size + 1)
    finally:
        os.close(file)
    if len(data) != about.st_size:
        raise OSError
    return data, (about.st_size, about.st_mtime_ns)


def _sidecar_at(path: str) -> bytes:
    """Return the bytes of a sidecar.

    Raises:
        OSError: It cannot be read, or is longer than ours are.
    """
    file = os.open(path, _FLAGS)
    try:
        data = os.read(file, _LONGEST_SIDECAR)
    finally:
        os.close(file)
    if len(data) == _LONGEST_SIDECAR:
        raise OSError
    return data


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
