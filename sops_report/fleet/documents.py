"""Files → documents: the answer, who it is of, and the flow beside it, with few system calls."""

import os
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from sops_report.errors import InputError
from sops_report.fleet.rows import Document
from sops_report.reading.decode import decode, unpack
from sops_report.reading.flow import read_flow
from sops_report.reading.times import TimeReader
from sops_report.snapshot import Flow, Origin
from sops_report.sources import read
from sops_report.sources.files import Beside, read_bytes_of
from sops_report.sources.sidecar import origin_of

_SUFFIXES: Final = (".json", ".json.gz", ".json.zst")
_COMPANIONS: Final = ("pipeline_tree.json", "pipeline_tree.json.gz")
_SNAPSHOTS: Final = "snapshots"
_OURS: Final = re.compile(r"20\d\d-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(\.\d{6})?Z", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)


class Sidecar(msgspec.Struct, gc=False):
    """What a sidecar tells that the tables need."""

    task_id: str | None = None
    fetched_at: str | None = None
    sha256: str | None = None

    def moment_us(self) -> int | None:
        """Return when the answer was fetched."""
        return _moment(self.fetched_at)


class Folders:
    """What lies in folders, and the flows among it; each folder is looked at once.

    Sources come folder by folder, so only the last one is remembered.
    """

    def __init__(self) -> None:
        """Know no folder yet."""
        self._name: str | None = None
        self._files: frozenset[str] = frozenset()
        self._flow: Flow | None = None

    def open(self, number: int, name: str) -> Document:
        """Return a source as a document; only a plain file may be read the fast way.

        Raises:
            SopsReportError: It cannot be read.
        """
        carefully = partial(read, name)
        if not (name.endswith(_SUFFIXES) and os.path.isfile(name)):  # noqa: PTH113 - ten thousands
            snapshot = carefully()
            origin = snapshot.origin
            return Document(
                number, None, origin.task_id, origin.fetched_at_us, None, lambda: snapshot
            )
        folder, _, file = name.rpartition(os.sep)
        self._enter(folder or ".")
        path = Path(name)
        data, origin = unpack(read_bytes_of(path), name), self._origin(path, file)
        return Document(number, data, origin.task_id, origin.fetched_at_us, self._flow, carefully)

    def _enter(self, folder: str) -> None:
        if folder == self._name:
            return
        self._name, self._files, self._flow = folder, frozenset(os.listdir(folder)), None  # noqa: PTH208
        if Path(folder).resolve().name == _SNAPSHOTS or not self._files.isdisjoint(_COMPANIONS):
            self._flow = flow_of(Beside().completed(Path(folder)).flow)

    def _origin(self, path: Path, file: str) -> Origin:
        stem = file.removesuffix(".gz").removesuffix(".zst").removesuffix(".json")
        if f"{stem}.meta.json" not in self._files:
            return Origin(source=str(path))
        try:
            about = msgspec.json.decode(
                path.with_name(f"{stem}.meta.json").read_bytes(), type=Sidecar
            )
        except (OSError, msgspec.DecodeError):
            return origin_of(path)
        return origin_from(str(path), about)


def origin_from(source: str, about: Sidecar) -> Origin:
    """Return where an answer came from, as its sidecar tells."""
    return Origin(source=source, task_id=about.task_id, fetched_at_us=about.moment_us())


def _moment(text: str | None) -> int | None:
    """Read a time as we write it ourselves quickly, every other one carefully."""
    if text is not None and _OURS.fullmatch(text):
        try:
            return (datetime.fromisoformat(text) - _EPOCH) // _MICRO
        except ValueError:
            return None
    return TimeReader().read(text).us


def flow_of(data: bytes | None) -> Flow | None:
    """Return the flow in a companion; None where there is none, or it cannot be read."""
    if data is None:
        return None
    try:
        return read_flow(decode(unpack(data, "–"), "–", lambda _: None))
    except InputError:
        return None
