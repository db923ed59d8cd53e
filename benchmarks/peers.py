"""Bytes → table by libraries for trees; they take part where they are installed (extra `bench`)."""

import json
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import pandas as pd

BIGTREE: Final = "bigtree: nested_dict_to_tree, tree_to_dataframe"
ANYTREE: Final = "anytree: DictImporter, PreOrderIter, DataFrame"
_RENAMED: Final = {"parent_id": "parent_node", "name": "label"}
_MOST: Final = 12_000_000  # bytes; beyond, they only take longer


def tree_libraries(data: bytes) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield (name, what is timed) of the libraries at hand."""
    if len(data) > _MOST:
        return
    if find_spec("bigtree"):
        yield BIGTREE, lambda: by_bigtree(data)
    if find_spec("anytree"):
        yield ANYTREE, lambda: by_anytree(data)


def by_bigtree(data: bytes) -> pd.DataFrame:
    """Flatten an answer with bigtree; times are parsed as in the naive way."""
    bigtree: Any = import_module("bigtree")
    tree = bigtree.nested_dict_to_tree(_listed(json.loads(data)["data"]), name_key="id")
    return _timed(bigtree.tree_to_dataframe(tree, all_attrs=True))


def by_anytree(data: bytes) -> pd.DataFrame:
    """Flatten an answer with anytree."""
    anytree: Any = import_module("anytree")
    importer: Any = import_module("anytree.importer")
    tree = importer.DictImporter().import_(_listed(json.loads(data)["data"]))
    rows = [
        {key: value for key, value in vars(node).items() if not key.startswith("_")}
        for node in anytree.PreOrderIter(tree)
    ]
    return _timed(pd.DataFrame(rows))


def _listed(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tree with its children in lists and no key that a library keeps for itself."""
    below = [_listed(child) for child in node["children"].values()]
    return {_RENAMED.get(key, key): node[key] for key in node} | {"children": below}


def _timed(frame: pd.DataFrame) -> pd.DataFrame:
    for column in ("start_time", "finish_time", "state_refresh_at"):
        frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame
