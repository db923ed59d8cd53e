"""Which nodes could be odd: whoever is found here is looked at by the loop's own rules."""

import numpy as np

from sops_report.analysis.arrays.tree import Flags, is_one_of
from sops_report.analysis.clock import SECOND_US, Clock
from sops_report.columns import MISSING, numbers, reals
from sops_report.snapshot import Snapshot
from sops_report.states import CLOSED, GROUP_OF


def suspects(snapshot: Snapshot, clock: Clock, *, tolerance_s: float) -> list[int]:
    """Return the positions of all nodes that `findings` has a note for, and of some more."""
    tree = snapshot.tree
    start, finish = numbers(tree.start_us), numbers(tree.finish_us)
    has_start, has_finish = start != MISSING, finish != MISSING
    valid = is_one_of(clock.finish_is_valid, {True})
    elapsed = reals(tree.elapsed_s)
    off = np.abs((finish - start) / SECOND_US - elapsed) > tolerance_s
    odd = ~is_one_of(tree.state, {None, *GROUP_OF})
    odd |= ~has_start & is_one_of(tree.state, CLOSED)
    odd |= has_start & has_finish & ~valid
    odd |= has_start & ~has_finish & is_one_of(tree.state, {"FINISHED"})
    odd |= (elapsed < 0) | (valid & has_start & off)
    odd |= _outside(snapshot, valid)
    return np.flatnonzero(odd).tolist()


def _outside(snapshot: Snapshot, valid: Flags) -> Flags:
    """Tell which nodes do not lie in their parent's time (the root lies in its own)."""
    tree = snapshot.tree
    parent = np.maximum(numbers(tree.parent), 0)
    start, finish = numbers(tree.start_us), numbers(tree.finish_us)
    known = (start != MISSING) & (start[parent] != MISSING)
    too_early = start < start[parent] - SECOND_US
    too_late = valid & valid[parent] & (finish > finish[parent] + SECOND_US)
    outside: Flags = known & (too_early | too_late)
    return outside
