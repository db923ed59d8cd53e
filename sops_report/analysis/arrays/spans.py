"""The newest pass of every node as columns; the same rules as `spans.newest_span`."""

from dataclasses import dataclass

import numpy as np

from sops_report.analysis.arrays.order import sorted_by
from sops_report.analysis.arrays.tree import Flags, Ints, is_leaf, is_one_of
from sops_report.analysis.attempts import Attempts
from sops_report.analysis.clock import SECOND_US, Clock
from sops_report.analysis.spans import Span, entry_of
from sops_report.columns import MISSING, Unkept, numbers
from sops_report.snapshot import Tree


@dataclass(frozen=True, slots=True, eq=False)
class SpanColumns(Unkept[Span | None]):
    """The spans of a big tree: as arrays, and one by one for whoever asks by position.

    A node that has not begun or has no end has None.

    Attributes:
        exists: False for a node that has not begun or has no end; its times mean nothing.
        entry_us, start_us, end_us, exact_end_us, loop: As of `spans.Span`.
        family: All but the root's, scope after scope, in document order.
        by_entry: The same by entry, then end, then position: several measures ask for it.
    """

    exists: Flags
    entry_us: Ints
    start_us: Ints
    end_us: Ints
    exact_end_us: Ints
    loop: Ints
    family: "Families"
    by_entry: "Families"

    @classmethod
    def of(cls, tree: Tree, clock: Clock, attempts: Attempts) -> "SpanColumns":
        """Work the spans out."""
        start, end_of = numbers(tree.start_us), numbers(clock.end_of)
        end = np.maximum(start, end_of)
        refresh, loop = numbers(tree.refresh_us), numbers(tree.loop)
        is_exact = is_one_of(clock.finish_is_valid, {True})
        is_exact &= (refresh >= end) & (refresh < end + SECOND_US)
        loop = np.where((loop == MISSING) | (loop == 0), 1, loop)
        exists = (start != MISSING) & (end_of != MISSING)
        entry = start.copy() if attempts else start
        for position, tries in attempts.items():
            if exists[position]:
                entry[position] = entry_of(tries, int(start[position]), int(loop[position]))
        family = Families.of(tree, exists)
        return cls(
            exists=exists,
            entry_us=entry,
            start_us=start,
            end_us=end,
            exact_end_us=np.where(is_exact, refresh, end),
            loop=loop,
            family=family,
            by_entry=family.sorted_by(entry, end),
        )

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.exists)

    def _one(self, at: int) -> Span | None:
        if not self.exists[at]:
            return None
        return Span(
            position=at,
            entry_us=int(self.entry_us[at]),
            start_us=int(self.start_us[at]),
            end_us=int(self.end_us[at]),
            exact_end_us=int(self.exact_end_us[at]),
            loop=int(self.loop[at]),
        )


@dataclass(frozen=True, slots=True)
class Families:
    """The spans of all children, scope after scope; one row a span, in some order within a scope.

    Attributes:
        position: Of the node.
        scope: Its parent's number among the containers, rising.
        bounds: By scope: its first row; behind the last scope's the number of rows.
    """

    position: Ints
    scope: Ints
    bounds: Ints

    @classmethod
    def of(cls, tree: Tree, members: Flags) -> "Families":
        """Arrange the members by scope, in each by position."""
        number, n_scopes = scope_numbers(tree)
        position = np.flatnonzero(members[1:]) + 1
        scope = number[numbers(tree.parent)[position]]
        order = np.argsort(scope, kind="stable")
        scope = scope[order]
        return cls(position[order], scope, np.searchsorted(scope, np.arange(n_scopes + 1)))

    def sorted_by(self, *keys: Ints) -> "Families":
        """Sort the rows of each scope by *keys*, which are given by position."""
        # Children are listed nearly in order: what is nearly sorted already takes little time.
        order = sorted_by(self.scope, *(key[self.position] for key in keys))
        return Families(self.position[order], self.scope, self.bounds)

    @property
    def n_scopes(self) -> int:
        """The number of containers."""
        return len(self.bounds) - 1

    def first(self) -> Ints:
        """Return by row the first row of its scope."""
        return self.bounds[self.scope]

    def after(self) -> Ints:
        """Return by row the row after the last one of its scope."""
        return self.bounds[self.scope + 1]


def scope_numbers(tree: Tree) -> tuple[Ints, int]:
    """Return each container's number in document order (anything at a leaf), and how many."""
    numbered = np.cumsum(~is_leaf(tree)) - 1
    return numbered, int(numbered[-1]) + 1
