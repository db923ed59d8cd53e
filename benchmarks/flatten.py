"""Bytes → table: ours against the obvious ways to do it."""

import json
from collections.abc import Callable, Iterator, Mapping

import msgspec
import pandas as pd

from benchmarks.timing import without_gc
from sops_report.reading import read_bytes
from sops_report.table import flatten

OURS = "sops_report: bytes → table"
READ = "sops_report: bytes → snapshot"
NAIVE = "naive: json.loads, recursion, DataFrame, to_datetime × 3"
STDLIB = "json.loads alone"
MSGSPEC = "msgspec untyped, gc off, alone"


def contenders(data: bytes) -> Mapping[str, Callable[[], object]]:
    """Return what is timed on *data*; the last two build no table at all."""
    return {
        OURS: lambda: flatten(read_bytes(data)),
        READ: lambda: read_bytes(data),
        NAIVE: lambda: naive(data),
        STDLIB: lambda: json.loads(data),
        MSGSPEC: without_gc(lambda: msgspec.json.decode(data)),
    }


def naive(data: bytes) -> pd.DataFrame:
    """Flatten an answer as one does in a notebook on a Friday afternoon."""

    def rows(node: dict[str, object], depth: int) -> Iterator[dict[str, object]]:
        children = node["children"]
        assert isinstance(children, dict)
        yield {key: value for key, value in node.items() if key != "children"} | {"depth": depth}
        for child in children.values():
            yield from rows(child, depth + 1)

    frame = pd.DataFrame(list(rows(json.loads(data)["data"], 0)))
    for column in ("start_time", "finish_time", "state_refresh_at"):
        frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame
