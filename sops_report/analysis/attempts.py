"""Earlier attempts of each node: from the histories, else dug out of older snapshots.

The status answer shows only the newest attempt. A node whose ``version`` or start differs between
two snapshots was left and entered again in between, so what the older snapshot shows is an attempt
that the newer one has forgotten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sops_report.snapshot import Attempt, Snapshot, Tree
from sops_report.states import CLOSED, group_of

Attempts = Mapping[int, tuple[Attempt, ...]]


def earlier_attempts(snapshot: Snapshot) -> Attempts:
    """Return the proven earlier attempts by position, oldest first."""
    known = snapshot.attempts or {}
    dug = _dug_out(snapshot) if snapshot.earlier else {}
    found: dict[int, tuple[Attempt, ...]] = {}
    if not known and not dug:
        return found
    for position, node_id in enumerate(snapshot.tree.node_id):
        attempts = known.get(node_id or "") or dug.get(node_id or "")
        if attempts:
            found[position] = _with_skip(snapshot.tree, position, attempts)
    return found


def _dug_out(snapshot: Snapshot) -> dict[str, tuple[Attempt, ...]]:
    """Return what older snapshots show of attempts that the newest one has forgotten.

    The second engine renews the version at every retry, skip and re-entry; the first keeps it at a
    skip, but sets a new start. Whatever was seen with another version or start was left since.
    """
    tree = snapshot.tree
    current = {
        node_id: position for position, node_id in enumerate(tree.node_id) if node_id is not None
    }
    seen: dict[str, dict[tuple[int, int], Attempt]] = {}
    for older in snapshot.earlier:
        for position, attempt in _shown_attempts(older.tree):
            node_id = older.tree.node_id[position] or ""
            now = current.get(node_id)
            if now is not None and _was_left(older.tree, position, tree, now):
                known = _completed(attempt, tree, now)
                seen.setdefault(node_id, {})[known.loop, known.start_us or 0] = known
    return {
        node_id: tuple(attempt for _, attempt in sorted(by_start.items()))
        for node_id, by_start in seen.items()
    }


def _was_left(older: Tree, then: int, newest: Tree, now: int) -> bool:
    return (older.version[then], older.start_us[then]) != (
        newest.version[now],
        newest.start_us[now],
    )


def _completed(attempt: Attempt, newest: Tree, now: int) -> Attempt:
    """Add what the newest snapshot proves of an attempt that was last seen running.

    A pass that was followed by another one ended well, and a node that runs again still shows when.
    """
    loop, stale_finish = newest.loop[now] or 1, newest.finish_us[now]
    if attempt.end_us is not None or attempt.loop >= loop:
        return attempt
    start = newest.start_us[now]
    shows_end = (
        attempt.loop == loop - 1
        and stale_finish is not None
        and start is not None
        and stale_finish <= start
        and newest.state[now] not in CLOSED
    )
    return replace(attempt, failed=False, end_us=stale_finish if shows_end else None)


def _shown_attempts(tree: Tree) -> Iterator[tuple[int, Attempt]]:
    """Yield what a snapshot shows of its leaves' attempts that had begun."""
    for position in range(1, len(tree)):
        start, finish = tree.start_us[position], tree.finish_us[position]
        if start is None or not tree.node_id[position] or not tree.is_leaf(position):
            continue
        group = group_of(tree.state[position])
        is_over = group in ("failed", "success") and finish is not None and finish >= start
        yield (
            position,
            Attempt(
                start_us=start,
                end_us=finish if is_over else None,
                loop=tree.loop[position] or 1,
                failed=group != "success",
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
    return tuple(replace(a, skipped=True) if a is last else a for a in attempts)


def retries_of(tree: Tree, position: int, attempts: Attempts) -> int:
    """Return how often a node was retried: as counted by the server, or as proven if more."""
    proven = sum(a.failed and not a.skipped for a in attempts.get(position, ()))
    return max(tree.retry[position] or 0, proven)
