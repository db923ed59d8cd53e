"""Where parallel blocks could be, told by times alone; `joins` looks at each of them closely."""

from collections.abc import Iterator, Sequence

import numpy as np

from sops_report.analysis.arrays.order import Line
from sops_report.analysis.arrays.spans import Families, SpanColumns
from sops_report.analysis.arrays.tree import Flags, Ints, is_leaf, is_one_of
from sops_report.analysis.clock import SECOND_US
from sops_report.analysis.joins import FEWEST, JOINS, SPLITS
from sops_report.analysis.spans import Run, Span


def candidates(run: Run) -> Iterator[tuple[Span, Sequence[Span], Span]]:
    """Yield split, branches and join of all that could be a block: of all blocks, and some more.

    Between two instants stand enough steps, all of which were entered with the first of them,
    and nothing that had begun before was still under way.
    """
    spans = run.spans
    assert isinstance(spans, SpanColumns)
    family = spans.by_entry
    position = family.position
    entry, end = spans.entry_us[position], spans.end_us[position]
    instants = np.flatnonzero(_is_instant(run, spans)[position])
    split, join = instants[:-1], instants[1:]
    in_one_scope = family.scope[split] == family.scope[join]
    fits = in_one_scope & (join - split > FEWEST)
    fits &= entry[join - 1] <= end[split] + SECOND_US
    fits &= _is_quiet_before(family, entry, end)[split]
    for begin, index in zip(split[fits].tolist(), join[fits].tolist(), strict=True):
        found = [span for row in position[begin : index + 1].tolist() if (span := spans[row])]
        yield found[0], found[1:-1], found[-1]


def _is_instant(run: Run, spans: SpanColumns) -> Flags:
    is_gateway = is_one_of(run.snapshot.kind, SPLITS | JOINS)
    return is_gateway & is_leaf(run.tree) & (spans.end_us - spans.entry_us <= SECOND_US)


def _is_quiet_before(family: Families, entry: Ints, end: Ints) -> Flags:
    """Tell for each row whether those before it in its scope had ended by its own end."""
    ends = Line(family.n_scopes, entry, end).at(family.scope, end)
    quiet = np.ones(len(ends), dtype=np.bool_)
    quiet[1:] = np.maximum.accumulate(ends)[:-1] <= ends[1:]  # earlier scopes lie before it
    return quiet
