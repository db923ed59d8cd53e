"""The findings of a `Report` → plain dicts and lists, as ``schema.json`` describes them."""

from collections.abc import Sequence
from typing import Any

from sops_report.report.findings import (
    AdviceLine,
    Block,
    Both,
    Evidence,
    Operation,
    Peak,
    Reaction,
    Standing,
)
from sops_report.report.model import Report
from sops_report.report.moments import iso, number
from sops_report.report.nodes import ids_of

Json = dict[str, Any]


def findings_as_json(report: Report) -> Json:
    """Return advice, reactions, people's waits, parallel blocks, progress and peak."""
    ids = ids_of(report.nodes)
    return {
        "advice": [_advice(advice, ids) for advice in report.advice],
        "reactions": [_reaction(reaction, ids) for reaction in report.reactions],
        "people": {
            "on_path_s": number(report.people_on_path_s),
            "off_path_s": number(report.people_off_path_s),
        },
        "parallel_blocks": [_block(block, ids) for block in report.blocks],
        "progress": None if report.standing is None else _standing(report.standing, ids),
        "peak": None if report.peak is None else _peak(report.peak, ids),
        "operations": [_operation(operation) for operation in report.operations],
        "child_tasks": [
            {"node_id": ids[position], "task_id": task_id}
            for position, task_id in sorted(report.seams.items())
        ],
    }


def _both(texts: Both) -> dict[str, str]:
    return {language.value: text for language, text in texts.items()}


def _advice(advice: AdviceLine, ids: Sequence[str | None]) -> Json:
    return {
        "code": advice.code,
        "node_ids": [ids[position] for position in advice.positions],
        "saving_s": number(advice.saving_s),
        "is_urgent": advice.is_urgent,
        "title": _both(advice.title),
        "evidence": _both(advice.evidence),
        "caveat": _both(advice.caveat),
        "next_step": _both(advice.next_step),
    }


def _reaction(reaction: Reaction, ids: Sequence[str | None]) -> Json:
    return {
        "node_id": ids[reaction.position],
        "failed_at": iso(reaction.failed_at),
        "until": iso(reaction.until),
        "seconds": number(reaction.seconds),
        "how": reaction.how,
        "is_exact": reaction.is_exact,
        "maybe_automatic": reaction.maybe_automatic,
        "is_recorded": reaction.is_recorded,
        "person": reaction.person,
        "name": reaction.name,
    }


def _operation(operation: Operation) -> Json:
    return {
        "at": iso(operation.at),
        "what": operation.what,
        "node_id": operation.node_id,
        "person": operation.person,
        "name": operation.name,
        "source": operation.source,
    }


def evidence_as_json(evidence: Evidence) -> Json:
    """Return log, inputs and outputs of a failed node."""
    return {
        "log": evidence.log,
        "is_cut": evidence.is_cut,
        "inputs": {setting.key: setting.value for setting in evidence.inputs},
        "outputs": {setting.key: setting.value for setting in evidence.outputs},
    }


def _block(block: Block, ids: Sequence[str | None]) -> Json:
    return {
        "join_id": ids[block.position],
        "split_id": ids[block.split],
        "imbalance_percent": round(block.imbalance, 1),
        "branches": [
            {
                "last_node_id": ids[branch.position],
                "end_time": iso(branch.end_time),
                "length_s": number(branch.length_s),
                "wait_s": number(branch.wait_s),
            }
            for branch in block.branches
        ],
    }


def _standing(standing: Standing, ids: Sequence[str | None]) -> Json:
    return {
        "steps_done": standing.steps_done,
        "steps_seen": standing.steps_seen,
        "steps_expected": standing.steps_expected,
        "is_upper_bound": standing.is_upper_bound,
        "ahead": None if standing.ahead is None else list(standing.ahead),
        "not_taken": None if standing.not_taken is None else list(standing.not_taken),
        "blocked_by": [
            {"node_id": ids[position], "steps": steps}
            for position, steps in sorted(standing.blocked_by.items())
        ],
    }


def _peak(peak: Peak, ids: Sequence[str | None]) -> Json:
    return {
        "count": peak.count,
        "start_time": iso(peak.start_time),
        "end_time": iso(peak.end_time),
        "node_ids": [ids[position] for position in peak.positions],
        "parallelism": None if peak.factor is None else round(peak.factor, 3),
    }
