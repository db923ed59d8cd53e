"""``pipeline_tree`` (of ``get_task_detail``) → `Flow`: true edges, kinds, component codes.

Only structure is taken. Constants and component data can hold secrets and are never kept.
"""

import math
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from typing import Final

from sops_report.snapshot import Flow, FlowNode

_KINDS: Final[Mapping[str, str]] = {
    "EmptyStartEvent": "start_event",
    "EmptyEndEvent": "end_event",
    "ServiceActivity": "activity",
    "SubProcess": "subprocess",
    "ExclusiveGateway": "exclusive_gateway",
    "ParallelGateway": "parallel_gateway",
    "ConditionalParallelGateway": "conditional_parallel_gateway",
    "ConvergeGateway": "converge_gateway",
}
_REMOTE: Final = "remote_plugin"

Json = Mapping[str, object]


def read_flow(document: object) -> Flow | None:
    """Return the flow in a decoded ``get_task_detail`` answer (or a bare ``pipeline_tree``).

    None if there is no flow in it: a report without true edges is better than none.
    """
    outermost = _pipeline_of(document)
    if outermost is None:
        return None
    nodes: dict[str, FlowNode] = {}
    stack: list[tuple[Json, str | None]] = [(outermost, None)]
    while stack:
        pipeline, parent_id = stack.pop()
        before, after = _edges(pipeline)
        places = _places(pipeline)
        for node_id, element in _elements(pipeline):
            nodes[node_id] = _flow_node(
                element, parent_id, before[node_id], after[node_id], places.get(node_id)
            )
            inner = element.get("pipeline")
            if isinstance(inner, dict):
                stack.append((inner, node_id))
    if not nodes:
        return None
    back_edges = _back_edges(nodes)
    return Flow(nodes=nodes, back_edges=back_edges, rank=_ranks(nodes, back_edges))


def _ranks(nodes: Mapping[str, FlowNode], back_edges: frozenset[tuple[str, str]]) -> dict[str, int]:
    """Return the nodes' places in a topological order of the forward edges."""
    waiting_for = {
        node_id: sum(s in nodes and (s, node_id) not in back_edges for s in node.predecessors)
        for node_id, node in nodes.items()
    }
    ready = deque(node_id for node_id, count in waiting_for.items() if not count)
    rank: dict[str, int] = {}
    while ready:
        node_id = ready.popleft()
        rank[node_id] = len(rank)
        for target in nodes[node_id].successors:
            if target in waiting_for and (node_id, target) not in back_edges:
                waiting_for[target] -= 1
                if not waiting_for[target]:
                    ready.append(target)
    return rank


def _back_edges(nodes: Mapping[str, FlowNode]) -> frozenset[tuple[str, str]]:
    """Return the edges that lead back to a node on the way to them (depth first, no recursion)."""
    found: set[tuple[str, str]] = set()
    done: set[str] = set()
    first_ones = [node_id for node_id, node in nodes.items() if not node.predecessors]
    for entry in [*first_ones, *nodes]:
        on_the_way: dict[str, Iterator[str]] = {}
        stack = [] if entry in done else [entry]
        while stack:
            node_id = stack[-1]
            if node_id not in on_the_way:
                known = nodes.get(node_id)
                on_the_way[node_id] = iter(known.successors if known else ())
            target = next(on_the_way[node_id], None)
            if target is None:
                done.add(stack.pop())
                del on_the_way[node_id]
            elif target in on_the_way:
                found.add((node_id, target))
            elif target not in done:
                stack.append(target)
    return frozenset(found)


def _pipeline_of(document: object) -> Json | None:
    """Unwrap envelope and detail until an object with activities is found."""
    value = document
    for key in ("data", "pipeline_tree"):
        if isinstance(value, dict) and key in value:
            value = value[key]
    return value if isinstance(value, dict) and "activities" in value else None


def _elements(pipeline: Json) -> Iterator[tuple[str, Json]]:
    for name in ("activities", "gateways"):
        group = pipeline.get(name)
        if isinstance(group, dict):
            yield from ((str(key), item) for key, item in group.items() if isinstance(item, dict))
    for name in ("start_event", "end_event"):
        event = pipeline.get(name)
        if isinstance(event, dict) and isinstance(event.get("id"), str):
            yield event["id"], event


def _edges(pipeline: Json) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    flows = pipeline.get("flows")
    for edge in flows.values() if isinstance(flows, dict) else ():
        source, target = (
            (edge.get("source"), edge.get("target")) if isinstance(edge, dict) else ("", "")
        )
        if isinstance(source, str) and isinstance(target, str) and source and target:
            before[target].append(source)
            after[source].append(target)
    return before, after


def _places(pipeline: Json) -> dict[str, tuple[float, float]]:
    """Return where the nodes stand on the canvas."""
    places: dict[str, tuple[float, float]] = {}
    locations = pipeline.get("location")
    for item in locations if isinstance(locations, list) else ():
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            x, y = _coordinate(item.get("x")), _coordinate(item.get("y"))
            if x is not None and y is not None:
                places[item["id"]] = x, y
    return places


def _coordinate(value: object) -> float | None:
    """Return a finite number (or its text) as a float; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _flow_node(
    element: Json,
    parent_id: str | None,
    before: list[str],
    after: list[str],
    place: tuple[float, float] | None,
) -> FlowNode:
    template_node_id = element.get("template_node_id")
    name = element.get("name")
    return FlowNode(
        kind=_KINDS.get(str(element.get("type")), "unknown"),
        name=name if isinstance(name, str) else "",
        parent_id=parent_id,
        component=_component(element),
        template_node_id=template_node_id if isinstance(template_node_id, str) else None,
        predecessors=tuple(before),
        successors=tuple(after),
        x=place[0] if place else None,
        y=place[1] if place else None,
    )


def _component(element: Json) -> str | None:
    component = element.get("component")
    code = component.get("code") if isinstance(component, dict) else None
    if not isinstance(code, str):
        return None
    return (_remote_code(component) or code) if code == _REMOTE else code


def _remote_code(component: object) -> str | None:
    """Return the code of a third-party plugin, which stands in the component's data."""
    value = component
    for key in ("data", "plugin_code", "value"):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None
