"""The time model on whole columns; every rule is explained beside its loop in `analysis.clock`."""

import numpy as np

from sops_report.analysis.arrays.incidents import groups_of
from sops_report.analysis.arrays.tree import Flags, flags, full, is_leaf, is_one_of, latest_below
from sops_report.analysis.clock import OPEN_GROUPS, SECOND_US, Facts
from sops_report.columns import MISSING, Coded, Numbers, numbers, reals
from sops_report.snapshot import Tree
from sops_report.states import CLOSED


class ArrayFacts(Facts):
    """What the time model is made from, as columns of arrays."""

    __slots__ = ()

    @classmethod
    def of(cls, tree: Tree) -> "ArrayFacts":
        """Work out what `clock.facts_of` works out."""
        start, finish = numbers(tree.start_us), numbers(tree.finish_us)
        group = groups_of(tree)
        # No start is the least number there is, so any finish is after it.
        valid = is_one_of(tree.state, CLOSED) & (finish != MISSING) & (finish >= start)
        unfinished = (start != MISSING) & ~valid
        open_leaf = is_leaf(tree) & unfinished & is_one_of(group, OPEN_GROUPS)
        return cls(
            tree=tree,
            group=full(group),
            valid=Coded(np.where(finish == MISSING, -1, valid).astype(np.int32), (False, True)),
            unfinished=flags(unfinished),
            activity=Numbers(latest_below(tree, np.where(valid, finish, start))),
            live=flags(_holds(tree, open_leaf)),
        )

    def ends_with(self, open_end: int | None) -> Numbers:
        """Return the effective ends, given that of whatever is still open."""
        live_end = MISSING if open_end is None else open_end
        rest = np.where(is_one_of(self.live, {True}), live_end, numbers(self.activity))
        valid = is_one_of(self.valid, {True})
        return Numbers(np.where(valid, numbers(self.tree.finish_us), rest))

    def first_start(self) -> int | None:
        """Return the earliest start of all nodes."""
        start = numbers(self.tree.start_us)
        known = start[start != MISSING]
        return int(known.min()) if len(known) else None

    def last_moment(self) -> int | None:
        """Return the latest start or finish of all nodes, valid or not."""
        columns = (self.tree.start_us, self.tree.finish_us)
        latest = max(int(numbers(column).max()) for column in columns)
        return None if latest == MISSING else latest

    def server_clock(self) -> int | None:
        """Return what the server's clock showed, as far as it can be told."""
        tree = self.tree
        elapsed = reals(tree.elapsed_s)
        tells = is_one_of(self.unfinished, {True}) & (numbers(tree.finish_us) == MISSING)
        tells &= elapsed >= 0
        if not tells.any():
            return None
        since = np.rint(elapsed[tells] * SECOND_US).astype(np.int64)
        clocks = numbers(tree.start_us)[tells] + since
        return int(clocks[0] if tells[0] else clocks.max())


def _holds(tree: Tree, marked: Flags) -> Flags:
    """Tell for each node whether it or anything below it is marked."""
    before = np.concatenate(([0], np.cumsum(marked)))
    first = np.arange(len(tree))
    found: Flags = before[first + numbers(tree.n_descendants) + 1] > before[first]
    return found
