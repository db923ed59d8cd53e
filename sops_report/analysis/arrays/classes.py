"""The class of every leaf's own time; the first rule that fits, as in `ledger.leaf_class`."""

from collections.abc import Collection, Sequence

import numpy as np

from sops_report.analysis.arrays.tree import Flags, is_leaf, is_one_of
from sops_report.analysis.ledger import MANUAL_COMPONENTS, MANUAL_STATES, TIMER
from sops_report.analysis.spans import CONTROL_KINDS, Run
from sops_report.columns import MISSING, Coded, numbers


def leaves_of_class(run: Run, wanted: Collection[str]) -> Sequence[int]:
    """Return what `ledger.leaves_of_class` returns."""
    found: list[int] = np.flatnonzero(class_is(run, wanted) & is_leaf(run.tree)).tolist()
    return found


def class_is(run: Run, wanted: Collection[str]) -> Flags:
    """Tell for each node whether its own time is of one of the classes *wanted*."""
    return is_one_of(classes_of(run), wanted)


def classes_of(run: Run) -> Coded[str]:
    """Return the class of each node's own time."""
    tree = run.tree
    valid = is_one_of(run.clock.finish_is_valid, {True})
    rules = {
        "skipped": is_one_of(tree.skip, {True}),
        "manual": is_one_of(tree.state, MANUAL_STATES) | _has(run, MANUAL_COMPONENTS),
        "timer": _has(run, {TIMER}),
        "running": (numbers(tree.start_us) != MISSING) & ~valid,
        "control": is_one_of(run.snapshot.kind, CONTROL_KINDS),
    }
    codes = np.select(list(rules.values()), [*range(len(rules))], default=len(rules))
    return Coded(codes.astype(np.int32), (*rules, "work"))


def _has(run: Run, components: Collection[str]) -> Flags:
    """Tell which nodes have one of the components, as far as the flow tells."""
    found = np.zeros(len(run.tree), dtype=np.bool_)
    flow = run.snapshot.flow
    known = flow.nodes.items() if flow is not None else ()
    ids = {node_id for node_id, node in known if node.component in components}
    if ids:
        found[[p for p, node_id in enumerate(run.tree.node_id) if node_id in ids]] = True
    return found
