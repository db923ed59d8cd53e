"""Kinds and labels of a big tree, by columns: what `identity` says, once a distinct name.

`identity` is the definition; `tests/test_gather.py` holds both against each other.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING, Coded, coded, numbers
from sops_report.reading.identity import (
    INSTANT_US,
    LABELS,
    SOURCES,
    Identity,
    class_kind,
    derived,
    is_class_name,
    known_nodes,
    readable,
)
from sops_report.snapshot import Flow, FlowNode, Tree
from sops_report.states import group_of

_KINDS: Final = tuple(LABELS)
_KIND: Final = {kind: code for code, kind in enumerate(_KINDS)}
_SOURCE: Final = {source: code for code, source in enumerate(SOURCES)}
_WITH_ID: Final = ("activity", "subprocess", "unknown")

_Codes = NDArray[np.int32]
_Flags = NDArray[np.bool_]


def identify_columns(tree: Tree, flow: Flow | None) -> Identity:
    """Return kind and label of every node of a tree whose columns are arrays."""
    names = coded(tree.name)
    known = known_nodes(tree, flow)
    is_readable = _by_word(
        names, [readable(word) is not None for word in names.words], missing=False
    )
    kinds, sources = _kinds(tree, names, is_readable, known)
    labels, named = _labels(tree, names, is_readable, kinds, known)
    return Identity(  # no row of these is None
        kind=cast("Sequence[str]", Coded(kinds, _KINDS)),
        kind_source=cast("Sequence[str]", Coded(sources, SOURCES)),
        label=cast("Sequence[str]", labels),
        named=cast("Sequence[bool]", Coded(named, (False, True))),
    )


def _by_word(column: Coded[str], values: Sequence[int], *, missing: int) -> NDArray[Any]:
    """Return a value for each row, of which one a word is given; *missing* is that of None."""
    return np.asarray([*values, missing])[column.codes]


def _kinds(
    tree: Tree, names: Coded[str], is_readable: _Flags, known: Mapping[int, FlowNode]
) -> tuple[_Codes, _Codes]:
    kinds = _shapes(tree, names, is_readable)
    sources = np.full(len(tree), _SOURCE["shape"], np.int32)
    classes = [_KIND[class_kind(w)] if is_class_name(w) else -1 for w in names.words]
    by_class = _by_word(names, classes, missing=-1)
    rows = np.flatnonzero(by_class >= 0)
    rows = rows[rows > 0]
    kinds[rows], sources[rows] = by_class[rows], _SOURCE["name"]
    for position, node in known.items():
        if position and node.kind != "unknown":
            kinds[position], sources[position] = _KIND[node.kind], _SOURCE["flow"]
    return kinds, sources


def _shapes(tree: Tree, names: Coded[str], is_readable: _Flags) -> _Codes:
    some_names = bool(is_readable[1:].any())
    unnamed = _KIND["control" if some_names else "unknown"]
    kinds = np.where(is_readable, _KIND["activity"], unnamed).astype(np.int32)
    kinds[numbers(tree.n_descendants) > 0] = _KIND["subprocess"]
    if some_names:
        _mark_events(tree, names, kinds)
    kinds[0] = _KIND["root"]
    return kinds


def _mark_events(tree: Tree, names: Coded[str], kinds: _Codes) -> None:
    """Mark the unnamed leaves that can only be a scope's start or end event."""
    parent, start, finish = map(numbers, (tree.parent, tree.start_us, tree.finish_us))
    states = coded(tree.state)
    succeeded = _by_word(
        states, [group_of(word) == "success" for word in states.words], missing=False
    )
    unnamed = _by_word(names, [not word.strip() for word in names.words], missing=True)
    is_instant = unnamed & succeeded & (numbers(tree.n_descendants) == 0)
    is_instant &= (start != MISSING) & (finish != MISSING)
    is_instant &= (finish >= start) & (finish - start <= INSTANT_US)
    scopes, first, last = _firsts_and_lasts(parent, start)
    kinds[first[is_instant[first]]] = _KIND["start_event"]
    together = is_instant[last] & (last != first) & succeeded[scopes] & (finish[scopes] != MISSING)
    together &= (finish[scopes] >= finish[last]) & (finish[scopes] - finish[last] <= INSTANT_US)
    kinds[last[together]] = _KIND["end_event"]


def _firsts_and_lasts(
    parent: NDArray[np.int64], start: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the scopes with timed children, and of each the one that begins first and last.

    Among equals it is the first, or the last, of the document.
    """
    timed = np.flatnonzero(start != MISSING)
    timed = timed[timed > 0]
    begins, scope = start[timed], parent[timed]
    least, most = np.full(len(parent), np.iinfo(np.int64).max), np.full(len(parent), MISSING)
    np.minimum.at(least, scope, begins)
    np.maximum.at(most, scope, begins)
    first, last = np.full(len(parent), -1), np.full(len(parent), -1)
    earliest, latest = begins == least[scope], begins == most[scope]
    # Of several writes to one place the last one stays.
    first[scope[earliest][::-1]] = timed[earliest][::-1]
    last[scope[latest]] = timed[latest]
    scopes = np.flatnonzero(first >= 0)
    return scopes, first[scopes], last[scopes]


def _labels(
    tree: Tree,
    names: Coded[str],
    is_readable: _Flags,
    kinds: _Codes,
    known: Mapping[int, FlowNode],
) -> tuple[Coded[str], _Codes]:
    """Return the labels, and which of them are names."""
    words = [*names.words, *LABELS.values()]
    codes = np.where(is_readable, names.codes, len(names.words) + kinds)
    named = is_readable.astype(np.int32)
    extra: dict[str, int] = {}
    for position, node in known.items():
        name = None if is_readable[position] else readable(node.name)
        if name is not None:
            codes[position] = len(words) + extra.setdefault(name, len(extra))
            named[position] = True
    with_id = np.isin(kinds, [_KIND[kind] for kind in _WITH_ID]) & (named == 0)
    for position in np.flatnonzero(with_id).tolist():
        label = derived(tree, _KINDS[kinds[position]], position)
        codes[position] = len(words) + extra.setdefault(label, len(extra))
    return Coded(codes.astype(np.int32), [*words, *extra]), named
