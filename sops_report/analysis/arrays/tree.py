"""A snapshot with columns of arrays, and what all kernels ask of its tree."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING, Coded, Column, as_numbers, as_reals, coded, numbers
from sops_report.snapshot import Snapshot, Tree

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
T = TypeVar("T")
_MOST: Final = 2**61  # a sum that hostile times drive beyond it stays there


def with_columns(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with columns of arrays in place of lists; ids and texts stay."""
    tree = snapshot.tree
    return replace(
        snapshot,
        tree=replace(
            tree,
            parent=full(as_numbers(tree.parent)),
            n_descendants=full(as_numbers(tree.n_descendants)),
            start_us=as_numbers(tree.start_us),
            finish_us=as_numbers(tree.finish_us),
            refresh_us=as_numbers(tree.refresh_us),
            elapsed_s=as_reals(tree.elapsed_s),
            retry=as_numbers(tree.retry),
            loop=as_numbers(tree.loop),
            skip=coded(tree.skip),
            error_ignored=coded(tree.error_ignored),
            state=coded(tree.state),
        ),
        kind=full(coded(snapshot.kind)),
    )


def full(column: Column[T | None]) -> Sequence[T]:
    """Return a column as what it is known to be: there is a value in every row."""
    return cast("Sequence[T]", column)


def is_one_of(column: Sequence[object], wanted: Collection[object]) -> Flags:
    """Tell for each row whether its value is one of *wanted*; asked once a distinct value."""
    found = coded(column)
    told = np.asarray([word in wanted for word in (*found.words, None)], dtype=np.bool_)
    marked: Flags = told[found.codes]
    return marked


def flags(told: Flags | bytearray) -> Sequence[bool]:
    """Return flags, one a row, as a column."""
    return full(Coded(np.asarray(told, dtype=np.int32), (False, True)))


def is_leaf(tree: Tree) -> Flags:
    """Tell for each node whether it has no children."""
    found: Flags = numbers(tree.n_descendants) == 0
    return found


def counted_leaves(tree: Tree, words: Sequence[str]) -> Counter[str]:
    """Return how many leaves there are of each of the *words*, one a node."""
    found = coded(words)
    n_each = np.bincount(found.codes[is_leaf(tree)], minlength=len(found.words))
    return Counter({word: n for word, n in zip(found.words, n_each.tolist(), strict=True) if n})


def latest_below(tree: Tree, own: Ints) -> Ints:
    """Return the largest of the values *own* below each node, `MISSING` where there is none.

    Leaves are taken in at once, containers one by one from the last to the first: a tree may be
    one long chain, and this is linear in every shape.
    """
    parent, leaves = numbers(tree.parent), is_leaf(tree)
    leaves[0] = False
    found = np.full(len(tree), MISSING)
    np.maximum.at(found, parent[leaves], own[leaves])
    inner, above = _containers(tree)
    latest, mine = found[inner].tolist(), own[inner].tolist()
    for place in range(len(inner) - 1, 0, -1):
        up = above[place]
        latest[up] = max(latest[up], latest[place], mine[place])
    found[inner] = latest
    return found


def added_from_above(tree: Tree, own: Ints) -> Ints:
    """Return each node's value plus those of all containers around it, `MISSING` if one is."""
    inner, above = _containers(tree)
    totals = own[inner].tolist()
    for place in range(1, len(inner)):
        total, outer = totals[place], totals[above[place]]
        is_missing = MISSING in (total, outer)
        totals[place] = MISSING if is_missing else min(total + outer, _MOST)
    outer_of = _handed_down(tree, inner, totals)
    found = np.where((outer_of == MISSING) | (own == MISSING), MISSING, own + outer_of)
    found[inner] = totals
    return found


def least_from_above(tree: Tree, own: Ints) -> Ints:
    """Return the least of each node's value and those of all containers around it."""
    inner, above = _containers(tree)
    least = own[inner].tolist()
    for place in range(1, len(inner)):
        least[place] = min(least[place], least[above[place]])
    found = np.minimum(own, _handed_down(tree, inner, least))
    found[inner] = least
    found[0] = own[0]  # which may be all there is
    return found


def _containers(tree: Tree) -> tuple[Ints, list[int]]:
    """Return the positions of the containers, and for each its parent's place among them."""
    inner = np.flatnonzero(~is_leaf(tree))
    return inner, np.searchsorted(inner, numbers(tree.parent)[inner]).tolist()


def _handed_down(tree: Tree, inner: Ints, values: Sequence[int]) -> Ints:
    """Return for each node the value of the container it is in; the root gives none, 0."""
    by_container = np.zeros(len(tree), dtype=np.int64)
    by_container[inner] = values
    outer = by_container[numbers(tree.parent)]
    outer[0] = 0
    return outer
