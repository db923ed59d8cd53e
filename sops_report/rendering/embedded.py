"""The answer inside the page, as far as the report holds it: a report can be read back."""

import json
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from sops_report.report.model import Node, Report
from sops_report.report.moments import iso

ELEMENT_ID: Final = "sops-report-answer"
_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026",
                   "\u2028": "\\u2028", "\u2029": "\\u2029"}  # fmt: skip


def embedded(report: Report) -> Markup:
    """Return the status answer as JSON that is safe inside a data block of a page."""
    answer = {"result": True, "data": _tree(report), "sops_report": _about(report)}
    text = json.dumps(answer, ensure_ascii=True, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - escaped above


def _about(report: Report) -> dict[str, Any]:
    task = report.task
    return {"task_id": task.task_id, "site": task.site, "biz": task.biz, "scope": task.scope,
            "sha256": report.provenance.sha256}  # fmt: skip


def _tree(report: Report) -> dict[str, Any]:
    made = [_node(node, report.task.as_of) for node in report.nodes]
    for node, values in zip(report.nodes[1:], made[1:], strict=True):
        key = node.node_id if node.node_id is not None else node.anchor
        siblings = made[node.parent]["children"]
        siblings[key if key not in siblings else node.anchor] = values
    texts = {n.node_id: n.ex_data for n in report.nodes if n.node_id and n.ex_data}
    return made[0] | ({"ex_data": texts} if texts else {})


def _node(node: Node, as_of: datetime | None) -> dict[str, Any]:
    until = node.finish_time or as_of
    elapsed = None if node.start_time is None or until is None else until - node.start_time
    return {
        "id": node.node_id, "state": node.state, "name": node.label if node.named else "",
        "start_time": iso(node.start_time), "finish_time": iso(node.finish_time),
        "elapsed_time": None if elapsed is None else max(0, round(elapsed.total_seconds())),
        "retry": node.retry, "loop": node.loop, "skip": node.skip,
        "error_ignored": node.error_ignored, "version": node.version, "children": {},
    }  # fmt: skip
