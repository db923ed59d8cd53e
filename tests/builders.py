"""Tiny trees and flows in one line each, read by the real reader.

    # 0         4   5   6     10
    # go -----------------------
    #   a ------
    #      b -----
    #                c ---------
    snapshot(node("go", 0, 10, node("a", 0, 4), node("b", 2, 5), node("c", 6, 10)))

Seconds are relative to `START`. A node's id is its name, so tests speak of names.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from sops_report.analysis import Analysis, analyse
from sops_report.reading import read_bytes
from sops_report.snapshot import Origin, Snapshot

START: Final = datetime(2024, 6, 18, 13, 30, 0, tzinfo=UTC)
START_US: Final = int(START.timestamp()) * 1_000_000
_SITE: Final = timezone(timedelta(hours=8))
_TYPES: Final = {
    "start_event": "EmptyStartEvent",
    "end_event": "EmptyEndEvent",
    "activity": "ServiceActivity",
    "subprocess": "SubProcess",
    "exclusive_gateway": "ExclusiveGateway",
    "parallel_gateway": "ParallelGateway",
    "conditional_parallel_gateway": "ConditionalParallelGateway",
    "converge_gateway": "ConvergeGateway",
}

Json = dict[str, Any]


def moment(seconds: float | None) -> str | None:
    """Return so many seconds after `START` as the site writes times (cut to seconds)."""
    if seconds is None:
        return None
    return (START + timedelta(seconds=seconds)).astimezone(_SITE).strftime("%Y-%m-%d %H:%M:%S %z")


def us(seconds: float) -> int:
    """Return so many seconds after `START` as the columns hold times."""
    return START_US + round(seconds * 1_000_000)


def node(
    name: str,
    start: float | None,
    finish: float | None,
    /,
    *children: Json,
    state: str | None = "FINISHED",
    **fields: Any,  # noqa: ANN401 - any field, any value: that is what the tests are about
) -> Json:
    """Return one node of the second engine as the site sends it.

    Args:
        name: Its name and id.
        start: Seconds after `START`, None if it never began.
        finish: Likewise, None if it has not ended.
        children: The nodes inside.
        state: The state word.
        fields: Whatever else the answer says, or says otherwise: ``retry``, ``skip``, ``id`` …
    """
    elapsed = 0 if start is None or finish is None else round(finish - start)
    return {
        "id": name,
        "state": state,
        "root_id:": "go",
        "parent_id": "go",
        "version": f"v-{name}",
        "loop": 1,
        "retry": 0,
        "skip": False,
        "error_ignorable": False,
        "error_ignored": False,
        "children": {child["id"]: child for child in children},
        "elapsed_time": elapsed,
        "start_time": moment(start),
        "finish_time": moment(finish),
        "name": name,
    } | fields


def event(name: str, at: float, /, **fields: Any) -> Json:  # noqa: ANN401 - as `node`
    """Return an instant without a name, as gateways and events of the second engine are."""
    return node(name, at, at, name="", **fields)


def envelope(data: object, **fields: Any) -> bytes:  # noqa: ANN401 - as `node`
    """Return *data* as the bytes of an answer."""
    return json.dumps({"result": True, "data": data, "code": 0, "message": ""} | fields).encode()


def flow(*edges: str, kinds: Mapping[str, str] | None = None, **components: str) -> bytes:
    """Return a ``get_task_detail`` answer with the edges ``"a>b"``.

    Args:
        edges: Source and target joined by ``>``; ``"sub/a>b"`` stands inside ``sub``.
        kinds: The kind by name where a node is no activity.
        components: The component's code by node.
    """
    kinds = dict(kinds or {})
    scopes: dict[str, list[tuple[str, str]]] = {"": []}
    for edge in edges:
        scope, _, pair = edge.rpartition("/")
        source, _, target = pair.partition(">")
        scopes.setdefault(scope, []).append((source, target))
    trees = {scope: _pipeline(scope, pairs, kinds, components) for scope, pairs in scopes.items()}
    for scope, tree in trees.items():
        if scope:
            outer = next(t for t in trees.values() if scope in t["activities"])
            outer["activities"][scope] |= {"type": "SubProcess", "pipeline": tree}
    return envelope({"id": 7, "pipeline_tree": trees[""]})


def _pipeline(
    scope: str,
    pairs: list[tuple[str, str]],
    kinds: Mapping[str, str],
    components: Mapping[str, str],
) -> Json:
    names = dict.fromkeys(name for pair in pairs for name in pair)
    tree: Json = {"id": scope or "go", "activities": {}, "gateways": {}, "flows": {}}
    for name in names:
        kind = kinds.get(name, "activity")
        element = {"id": name, "name": name, "type": _TYPES[kind], "template_node_id": f"t-{name}"}
        if kind in ("start_event", "end_event"):
            tree[kind] = element | {"name": ""}
        elif kind.endswith("gateway"):
            tree["gateways"][name] = element | {"name": ""}
        else:
            tree["activities"][name] = element | {
                "component": {"code": components.get(name, "bk_job")}
            }
    for number, (source, target) in enumerate(pairs):
        tree["flows"][f"line{number}"] = {"source": source, "target": target}
    return tree


def attempt(start: float, finish: float, loop: int = 1, text: str = "") -> Json:
    """Return one row of a node's histories."""
    return {
        "start_time": moment(start),
        "finish_time": moment(finish),
        "loop": loop,
        "ex_data": text,
        "state": "FAILED",
    }


def histories(**attempts: list[Json]) -> bytes:
    """Return saved ``get_task_node_detail`` answers: the earlier attempts by node."""
    return json.dumps(
        {
            name: [
                {"query": {"loop": None}, "response": {"result": True, "data": {"histories": rows}}}
            ]
            for name, rows in attempts.items()
        }
    ).encode()


def snapshot(
    root: Json,
    *,
    flow: bytes | None = None,
    histories: bytes | None = None,
    fetched_at: float | None = None,
) -> Snapshot:
    """Read a literal as if it had been saved from the site."""
    origin = Origin(source="test", fetched_at_us=None if fetched_at is None else us(fetched_at))
    return read_bytes(envelope(root), origin, flow=flow, histories=histories)


def analysed(root: Json, **beside: Any) -> Analysis:  # noqa: ANN401 - as `snapshot`
    """Read and analyse a literal."""
    return analyse(snapshot(root, **beside))


def seconds(value_us: int | None) -> float | None:
    """Return a length, or a moment after `START`, in seconds."""
    if value_us is None:
        return None
    return (value_us - START_US if value_us > START_US // 2 else value_us) / 1_000_000


def names(found: Snapshot, positions: object) -> list[str]:
    """Return the ids at *positions*."""
    return [str(found.tree.node_id[position]) for position in positions]  # type: ignore[attr-defined]


def sections(found: Analysis) -> list[tuple[str, float, str]]:
    """Return the critical path as (node, seconds, class), zero lengths left out."""
    ids = found.snapshot.tree.node_id
    return [
        (str(ids[s.position]), s.length_us / 1_000_000, s.section_class)
        for s in found.sections
        if s.length_us
    ]


def path(found: Analysis) -> list[str]:
    """Return the nodes of the critical path in order, gaps and repeats left out."""
    ids = found.snapshot.tree.node_id
    return list(dict.fromkeys(str(ids[s.position]) for s in found.sections if not s.is_gap))


def by_name(found: Analysis | Snapshot, column: object) -> dict[str, Any]:
    """Return a column of lengths or moments in seconds, by node."""
    tree = (found.snapshot if isinstance(found, Analysis) else found).tree
    return {
        str(name): seconds(value)
        for name, value in zip(tree.node_id, column, strict=True)  # type: ignore[call-overload]
    }
