"""Bytes → table: ours against the obvious ways to do it."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pandas as pd

from benchmarks.peers import tree_libraries
from benchmarks.timing import without_gc
from sops_report.reading import read_bytes, read_snapshots
from sops_report.snapshot import Origin, Snapshot
from sops_report.table import flatten, nodes

OURS = "sops_report: bytes → table"
READ = "sops_report: bytes → snapshot"
CAREFUL = "sops_report: bytes → snapshot, carefully"
NODES = "sops_report: bytes → table with the analysis"
NAIVE = "naive: json.loads, recursion, DataFrame, to_datetime × 3"
NAIVE_PATHS = "naive, with the parent's id and the path"
NORMALIZED = "pd.json_normalize, level by level"
STDLIB = "json.loads alone"
MSGSPEC = "msgspec untyped, gc off, alone"
_MOST_NORMALIZED = 12_000_000  # bytes; beyond, it only takes longer
_MOST_CAREFUL = 120_000_000


def contenders(data: bytes) -> Mapping[str, Callable[[], object]]:
    """Return what is timed on *data*; the last two build no table at all."""
    made: dict[str, Callable[[], object]] = {
        OURS: lambda: flatten(read_bytes(data)),
        READ: lambda: read_bytes(data),
        NODES: lambda: nodes(read_bytes(data)),
        NAIVE: lambda: naive(data),
    }
    if len(data) < _MOST_CAREFUL:
        made[NAIVE_PATHS] = lambda: naive_with_paths(data)
        made[CAREFUL] = lambda: carefully(data)
    if len(data) < _MOST_NORMALIZED:
        made[NORMALIZED] = lambda: normalized(data)
    made |= dict(tree_libraries(data))
    return made | {
        STDLIB: lambda: json.loads(data),
        MSGSPEC: without_gc(lambda: msgspec.json.decode(data)),
    }


def carefully(data: bytes) -> Snapshot:
    """Read an answer as a line of JSON Lines, which is left to the careful reader."""
    (snapshot,) = read_snapshots(data, Origin(source="–"), lines=True)
    return snapshot


def naive(data: bytes) -> pd.DataFrame:
    """Flatten an answer as one does in a notebook on a Friday afternoon."""

    def rows(node: dict[str, object], depth: int) -> Iterator[dict[str, object]]:
        children = node["children"]
        assert isinstance(children, dict)
        yield {key: value for key, value in node.items() if key != "children"} | {"depth": depth}
        for child in children.values():
            yield from rows(child, depth + 1)

    return _with_times(pd.DataFrame(list(rows(json.loads(data)["data"], 0))))


def naive_with_paths(data: bytes) -> pd.DataFrame:
    """Flatten an answer as `naive` does, with two more columns that our table has."""

    def rows(node: dict[str, Any], above: dict[str, Any]) -> Iterator[dict[str, object]]:
        yield {key: value for key, value in node.items() if key != "children"} | above
        for child in node["children"].values():
            path = f"{above['path']} / {child['name']}" if above["path"] else child["name"]
            beside = {"depth": above["depth"] + 1, "parent": node["id"], "path": path}
            yield from rows(child, beside)

    root = {"depth": 0, "parent": None, "path": ""}
    return _with_times(pd.DataFrame(list(rows(json.loads(data)["data"], root))))


def _with_times(frame: pd.DataFrame) -> pd.DataFrame:
    for column in ("start_time", "finish_time", "state_refresh_at"):
        frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame


def normalized(data: bytes) -> pd.DataFrame:
    """Flatten an answer with `pd.json_normalize`, one call a level."""
    level = [json.loads(data)["data"]]
    frames = []
    while level:
        below = [child for node in level for child in node["children"].values()]
        bare = [{key: node[key] for key in node if key != "children"} for node in level]
        frames.append(pd.json_normalize(bare))
        level = below
    return pd.concat(frames, ignore_index=True)
