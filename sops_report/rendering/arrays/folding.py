"""Which nodes stay visible, by masks and sorts."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from sops_report.analysis.arrays.tree import Flags, Ints, full, is_one_of
from sops_report.columns import MISSING, Numbers, numbers
from sops_report.rendering.arrays.nodes import is_ignored, is_leaf, is_skipped, lengths_of
from sops_report.rendering.folding import PLAIN, QUIET, SLOW, SLOWEST, STEPS, Choice, Held
from sops_report.report.nodes import NodeColumns

_ROOMY: Final = 2**62


class ColumnChoice(Choice):
    """What `folding.Choice` tells of nodes one by one, told of whole columns."""

    def __init__(self, nodes: NodeColumns) -> None:
        """Remember the columns."""
        self._columns = nodes

    def ranks(self) -> Sequence[int]:
        """Return what each node tells, 0 the most."""
        nodes = self._columns
        is_touched = is_skipped(nodes) | is_ignored(nodes) | (numbers(nodes.retry) > 0)
        is_touched |= (numbers(nodes.retry) < 0) & (numbers(nodes.retry) != MISSING)
        is_touched[[position for position, tries in nodes.attempts.items() if tries]] = True
        on_path = is_one_of(nodes.on_critical_path, {True}) & is_leaf(nodes)
        rules = [
            is_one_of(nodes.state_group, {"failed"}), is_touched,
            ~is_one_of(nodes.state_group, QUIET),
        ]  # fmt: skip
        found = np.select([*rules, on_path], [0, 1, 2, 4], default=PLAIN)
        slowest = self.slowest()
        found[slowest] = np.minimum(found[slowest], SLOW)
        return full(Numbers(found))

    def slowest(self) -> list[int]:
        """Return the positions of the slowest leaves."""
        took = self._took()
        timed = np.flatnonzero(took)
        if len(timed) > SLOWEST:
            least = np.partition(took[timed], -SLOWEST)[-SLOWEST]
            timed = timed[took[timed] >= least]
        order = np.argsort(-took[timed], kind="stable")
        found: list[int] = timed[order[:SLOWEST]].tolist()
        return found

    def parents(self) -> Sequence[int]:
        """Return each node's parent."""
        return numbers(self._columns.parent).data  # gives int, and no list is made

    def telling(self, ranks: Sequence[int]) -> Iterable[int]:
        """Return the positions of the telling nodes, what tells most first."""
        plain = numbers(ranks)
        told = np.flatnonzero(plain < PLAIN)
        order = np.lexsort((numbers(self._columns.depth)[told], plain[told]))
        found: list[int] = told[order].tolist()
        return found

    def quiet(self, shown: Collection[int]) -> Iterator[int]:
        """Yield the other nodes, what tells most first; later kinds are sorted only if asked."""
        nodes = self._columns
        rest = np.ones(len(nodes), dtype=np.bool_)
        rest[[*shown]] = False
        leaf, is_step = is_leaf(nodes), is_one_of(nodes.kind, STEPS)
        yield from _sorted(rest & ~leaf, numbers(nodes.depth))
        longest_first = -lengths_of(numbers(nodes.duration_us))
        yield from _sorted(rest & leaf & is_step, longest_first)
        yield from _sorted(rest & leaf & ~is_step, longest_first)

    def held(
        self, shown: Sequence[int], ranks: Sequence[int]
    ) -> Iterator[tuple[int, int, tuple[Held, Held]]]:
        """Yield for each shown node its position, its parent, and what it and its subtree hold."""
        nodes, at = self._columns, np.asarray(shown, dtype=np.int64)
        took, tells = self._took(), (numbers(ranks) < PLAIN).astype(np.int64)
        below = numbers(nodes.n_descendants)[at]
        columns = (
            took[at], tells[at], below, _inside(took, at, below), _inside(tells, at, below),
            numbers(nodes.parent)[at],
        )  # fmt: skip
        rows = zip(shown, *(column.tolist() for column in columns), strict=True)
        for position, us, telling, n, us_below, telling_below, parent in rows:
            yield position, parent, ((1, us, telling), (n, us_below, telling_below))

    def _took(self) -> Ints:
        """Return how long each leaf took, 0 for all others."""
        took = lengths_of(numbers(self._columns.duration_us))
        return np.where(is_leaf(self._columns), took, 0)


def _sorted(chosen: Flags, key: Ints) -> Iterator[int]:
    at = np.flatnonzero(chosen)
    yield from at[np.argsort(key[at], kind="stable")].tolist()


def _inside(values: Ints, at: Ints, below: Ints) -> Ints:
    """Return the sums over the rows below some nodes; hostile times ask for larger numbers."""
    is_small = int(values.max(initial=0)) < _ROOMY // max(1, len(values))
    before = np.zeros(len(values) + 1, dtype=np.int64 if is_small else np.object_)
    np.cumsum(values.astype(before.dtype), out=before[1:])
    found: Ints = before[at + 1 + below] - before[at + 1]
    return found
