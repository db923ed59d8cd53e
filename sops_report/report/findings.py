"""The parts of a report that say more than numbers: advice, operations, progress, the peak."""

from dataclasses import dataclass
from datetime import datetime

from sops_report.words import Language

Both = dict[Language, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceLine:
    """One piece of advice: what is the matter, the numbers that say so, and what to do.

    Attributes:
        code: Short and stable, as ``long-step``.
        positions: The nodes it is about, the most telling first.
        saving_s: How much shorter the run could have been at best; None if it is not about time.
        is_urgent: Something stands still until somebody acts.
        caveat: What the numbers cannot tell; empty texts where nothing has to be said.
    """

    code: str
    positions: tuple[int, ...]
    saving_s: float | None
    is_urgent: bool
    title: Both
    evidence: Both
    caveat: Both
    next_step: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """From a failure to what was done about it.

    Attributes:
        failed_at: None where the true moment of the failure is not known.
        until: When the node was tried again or skipped.
        seconds: The time in between; at most so long where not `is_exact`, None if not known.
        how: ``retry`` or ``skip``.
        maybe_automatic: A retry so soon that the engine itself may have done it, and no record of
            operations says otherwise.
        is_recorded: The record of operations tells who did it.
        person: Who, as a number in order of appearance; None if not known.
        name: Their name, only where names were asked for.
    """

    position: int
    failed_at: datetime | None
    until: datetime
    seconds: float | None
    how: str
    is_exact: bool
    maybe_automatic: bool
    is_recorded: bool = False
    person: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that somebody did, as the site recorded it.

    Attributes:
        what: The record's word, as ``retry``; ``operation.<it>`` where it is known.
        position: The node; None for the whole task, or where the answer does not have it.
        node_id: None for the whole task.
        person: Who, as a number in order of appearance; None if the record does not tell.
        name: Their name, only where names were asked for.
        source: By which way, as ``app`` or ``api``; empty if not told.
    """

    at: datetime
    what: str
    position: int | None
    node_id: str | None
    person: int | None
    name: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An input or output of a node; its value is masked where its key sounds secret."""

    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a failed node left behind.

    Attributes:
        log: The end of its log; None if it could not be had.
        is_cut: The log began earlier.
    """

    log: str | None
    is_cut: bool
    inputs: tuple[Setting, ...]
    outputs: tuple[Setting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One branch of a parallel block: its last node, how long it took, how long it waited."""

    position: int
    end_time: datetime
    length_s: float
    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Branches that ran side by side, between a split and a join.

    Attributes:
        position: The join.
        split: The gateway that the branches come from.
        branches: By end; the last one is the one that the join waited for.
        imbalance: In percent: how much less than the longest branch the others took on average.
    """

    position: int
    split: int
    branches: tuple[Branch, ...]
    imbalance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the task got. Steps are leaves that work: no gateways, no events.

    Attributes:
        steps_done, steps_seen: Finished, and reached at all.
        steps_expected: Reached or ahead; None without the flow.
        is_upper_bound: A choice of branches lies ahead, so fewer may run; None without the flow.
        ahead: Names of what has not run and still could; None without the flow.
        not_taken: Names of what was passed by for good; None without the flow.
        blocked_by: Failed node's position → how many steps could not run because of it.
    """

    steps_done: int
    steps_seen: int
    steps_expected: int | None
    is_upper_bound: bool | None
    ahead: tuple[str, ...] | None
    not_taken: tuple[str, ...] | None
    blocked_by: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """When most leaves ran at once.

    Attributes:
        positions: Who ran then.
        factor: Seconds of all leaves together per second of the run; None without a run.
    """

    count: int
    start_time: datetime
    end_time: datetime
    positions: tuple[int, ...]
    factor: float | None
