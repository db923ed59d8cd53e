"""`Flow` and attempts written as the files they are read from, with structure and times only.

Constants of components, which may hold secrets, were never kept in the values; so what is written
here cannot tell them. Operators are numbered unless they may be named.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from types import MappingProxyType
from typing import Any, Final

from sops_report.analysis.operations import people_of
from sops_report.reading.texts import plain
from sops_report.snapshot import Attempt, Evidence, Flow, FlowNode, Operation, Snapshot

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES: Final[Mapping[str, str]] = MappingProxyType({
    "start_event": "EmptyStartEvent", "end_event": "EmptyEndEvent",
    "activity": "ServiceActivity", "subprocess": "SubProcess",
    "exclusive_gateway": "ExclusiveGateway", "parallel_gateway": "ParallelGateway",
    "conditional_parallel_gateway": "ConditionalParallelGateway",
    "converge_gateway": "ConvergeGateway",
})  # fmt: skip

Json = dict[str, Any]


def flow_bytes(flow: Flow) -> bytes:
    """Return a ``pipeline_tree`` that is read as *flow* again."""
    levels: dict[str | None, Json] = defaultdict(lambda: {"activities": {}, "flows": {}})
    for node_id, node in flow.nodes.items():
        level = levels[node.parent_id]
        level["activities"][node_id] = _element(node)
        for source in node.predecessors:
            level["flows"].setdefault((source, node_id), {"source": source, "target": node_id})
    for level in levels.values():
        level["flows"] = {f"l{n}": edge for n, edge in enumerate(level["flows"].values())}
    for inner, level in list(levels.items()):
        if inner is not None:
            levels[flow.nodes[inner].parent_id]["activities"][inner]["pipeline"] = level
    return _dumped(levels[None])


def _element(node: FlowNode) -> Json:
    element: Json = {"type": _TYPES.get(node.kind, "?"), "name": node.name}
    if node.component is not None:
        element["component"] = {"code": node.component}
    if node.template_node_id is not None:
        element["template_node_id"] = node.template_node_id
    return element


def histories_bytes(snapshot: Snapshot) -> bytes | None:
    """Return the earlier attempts as ``histories.json`` has them; None if none were given."""
    if snapshot.attempts is None:
        return None
    return _dumped(
        {node_id: list(map(_details, attempts)) for node_id, attempts in snapshot.attempts.items()}
    )


def operations_bytes(snapshot: Snapshot, part: Snapshot) -> bytes | None:
    """Return the operations as ``operate_records.json`` has them; None if none were given.

    Args:
        snapshot: Whose report is made: it tells whether people are named, and their numbers.
        part: Whose operations: the same one, or one of those it was joined from.
    """
    if snapshot.operations is None or part.operations is None:
        return None
    known = None if snapshot.names else people_of(snapshot.operations)
    rows = [_row(operation, known) for operation in part.operations]
    return _dumped({"result": True, "data": rows})


def _row(operation: Operation, known: Mapping[str, int] | None) -> Json:
    name = operation.operator
    if known is not None:
        name = f"user-{known[name]}" if name in known else ""
    return {
        "operate_date": _iso(operation.at_us), "operate_type": operation.what,
        "node_id": operation.node_id or "", "operate_source": operation.source,
        "operator": name,
    }  # fmt: skip


def logs_bytes(snapshot: Snapshot) -> bytes | None:
    """Return the logs as ``node_logs.json`` has them, inputs and outputs with them."""
    if not snapshot.evidence:
        return None
    return _dumped({node_id: [_kept(found)] for node_id, found in snapshot.evidence.items()})


def _kept(found: Evidence) -> Json:
    item: Json = {"inputs": dict(found.inputs), "outputs": dict(found.outputs)}
    if found.log is not None:
        item |= {"response": {"data": found.log}, "is_cut": found.is_cut}
    return item


def _details(attempt: Attempt) -> Json:
    row = {
        "start_time": _iso(attempt.start_us), "finish_time": _iso(attempt.end_us),
        "loop": attempt.loop, "ex_data": _marked_up(attempt.text),
    }  # fmt: skip
    if not attempt.failed:
        return {"query": {"loop": attempt.loop}, "response": {"data": row | {"state": "FINISHED"}}}
    return {"response": {"data": {"skip": attempt.skipped, "histories": [row]}}}


def _marked_up(text: str | None) -> str | None:
    """Return what is read as *text*: where it looks like markup it must be said as markup."""
    if text is None or plain(text) == text:
        return text
    return f"<b></b>{escape(text, quote=False)}"


def _iso(us: int | None) -> str | None:
    return None if us is None else (_EPOCH + timedelta(microseconds=us)).isoformat()


def _dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
