"""`Analysis` → `Report`: the one place where columns become rows, and microseconds seconds."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from sops_report.analysis import Analysis, analyse
from sops_report.analysis.advice import Facts
from sops_report.analysis.attempts import retries_of
from sops_report.analysis.concurrency import concurrency_of
from sops_report.analysis.failures import FailedNode
from sops_report.analysis.hosts import host_failures
from sops_report.analysis.ledger import Section as PathSection
from sops_report.collector import collector_at_rest
from sops_report.errors import SopsReportError
from sops_report.reading.texts import links
from sops_report.report.findings import Standing
from sops_report.report.insights import (
    advice_of,
    blocks_of,
    peak_of,
    reactions_of,
    standing_of,
)
from sops_report.report.model import (
    Both,
    Counts,
    Failure,
    FlowStep,
    Host,
    NodeRef,
    NoteLine,
    Provenance,
    Report,
    Section,
    Task,
)
from sops_report.report.moments import moment_of, seconds_of
from sops_report.report.nodes import nodes_of
from sops_report.report.operations import evidence_of, operations_of
from sops_report.report.paths import Paths
from sops_report.report.verdict import verdict_of
from sops_report.snapshot import Note, Snapshot, is_columnar
from sops_report.states import GROUPS
from sops_report.version import __version__
from sops_report.words import Language, say

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_US: Final = 1_000_000
_MICRO: Final = timedelta(microseconds=1)


def build_report(
    snapshot: Snapshot, *, zone: tzinfo | None = None, generated_at: datetime | None = None
) -> Report:
    """Make the report of a snapshot.

    Args:
        snapshot: As `sops_report.read` returns it.
        zone: Of the moments in the verdict; None means the snapshot's own offset. Give the same
            zone to `sops_report.render`.
        generated_at: The moment to print in the report; None leaves it out, so that equal input
            gives equal bytes.

    Returns:
        The report, ready for every renderer; never an error, whatever the snapshot holds.
    """
    return report_of(analyse(snapshot), zone=zone, generated_at=generated_at)


def report_of(
    analysis: Analysis, *, zone: tzinfo | None = None, generated_at: datetime | None = None
) -> Report:
    """Make the report of a run that is analysed already; see `build_report`."""
    with collector_at_rest():
        return _report_of(analysis, zone, generated_at)


def _report_of(analysis: Analysis, zone: tzinfo | None, generated_at: datetime | None) -> Report:
    snapshot = analysis.snapshot
    paths = Paths(snapshot)
    concurrency, facts = concurrency_of(analysis), Facts(analysis)
    waits = facts.people
    standing = standing_of(analysis) if analysis.clock.start_us is not None else None
    incidents, evidence = analysis.incidents, evidence_of(analysis)
    return Report(
        task=_task(analysis),
        verdict=verdict_of(analysis, analysis.failures, zone),
        counts=_counts(analysis),
        order_source=analysis.order_source,
        critical_path=tuple(_section(snapshot, section) for section in analysis.sections),
        ledger={name: us / _SECOND_US for name, us in analysis.ledger.items()},
        failures=tuple(
            replace(
                _failure(analysis, failed, paths, standing), evidence=evidence.get(failed.position)
            )
            for failed in analysis.failures
        ),
        retried=tuple(_retried(analysis, position, paths) for position in incidents.retried),
        skipped=tuple(_skipped(analysis, position, paths) for position in incidents.skipped),
        ignored=tuple(_ref(analysis, position, paths) for position in incidents.ignored),
        nodes=nodes_of(analysis, paths),
        notes=tuple(_note(snapshot, note) for note in analysis.notes),
        provenance=_provenance(snapshot, generated_at),
        task_text=snapshot.task_text,
        concurrency=tuple((_EPOCH + us * _MICRO, count) for us, count in concurrency.steps),
        flow=_flow(analysis),
        advice=advice_of(facts),
        reactions=reactions_of(waits, snapshot),
        people_on_path_s=seconds_of(waits.on_path_us),
        people_off_path_s=seconds_of(waits.off_path_us),
        blocks=blocks_of(facts),
        standing=standing,
        peak=peak_of(concurrency),
        seams=dict(snapshot.seams),
        operations=operations_of(analysis),
    )


def _task(analysis: Analysis) -> Task:
    snapshot, clock, origin = analysis.snapshot, analysis.clock, analysis.snapshot.origin
    return Task(
        task_id=origin.task_id,
        root_id=snapshot.tree.node_id[0],
        name=snapshot.task_name,
        state=snapshot.tree.state[0],
        engine=snapshot.engine,
        start_time=moment_of(clock.start_us),
        end_time=moment_of(clock.end_us),
        as_of=moment_of(clock.as_of_us),
        as_of_source=clock.as_of_source,
        wall_s=seconds_of(clock.wall_us),
        idle_s=seconds_of(clock.idle_us),
        offset_minutes=snapshot.offset_minutes,
        biz=origin.biz,
        site=origin.site,
        scope=origin.scope,
    )


def _counts(analysis: Analysis) -> Counts:
    tree, incidents = analysis.snapshot.tree, analysis.incidents
    found = _leaves_by_group(analysis)
    return Counts(
        nodes=len(tree),
        leaves=found.total(),
        by_state_group={group: found[group] for group in GROUPS if found[group]},
        retried=len(incidents.retried),
        skipped=len(incidents.skipped),
        ignored=len(incidents.ignored),
    )


def _leaves_by_group(analysis: Analysis) -> Counter[str]:
    tree, group = analysis.snapshot.tree, analysis.clock.group
    if is_columnar(tree):
        from sops_report.analysis.arrays.tree import counted_leaves  # noqa: PLC0415 - start-up

        return counted_leaves(tree, group)
    below = zip(group, tree.n_descendants, strict=True)
    return Counter(word for word, inside in below if not inside)


def _section(snapshot: Snapshot, section: PathSection) -> Section:
    return Section(
        position=section.position,
        node_id=snapshot.tree.node_id[section.position],
        label=snapshot.label[section.position],
        start_time=_EPOCH + timedelta(microseconds=section.start_us),
        end_time=_EPOCH + timedelta(microseconds=section.end_us),
        seconds=section.length_us / _SECOND_US,
        section_class=section.section_class,
        is_gap=section.is_gap,
        certain=section.certain,
        co_critical=section.co_critical,
    )


def _failure(
    analysis: Analysis, failed: FailedNode, paths: Paths, standing: Standing | None
) -> Failure:
    tree = analysis.snapshot.tree
    return Failure(
        position=failed.position,
        node_id=tree.node_id[failed.position],
        label=analysis.snapshot.label[failed.position],
        path=paths[failed.position] or analysis.snapshot.label[failed.position],
        failed_at=moment_of(failed.failed_at_us),
        signature=failed.signature,
        text=failed.text,
        links=links(failed.text),
        attempt=retries_of(tree, failed.position, analysis.attempts) + 1,
        auto_retry=failed.position in analysis.incidents.retry_due,
        echoes=failed.echoes,
        hosts=tuple(
            Host(host=host.host, exit_code=host.exit_code, text=host.text)
            for host in host_failures(failed.text)
        ),
        blocked_steps=standing.blocked_by.get(failed.position) if standing else None,
    )


def _ref(analysis: Analysis, position: int, paths: Paths) -> NodeRef:
    return NodeRef(
        position=position,
        node_id=analysis.snapshot.tree.node_id[position],
        label=analysis.snapshot.label[position],
        path=paths[position],
    )


def _retried(analysis: Analysis, position: int, paths: Paths) -> NodeRef:
    texts = [a.text for a in analysis.attempts.get(position, ()) if a.failed and a.text]
    return NodeRef(
        position=position,
        node_id=analysis.snapshot.tree.node_id[position],
        label=analysis.snapshot.label[position],
        path=paths[position],
        times=retries_of(analysis.snapshot.tree, position, analysis.attempts),
        text=texts[-1] if texts else None,
    )


def _skipped(analysis: Analysis, position: int, paths: Paths) -> NodeRef:
    failures = [a for a in analysis.attempts.get(position, ()) if a.failed and a.skipped]
    last = failures[-1] if failures else None
    return NodeRef(
        position=position,
        node_id=analysis.snapshot.tree.node_id[position],
        label=analysis.snapshot.label[position],
        path=paths[position],
        text=last.text if last else None,
        true_failed_at=moment_of(last.end_us) if last else None,
    )


def _flow(analysis: Analysis) -> tuple[FlowStep, ...]:
    flow = analysis.snapshot.flow
    if flow is None:
        return ()
    index = {node_id: at for at, node_id in enumerate(flow.nodes)}
    return tuple(
        FlowStep(
            position=analysis.run.position_of.get(node_id),
            name=node.name,
            kind=node.kind,
            scope=index.get(node.parent_id or "", -1),
            x=node.x,
            y=node.y,
            successors=tuple(index[target] for target in node.successors if target in index),
        )
        for node_id, node in flow.nodes.items()
    )


def _note(snapshot: Snapshot, note: Note) -> NoteLine:
    texts: Both = {
        language: say(f"note.{note.code}", language, **_in_words(note, language))
        for language in Language
    }
    where = note.position
    return NoteLine(
        code=note.code,
        node_id=None if where is None else snapshot.tree.node_id[where],
        position=where,
        text=texts,
    )


def _in_words(note: Note, language: Language) -> dict[str, object]:
    """Return what fills a note; an error among it speaks the note's language."""
    filled = dict(note.values)
    for name, value in note.values.items():
        if isinstance(value, SopsReportError):
            filled[name] = value.text(language)
            filled[f"{name}_hint"] = value.hint(language)
    return filled


def _provenance(snapshot: Snapshot, generated_at: datetime | None) -> Provenance:
    origin = snapshot.origin
    return Provenance(
        source=origin.source,
        sha256=origin.sha256,
        n_bytes=origin.n_bytes,
        fetched_at=moment_of(origin.fetched_at_us),
        has_flow=snapshot.flow is not None,
        has_histories=snapshot.attempts is not None,
        has_operations=snapshot.operations is not None,
        n_earlier=len(snapshot.earlier),
        tool_version=__version__,
        generated_at=generated_at,
    )
