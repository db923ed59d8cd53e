"""Which nodes of an answer are worth a call of their own."""

from collections.abc import Iterator, Mapping
from typing import Final

from sops_report.snapshot import Flow, Snapshot
from sops_report.states import group_of

MOST_LOGS: Final = 10
# The component that runs a subprocess as a task of its own.
INDEPENDENT: Final = "subprocess_plugin"
_DEEPEST: Final = 200

Query = Mapping[str, object]


def details_to_ask(snapshot: Snapshot, flow: Flow | None) -> Iterator[Query]:
    """Yield what to ask of which node: those that can have earlier attempts or a child task."""
    tree = snapshot.tree
    for position in range(1, len(tree)):
        node_id = tree.node_id[position]
        known = flow.nodes.get(node_id) if flow is not None and node_id is not None else None
        component = known.component if known is not None else None
        is_worth = _had_attempts(snapshot, position) or component == INDEPENDENT
        if node_id is None or not is_worth:
            continue
        passes = range(1, min(tree.loop[position] or 1, _DEEPEST))
        for loop in (None, *passes):
            yield {
                "node_id": node_id,
                "component_code": component,
                "subprocess_stack": _stack(snapshot, position),
                "loop": loop,
            }


def logs_to_ask(snapshot: Snapshot) -> Iterator[tuple[str, str | None]]:
    """Yield the first failed steps, each with the version that names its last attempt."""
    tree = snapshot.tree
    failed = [
        position
        for position in range(1, len(tree))
        if tree.is_leaf(position) and group_of(tree.state[position]) == "failed"
    ]
    failed.sort(key=lambda p: (tree.finish_us[p] or tree.start_us[p] or 0, p))
    for position in failed[:MOST_LOGS]:
        node_id = tree.node_id[position]
        if node_id is not None:
            yield node_id, tree.version[position] or None


def _had_attempts(snapshot: Snapshot, position: int) -> bool:
    tree = snapshot.tree
    return tree.is_leaf(position) and (
        bool(tree.retry[position])
        or (tree.loop[position] or 1) > 1
        or tree.skip[position] is True
        or tree.error_ignored[position] is True
        or (group_of(tree.state[position]) == "failed")
    )


def _stack(snapshot: Snapshot, position: int) -> list[str]:
    """Return the ids of the enclosing subprocesses, outermost first."""
    stack = []
    parent = snapshot.tree.parent[position]
    while parent > 0:
        stack.append(snapshot.tree.node_id[parent] or "")
        parent = snapshot.tree.parent[parent]
    return stack[::-1]
