"""The candidates of the critical path in a big tree, cut out scope by scope.

The path itself is walked by `path.Scope`, in a big tree as in a small one; without a flow.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sops_report.analysis.arrays.spans import SpanColumns, scope_numbers
from sops_report.analysis.arrays.tree import Flags, Ints, is_one_of
from sops_report.analysis.path import DUE, Piece, Scope
from sops_report.analysis.spans import CONTROL_KINDS, Run
from sops_report.columns import MISSING, numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The spans of all scopes.

    Attributes:
        run: The run that is analysed.
        spans: Its spans.
        number: The number of each container, by position.
        is_control: By position: it is a gateway or event.
        with_passes: Containers with children whose earlier attempts are known.
        due: By container, the last child that is due but has not begun.
    """

    run: Run
    spans: SpanColumns
    number: Ints
    is_control: Flags
    with_passes: frozenset[int]
    due: Mapping[int, int]

    @classmethod
    def of(cls, run: Run) -> "Candidates":
        """Look for all that a scope is asked for."""
        tree, spans = run.tree, run.spans
        assert isinstance(spans, SpanColumns)
        parent = numbers(tree.parent)
        due = np.flatnonzero(is_one_of(tree.state, DUE) & (numbers(tree.start_us) == MISSING))
        return cls(
            run=run,
            spans=spans,
            number=scope_numbers(tree)[0],
            is_control=is_one_of(run.snapshot.kind, CONTROL_KINDS),
            with_passes=frozenset(parent[list(run.attempts)].tolist()),
            due=dict(zip(parent[due].tolist(), due.tolist(), strict=True)),
        )

    def scope(self, whole: Piece) -> Scope:
        """Return a container seen from inside, as `Scope.of` does."""
        due = self.due.get(whole.position)
        if whole.position in self.with_passes:
            return Scope.of(self.run, whole, due)
        family, number = self.spans.family, self.number[whole.position]
        position = family.position[family.bounds[number] : family.bounds[number + 1]]
        entry, end = self.spans.entry_us[position], self.spans.end_us[position]
        exact = self.spans.exact_end_us[position]
        inside = np.flatnonzero((end >= whole.start_us) & (entry <= whole.end_us))
        rows = inside[np.lexsort((entry[inside], exact[inside]))]  # and by position where both tie
        position = position[rows]
        return Scope(
            run=self.run,
            whole=whole,
            positions=position.tolist(),
            entry=entry[rows].tolist(),
            end=end[rows].tolist(),
            ends=exact[rows].tolist(),
            loop=(),  # without a flow no edge leads back
            is_control=self.is_control[position].tolist(),
            due=due,
        )
