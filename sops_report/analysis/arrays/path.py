"""The candidates of the critical path in a big tree: sorted once, cut out scope by scope.

The path itself is walked by `path.Scope`, in a big tree as in a small one; without a flow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from sops_report.analysis.arrays.spans import Families, SpanColumns, scope_numbers
from sops_report.analysis.arrays.tree import Flags, Ints, is_one_of
from sops_report.analysis.path import DUE, Piece, Scope
from sops_report.analysis.spans import CONTROL_KINDS, Run
from sops_report.columns import MISSING, numbers

_FEW: Final = 32  # children: below, plain numbers take less than calls on arrays


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The spans of all scopes, by exact end, then entry, then position.

    Attributes:
        run: The run that is analysed.
        bounds: The first row of each container, by its number, and the end of the last one.
        number: The number of each container, by position.
        positions, entry, end, exact, loop: Of each row.
        is_work: Of each row: it is no gateway or event.
        with_passes: Containers with children whose earlier attempts are known.
        due: By container, the last child that is due but has not begun.
    """

    run: Run
    bounds: Ints
    number: Ints
    positions: Ints
    entry: Ints
    end: Ints
    exact: Ints
    loop: Ints
    is_work: Flags
    with_passes: frozenset[int]
    due: Mapping[int, int]

    @classmethod
    def of(cls, run: Run) -> "Candidates":
        """Sort the spans of all scopes."""
        tree, spans = run.tree, run.spans
        assert isinstance(spans, SpanColumns)
        family = Families.of(tree, spans.exists, spans.exact_end_us, spans.entry_us)
        number, n_scopes = scope_numbers(tree)
        rows, parent = family.position, numbers(tree.parent)
        due = np.flatnonzero(is_one_of(tree.state, DUE) & (numbers(tree.start_us) == MISSING))
        return cls(
            run=run,
            bounds=np.searchsorted(family.scope, np.arange(n_scopes + 1)),
            number=number,
            positions=rows,
            entry=spans.entry_us[rows],
            end=spans.end_us[rows],
            exact=spans.exact_end_us[rows],
            loop=spans.loop[rows],
            is_work=~is_one_of(run.snapshot.kind, CONTROL_KINDS)[rows],
            with_passes=frozenset(parent[list(run.attempts)].tolist()),
            due=dict(zip(parent[due].tolist(), due.tolist(), strict=True)),
        )

    def scope(self, piece: Piece) -> Scope:
        """Return a container seen from inside, as `Scope.of` does."""
        number = self.number[piece.position]
        first, after = self.bounds[number], self.bounds[number + 1]
        if after - first < _FEW or piece.position in self.with_passes:
            return Scope.of(self.run, piece, self.due.get(piece.position))
        rows = np.arange(first, after)
        rows = rows[(self.end[rows] >= piece.start_us) & (self.entry[rows] <= piece.end_us)]
        by_entry = rows[np.argsort(self.entry[rows], kind="stable")]
        work = by_entry[self.is_work[by_entry]]
        return Scope(
            run=self.run,
            piece=piece,
            positions=self.positions[rows].tolist(),
            entry=self.entry[rows].tolist(),
            end=self.end[rows].tolist(),
            ends=self.exact[rows].tolist(),
            loop=self.loop[rows].tolist(),
            is_control=(~self.is_work[rows]).tolist(),
            entries=self.entry[by_entry].tolist(),
            reach=np.maximum.accumulate(self.end[by_entry]).tolist(),
            work_entries=self.entry[work].tolist(),
            due=self.due.get(piece.position),
        )
