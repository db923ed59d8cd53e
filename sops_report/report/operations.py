"""What people did and what failed nodes left behind, as the report shows it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.operations import heeded, people_of
from sops_report.report.findings import Evidence, Operation, Setting
from sops_report.snapshot import Evidence as Found
from sops_report.snapshot import Snapshot

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_NODES: Final = 20

Operator = tuple[int | None, str | None]


def operations_of(analysis: Analysis) -> tuple[Operation, ...]:
    """Return the recorded operations up to the moment of the answer, by time."""
    snapshot = analysis.snapshot
    known = people_of(snapshot.operations or ())
    return tuple(
        Operation(
            at=_EPOCH + timedelta(microseconds=found.at_us),
            what=found.what,
            position=analysis.run.position_of.get(found.node_id or ""),
            node_id=found.node_id,
            person=known.get(found.operator),
            name=found.operator if snapshot.names and found.operator else None,
            source=found.source,
        )
        for found in heeded(snapshot, analysis.clock)
    )


def evidence_of(analysis: Analysis) -> dict[int, Evidence]:
    """Return what the failed nodes left behind, by position; the first failures only."""
    snapshot = analysis.snapshot
    failed = [failure.position for failure in analysis.failures[:_MOST_NODES]]
    return {
        position: _evidence(found)
        for position in failed
        if (found := _of_node(snapshot, position)) is not None
    }


def _of_node(snapshot: Snapshot, position: int) -> Found | None:
    return snapshot.evidence.get(snapshot.tree.node_id[position] or "")


def _evidence(found: Found) -> Evidence:
    return Evidence(
        log=found.log,
        is_cut=found.is_cut,
        inputs=tuple(Setting(key=key, value=value) for key, value in found.inputs),
        outputs=tuple(Setting(key=key, value=value) for key, value in found.outputs),
    )
