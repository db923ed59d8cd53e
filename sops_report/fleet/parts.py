"""Blocks of columns → Parquet files, written whole or not at all."""

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Final

import numpy as np

from sops_report.columns import MISSING, numbers
from sops_report.errors import SopsReportError, UsageError
from sops_report.fleet.answers import Label
from sops_report.fleet.arrays import Columns
from sops_report.fleet.block import SOURCES, Block
from sops_report.fleet.identity import KINDS
from sops_report.fleet.sheet import Flags, Ints
from sops_report.states import GROUPS

NODES: Final = "nodes"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US: Final = 86_400_000_000
# Every value is another, or the next is mostly the same: a dictionary would be work for nothing.
_NO_DICTIONARY: Final = frozenset({
    "as_of", "fetched_at", "node_id", "depth", "n_descendants", "retry", "loop", "version",
})  # fmt: skip
# Lengths apart from the letters: what is left is packed faster, as nothing in it comes again.
_ENCODINGS: Final = MappingProxyType(
    {"node_id": "DELTA_LENGTH_BYTE_ARRAY", "version": "DELTA_LENGTH_BYTE_ARRAY"}
)
# The other texts: few different ones, of which each is held once.
_CODED: Final = (
    "site", "scope", "biz", "task_id", "snapshot", "sha256", "parent_id", "path", "name", "label",
    "kind", "kind_source", "state", "state_group", "ex_data",
)  # fmt: skip
# These are told of every node; to write down that none is missing would be work for nothing.
_ALWAYS_THERE: Final = frozenset({
    "site", "scope", "biz", "task_id", "snapshot", "is_latest", "sha256", "depth", "position",
    "n_descendants", "path", "label", "kind", "kind_source", "is_leaf",
})  # fmt: skip
# Of these the least and the greatest of a part help a reader to pass over it.
_IN_ORDER: Final = (
    "site", "scope", "biz", "task_id", "snapshot", "as_of", "fetched_at", "is_latest",
    "start_time", "finish_time", "retry", "state_refresh_at",
)  # fmt: skip
_ZSTD_LEVEL: Final = 1
_VALUES_AT_ONCE: Final = 65_536


def arrow() -> ModuleType:
    """Return pyarrow.

    Raises:
        UsageError: It is not installed.
    """
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError:
        raise UsageError("no-pyarrow") from None


def dates_of(block: Block, labels: Sequence[Label]) -> list[str]:
    """Return the partition of each document: the day its task started, in UTC.

    Without a start it is the day the answer speaks of, else the one in its name.
    """
    named = np.asarray([label.moment_us for label in labels], np.int64)
    told = np.where(block.as_of_us == MISSING, named, block.as_of_us)
    days = np.where(block.start_us == MISSING, told, block.start_us) // _DAY_US
    names = {day: f"{_EPOCH + timedelta(days=day):%Y-%m-%d}" for day in set(days.tolist())}
    return [names[day] for day in days.tolist()]


def table_of(block: Block, labels: Sequence[Label]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a block as an Arrow table: what is said of each answer, then the node table."""
    pa = arrow()
    make = Columns(pa)
    of_row = np.repeat(np.arange(len(labels), dtype=np.int32), block.sizes)

    def said(name: str) -> Any:  # noqa: ANN401 - as above
        return make.repeated([getattr(label, name) for label in labels], of_row)

    fetched = numbers([label.fetched_at_us for label in labels])
    ids = make.texts(block.node_id)
    return pa.table({
        "site": said("site"),
        "scope": said("scope"),
        "biz": said("biz"),
        "task_id": said("task_id"),
        "snapshot": said("snapshot"),
        "as_of": make.moments(np.repeat(block.as_of_us, block.sizes)),
        "fetched_at": make.moments(fetched[of_row]),
        "is_latest": make.truths(np.asarray([label.is_latest for label in labels])[of_row]),
        "sha256": said("sha256"),
        "node_id": ids,
        "parent_id": make.parents(ids, block.parent, block.n_descendants),
        "depth": make.plain(block.depth),
        "position": make.plain(block.position),
        "n_descendants": make.plain(block.n_descendants),
        "path": make.coded(block.path),
        "name": make.coded(block.name),
        "label": make.coded(block.label),
        "kind": make.words(block.kind, list(KINDS)),
        "kind_source": make.words(block.kind_source, SOURCES),
        "state": make.words(block.state, block.states),
        "state_group": make.words(block.state_group, GROUPS),
        "start_time": make.moments(block.start_time),
        "finish_time": make.moments(block.finish_time),
        "finish_is_valid": make.truths(block.finish_is_valid, block.finish_time == MISSING),
        "elapsed_s": make.reals(block.elapsed_s),
        "retry": make.counts(block.retry),
        "loop": make.counts(block.loop),
        "skip": make.flags(block.skip),
        "error_ignored": make.flags(block.error_ignored),
        "version": make.texts(block.version),
        "state_refresh_at": make.moments(block.state_refresh_at),
        "is_leaf": make.truths(block.n_descendants == 0),
        "ex_data": make.coded(block.ex_data),
    })  # fmt: skip


def some_of(table: Any, wanted: Flags, block: Block) -> Any:  # noqa: ANN401 - as above
    """Return the rows of the documents that are wanted."""
    return table.filter(Columns(arrow()).truths(np.repeat(wanted, block.sizes)))


def new_name(date: str) -> str:
    """Return the name of a part that nobody else takes."""
    return f"date={date}/part-{secrets.token_hex(8)}.parquet"


def write_part(table: Any, root: Path, name: str) -> None:  # noqa: ANN401 - as above
    """Write a part below *root*, in the place of an older one of its name.

    Raises:
        SopsReportError: It cannot be written; nothing half-written keeps the name.
    """
    parquet = import_module("pyarrow.parquet")
    target = root / NODES / name
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        parquet.write_table(
            _told(table),
            temporary,
            compression="zstd",
            compression_level=_ZSTD_LEVEL,
            use_dictionary=[n for n in table.column_names if n not in _NO_DICTIONARY],
            column_encoding=dict(_ENCODINGS),
            write_statistics=list(_IN_ORDER),
            write_batch_size=_VALUES_AT_ONCE,
            store_schema=False,  # plain Parquet: every reader sees the same types
        )
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SopsReportError("archive-write", path=target, reason=reason) from None
    finally:
        temporary.unlink(missing_ok=True)


def _told(table: Any) -> Any:  # noqa: ANN401 - as above
    """Return the table with what is never missing declared so."""
    pa = arrow()
    fields = [field.with_nullable(field.name not in _ALWAYS_THERE) for field in table.schema]
    return pa.Table.from_arrays(table.columns, schema=pa.schema(fields))


def read_part(root: Path, name: str) -> Any:  # noqa: ANN401 - as above
    """Return a part as it was written."""
    arrow()
    return import_module("pyarrow.parquet").ParquetFile(root / NODES / name).read()


def about_part(root: Path, name: str) -> Any:  # noqa: ANN401 - as above
    """Return what the footer of a part says of it."""
    arrow()
    return import_module("pyarrow.parquet").read_metadata(root / NODES / name)


def read_coded(root: Path, name: str, about: Any) -> Any:  # noqa: ANN401 - as above
    """Return a part with texts as dictionaries: less work, and half of the memory.

    Words stay in these when their rows are filtered out; so it is for tables that stay whole.
    """
    file = import_module("pyarrow.parquet").ParquetFile(
        root / NODES / name, metadata=about, read_dictionary=_CODED
    )
    return file.read(use_threads=False)  # of small parts they cost as much again


def positions_of(table: Any) -> Ints:  # noqa: ANN401 - as above
    """Return the column of positions of a part; pyarrow's own way would import pandas."""
    chunks = [
        np.frombuffer(chunk.buffers()[1], np.int64)[chunk.offset : chunk.offset + len(chunk)]
        for chunk in table["position"].chunks
        if len(chunk)
    ]
    return np.concatenate([np.empty(0, np.int64), *chunks])
