"""What if a node had been shorter: the run laid out anew, forwards, with other lengths.

Every node keeps its own lag: the time from the latest end of its predecessors to its entry. A
container ends with the last of its content plus its own tail, so it shrinks and grows with it.
With the flow the predecessors are the true ones; from times alone every sibling that had ended by
the node's entry counts as one, which promises rather too little than too much.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sops_report.analysis import Analysis
from sops_report.analysis.layout import Layout, Times, recorded_spans
from sops_report.analysis.ledger import Section, classify
from sops_report.analysis.path import critical_pieces
from sops_report.analysis.spans import Run, Span
from sops_report.snapshot import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The run as it would have been; all times in microseconds.

    Attributes:
        end_us, wall_us: The new end and length of the task; None where the answer has no times.
        saved_us: How much shorter the task would have been; negative where it is longer.
        times: The new times per position; None for nodes that never began or have no end.
        sections: The new critical path, earliest first; the sections partition the new run.
    """

    end_us: int | None
    wall_us: int | None
    saved_us: int
    times: Sequence[Times | None]
    sections: Sequence[Section]

    @property
    def path(self) -> tuple[int, ...]:
        """The positions of the nodes on the new critical path, by time, each once."""
        return tuple(dict.fromkeys(s.position for s in self.sections if not s.is_gap))


def what_if(
    analysis: Analysis,
    lengths: Mapping[int, int],
    *,
    sooner: Mapping[int, int] | None = None,
) -> WhatIf:
    """Lay the run out anew with other lengths.

    Args:
        analysis: The run as it was.
        lengths: New lengths in microseconds by position, from the start of a node's last attempt
            to its end. A container's content is squeezed or stretched in proportion.
        sooner: By position, how many microseconds sooner the last attempt begins after the
            predecessors' end; what was waited and tried before is cut, never more than that.

    Returns:
        The new run. Without any change it is the run as it was, to the microsecond. Of a task
        that is still open it tells when it would have reached the point where it stands.
    """
    run = analysis.run
    start, end = run.clock.start_us, run.clock.end_us
    if start is None or end is None:
        nobody = [None] * len(run.tree)
        return WhatIf(end_us=None, wall_us=None, saved_us=0, times=nobody, sections=[])
    spans = recorded_spans(run)
    times = Layout.of(run, spans, lengths, sooner or {}).times()
    new_end = end if times[0] is None else times[0].end_us
    changed = _changed_run(run, spans, times, new_end)
    return WhatIf(
        end_us=new_end,
        wall_us=new_end - start,
        saved_us=end - new_end,
        times=times,
        sections=classify(changed, critical_pieces(changed)),
    )


def _changed_run(
    run: Run, spans: Sequence[Span | None], times: Sequence[Times | None], end_us: int
) -> Run:
    """Return the run with its new times, so that the path is found by the same rules."""
    tree, clock = run.tree, run.clock
    later_start: list[int] = []
    later_end: list[int] = []
    for span, new in zip(spans, times, strict=True):
        later_start.append(0 if span is None or new is None else new.start_us - span.start_us)
        later_end.append(0 if span is None or new is None else new.end_us - span.end_us)
    new_tree = replace(
        tree,
        start_us=_moved(tree.start_us, later_start),
        finish_us=_moved(tree.finish_us, later_end),
        refresh_us=_moved(tree.refresh_us, later_end),
    )
    end_of = [
        old if new is None else new.end_us for old, new in zip(clock.end_of, times, strict=True)
    ]
    return Run(
        snapshot=replace(run.snapshot, tree=new_tree),
        clock=replace(clock, end_us=end_us, end_of=end_of),
        attempts=dict(_moved_attempts(run, spans, times)),
        position_of=run.position_of,
    )


def _moved(column: Sequence[int | None], by: Sequence[int]) -> list[int | None]:
    return [None if us is None else us + later for us, later in zip(column, by, strict=True)]


def _moved_attempts(
    run: Run, spans: Sequence[Span | None], times: Sequence[Times | None]
) -> Iterator[tuple[int, tuple[Attempt, ...]]]:
    """Yield the attempts, moved with their node; where their time was cut they are gone."""
    for position, attempts in run.attempts.items():
        span, new = spans[position], times[position]
        if span is None or new is None:
            yield position, attempts
        elif new.start_us - new.entry_us == span.start_us - span.entry_us:
            by = new.entry_us - span.entry_us
            yield position, tuple(_later(attempt, by) for attempt in attempts)


def _later(attempt: Attempt, by: int) -> Attempt:
    return replace(
        attempt,
        start_us=None if attempt.start_us is None else attempt.start_us + by,
        end_us=None if attempt.end_us is None else attempt.end_us + by,
    )
