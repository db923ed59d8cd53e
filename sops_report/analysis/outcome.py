"""Which of the outcome words fits, and who was retried, skipped or ignored on the way.

The root's own state misleads: it says FAILED while branches still run, and FINISHED over skipped
failures. The outcome looks at the leaves.
"""

from dataclasses import dataclass

from sops_report.analysis.attempts import Attempts, retries_of
from sops_report.snapshot import Snapshot, is_columnar
from sops_report.states import group_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """Positions, in document order.

    Attributes:
        root_causes: Failed leaves.
        echoes: Failed containers: FAILED only because of something below.
        retried, skipped, ignored: Never counted as failed.
        running: Leaves that are running.
        waiting: Leaves that wait.
        retry_due: Root causes that the engine will try again by itself.
    """

    root_causes: tuple[int, ...]
    echoes: tuple[int, ...]
    retried: tuple[int, ...]
    skipped: tuple[int, ...]
    ignored: tuple[int, ...]
    running: tuple[int, ...]
    waiting: tuple[int, ...]
    retry_due: tuple[int, ...]


def find_incidents(snapshot: Snapshot, attempts: Attempts) -> Incidents:
    """Return who failed, was retried, skipped or ignored, and who is still under way."""
    tree = snapshot.tree
    if is_columnar(tree):
        from sops_report.analysis.arrays import incidents as arrays  # noqa: PLC0415 - start-up

        return arrays.find_incidents(snapshot, attempts)
    everyone = range(len(tree))
    group = [group_of(state) for state in tree.state]
    failed = [p for p in everyone if group[p] == "failed"]
    causes = tuple(p for p in failed if tree.is_leaf(p))
    return Incidents(
        root_causes=causes,
        echoes=tuple(p for p in failed if not tree.is_leaf(p)),
        retried=tuple(p for p in everyone[1:] if retries_of(tree, p, attempts)),
        skipped=tuple(p for p in everyone[1:] if tree.skip[p]),
        ignored=tuple(p for p in everyone[1:] if tree.error_ignored[p]),
        running=tuple(p for p in everyone if group[p] == "running" and tree.is_leaf(p)),
        waiting=tuple(p for p in everyone if group[p] == "waiting" and tree.is_leaf(p)),
        retry_due=tuple(p for p in causes if tree.node_id[p] in snapshot.auto_retry_ids),
    )


def outcome_of(snapshot: Snapshot, incidents: Incidents) -> str:
    """Return the outcome word, the first that fits."""
    root = group_of(snapshot.tree.state[0])
    unclean = incidents.retried or incidents.skipped or incidents.ignored
    tests = (
        ("expired", snapshot.tree.state[0] == "EXPIRED"),
        ("not_started", root == "not_started"),
        ("revoked", root == "revoked"),
        ("failing", incidents.root_causes and (incidents.running or incidents.retry_due)),
        ("failed", incidents.root_causes or root == "failed"),
        ("running", incidents.running or root == "running"),
        ("waiting", incidents.waiting or root == "waiting"),
        ("finished_with_issues", root == "success" and unclean),
        ("finished", root == "success"),
    )
    return next((word for word, fits in tests if fits), "unknown")
