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
_HAS_ID: Final = np.asarray([kind in {"activity", "subprocess", "unknown"} for kind in _KINDS])

_Codes = NDArray[np.int32]
_Flags = NDArray[np.bool_]


def identify_columns(tree: Tree, flow: Flow | None) -> Identity:
    """Return kind and label of every node of a tree whose columns are arrays."""
    names = coded(tree.name)
    known = known_nodes(tree, flow)
    is_class = [is_class_name(word) for word in names.words]
    is_blank = [not word or word.isspace() for word in names.words]
    says_more = [not (one or other) for one, other in zip(is_class, is_blank, strict=True)]
    is_readable = _by_word(names, says_more, missing=False)
    kinds = _shapes(tree, is_readable, _by_word(names, is_blank, missing=True))
    sources = _correct(kinds, names, is_class, known)
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


def _correct(
    kinds: _Codes, names: Coded[str], is_class: Sequence[bool], known: Mapping[int, FlowNode]
) -> _Codes:
    """Correct kinds by class names, then by the flow; return where each is from."""
    sources = np.full(len(kinds), _SOURCE["shape"], np.int32)
    if any(is_class):
        pairs = zip(names.words, is_class, strict=True)
        classes = [_KIND[class_kind(word)] if is_one else -1 for word, is_one in pairs]
        by_class = _by_word(names, classes, missing=-1)
        rows = np.flatnonzero(by_class >= 0)
        rows = rows[rows > 0]
        kinds[rows], sources[rows] = by_class[rows], _SOURCE["name"]
    for position, node in known.items():
        if position and node.kind != "unknown":
            kinds[position], sources[position] = _KIND[node.kind], _SOURCE["flow"]
    return sources


def _shapes(tree: Tree, is_readable: _Flags, is_unnamed: _Flags) -> _Codes:
    some_names = bool(is_readable[1:].any())
    unnamed = _KIND["control" if some_names else "unknown"]
    kinds = np.where(is_readable, np.int32(_KIND["activity"]), np.int32(unnamed))
    kinds[numbers(tree.n_descendants) > 0] = _KIND["subprocess"]
    if some_names:
        _mark_events(tree, is_unnamed, kinds)
    kinds[0] = _KIND["root"]
    return kinds


def _mark_events(tree: Tree, is_unnamed: _Flags, kinds: _Codes) -> None:
    """Mark the unnamed leaves that can only be a scope's start or end event."""
    parent, start, finish = map(numbers, (tree.parent, tree.start_us, tree.finish_us))
    states = coded(tree.state)
    succeeded = _by_word(
        states, [group_of(word) == "success" for word in states.words], missing=False
    )
    is_instant = is_unnamed & succeeded & (numbers(tree.n_descendants) == 0)
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
    """Return the labels, equal ones of one code, and which of them are names."""
    place = dict(zip(names.words, range(len(names.words)), strict=True))
    of_kind = np.asarray([place.setdefault(LABELS[kind], len(place)) for kind in _KINDS], np.int32)
    codes = np.where(is_readable, names.codes, of_kind[kinds])
    named = is_readable.astype(np.int32)
    for position, node in known.items():
        name = None if is_readable[position] else readable(node.name)
        if name is not None:
            codes[position] = place.setdefault(name, len(place))
            named[position] = True
    with_id = _HAS_ID[kinds]
    with_id &= named == 0
    for position in np.flatnonzero(with_id).tolist():
        label = derived(tree, _KINDS[kinds[position]], position)
        codes[position] = place.setdefault(label, len(place))
    return Coded(codes, [*place]), named
