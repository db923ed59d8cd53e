"""Which nodes stay visible where not all fit: by what they tell, never silently.

First the telling ones: failed, skipped, retried, open, slowest, critical. Then quiet ones fill the
room: subprocesses from the outside in, steps from the slowest down, gateways and events last. A
shown node's ancestors are shown too; what is folded is counted, with its time, on its nearest shown
ancestor.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import accumulate
from operator import attrgetter
from typing import Final

from sops_report.report.model import Node

SLOWEST: Final = 20
_SLOW: Final = 3
_PLAIN: Final = 5
_SECOND_US: Final = 1_000_000
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
    ranks = [
        _PLAIN
        if node.state_group in _QUIET
        and not (node.on_critical_path or node.retry or node.skip or node.error_ignored)
        and not (node.is_root_cause or node.attempts)
        else _rank(node)  # most nodes tell nothing, and a call a node costs more than the question
        for node in nodes
    ]
    for position in slowest(nodes):
        ranks[position] = min(ranks[position], _SLOW)
    return ranks


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
    if len(shown) == len(nodes):
        return {}
    sums = _sums(nodes, ranks or ranks_of(nodes))
    left: dict[int, list[int]] = {}
    for at in shown:
        end = at + 1 + nodes[at].n_descendants
        left[at] = [values[end] - values[at + 1] for values in sums]
        if at:  # what a shown child holds is not its parent's
            above = left[nodes[at].parent]
            above[:] = (n - values[end] + values[at] for n, values in zip(above, sums, strict=True))
    return {
        at: Fold(n=n, seconds=us / _SECOND_US, n_telling=telling)
        for at, (n, us, telling) in left.items()
        if n
    }


def _sums(nodes: Sequence[Node], ranks: Sequence[int]) -> tuple[Sequence[int], ...]:
    """Return what stands before each row: nodes, microseconds of leaves, telling nodes.

    What a subtree holds is a difference of two of them; whole numbers keep it exact.
    """
    took = [
        round(node.duration_s * _SECOND_US) if node.is_leaf and node.duration_s else 0
        for node in nodes
    ]
    return (
        range(len(nodes) + 1),
        [0, *accumulate(took)],
        [0, *accumulate(rank < _PLAIN for rank in ranks)],
    )


def slowest(nodes: Sequence[Node]) -> set[int]:
    """Return the positions of the slowest leaves."""
    timed = [(node.duration_s, -node.position) for node in nodes
             if node.is_leaf and node.duration_s]  # fmt: skip
    return {-at for _, at in nlargest(SLOWEST, timed)}


def _rank(node: Node) -> int:
    if node.is_root_cause or node.state_group == "failed":
        return 0
    if node.skip or node.error_ignored or node.retry or node.attempts:
        return 1
    if node.state_group not in _QUIET:
        return 2
    return 4 if node.on_critical_path and node.is_leaf else _PLAIN


def _telling(nodes: Sequence[Node], limit: int, ranks: Sequence[int]) -> set[int]:
    ranked = [(rank, node) for rank, node in zip(ranks, nodes, strict=True) if rank < _PLAIN]
    ranked.sort(key=lambda pair: (pair[0], pair[1].depth, pair[1].position))
    shown: set[int] = {0}
    for _, node in ranked:
        _add(nodes, node, shown, limit)
    return shown


def _fill(nodes: Sequence[Node], shown: set[int], limit: int) -> None:
    for node in _quiet(nodes, shown):
        if len(shown) >= limit:
            return
        _add(nodes, node, shown, limit)


def _quiet(nodes: Sequence[Node], shown: set[int]) -> Iterator[Node]:
    """Yield quiet nodes, what tells most first; later kinds are sorted only if there is room."""
    rest = [node for node in nodes if node.position not in shown]
    yield from sorted((node for node in rest if not node.is_leaf), key=attrgetter("depth"))
    leaves = [node for node in rest if node.is_leaf]
    for is_step in (True, False):
        kind = [node for node in leaves if (node.kind in _STEPS) is is_step]
        yield from sorted(kind, key=lambda node: -(node.duration_s or 0.0))


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
