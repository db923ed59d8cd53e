"""Who failed, was retried, skipped or ignored: positions by masks."""

import numpy as np

from sops_report.analysis.arrays.tree import Flags, is_leaf, is_one_of
from sops_report.analysis.attempts import Attempts, retries_of
from sops_report.analysis.outcome import Incidents
from sops_report.columns import Coded, coded, numbers
from sops_report.snapshot import Snapshot, Tree
from sops_report.states import GROUPS, group_of


def find_incidents(snapshot: Snapshot, attempts: Attempts) -> Incidents:
    """Return what `outcome.find_incidents` returns."""
    tree, leaf = snapshot.tree, is_leaf(snapshot.tree)
    group = groups_of(tree)
    failed = is_one_of(group, {"failed"})
    causes = _positions(failed & leaf)
    below_root = np.arange(len(tree)) > 0
    retried = numbers(tree.retry) > 0
    for position in attempts:
        retried[position] = retries_of(tree, position, attempts) > 0
    due = snapshot.auto_retry_ids
    return Incidents(
        root_causes=causes,
        echoes=_positions(failed & ~leaf),
        retried=_positions(retried & below_root),
        skipped=_positions(is_one_of(tree.skip, {True}) & below_root),
        ignored=_positions(is_one_of(tree.error_ignored, {True}) & below_root),
        running=_positions(is_one_of(group, {"running"}) & leaf),
        waiting=_positions(is_one_of(group, {"waiting"}) & leaf),
        retry_due=tuple(p for p in causes if tree.node_id[p] in due) if due else (),
    )


def groups_of(tree: Tree) -> Coded[str]:
    """Return the state group of each node."""
    state = coded(tree.state)
    places = [GROUPS.index(group_of(word)) for word in (*state.words, None)]
    return Coded(np.asarray(places, dtype=np.int32)[state.codes], GROUPS)


def _positions(marked: Flags) -> tuple[int, ...]:
    return tuple(np.flatnonzero(marked).tolist())
