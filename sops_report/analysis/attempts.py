"""Earlier attempts of each node: from the histories, else dug out of older snapshots.

The status answer shows only the newest attempt. A node whose ``version`` differs between two
snapshots was left and entered again in between, so what the older snapshot shows is an attempt
that the newer one has forgotten.
"""

from collections.abc import Iterator, Mapping

from sops_report.snapshot import Attempt, Snapshot, Tree
from sops_report.states import group_of

Attempts = Mapping[int, tuple[Attempt, ...]]


def earlier_attempts(snapshot: Snapshot) -> Attempts:
    """Return the proven earlier attempts by position, oldest first."""
    known = snapshot.attempts or {}
    dug = _dug_out(snapshot)
    found = {}
    for position, node_id in enumerate(snapshot.tree.node_id):
        attempts = known.get(node_id or "") or dug.get(node_id or "")
        if attempts:
            found[position] = _with_skip(snapshot.tree, position, attempts)
    return found


def _dug_out(snapshot: Snapshot) -> dict[str, tuple[Attempt, ...]]:
    if not snapshot.earlier:
        return {}
    current = dict(zip(snapshot.tree.node_id, snapshot.tree.version, strict=True))
    seen: dict[str, dict[str, Attempt]] = {}
    for older in snapshot.earlier:
        for node_id, version, attempt in _shown_attempts(older.tree):
            if node_id in current and version != current[node_id]:
                seen.setdefault(node_id, {})[version] = attempt  # the last sight tells most
    return {
        node_id: tuple(sorted(by_version.values(), key=lambda a: (a.loop, a.start_us or 0)))
        for node_id, by_version in seen.items()
    }


def _shown_attempts(tree: Tree) -> Iterator[tuple[str, str, Attempt]]:
    """Yield what a snapshot shows of its nodes' attempts that had begun."""
    for position in range(1, len(tree)):
        node_id, version = tree.node_id[position], tree.version[position]
        start = tree.start_us[position]
        if not node_id or not version or start is None or not tree.is_leaf(position):
            continue
        finish = tree.finish_us[position]
        state = tree.state[position]
        is_over = group_of(state) in ("failed", "success") and finish is not None
        yield (
            node_id,
            version,
            Attempt(
                start_us=start,
                end_us=finish if is_over and finish is not None and finish >= start else None,
                loop=tree.loop[position] or 1,
                failed=group_of(state) != "success",
                text=tree.ex_data[position],
            ),
        )


def _with_skip(tree: Tree, position: int, attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
    """Mark the last failure of a skipped pass: it was left by the skip, not by a retry."""
    if tree.skip[position] is not True or any(attempt.skipped for attempt in attempts):
        return attempts
    loop = tree.loop[position] or 1
    failures = [a for a in attempts if a.failed and a.loop == loop]
    if not failures:
        return attempts
    last = failures[-1]
    return tuple(
        Attempt(
            start_us=a.start_us, end_us=a.end_us, loop=a.loop, skipped=True, text=a.text
        ) if a is last else a
        for a in attempts
    )  # fmt: skip


def retries_of(tree: Tree, position: int, attempts: Attempts) -> int:
    """Return how often a node was retried: as counted by the server, or as proven if more."""
    proven = sum(a.failed and not a.skipped for a in attempts.get(position, ()))
    return max(tree.retry[position] or 0, proven)
