"""What a view of a running task shows, as a value."""

from dataclasses import dataclass

from sops_report.analysis import Analysis
from sops_report.analysis.clock import SECOND_US
from sops_report.analysis.progress import progress_of
from sops_report.watching.baseline import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A leaf at work.

    Attributes:
        label: Hostile.
        seconds: For how long, by the answer's clock.
        is_critical: Of several, the one that the critical path ends in so far.
    """

    label: str
    seconds: float
    is_critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How one task stands; all texts are hostile.

    Attributes:
        task_id: As asked for.
        name: The task's; empty if it has none.
        outcome: One of the outcome words.
        steps_done: Steps that finished.
        steps_expected: All that were reached or are ahead; None without the flow.
        is_upper_bound: A choice lies ahead, so fewer may run.
        running: Leaves that run or wait, the longest first.
        failures: Label and text of each root cause.
        as_of_us: The moment the answer speaks of; None if it does not tell.
        offset_minutes: The answer's own offset from UTC.
        estimate: What earlier runs say of the time that is left.
    """

    task_id: str
    name: str
    outcome: str
    steps_done: int
    steps_expected: int | None
    is_upper_bound: bool
    running: tuple[Running, ...]
    failures: tuple[tuple[str, str], ...]
    as_of_us: int | None
    offset_minutes: int | None
    estimate: Estimate | None = None


def sight_of(analysis: Analysis, estimate: Estimate | None = None) -> Sight:
    """Return what is to be shown of the newest answer."""
    snapshot = analysis.snapshot
    progress = progress_of(analysis)
    return Sight(
        task_id=snapshot.origin.task_id or "",
        name=snapshot.task_name or "",
        outcome=analysis.outcome,
        steps_done=progress.steps_done,
        steps_expected=progress.steps_expected,
        is_upper_bound=bool(progress.is_upper_bound),
        running=_running(analysis),
        failures=tuple(
            (snapshot.label[failure.position], failure.text or "") for failure in analysis.failures
        ),
        as_of_us=analysis.clock.as_of_us,
        offset_minutes=snapshot.offset_minutes,
        estimate=estimate,
    )


def _running(analysis: Analysis) -> tuple[Running, ...]:
    as_of = analysis.clock.as_of_us
    busy = (*analysis.incidents.running, *analysis.incidents.waiting)
    starts = analysis.snapshot.tree.start_us
    frontier = _frontier(analysis) if len(busy) > 1 else frozenset[int]()
    found = [
        Running(
            label=analysis.snapshot.label[p],
            seconds=max(0, as_of - start) / SECOND_US,
            is_critical=p in frontier,
        )
        for p in busy
        if p > 0 and as_of is not None and (start := starts[p]) is not None
    ]
    return tuple(sorted(found, key=lambda one: -one.seconds))


def _frontier(analysis: Analysis) -> frozenset[int]:
    """Return where the critical path ends now: of several open branches the one begun first."""
    return frozenset(section.position for section in analysis.sections[-1:])
