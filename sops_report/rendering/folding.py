"""Which nodes stay visible where not all fit: by what they tell, never silently.

First the telling ones: failed, skipped, retried, open, slowest, critical. Then quiet ones fill the
room: subprocesses from the outside in, steps from the slowest down, gateways and events last. A
shown node's ancestors are shown too; what is folded is counted, with its time, on its nearest shown
ancestor.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Final

from sops_report.report.model import Node

SLOWEST: Final = 20
_PLAIN: Final = 5
_QUIET: Final = frozenset({"success", "not_started"})
_STEPS: Final = frozenset({"activity", "subprocess", "root", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What one shown node stands for.

    Attributes:
        n: How many nodes below it are not shown.
        seconds: How long its folded leaves took, added up.
        n_telling: How many of them would have deserved a row: more than the room is for.
    """

    n: int = 0
    seconds: float = 0.0
    n_telling: int = 0


def ranks_of(nodes: Sequence[Node]) -> list[int]:
    """Return what each node tells, 0 the most; asked once for all lists of a page."""
    slow = slowest(nodes)
    return [_rank(node, slow) for node in nodes]


def shown_positions(
    nodes: Sequence[Node], limit: int, most: int, ranks: Sequence[int] | None = None
) -> list[int]:
    """Return the positions to show, in document order.

    Args:
        nodes: All nodes, in document order.
        limit: How many rows quiet nodes may fill up.
        most: How many rows telling ones may take, where that is more than *limit*.
        ranks: What `ranks_of` returned for the nodes, if it is at hand.
    """
    if len(nodes) <= limit:
        return list(range(len(nodes)))
    shown = _telling(nodes, max(limit, most), ranks or ranks_of(nodes))
    _fill(nodes, shown, limit)
    return sorted(shown)


def folds(
    nodes: Sequence[Node], shown: Sequence[int], ranks: Sequence[int] | None = None
) -> dict[int, Fold]:
    """Return by shown position what is folded into it; sums over all folds are exact."""
    visible = set(shown)
    if len(visible) == len(nodes):
        return {}
    known = ranks or ranks_of(nodes)
    holders: list[int] = []
    count: Counter[int] = Counter()
    telling: Counter[int] = Counter()
    seconds: dict[int, float] = defaultdict(float)
    for node in nodes:
        is_shown = node.position in visible
        holder = node.position if is_shown else holders[node.parent]
        holders.append(holder)
        if not is_shown:
            count[holder] += 1
            telling[holder] += known[node.position] < _PLAIN
            seconds[holder] += (node.duration_s or 0.0) if node.is_leaf else 0.0
    return {at: Fold(n=n, seconds=seconds[at], n_telling=telling[at]) for at, n in count.items()}


def slowest(nodes: Sequence[Node]) -> set[int]:
    """Return the positions of the slowest leaves."""
    timed = ((node.duration_s, -node.position) for node in nodes if node.is_leaf)
    ranked = nlargest(SLOWEST, ((took, at) for took, at in timed if took))
    return {-at for _, at in ranked}


def _rank(node: Node, slow: set[int]) -> int:
    if node.is_root_cause or node.state_group == "failed":
        return 0
    if node.skip or node.error_ignored or node.retry or node.attempts:
        return 1
    if node.state_group not in _QUIET:
        return 2
    if node.position in slow:
        return 3
    return 4 if node.on_critical_path and node.is_leaf else _PLAIN


def _telling(nodes: Sequence[Node], limit: int, ranks: Sequence[int]) -> set[int]:
    ranked = [(rank, node) for rank, node in zip(ranks, nodes, strict=True) if rank < _PLAIN]
    ranked.sort(key=lambda pair: (pair[0], pair[1].depth, pair[1].position))
    shown: set[int] = {0}
    for _, node in ranked:
        _add(nodes, node, shown, limit)
    return shown


def _fill(nodes: Sequence[Node], shown: set[int], limit: int) -> None:
    quiet = [node for node in nodes if node.position not in shown]
    quiet.sort(key=_worth)
    for node in quiet:
        if len(shown) >= limit:
            return
        _add(nodes, node, shown, limit)


def _worth(node: Node) -> tuple[int, int, float, int]:
    """Order quiet nodes: what tells most comes first."""
    if not node.is_leaf:
        return 0, node.depth, 0.0, node.position
    return (1 if node.kind in _STEPS else 2), 0, -(node.duration_s or 0.0), node.position


def _add(nodes: Sequence[Node], node: Node, shown: set[int], limit: int) -> None:
    """Show *node* with its ancestors if there is room for all of them."""
    room = limit - len(shown)
    chain: list[int] = []
    at = node.position
    while at >= 0 and at not in shown and len(chain) <= room:
        chain.append(at)
        at = nodes[at].parent
    if len(chain) <= room:
        shown.update(chain)
