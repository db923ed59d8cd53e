"""The report as a value: everything a post-mortem shows, chosen and worded, without any markup.

HTML, Markdown, terminal and JSON are made from this one value, so they cannot disagree. Times are
aware datetimes in UTC, lengths are seconds; a renderer only puts them into a language and a zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sops_report.report.findings import (
    AdviceLine,
    Block,
    Evidence,
    Operation,
    Peak,
    Reaction,
    Standing,
)
from sops_report.report.postmortem import PostMortem
from sops_report.words import Language

Both = dict[Language, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The task in facts.

    Attributes:
        task_id: What users ask for (from sidecar, URL, archive or flag), else None.
        root_id: The root node's id; None for stubs.
        name: The task's name; None if the answer holds a class name or nothing.
        state: The root's state word as sent.
        engine: ``v1``, ``v2`` or ``unknown``.
        start_time, end_time, as_of: None where the answer has no times.
        as_of_source: ``server_clock``, ``fetched_at``, ``last_activity`` or None.
        wall_s: ``end - start``; None without times.
        idle_s: How long it stood still after its end, told beside the wall time.
        offset_minutes: The snapshot's own offset from UTC, the default display zone.
        biz, site, scope: Where it ran, if known.
    """

    task_id: str | None
    root_id: str | None
    name: str | None
    state: str | None
    engine: str
    start_time: datetime | None
    end_time: datetime | None
    as_of: datetime | None
    as_of_source: str | None
    wall_s: float | None
    idle_s: float | None
    offset_minutes: int | None = None
    biz: str | None = None
    site: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What happened: an outcome word, one sentence, and a title of at most 80 characters."""

    outcome: str
    sentence: Both
    title: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many nodes; ``by_state_group`` counts leaves."""

    nodes: int
    leaves: int
    by_state_group: dict[str, int]
    retried: int
    skipped: int
    ignored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One proven earlier attempt of a node.

    Attributes:
        start_time, end_time: None where not known.
        loop: The pass it belongs to.
        failed: It ended in a failure (else it was the good end of an earlier pass).
        skipped: It failed and somebody skipped it.
    """

    start_time: datetime | None
    end_time: datetime | None
    loop: int
    failed: bool
    skipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One node of the flow, executed or not.

    Attributes:
        position: The node that was executed; None if it never was.
        name: As in the flow; hostile, and empty for most gateways and events.
        scope: The index of the enclosing subprocess in `Report.flow`, -1 on the outermost level.
        x, y: Its place on the canvas; None where not known.
        successors: Indices in `Report.flow`, in the order of the edges.
    """

    position: int | None
    name: str
    kind: str
    scope: int
    x: float | None
    y: float | None
    successors: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One row of the tree.

    Attributes:
        position: Place in the document, 0 at the root; `Report.nodes` is in this order.
        anchor: Made from the id by a hash, safe in links: ``n-3f9a1c20``.
        parent: The parent's position, -1 at the root.
        label: Readable; `named` tells whether it was sent (else it is worded from the kind, and a
            renderer may say it in its language: ``kind.<kind>``).
        path: Labels from the root's child down, joined by `` / ``.
        end_time: The effective end: finish, or as-of for a node that is still running.
        duration_s, self_s, wait_before_s, slack_s, drag_s: Seconds; None where not defined.
        ex_data: The failure's text, plain; hostile like every text of an answer.
        attempts: Earlier attempts, oldest first, as far as they are proven.
    """

    position: int
    node_id: str | None
    anchor: str
    parent: int
    depth: int
    n_descendants: int
    label: str
    named: bool
    path: str
    kind: str
    kind_source: str
    state: str | None
    state_group: str
    start_time: datetime | None
    finish_time: datetime | None
    end_time: datetime | None
    duration_s: float | None
    self_s: float | None
    wait_before_s: float | None
    slack_s: float | None
    drag_s: float | None
    retry: int | None
    loop: int | None
    skip: bool
    error_ignored: bool
    is_leaf: bool
    is_root_cause: bool
    is_echo: bool
    on_critical_path: bool
    version: str | None
    ex_data: str | None
    attempts: tuple[Try, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether the bar is still growing."""
        return self.state_group == "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One piece of the critical path; the pieces partition the wall time.

    Attributes:
        position: The node's position (for a gap: the node it waits for).
        section_class: Where the time went: ``work``, ``retry_gap``, ``paused`` …; ``class.<it>``.
        is_gap: Nothing ran on the path in this piece.
        certain: False where times alone cannot tell.
        co_critical: Positions of the others of a true tie.
    """

    position: int
    node_id: str | None
    label: str
    start_time: datetime
    end_time: datetime
    seconds: float
    section_class: str
    is_gap: bool
    certain: bool
    co_critical: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host (or module) that a failure's message names as failed; all texts are hostile."""

    host: str
    exit_code: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A root cause: a failed leaf.

    Attributes:
        failed_at: None if the answer does not tell.
        text: The message, plain and whole; None if none was recorded.
        links: http(s) addresses found in the message.
        signature: ``E-…``; the same fault has the same one in every task.
        attempt: Which try this was (retry + 1).
        auto_retry: The engine will try again by itself.
        echoes: Positions of the containers that failed only because of this.
        hosts: Hosts that the message names as failed.
        blocked_steps: How many steps could not run because of it; None without the flow.
        evidence: Its log, inputs and outputs, where they were asked for.
    """

    position: int
    node_id: str | None
    label: str
    path: str
    failed_at: datetime | None
    signature: str
    text: str | None
    links: tuple[str, ...]
    attempt: int
    auto_retry: bool
    echoes: tuple[int, ...]
    hosts: tuple[Host, ...] = ()
    blocked_steps: int | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRef:
    """A node named in a list (retried, skipped, ignored).

    Attributes:
        times: How often (retries), else 1.
        text: The earlier failure's text, where histories tell it.
        true_failed_at: When the skipped node really failed, where histories tell it.
    """

    position: int
    node_id: str | None
    label: str
    path: str
    times: int = 1
    text: str | None = None
    true_failed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLine:
    """A finding about the data: code, node and words."""

    code: str
    node_id: str | None
    position: int | None
    text: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the numbers come from, so that the report can be made again.

    Attributes:
        source: What was read, as the user named it.
        sha256: Of the raw bytes, None if unknown.
        fetched_at: When the answer was fetched, None if unknown.
        has_flow, has_histories: Whether edges and earlier attempts were given.
        has_operations: Whether the record of operations was given.
        n_earlier: How many older snapshots were read beside it.
        tool_version: Ours.
        command: The command line that makes the report again, without secrets; None if a program
            made it.
        generated_at: The moment given by the caller, None keeps equal input → equal bytes.
    """

    source: str
    sha256: str | None
    n_bytes: int | None
    fetched_at: datetime | None
    has_flow: bool
    has_histories: bool
    n_earlier: int
    tool_version: str
    generated_at: datetime | None = None
    has_operations: bool = False
    command: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a post-mortem shows, in reading order.

    Attributes:
        ledger: Seconds per class of section, largest first; they add up to the wall time.
        failures: By time; the first is *the* first failure.
        nodes: All rows in document order: a tuple, of a big run `report.nodes.NodeColumns`.
        order_source: ``flow`` (true edges) or ``times`` (inferred).
        task_text: A failure text that belongs to no node of the answer.
        redactions: How many texts were masked, by the name of the rule.
        postmortem: What people wrote beside it, None if they were not asked.
        concurrency: (moment, leaves at work from then on), by time; empty if nothing took time.
        flow: The nodes of the flow as drawn on the canvas; empty if the flow is not known.
        advice: What the numbers support, the most useful first.
        reactions: How long each failure waited for somebody, by time.
        people_on_path_s, people_off_path_s: Time waited for people on the critical path and beside
            it; None where the data cannot tell.
        blocks: Parallel blocks.
        standing: How far the task got; None for stubs.
        peak: When most leaves ran at once; None if nothing took time.
        seams: Where the tree of a child task was joined: position → task id.
        operations: What people did, by time; empty without the record of operations.
    """

    task: Task
    verdict: Verdict
    counts: Counts
    order_source: str
    critical_path: tuple[Section, ...]
    ledger: dict[str, float]
    failures: tuple[Failure, ...]
    retried: tuple[NodeRef, ...]
    skipped: tuple[NodeRef, ...]
    ignored: tuple[NodeRef, ...]
    nodes: Sequence[Node]
    notes: tuple[NoteLine, ...]
    provenance: Provenance
    task_text: str | None = None
    redactions: dict[str, int] = field(default_factory=dict)
    postmortem: PostMortem | None = None
    concurrency: tuple[tuple[datetime, int], ...] = ()
    flow: tuple[FlowStep, ...] = ()
    advice: tuple[AdviceLine, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    people_on_path_s: float | None = None
    people_off_path_s: float | None = None
    blocks: tuple[Block, ...] = ()
    standing: Standing | None = None
    peak: Peak | None = None
    seams: dict[int, str] = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()

    def __repr__(self) -> str:
        """Name the verdict and the size; a report of a million nodes is not printed."""
        return f"<Report {self.verdict.title[Language.EN]!r}: {self.counts.nodes} nodes>"

    def _repr_html_(self) -> str:
        """Show the verdict in a notebook; `sops_report.rendering` makes the whole page."""
        from html import escape  # noqa: PLC0415 - start-up time

        sentences = "".join(
            f'<p lang="{language}">{escape(self.verdict.sentence[language])}</p>'
            for language in Language
        )
        return f"<p><b>{escape(self.verdict.title[Language.EN])}</b></p>{sentences}"
