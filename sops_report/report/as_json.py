"""`Report` → plain dicts and lists, as ``schema.json`` describes them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from sops_report.report.findings_json import evidence_as_json, findings_as_json
from sops_report.report.model import Both, Failure, Node, NodeRef, Provenance, Report, Section, Task
from sops_report.report.moments import iso, number
from sops_report.report.nodes import ids_of
from sops_report.words import Language

SCHEMA_ID: Final = "sops-report/report/1"

Json = dict[str, Any]

_NODE_FIELDS: Final = (
    "node_id", "anchor", "position", "depth", "n_descendants", "label", "kind", "kind_source",
    "state", "state_group", "retry", "loop", "skip", "error_ignored", "is_leaf", "is_root_cause",
    "is_echo", "on_critical_path", "version", "ex_data",
)  # fmt: skip


def as_json(report: Report, language: Language, nodes: Sequence[Node] | None = None) -> Json:
    """Return *report* as JSON values.

    Args:
        report: What to write.
        language: Of the notes' texts; verdict sentence and title are given in both.
        nodes: Which nodes to list; all where None.

    Returns:
        A dict that ``sops_report/report/schema.json`` describes: times are ISO 8601 in UTC
        (``…Z``) or None, lengths are seconds, texts are as hostile as the answer was.
    """
    ids = ids_of(report.nodes)
    return findings_as_json(report) | {
        "schema": SCHEMA_ID,
        "task": _task(report.task),
        "verdict": {
            "outcome": report.verdict.outcome,
            "sentence": _both(report.verdict.sentence),
            "title": _both(report.verdict.title),
        },
        "counts": {
            "nodes": report.counts.nodes,
            "leaves": report.counts.leaves,
            "by_state_group": dict(report.counts.by_state_group),
            "retried": report.counts.retried,
            "skipped": report.counts.skipped,
            "ignored": report.counts.ignored,
        },
        "order_source": report.order_source,
        "critical_path": [_section(section, ids) for section in report.critical_path],
        "ledger": {name: number(seconds) for name, seconds in report.ledger.items()},
        "failures": [_failure(failure, ids) for failure in report.failures],
        "retried": [_ref(ref) for ref in report.retried],
        "skipped": [_ref(ref) for ref in report.skipped],
        "ignored": [_ref(ref) for ref in report.ignored],
        "task_text": report.task_text,
        "notes": [
            {"code": note.code, "node_id": note.node_id, "text": note.text[language]}
            for note in report.notes
        ],
        "nodes": [*nodes_as_json(report, nodes)],
        "provenance": _provenance(report.provenance),
        "redactions": dict(report.redactions),
        "postmortem": None if report.postmortem is None else asdict(report.postmortem),
    }


def nodes_as_json(report: Report, nodes: Sequence[Node] | None = None) -> Iterator[Json]:
    """Yield the nodes of *report*, or some of them, as JSON values one by one."""
    ids = ids_of(report.nodes)
    for node in report.nodes if nodes is None else nodes:
        yield _node(node, ids)


def _both(texts: Both) -> dict[str, str]:
    return {language.value: texts[language] for language in (Language.ZH, Language.EN)}


def _ids(positions: Sequence[int], ids: Sequence[str | None]) -> list[str | None]:
    return [ids[position] for position in positions]


def _task(task: Task) -> Json:
    return {
        "task_id": task.task_id,
        "root_id": task.root_id,
        "name": task.name,
        "state": task.state,
        "engine": task.engine,
        "start_time": iso(task.start_time),
        "end_time": iso(task.end_time),
        "as_of": iso(task.as_of),
        "as_of_source": task.as_of_source,
        "wall_s": number(task.wall_s),
        "idle_s": number(task.idle_s),
        "offset_minutes": task.offset_minutes,
        "biz": task.biz,
        "site": task.site,
        "scope": task.scope,
    }


def _section(section: Section, ids: Sequence[str | None]) -> Json:
    return {
        "node_id": section.node_id,
        "label": section.label,
        "start_time": iso(section.start_time),
        "end_time": iso(section.end_time),
        "seconds": number(section.seconds),
        "class": section.section_class,
        "is_gap": section.is_gap,
        "certain": section.certain,
        "co_critical": _ids(section.co_critical, ids),
    }


def _failure(failure: Failure, ids: Sequence[str | None]) -> Json:
    return {
        "node_id": failure.node_id,
        "label": failure.label,
        "path": failure.path,
        "failed_at": iso(failure.failed_at),
        "signature": failure.signature,
        "text": failure.text,
        "links": list(failure.links),
        "attempt": failure.attempt,
        "auto_retry": failure.auto_retry,
        "echoes": _ids(failure.echoes, ids),
        "hosts": [
            {"host": host.host, "exit_code": host.exit_code, "text": host.text}
            for host in failure.hosts
        ],
        "blocked_steps": failure.blocked_steps,
        "evidence": None if failure.evidence is None else evidence_as_json(failure.evidence),
    }


def _ref(ref: NodeRef) -> Json:
    return {
        "node_id": ref.node_id,
        "label": ref.label,
        "path": ref.path,
        "times": ref.times,
        "text": ref.text,
        "true_failed_at": iso(ref.true_failed_at),
    }


def _node(node: Node, ids: Sequence[str | None]) -> Json:
    plain = {name: getattr(node, name) for name in _NODE_FIELDS}
    return plain | {
        "parent_id": None if node.parent < 0 else ids[node.parent],
        "attempts": [
            {
                "start_time": iso(attempt.start_time),
                "end_time": iso(attempt.end_time),
                "loop": attempt.loop,
                "failed": attempt.failed,
                "skipped": attempt.skipped,
            }
            for attempt in node.attempts
        ],
        "start_time": iso(node.start_time),
        "finish_time": iso(node.finish_time),
        "end_time": iso(node.end_time),
        "duration_s": number(node.duration_s),
        "self_s": number(node.self_s),
        "wait_before_s": number(node.wait_before_s),
        "slack_s": number(node.slack_s),
        "drag_s": number(node.drag_s),
    }


def _provenance(origin: Provenance) -> Json:
    return {
        "source": origin.source,
        "sha256": origin.sha256,
        "n_bytes": origin.n_bytes,
        "fetched_at": iso(origin.fetched_at),
        "has_flow": origin.has_flow,
        "has_histories": origin.has_histories,
        "has_operations": origin.has_operations,
        "n_earlier": origin.n_earlier,
        "tool_version": origin.tool_version,
        "generated_at": iso(origin.generated_at),
        "command": origin.command,
    }
