"""A status tree as sent → its nodes in document order, without recursion.

Every node of the document becomes a row, whatever is odd about it, and every oddity a note.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeGuard, cast

from sops_report.reading.texts import brief
from sops_report.snapshot import Note

Json = dict[str, object]
Remark = Callable[[Note], None]

_SHORT: Final = 80


@dataclass(slots=True)
class Layout:
    """The nodes of one answer, parallel; index 0 is the root.

    Attributes:
        nodes: As decoded.
        keys: The key a node was found under; None for the root and for children of a list.
        parent: The parent's position, -1 at the root.
        depth: 0 at the root.
        n_descendants: The number of rows below the node; they follow it.
    """

    nodes: list[Json] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    n_descendants: list[int] = field(default_factory=list)


def lay_out(root: Json, remark: Remark) -> Layout:
    """Return the nodes below *root* (and itself), parents before their children."""
    laid = Layout()
    nodes, keys, parents, depths = laid.nodes, laid.keys, laid.parent, laid.depth
    stack: list[tuple[str | None, Json, int, int]] = [(None, root, -1, 0)]
    while stack:
        key, node, parent, depth = stack.pop()
        children = node.get("children")
        if children:  # a leaf has an empty object here
            position, below = len(nodes), depth + 1
            inner = _children(children, position, remark)
            stack.extend([(name, child, position, below) for name, child in reversed(inner)])
        elif children is not None and children not in ("", [], {}):
            _note_odd(children, len(nodes), remark)
        nodes.append(node)
        keys.append(key)
        parents.append(parent)
        depths.append(depth)
    laid.n_descendants = _count_descendants(parents)
    return laid


def _count_descendants(parent: list[int]) -> list[int]:
    """Add up subtree sizes from the last row to the first: children stand after their parent."""
    counts = [0] * len(parent)
    for position in range(len(parent) - 1, 0, -1):
        counts[parent[position]] += counts[position] + 1
    return counts


def _children(value: object, position: int, remark: Remark) -> Sequence[tuple[str | None, Json]]:
    pairs: list[tuple[str | None, object]]
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        remark(Note(code="children-list", position=position))
        pairs = [(None, child) for child in value]
    else:
        _note_odd(value, position, remark)
        return []
    if {dict}.issuperset(type(child) for _, child in pairs):
        return cast("list[tuple[str | None, Json]]", pairs)
    return [(key, child) for key, child in pairs if _is_node(child, key, position, remark)]


def _is_node(child: object, key: str | None, position: int, remark: Remark) -> TypeGuard[Json]:
    if isinstance(child, dict):
        return True
    values = {"key": brief(key or "–", _SHORT), "value": brief(child, _SHORT)}
    remark(Note(code="child-not-object", position=position, values=values))
    return False


def _note_odd(value: object, position: int, remark: Remark) -> None:
    remark(Note(code="children-odd", position=position, values={"value": brief(value, _SHORT)}))
