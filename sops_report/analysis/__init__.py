"""`Snapshot` → `Analysis`: what happened, when, why and where the time went.

Everything here works on plain columns, never on pandas; the order of the rooms behind this door is
`attempts`, `outcome`, `clock`, `durations`, `path`, `ledger`, `slack`,
`failures`, `signatures`, `findings`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.analysis.attempts import Attempts, earlier_attempts
from sops_report.analysis.clock import Clock, read_clock
from sops_report.analysis.durations import Durations, durations_of
from sops_report.analysis.failures import FailedNode, failures_of
from sops_report.analysis.findings import find_oddities
from sops_report.analysis.ledger import Section, classify, is_all_attempts, ledger_of
from sops_report.analysis.operations import find_contradictions, revoked_at
from sops_report.analysis.outcome import Incidents, find_incidents, outcome_of
from sops_report.analysis.path import Piece, critical_pieces
from sops_report.analysis.slack import Slack, slack_of
from sops_report.analysis.spans import FirstPositions, Run
from sops_report.collector import collector_at_rest
from sops_report.columns import numbers
from sops_report.snapshot import Note, Snapshot, Tree, is_columnar

__all__ = ["Analysis", "Measures", "analyse", "measure"]

MANY: Final = 3000  # nodes; below, loops take less than the import of numpy


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is measured of the nodes of one run; per-node columns are parallel to the tree.

    Attributes:
        run: The run as every further analysis asks it.
        outcome: One of the outcome words.
        incidents: Who failed, was retried, skipped, ignored; who is under way.
        durations: Duration and self time.
        pieces: The critical path as it was walked, earliest first.
        on_path: Per position: on the critical path (the containers it runs through included).
        slack: Slack, drag and waiting time.
    """

    run: Run
    outcome: str
    incidents: Incidents
    durations: Durations
    pieces: Sequence[Piece]
    on_path: Sequence[bool]
    slack: Slack


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything known about one run; per-node columns are parallel to the tree.

    Attributes:
        snapshot: What was read.
        run: The run as every further analysis asks it.
        outcome: One of the outcome words.
        incidents: Who failed, was retried, skipped, ignored; who is under way.
        failures: The root causes, the first failure first.
        attempts: Proven earlier attempts by position.
        clock: All moments.
        durations: Duration and self time.
        sections: The critical path, earliest first; they partition the run.
        on_path: Per position: on the critical path (the containers it runs through included).
        ledger: Microseconds by class, largest first; they add up to the wall time.
        slack: Slack, drag and waiting time.
        order_source: ``flow`` (true edges) or ``times`` (inferred).
        notes: Findings about the data, the reader's first.
    """

    snapshot: Snapshot
    run: Run
    outcome: str
    incidents: Incidents
    failures: tuple[FailedNode, ...]
    attempts: Attempts
    clock: Clock
    durations: Durations
    sections: Sequence[Section]
    on_path: Sequence[bool]
    ledger: Mapping[str, int]
    slack: Slack
    order_source: str
    notes: tuple[Note, ...]


def analyse(snapshot: Snapshot, *, revoked_at_us: int | None = None) -> Analysis:
    """Analyse one snapshot.

    Args:
        snapshot: As `sops_report.read` returns it.
        revoked_at_us: When the task was revoked, if another source knows it than the answer and
            its record of operations.

    Returns:
        The analysis; never an error, whatever the snapshot holds.
    """
    with collector_at_rest():
        return _explained(measure(snapshot, revoked_at_us=revoked_at_us))


def measure(snapshot: Snapshot, *, revoked_at_us: int | None = None) -> Measures:
    """Measure the nodes of one snapshot: that part of `analyse` which the node table shows.

    Args:
        snapshot: As `sops_report.read` returns it.
        revoked_at_us: As for `analyse`.
    """
    with collector_at_rest():
        big = len(snapshot.tree) >= MANY
        return _measure(_with_columns(snapshot) if big else snapshot, revoked_at_us)


def _measure(snapshot: Snapshot, revoked_at_us: int | None) -> Measures:
    attempts = earlier_attempts(snapshot)
    incidents = find_incidents(snapshot, attempts)
    outcome = outcome_of(snapshot, incidents)
    if revoked_at_us is None:
        revoked_at_us = revoked_at(snapshot)
    clock = read_clock(snapshot, outcome, revoked_at_us=revoked_at_us)
    positions = FirstPositions(snapshot.tree.node_id)
    run = Run(snapshot=snapshot, clock=clock, attempts=attempts, position_of=positions)
    pieces = critical_pieces(run)
    on_path = _on_path(run, pieces)
    return Measures(
        run=run,
        outcome=outcome,
        incidents=incidents,
        durations=durations_of(run),
        pieces=pieces,
        on_path=on_path,
        slack=slack_of(run, on_path),
    )


def _explained(known: Measures) -> Analysis:
    """Add to the measures what has to be told of them: classes, failures, notes."""
    run, incidents = known.run, known.incidents
    snapshot, clock = run.snapshot, run.clock
    sections = classify(run, known.pieces)
    return Analysis(
        snapshot=snapshot,
        run=run,
        outcome=known.outcome,
        incidents=incidents,
        failures=failures_of(snapshot, clock, incidents),
        attempts=run.attempts,
        clock=clock,
        durations=known.durations,
        sections=sections,
        on_path=known.on_path,
        ledger=ledger_of(sections),
        slack=known.slack,
        order_source="flow" if snapshot.flow is not None else "times",
        notes=(
            *snapshot.notes,
            *find_oddities(snapshot, clock, incidents),
            *find_contradictions(snapshot, clock, run.position_of),
        ),
    )


def _with_columns(snapshot: Snapshot) -> Snapshot:
    """Lay a big tree out in arrays, unless the reader has done so."""
    from sops_report.analysis.arrays.tree import with_columns  # noqa: PLC0415 - start-up

    return with_columns(snapshot)


def _on_path(run: Run, pieces: Sequence[Piece]) -> Sequence[bool]:
    """Mark the nodes of the path, and every container that holds a piece of it."""
    tree, marked = run.tree, bytearray(len(run.tree))
    for piece in pieces:
        if not piece.is_gap and not is_all_attempts(run, piece):
            marked[piece.position] = True
    for container in _parents(tree, [piece.position for piece in pieces]):
        position = container
        while position >= 0 and not marked[position]:
            marked[position] = True
            position = tree.parent[position]
    if is_columnar(tree):
        from sops_report.analysis.arrays.tree import flags  # noqa: PLC0415 - start-up

        return flags(marked)
    return [bool(mark) for mark in marked]


def _parents(tree: Tree, positions: Sequence[int]) -> set[int]:
    if is_columnar(tree):
        return set(numbers(tree.parent)[positions].tolist())
    return {tree.parent[position] for position in positions}
