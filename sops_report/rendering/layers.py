"""Places for a flow whose canvas is not known: layers along the edges, left to right."""

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Final

from sops_report.report.model import FlowStep

_COLUMN: Final = 200.0
_ROW: Final = 80.0


def layered(steps: Sequence[tuple[int, FlowStep]]) -> dict[int, tuple[float, float]]:
    """Return a place for each step: behind all its predecessors, loops left open.

    Args:
        steps: The steps of one level with their indices.
    """
    layer = _layers(steps)
    filled: dict[int, int] = defaultdict(int)
    points: dict[int, tuple[float, float]] = {}
    for at, _ in steps:
        column = layer[at]
        points[at] = column * _COLUMN, filled[column] * _ROW
        filled[column] += 1
    return points


def _layers(steps: Sequence[tuple[int, FlowStep]]) -> dict[int, int]:
    inside = {at for at, _ in steps}
    after = {at: [to for to in step.successors if to in inside] for at, step in steps}
    missing: dict[int, int] = dict.fromkeys(inside, 0)
    for targets in after.values():
        for to in targets:
            missing[to] += 1
    layer = dict.fromkeys(inside, 0)
    waiting = [at for at, _ in steps]
    queue = deque(at for at in waiting if missing[at] == 0)
    done: set[int] = set()
    while len(done) < len(inside):
        if not queue:  # only loops are left: enter one where the flow names it first
            queue.append(next(at for at in waiting if at not in done))
        at = queue.popleft()
        if at in done:
            continue
        done.add(at)
        for to in after[at]:
            missing[to] -= 1
            if to not in done:
                layer[to] = max(layer[to], layer[at] + 1)
                if missing[to] == 0:
                    queue.append(to)
    return layer
