"""Duration and self time of every node.

Self time is the part of a node's duration in which none of its children ran: the union of the
children's intervals, clipped to the node, is taken off, so it is never negative.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sops_report.analysis.spans import Run, busy_us
from sops_report.snapshot import Tree, is_columnar


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Per position, in microseconds; None for a node that never began or has no end."""

    duration_us: Sequence[int | None]
    self_us: Sequence[int | None]


def durations_of(run: Run) -> Durations:
    """Return duration and self time of every node."""
    tree = run.tree
    if is_columnar(tree):
        from sops_report.analysis.arrays import durations as arrays  # noqa: PLC0415 - start-up

        return arrays.durations_of(run)
    duration = [
        None if start is None or end is None else max(0, end - start)
        for start, end in zip(tree.start_us, run.clock.end_of, strict=True)
    ]
    inner: dict[int, list[tuple[int, int]]] = {}
    for position in range(1, len(tree)):
        start, length = tree.start_us[position], duration[position]
        if start is not None and length:
            inner.setdefault(tree.parent[position], []).append((start, start + length))
    return Durations(
        duration_us=duration,
        self_us=[
            None if length is None else length - _covered(tree, position, length, inner)
            for position, length in enumerate(duration)
        ],
    )


def _covered(
    tree: Tree, position: int, length: int, inner: dict[int, list[tuple[int, int]]]
) -> int:
    start = tree.start_us[position]
    if start is None or position not in inner:
        return 0
    clipped = [(max(a, start), min(b, start + length)) for a, b in inner[position]]
    return busy_us([(a, b) for a, b in clipped if a < b])
