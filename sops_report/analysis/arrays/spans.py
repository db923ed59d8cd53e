"""The newest pass of every node as columns; the same rules as `spans.newest_span`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from sops_report.analysis.arrays.order import sorted_by
from sops_report.analysis.arrays.tree import Flags, Ints, is_leaf, is_one_of
from sops_report.analysis.attempts import Attempts
from sops_report.analysis.clock import SECOND_US, Clock
from sops_report.analysis.spans import Span, entry_of
from sops_report.columns import MISSING, numbers
from sops_report.snapshot import Tree


@dataclass(frozen=True, slots=True, eq=False)
class SpanColumns(Sequence[Span | None]):
    """The spans of a big tree: as arrays, and one by one for whoever asks by position.

    Attributes:
        exists: False for a node that has not begun or has no end; its times mean nothing.
        entry_us, start_us, end_us, exact_end_us, loop: As of `spans.Span`.
    """

    exists: Flags
    entry_us: Ints
    start_us: Ints
    end_us: Ints
    exact_end_us: Ints
    loop: Ints

    @classmethod
    def of(cls, tree: Tree, clock: Clock, attempts: Attempts) -> "SpanColumns":
        """Work the spans out."""
        start, end_of = numbers(tree.start_us), numbers(clock.end_of)
        end = np.maximum(start, end_of)
        refresh, loop = numbers(tree.refresh_us), numbers(tree.loop)
        is_exact = is_one_of(clock.finish_is_valid, {True})
        is_exact &= (refresh >= end) & (refresh < end + SECOND_US)
        spans = cls(
            exists=(start != MISSING) & (end_of != MISSING),
            entry_us=start.copy(),
            start_us=start,
            end_us=end,
            exact_end_us=np.where(is_exact, refresh, end),
            loop=np.where((loop == MISSING) | (loop == 0), 1, loop),
        )
        for position, tries in attempts.items():
            if spans.exists[position]:
                first = entry_of(tries, int(start[position]), int(spans.loop[position]))
                spans.entry_us[position] = first
        return spans

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.exists)

    @overload
    def __getitem__(self, at: int) -> Span | None: ...
    @overload
    def __getitem__(self, at: slice) -> list[Span | None]: ...
    def __getitem__(self, at: int | slice) -> Span | list[Span | None] | None:
        """Return the span of a node; None if it has not begun or has no end."""
        if isinstance(at, slice):
            return [self[position] for position in range(len(self))[at]]
        if not self.exists[at]:
            return None
        return Span(
            position=range(len(self))[at],
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
        first: By row: the first row of its scope.
        after: By row: the row after the last one of its scope.
        n_scopes: The number of containers.
    """

    position: Ints
    scope: Ints
    first: Ints
    after: Ints
    n_scopes: int

    @classmethod
    def of(cls, tree: Tree, members: Flags, *keys: Ints) -> "Families":
        """Sort the members by scope and then by *keys* (by position where all tie)."""
        number, n_scopes = scope_numbers(tree)
        position = np.flatnonzero(members[1:]) + 1
        scope = number[numbers(tree.parent)[position]]
        order = sorted_by(scope, *(key[position] for key in keys))
        position, scope = position[order], scope[order]
        bounds = np.searchsorted(scope, np.arange(n_scopes + 1))
        return cls(position, scope, bounds[scope], bounds[scope + 1], n_scopes)


def scope_numbers(tree: Tree) -> tuple[Ints, int]:
    """Return each container's number in document order (anything at a leaf), and how many."""
    numbered = np.cumsum(~is_leaf(tree)) - 1
    return numbered, int(numbered[-1]) + 1
