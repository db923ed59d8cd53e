"""Root causes in order of time, each with its signature and the containers that only echo it."""

from dataclasses import dataclass
from typing import Final

from sops_report.analysis.clock import Clock
from sops_report.analysis.outcome import Incidents
from sops_report.analysis.signatures import signature_of
from sops_report.snapshot import Snapshot

_MOST_ECHOES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedNode:
    """One root cause.

    Attributes:
        position: The failed leaf.
        failed_at_us: Valid finish, else ``state_refresh_at``, else start; None if none is there.
        signature: ``E-…``.
        text: The message; None if none was recorded.
        echoes: The failed containers above it, innermost first; of a deeper nesting the fifty
            innermost.
    """

    position: int
    failed_at_us: int | None
    signature: str
    text: str | None
    echoes: tuple[int, ...]


def failures_of(snapshot: Snapshot, clock: Clock, incidents: Incidents) -> tuple[FailedNode, ...]:
    """Return the root causes, the first failure first."""
    echoes = frozenset(incidents.echoes)
    found = [
        FailedNode(
            position=position,
            failed_at_us=_failed_at(snapshot, clock, position),
            signature=signature_of(snapshot.tree.ex_data[position], snapshot.kind[position]),
            text=snapshot.tree.ex_data[position],
            echoes=_echoes_above(snapshot, position, echoes),
        )
        for position in incidents.root_causes
    ]
    found.sort(key=_by_time)
    return tuple(found)


def _by_time(failure: FailedNode) -> tuple[bool, int, int]:
    at = failure.failed_at_us
    return at is None, at or 0, failure.position


def _failed_at(snapshot: Snapshot, clock: Clock, position: int) -> int | None:
    tree = snapshot.tree
    if clock.finish_is_valid[position]:
        return tree.finish_us[position]
    refresh = tree.refresh_us[position]
    return tree.start_us[position] if refresh is None else refresh


def _echoes_above(snapshot: Snapshot, position: int, echoes: frozenset[int]) -> tuple[int, ...]:
    above: list[int] = []
    parent = snapshot.tree.parent[position]
    while parent >= 0 and len(above) < _MOST_ECHOES:
        if parent in echoes:
            above.append(parent)
        parent = snapshot.tree.parent[parent]
    return tuple(above)
