"""One piece of the work on a data set: some answers of an archive → parts; runs in any process."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from sops_report.archive.layout import SIDECAR_SUFFIX, as_mapping
from sops_report.archive.packs import PACK
from sops_report.archive.shelf import read_files
from sops_report.errors import InputError
from sops_report.fleet.block import Block
from sops_report.fleet.census import Item
from sops_report.fleet.documents import Sidecar, flow_of, origin_from
from sops_report.fleet.manifest import Aside, Held
from sops_report.fleet.many import Refused, blocks_of
from sops_report.fleet.parts import Label, dates_of, new_name, rows_of, table_of, write_part
from sops_report.fleet.rows import Document
from sops_report.reading import read_bytes
from sops_report.reading.decode import unpack
from sops_report.snapshot import Flow

ROWS_A_PART: Final = 65_536
_FLOW: Final = "pipeline_tree.json"


@dataclass(slots=True)
class Done:
    """What became of a piece of work.

    Attributes:
        parts: The parts that were written, and what each holds.
        asides: Answers that could not be read.
        n_rows: How many rows were written.
    """

    parts: dict[str, list[Held]] = field(default_factory=dict)
    asides: list[Aside] = field(default_factory=list)
    n_rows: int = 0


def flatten_items(archive: str, root: str, items: Sequence[Item]) -> Done:
    """Read answers and write their rows as parts of a data set.

    Args:
        archive: Its folder.
        root: The data set's folder.
        items: The answers.

    Raises:
        SopsReportError: A part cannot be written.
    """
    done, shelf = Done(), _Shelf(archive, items)
    opened = (partial(shelf.open, number) for number in range(len(items)))
    for made in blocks_of(opened, range(len(items)), ROWS_A_PART):
        if isinstance(made, Refused):
            item = items[made.number]
            done.asides.append(
                Aside.because(made.error, item.key, item.size, item.mtime_ns, item.folder_ns)
            )
            continue
        done.n_rows += len(made)
        for name, numbers in _write(made, shelf, Path(root)):
            done.parts[name] = [shelf.held(number) for number in numbers]
    return done


def _write(block: Block, shelf: "_Shelf", root: Path) -> Iterator[tuple[str, list[int]]]:
    """Write one part a date; yield its name and the numbers of the answers in it."""
    labels = [shelf.labels[number] for number in block.numbers]
    dates = dates_of(block, labels)
    table = table_of(block, labels)
    for date in sorted(set(dates)):
        wanted = np.asarray([one == date for one in dates])
        name = new_name(date)
        rows = table if wanted.all() else table.take(rows_of(wanted, block))
        write_part(rows, root, name)
        yield name, [n for n, one in zip(block.numbers, dates, strict=True) if one == date]


class _Shelf:
    """Opens answers of an archive as documents, and remembers what is to be said of them."""

    def __init__(self, archive: str, items: Sequence[Item]) -> None:
        self._archive, self._items = archive, items
        self._files: tuple[str, Mapping[str, bytes]] = ("", {})
        self._flow: tuple[str, Flow | None, bytes | None] = ("", None, None)
        self.labels: dict[int, Label] = {}

    def held(self, number: int) -> Held:
        item, label = self._items[number], self.labels[number]
        return Held(
            item.key, item.size, item.mtime_ns, item.folder_ns, label.sha256, label.is_latest
        )

    def open(self, number: int) -> Document:
        """Read an answer's bytes and its sidecar.

        Raises:
            InputError: It cannot be read, or is not what was saved.
        """
        item = self._items[number]
        site, owner, task_id, name = item.key.split("/")
        data, about = self._load(item.key)
        sha256 = hashlib.sha256(data).hexdigest()
        if about.sha256 not in (None, sha256):
            raise InputError("fleet-altered", path=item.key)
        origin = origin_from(item.key, about)
        scope, _, biz = owner.partition("-")
        self.labels[number] = Label(
            site=site, scope=scope, biz=biz, task_id=task_id,
            snapshot=name.removesuffix(".json"), moment_us=item.moment_us,
            fetched_at_us=origin.fetched_at_us, is_latest=item.is_latest, sha256=sha256,
        )  # fmt: skip
        flow, flow_data = self._flow_of(item.key.rpartition("/")[0])
        return Document(
            number=number,
            data=unpack(data, item.key),
            origin=origin,
            flow=flow,
            read=lambda: read_bytes(data, origin, flow=flow_data),
        )

    def _load(self, key: str) -> tuple[bytes, Sidecar]:
        """Read the two files as they lie there; what does not is left to the archive."""
        place = f"{self._archive}{os.sep}{key}"
        sidecar = place.removesuffix(".json") + SIDECAR_SUFFIX
        try:
            with open(place, "rb", buffering=0) as file:  # noqa: PTH123 - ten thousands
                data = file.read()
            with open(sidecar, "rb", buffering=0) as file:  # noqa: PTH123
                return data, msgspec.json.decode(file.read(), type=Sidecar)
        except (OSError, msgspec.DecodeError):
            files = self._files_of(key.rpartition("/")[0])
        name = place.rpartition(os.sep)[2]
        if name not in files:
            raise InputError("archive-read", path=key, reason="No such file or directory")
        about = as_mapping(files.get(sidecar.rpartition(os.sep)[2], b""))
        return files[name], Sidecar(**{n: _text(about.get(n)) for n in Sidecar.__struct_fields__})

    def _files_of(self, folder: str) -> Mapping[str, bytes]:
        """Read all that is wanted of a task at once: a pack is gone through only once."""
        if self._files[0] != folder:
            keys = [item.key for item in self._items if item.key.startswith(f"{folder}/")]
            answers = [key.rpartition("/")[2] for key in keys]
            sidecars = [name.removesuffix(".json") + SIDECAR_SUFFIX for name in answers]
            names = [*answers, *sidecars, _FLOW]
            self._files = folder, read_files(Path(self._archive, folder), names)
        return self._files[1]

    def _flow_of(self, folder: str) -> tuple[Flow | None, bytes | None]:
        """Return the flow that lies beside a task's answers, decoded and as it is."""
        if self._flow[0] != folder:
            data = self._flow_data(folder)
            self._flow = folder, flow_of(data), data
        return self._flow[1:]

    def _flow_data(self, folder: str) -> bytes | None:
        place = f"{self._archive}{os.sep}{folder}{os.sep}"
        # The flow first: packed between the two looks, it is in the pack.
        is_plain = os.path.exists(place + _FLOW)  # noqa: PTH110 - ten thousands
        if os.path.exists(place + PACK):  # noqa: PTH110
            return self._files_of(folder).get(_FLOW)
        return read_files(Path(place), [_FLOW]).get(_FLOW) if is_plain else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
