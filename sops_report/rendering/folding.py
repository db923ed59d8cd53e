"""Which nodes stay visible where not all fit: by what they tell, never silently.

First the telling ones: failed, skipped, retried, open, slowest, critical. Then quiet ones fill the
room: subprocesses from the outside in, steps from the slowest down, gateways and events last. A
shown node's ancestors are shown too; what is folded is counted, with its time, on its nearest shown
ancestor.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import accumulate
from operator import attrgetter
from typing import Final

from sops_report.report.model import Node
from sops_report.report.nodes import NodeColumns

SLOWEST: Final = 20
SLOW: Final = 3
PLAIN: Final = 5
_SECOND_US: Final = 1_000_000
QUIET: Final = frozenset({"success", "not_started"})
STEPS: Final = frozenset({"activity", "subprocess", "root", "unknown"})

Held = tuple[int, int, int]
"""Nodes, microseconds of leaves, telling nodes."""


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


def ranks_of(nodes: Sequence[Node]) -> Sequence[int]:
    """Return what each node tells, 0 the most; asked once for all lists of a page."""
    return _choice_of(nodes).ranks()


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
    choice = _choice_of(nodes)
    shown = {0}
    _add_all(choice.parents(), choice.telling(ranks or choice.ranks()), shown, max(limit, most))
    if len(shown) < limit:
        _add_all(choice.parents(), choice.quiet(shown), shown, limit)
    return sorted(shown)


def folds(
    nodes: Sequence[Node], shown: Sequence[int], ranks: Sequence[int] | None = None
) -> dict[int, Fold]:
    """Return by shown position what is folded into it; sums over all folds are exact."""
    if len(shown) == len(nodes):
        return {}
    choice = _choice_of(nodes)
    left: dict[int, Held] = {}
    for at, parent, (own, below) in choice.held(shown, ranks or choice.ranks()):
        left[at] = below
        if at:  # what a shown child holds is not its parent's
            left[parent] = _less(left[parent], own, below)
    return {
        at: Fold(n=n, seconds=us / _SECOND_US, n_telling=telling)
        for at, (n, us, telling) in left.items()
        if n
    }


def _less(held: Held, own: Held, below: Held) -> Held:
    n, us, telling = (h - o - b for h, o, b in zip(held, own, below, strict=True))
    return n, us, telling


def slowest(nodes: Sequence[Node]) -> set[int]:
    """Return the positions of the slowest leaves."""
    return set(_choice_of(nodes).slowest())


def _choice_of(nodes: Sequence[Node]) -> "Choice":
    if isinstance(nodes, NodeColumns):
        from sops_report.rendering.arrays.folding import ColumnChoice  # noqa: PLC0415 - start-up

        return ColumnChoice(nodes)
    return Choice(nodes)


class Choice:
    """What is asked of all nodes to choose some; `arrays.folding` asks whole columns."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        """Remember the nodes."""
        self._nodes = nodes

    def ranks(self) -> Sequence[int]:
        """Return what each node tells, 0 the most."""
        ranks = [
            PLAIN
            if node.state_group in QUIET
            and not (node.on_critical_path or node.retry or node.skip or node.error_ignored)
            and not (node.is_root_cause or node.attempts)
            else _rank(node)  # most nodes tell nothing; a call a node costs more than the question
            for node in self._nodes
        ]
        for position in self.slowest():
            ranks[position] = min(ranks[position], SLOW)
        return ranks

    def slowest(self) -> list[int]:
        """Return the positions of the slowest leaves."""
        timed = [(node.duration_s, -node.position) for node in self._nodes
                 if node.is_leaf and node.duration_s]  # fmt: skip
        return [-at for _, at in nlargest(SLOWEST, timed)]

    def parents(self) -> Sequence[int]:
        """Return each node's parent."""
        return [node.parent for node in self._nodes]

    def telling(self, ranks: Sequence[int]) -> Iterable[int]:
        """Return the positions of the telling nodes, what tells most first."""
        told = [(rank, node.depth, node.position)
                for rank, node in zip(ranks, self._nodes, strict=True) if rank < PLAIN]  # fmt: skip
        return [position for _, _, position in sorted(told)]

    def quiet(self, shown: Collection[int]) -> Iterator[int]:
        """Yield the other nodes, what tells most first; later kinds are sorted only if asked."""
        rest = [node for node in self._nodes if node.position not in shown]
        containers = sorted((node for node in rest if not node.is_leaf), key=attrgetter("depth"))
        yield from (node.position for node in containers)
        leaves = [node for node in rest if node.is_leaf]
        for is_step in (True, False):
            kind = [node for node in leaves if (node.kind in STEPS) is is_step]
            by_length = sorted(kind, key=lambda node: -(node.duration_s or 0.0))
            yield from (node.position for node in by_length)

    def held(
        self, shown: Sequence[int], ranks: Sequence[int]
    ) -> Iterator[tuple[int, int, tuple[Held, Held]]]:
        """Yield for each shown node its position, its parent, and what it and its subtree hold.

        What a subtree holds is a difference of two sums; whole numbers keep it exact.
        """
        took = [
            round(node.duration_s * _SECOND_US) if node.is_leaf and node.duration_s else 0
            for node in self._nodes
        ]
        tells = [int(rank < PLAIN) for rank in ranks]
        took_before, told_before = [0, *accumulate(took)], [0, *accumulate(tells)]
        for at in shown:
            n = self._nodes[at].n_descendants
            end, own = at + 1 + n, (1, took[at], tells[at])
            us = took_before[end] - took_before[at + 1]
            below = n, us, told_before[end] - told_before[at + 1]
            yield at, self._nodes[at].parent, (own, below)


def _rank(node: Node) -> int:
    if node.is_root_cause or node.state_group == "failed":
        return 0
    if node.skip or node.error_ignored or node.retry or node.attempts:
        return 1
    if node.state_group not in QUIET:
        return 2
    return 4 if node.on_critical_path and node.is_leaf else PLAIN


def _add_all(parents: Sequence[int], wanted: Iterable[int], shown: set[int], limit: int) -> None:
    """Show nodes with their ancestors, each if there is room for all of them."""
    for position in wanted:
        room = limit - len(shown)
        if room <= 0:
            return
        chain: list[int] = []
        at = position
        while at >= 0 and at not in shown and len(chain) <= room:
            chain.append(at)
            at = parents[at]
        if len(chain) <= room:
            shown.update(chain)
