"""What a node is and how to call it: kinds and labels.

The flow knows the kind; a first-engine class name tells it; else the shape of the tree suggests
one, and the node table says so in ``kind_source``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.snapshot import Flow, FlowNode, Tree
from sops_report.states import group_of

_CLASS_PREFIX: Final = "<class '"
# Class names may be cut at 64 characters, so the beginning decides; longest first.
_CLASSES: Final = (
    ("EmptyStartEvent", "start_event"),
    ("EmptyEndEvent", "end_event"),
    ("ConditionalParallelGateway", "conditional_parallel_gateway"),
    ("ParallelGateway", "parallel_gateway"),
    ("ExclusiveGateway", "exclusive_gateway"),
    ("ConvergeGateway", "converge_gateway"),
    ("ServiceActivity", "activity"),
    ("SubProcess", "subprocess"),
    ("Pipeline", "root"),
)
_SHORTEST_CUT: Final = 6
_SHORT_ID: Final = 8
SOURCES: Final = ("flow", "name", "shape")  # of a kind, the best first
INSTANT_US: Final = 1_000_000  # whole-second times: an instant may look like one second
# English on purpose: the node table is data; renderers word a derived label by its kind.
LABELS: Final[Mapping[str, str]] = {
    "root": "(task)",
    "start_event": "(start)",
    "end_event": "(end)",
    "exclusive_gateway": "(exclusive gateway)",
    "parallel_gateway": "(parallel gateway)",
    "conditional_parallel_gateway": "(conditional parallel gateway)",
    "converge_gateway": "(converge gateway)",
    "control": "(gateway or event)",
    "subprocess": "(subprocess)",
    "activity": "(activity)",
    "unknown": "(unnamed)",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Kinds and labels, parallel to the tree; see `snapshot.Snapshot`."""

    kind: Sequence[str]
    kind_source: Sequence[str]
    label: Sequence[str]
    named: Sequence[bool]


def is_class_name(name: str | None) -> bool:
    """Tell whether a name is a Python class' text, as the first engine sends it."""
    return name is not None and name.startswith(_CLASS_PREFIX)


def identify(tree: Tree, flow: Flow | None) -> Identity:
    """Return kind and label of every node.

    Example:
        >>> LABELS[class_kind("<class 'pipeline.core.flow.gateway.ConditionalParallelGa")]
        '(conditional parallel gateway)'
    """
    names = [readable(name) for name in tree.name]
    known = known_nodes(tree, flow)
    kinds, sources = _kinds(tree, known, _shapes(tree, names))
    for position, node in known.items():
        names[position] = names[position] or readable(node.name)
    labels = [name or derived(tree, kinds[p], p) for p, name in enumerate(names)]
    return Identity(kinds, sources, labels, [name is not None for name in names])


def readable(name: str | None) -> str | None:
    """Return a name that can be shown: not blank, no class name."""
    return None if not name or name.isspace() or name.startswith(_CLASS_PREFIX) else name


def known_nodes(tree: Tree, flow: Flow | None) -> dict[int, FlowNode]:
    """Return what the flow says of each node, by position; the root is no node of it."""
    if flow is None:
        return {}
    return {
        position: node
        for position, node_id in enumerate(tree.node_id)
        if node_id is not None and (node := flow.nodes.get(node_id)) is not None
    }


def _kinds(
    tree: Tree, known: Mapping[int, FlowNode], shapes: list[str]
) -> tuple[list[str], list[str]]:
    """Return kinds and where each is from: shapes, corrected by class names, then by the flow."""
    sources = ["shape"] * len(tree)
    for position, name in enumerate(tree.name):
        if name and position and name.startswith(_CLASS_PREFIX):
            shapes[position], sources[position] = class_kind(name), "name"
    for position, node in known.items():
        if position and node.kind != "unknown":
            shapes[position], sources[position] = node.kind, "flow"
    return shapes, sources


def class_kind(name: str) -> str:
    """Return the kind that a class name tells, ``control`` for one we do not know."""
    last = name.removeprefix(_CLASS_PREFIX).rstrip("'>").rpartition(".")[2]
    for word, kind in _CLASSES:
        if last.startswith(word) or (len(last) >= _SHORTEST_CUT and word.startswith(last)):
            return kind
    return "control"


def derived(tree: Tree, kind: str, position: int) -> str:
    """Return the label of a node without a name."""
    label = LABELS[kind]
    if kind not in ("activity", "subprocess", "unknown"):
        return label
    short = (tree.node_id[position] or "")[:_SHORT_ID].strip()
    return f"{label[:-1]} {short})" if short else label


def _shapes(tree: Tree, names: list[str | None]) -> list[str]:
    """Return the kinds that the tree alone suggests: whether a node is named, and has children."""
    some_names = any(name is not None for name in names[1:])
    unnamed = "control" if some_names else "unknown"
    kinds = [
        "subprocess" if below else unnamed if name is None else "activity"
        for name, below in zip(names, tree.n_descendants, strict=True)
    ]
    if some_names:
        for position, kind in _start_and_end_events(tree):
            kinds[position] = kind
    kinds[0] = "root"
    return kinds


def _start_and_end_events(tree: Tree) -> Iterator[tuple[int, str]]:
    """Yield the unnamed leaves that can only be a scope's start or end event.

    The start event is the first unnamed instant of its scope; the end event finishes with it.
    """
    starts = tree.start_us
    for scope, below in enumerate(tree.n_descendants):
        if not below:
            continue
        timed = [(us, c) for c in tree.children(scope) if (us := starts[c]) is not None]
        if not timed:
            continue
        first, last = min(timed)[1], max(timed)[1]
        if _is_unnamed_instant(tree, first):
            yield first, "start_event"
        if last != first and _is_unnamed_instant(tree, last) and _ends_together(tree, scope, last):
            yield last, "end_event"


def _is_unnamed_instant(tree: Tree, position: int) -> bool:
    start, finish = tree.start_us[position], tree.finish_us[position]
    unnamed = tree.is_leaf(position) and not (tree.name[position] or "").strip()
    closed = group_of(tree.state[position]) == "success"
    if not (unnamed and closed) or start is None or finish is None:
        return False
    return 0 <= finish - start <= INSTANT_US


def _ends_together(tree: Tree, scope: int, child: int) -> bool:
    end, finish = tree.finish_us[scope], tree.finish_us[child]
    if end is None or finish is None or group_of(tree.state[scope]) != "success":
        return False
    return 0 <= end - finish <= INSTANT_US
