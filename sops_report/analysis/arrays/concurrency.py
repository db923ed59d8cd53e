"""How many leaves ran at once: one sort of all begins and ends, then sums along the time."""

from dataclasses import dataclass

import numpy as np

from sops_report.analysis import Analysis
from sops_report.analysis.arrays.classes import class_is
from sops_report.analysis.arrays.tree import Ints, is_leaf, is_one_of
from sops_report.analysis.concurrency import AT_WORK, Concurrency, Stretch
from sops_report.analysis.spans import Run
from sops_report.columns import MISSING, numbers


@dataclass(frozen=True, slots=True)
class _Work:
    """All work, cut to the run: one row an interval, none of no length."""

    position: Ints
    start_us: Ints
    end_us: Ints


@dataclass(frozen=True, slots=True)
class _Slots:
    """The times between two changes, by time.

    Attributes:
        start_us, end_us: Of each; one begins where the last one ended.
        count: How many leaves ran, 0 included.
        total: The sum of their positions: of a single one it is the name.
    """

    start_us: Ints
    end_us: Ints
    count: Ints
    total: Ints


def concurrency_of(analysis: Analysis) -> Concurrency:
    """Return what `concurrency.concurrency_of` returns."""
    work = _work(analysis.run)
    slots = _slots(work)
    peak = int(slots.count.max(initial=0))
    first = int(slots.count.argmax()) if peak else None
    wall = analysis.clock.wall_us
    total = _exact_sum(work.end_us - work.start_us)
    busy = _exact_sum((slots.end_us - slots.start_us)[slots.count > 0])
    return Concurrency(
        steps=_steps(slots),
        peak=peak,
        peak_start_us=None if first is None else int(slots.start_us[first]),
        peak_end_us=None if first is None else int(slots.end_us[first]),
        peak_positions=() if first is None else _running(work, slots, first),
        lonely=_lonely(slots) if peak > 1 else (),
        none_us=(wall or 0) - busy,
        work_us=total,
        factor=total / wall if wall else None,
    )


def _work(run: Run) -> _Work:
    tree, leaf = run.tree, is_leaf(run.tree)
    at_work = class_is(run, AT_WORK) & leaf
    start, end = numbers(tree.start_us), numbers(run.clock.end_of)
    ran = at_work & ~is_one_of(run.clock.group, {"waiting"}) & (start != MISSING) & (end != MISSING)
    tried = at_work | (is_one_of(tree.skip, {True}) & leaf)
    tries = [
        (position, attempt.start_us, attempt.end_us)
        for position, attempts in run.attempts.items()
        for attempt in (attempts if tried[position] else ())
        if attempt.start_us is not None and attempt.end_us is not None
    ]
    more = np.asarray(tries, dtype=np.int64).reshape(-1, 3)
    rows = np.flatnonzero(ran)
    return _cut(
        run,
        np.concatenate((rows, more[:, 0])),
        np.concatenate((start[rows], more[:, 1])),
        np.concatenate((end[rows], more[:, 2])),
    )


def _cut(run: Run, position: Ints, start: Ints, end: Ints) -> _Work:
    """Leave out what lies outside the run or takes no time."""
    first, last = run.clock.start_us, run.clock.end_us
    if first is None or last is None:
        return _Work(position[:0], start[:0], end[:0])
    start, end = np.maximum(start, first), np.minimum(end, last)
    some = start < end
    return _Work(position[some], start[some], end[some])


def _slots(work: _Work) -> _Slots:
    ones = np.ones(len(work.position), dtype=np.int64)
    moments = np.concatenate((work.start_us, work.end_us))
    order = np.argsort(moments, kind="stable")
    moments = moments[order]
    count = np.cumsum(np.concatenate((ones, -ones))[order])
    total = np.cumsum(np.concatenate((work.position, -work.position))[order])
    last = np.flatnonzero(moments[1:] > moments[:-1])  # of those that change at one moment
    return _Slots(moments[last], moments[last + 1], count[last], total[last])


def _steps(slots: _Slots) -> list[tuple[int, int]]:
    if not len(slots.count):
        return []
    changed = np.concatenate(([True], slots.count[1:] != slots.count[:-1]))
    moments, counts = slots.start_us[changed].tolist(), slots.count[changed].tolist()
    return [*zip(moments, counts, strict=True), (int(slots.end_us[-1]), 0)]


def _running(work: _Work, slots: _Slots, at: int) -> tuple[int, ...]:
    ran = (work.start_us <= slots.start_us[at]) & (work.end_us >= slots.end_us[at])
    return tuple(np.unique(work.position[ran]).tolist())


def _lonely(slots: _Slots) -> list[Stretch]:
    """Join the slots in which the same leaf ran alone; between others nobody or several ran."""
    alone = np.flatnonzero(slots.count == 1)
    only, start, end = slots.total[alone], slots.start_us[alone], slots.end_us[alone]
    goes_on = (alone[1:] == alone[:-1] + 1) & (only[1:] == only[:-1])
    begins = np.flatnonzero(np.concatenate(([True], ~goes_on))[: len(alone)])
    ends = np.append(begins[1:] - 1, len(alone) - 1)[: len(begins)]
    columns = (only[begins].tolist(), start[begins].tolist(), end[ends].tolist())
    return [
        Stretch(position=position, start_us=first, end_us=last)
        for position, first, last in zip(*columns, strict=True)
    ]


def _exact_sum(lengths: Ints) -> int:
    """Return a sum that may be larger than an int64."""
    half = 32
    return (int((lengths >> half).sum()) << half) + int((lengths & (2**half - 1)).sum())
