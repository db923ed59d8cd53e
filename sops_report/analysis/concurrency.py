"""How many leaves ran at once: over time, at the peak, and where only one was left.

Counted are leaves at work. Waiting is no work: nodes for people and timers (where the flow tells
them), nodes that stand still, and the time of a skipped node, which is mostly the wait for the
skip. Proven earlier attempts and passes count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.ledger import leaf_class
from sops_report.analysis.spans import Run, busy_us
from sops_report.snapshot import is_columnar

AT_WORK: Final = frozenset({"work", "running", "control"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which one leaf ran alone."""

    position: int
    start_us: int
    end_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency:
    """How many leaves ran at once; lengths in microseconds.

    Attributes:
        steps: (moment, leaves running from then on), by time; each count differs from the last.
        peak: The largest count, 0 if nothing ran for a measurable time.
        peak_start_us, peak_end_us: The first time with that count; None if the peak is 0.
        peak_positions: Who ran then, in document order.
        lonely: Times in which one leaf ran alone, by time; empty if never two ran at once.
        none_us: How long nothing ran between start and end.
        work_us: The sum of the leaves' work.
        factor: Work divided by wall time; None where there is no wall time.
    """

    steps: Sequence[tuple[int, int]]
    peak: int
    peak_start_us: int | None
    peak_end_us: int | None
    peak_positions: tuple[int, ...]
    lonely: Sequence[Stretch]
    none_us: int
    work_us: int
    factor: float | None


@dataclass(frozen=True, slots=True)
class _Slot:
    """A time in which always the same leaves ran."""

    start_us: int
    end_us: int
    count: int
    only: int | None


def concurrency_of(analysis: Analysis) -> Concurrency:
    """Count how many leaves ran at once."""
    if is_columnar(analysis.run.tree):
        from sops_report.analysis.arrays import concurrency as arrays  # noqa: PLC0415 - start-up

        return arrays.concurrency_of(analysis)
    work = sorted(_work(analysis.run))
    slots = list(_slots(work))
    peak = max((slot.count for slot in slots), default=0)
    first = next((slot for slot in slots if peak and slot.count == peak), None)
    total = sum(end - start for start, end, _ in work)
    wall = analysis.clock.wall_us
    return Concurrency(
        steps=_steps(slots),
        peak=peak,
        peak_start_us=None if first is None else first.start_us,
        peak_end_us=None if first is None else first.end_us,
        peak_positions=() if first is None else _running(work, first),
        lonely=_lonely(slots) if peak > 1 else (),
        none_us=(wall or 0) - busy_us([(start, end) for start, end, _ in work]),
        work_us=total,
        factor=total / wall if wall else None,
    )


def _work(run: Run) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, position) of all work, cut to the run; instants have no length."""
    first, last = run.clock.start_us, run.clock.end_us
    if first is None or last is None:
        return
    for position in range(len(run.tree)):
        if run.tree.is_leaf(position):
            for start, end in _intervals(run, position):
                if max(start, first) < min(end, last):
                    yield max(start, first), min(end, last), position


def _intervals(run: Run, position: int) -> Iterator[tuple[int, int]]:
    is_work = leaf_class(run, position) in AT_WORK
    skipped = run.tree.skip[position] is True
    for attempt in run.attempts.get(position, ()) if is_work or skipped else ():
        if attempt.start_us is not None and attempt.end_us is not None:
            yield attempt.start_us, attempt.end_us
    start, end = run.tree.start_us[position], run.clock.end_of[position]
    if is_work and run.clock.group[position] != "waiting" and start is not None and end is not None:
        yield start, end


def _slots(work: Sequence[tuple[int, int, int]]) -> Iterator[_Slot]:
    """Yield the times between two changes in which somebody ran, by time."""
    events = sorted(
        [(start, 1, position) for start, _, position in work]
        + [(end, -1, position) for _, end, position in work]
    )
    count = total = 0  # the sum of the positions at work names the last one of them
    reached = events[0][0] if events else 0
    for moment, change, position in events:
        if moment > reached:
            yield _Slot(reached, moment, count, total if count == 1 else None)
            reached = moment
        count += change
        total += change * position


def _steps(slots: Sequence[_Slot]) -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    for slot in slots:
        if not steps or steps[-1][1] != slot.count:
            steps.append((slot.start_us, slot.count))
    if slots and slots[-1].count:
        steps.append((slots[-1].end_us, 0))
    return steps


def _running(work: Sequence[tuple[int, int, int]], slot: _Slot) -> tuple[int, ...]:
    found = {p for start, end, p in work if start <= slot.start_us and end >= slot.end_us}
    return tuple(sorted(found))


def _lonely(slots: Sequence[_Slot]) -> list[Stretch]:
    stretches: list[Stretch] = []
    for slot in slots:
        if slot.only is None:
            continue
        last = stretches[-1] if stretches else None
        if last is not None and last.position == slot.only and last.end_us == slot.start_us:
            stretches[-1] = replace(last, end_us=slot.end_us)
        else:
            alone = Stretch(position=slot.only, start_us=slot.start_us, end_us=slot.end_us)
            stretches.append(alone)
    return stretches
