"""What all readers, the careful and the fast ones, make of one answer's nodes."""

from dataclasses import dataclass

from sops_report.reading.answers import Found
from sops_report.reading.times import TimeReader
from sops_report.snapshot import Note, Tree


class SteppedAsideError(Exception):
    """The document is not of the server's plain form: a more careful reader has to read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One answer's nodes, read; companions, kinds and labels are still to come.

    Attributes:
        found: The root's own fields, and what the wrapping says.
        tree: The columns.
        times: Has read the times.
        offset_minutes: The offset of the first time; None if no time has one.
        engine: ``v1``, ``v2`` or ``unknown``.
        ids_differ: No two nodes below the root have the same id.
        notes: What is odd about the nodes.
    """

    found: Found
    tree: Tree
    times: TimeReader
    offset_minutes: int | None
    engine: str
    ids_differ: bool = False
    notes: tuple[Note, ...] = ()
