"""What a node is and how to call it: kinds and labels.

The flow knows the kind; a first-engine class name tells it; else the shape of the tree suggests
one, and the node table says so in ``kind_source``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sops_report.snapshot import Flow, Tree
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
_INSTANT_US: Final = 1_000_000  # whole-second times: an instant may look like one second
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

    kind: list[str]
    kind_source: list[str]
    label: list[str]
    named: list[bool]


def is_class_name(name: str | None) -> bool:
    """Tell whether a name is a Python class' text, as the first engine sends it."""
    return name is not None and name.startswith(_CLASS_PREFIX)


def identify(tree: Tree, flow: Flow | None) -> Identity:
    """Return kind and label of every node.

    Example:
        >>> LABELS[class_kind("<class 'pipeline.core.flow.gateway.ConditionalParallelGa")]
        '(conditional parallel gateway)'
    """
    shapes = _Shapes(tree)
    kinds: list[str] = []
    sources: list[str] = []
    for position in range(len(tree)):
        kind, source = _kind(tree, flow, position, shapes)
        kinds.append(kind)
        sources.append(source)
    names = [_own_name(tree, flow, position) for position in range(len(tree))]
    labels = [name or _derived(tree, kinds[p], p) for p, name in enumerate(names)]
    return Identity(kinds, sources, labels, [name is not None for name in names])


def class_kind(name: str) -> str:
    """Return the kind that a class name tells, ``control`` for one we do not know."""
    last = name.removeprefix(_CLASS_PREFIX).rstrip("'>").rpartition(".")[2]
    for word, kind in _CLASSES:
        if last.startswith(word) or (len(last) >= _SHORTEST_CUT and word.startswith(last)):
            return kind
    return "control"


def _kind(tree: Tree, flow: Flow | None, position: int, shapes: "_Shapes") -> tuple[str, str]:
    if position == 0:
        return "root", "shape"
    known = flow.nodes.get(tree.node_id[position] or "") if flow else None
    if known is not None and known.kind != "unknown":
        return known.kind, "flow"
    name = tree.name[position]
    if name is not None and is_class_name(name):
        return class_kind(name), "name"
    return shapes.kind(position), "shape"


def _own_name(tree: Tree, flow: Flow | None, position: int) -> str | None:
    name = tree.name[position]
    if name is not None and not is_class_name(name) and name.strip():
        return name
    known = flow.nodes.get(tree.node_id[position] or "") if flow else None
    return known.name if known is not None and known.name.strip() else None


def _derived(tree: Tree, kind: str, position: int) -> str:
    label = LABELS[kind]
    if kind not in ("activity", "subprocess", "unknown"):
        return label
    short = (tree.node_id[position] or "")[:_SHORT_ID].strip()
    return f"{label[:-1]} {short})" if short else label


class _Shapes:
    """Kinds suggested by the tree alone."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.some_names = any(
            name is not None and name.strip() and not is_class_name(name) for name in tree.name[1:]
        )
        self.events = dict(_start_and_end_events(tree)) if self.some_names else {}

    def kind(self, position: int) -> str:
        if not self.tree.is_leaf(position):
            return "subprocess"
        if (self.tree.name[position] or "").strip():
            return "activity"
        if not self.some_names:
            return "unknown"
        return self.events.get(position, "control")


def _start_and_end_events(tree: Tree) -> Iterator[tuple[int, str]]:
    """Yield the unnamed leaves that can only be a scope's start or end event.

    The start event is the first unnamed instant of its scope; the end event finishes with it.
    """
    for scope in range(len(tree)):
        if tree.is_leaf(scope):
            continue
        timed = [c for c in tree.children(scope) if tree.start_us[c] is not None]
        if not timed:
            continue
        first = min(timed, key=lambda c: (tree.start_us[c], c))
        if _is_unnamed_instant(tree, first):
            yield first, "start_event"
        last = max(timed, key=lambda c: (tree.start_us[c], c))
        if last != first and _is_unnamed_instant(tree, last) and _ends_together(tree, scope, last):
            yield last, "end_event"


def _is_unnamed_instant(tree: Tree, position: int) -> bool:
    start, finish = tree.start_us[position], tree.finish_us[position]
    unnamed = tree.is_leaf(position) and not (tree.name[position] or "").strip()
    closed = group_of(tree.state[position]) == "success"
    if not (unnamed and closed) or start is None or finish is None:
        return False
    return 0 <= finish - start <= _INSTANT_US


def _ends_together(tree: Tree, scope: int, child: int) -> bool:
    end, finish = tree.finish_us[scope], tree.finish_us[child]
    if end is None or finish is None or group_of(tree.state[scope]) != "success":
        return False
    return 0 <= end - finish <= _INSTANT_US
