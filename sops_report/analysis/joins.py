"""Joins: which branch came last, how long the others waited for it, and how uneven they were.

With the flow every join that was entered is told. From times alone a block is told only where its
shape leaves no doubt: one instant, then branches of a single step that all begin with it, then one
instant as soon as the last of them has ended.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.clock import SECOND_US
from sops_report.analysis.spans import Run, Span, span_of
from sops_report.snapshot import is_columnar

_WHOLE: Final = 100
# Behind a shorter one a second step could have begun as if it were a branch of its own.
_SHORTEST_BRANCH_US: Final = 2 * SECOND_US
FEWEST: Final = 2
SPLITS: Final = frozenset({"parallel_gateway", "conditional_parallel_gateway", "control"})
JOINS: Final = frozenset({"converge_gateway", "control"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One branch of a block.

    Attributes:
        position: Its last node.
        end_us: When that ended.
        length_us: From the begin of the block to there.
        wait_us: How long it waited for the last branch.
    """

    position: int
    end_us: int
    length_us: int
    wait_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """One join of branches that ran side by side.

    Attributes:
        position: The converge gateway.
        split: The gateway that the branches come from.
        branches: By end, the last one last; in order of the document where they tie.
        imbalance: In percent: how much less than the longest branch the others took on average;
            0 if all took equally long, 100 if the others took no time.
    """

    position: int
    split: int
    branches: tuple[Branch, ...]
    imbalance: float

    @property
    def last(self) -> Branch:
        """The branch that the join waited for."""
        return self.branches[-1]

    @property
    def wait_us(self) -> int:
        """How long the other branches waited, added up."""
        return sum(branch.wait_us for branch in self.branches)


def joins_of(analysis: Analysis) -> tuple[Join, ...]:
    """Return the joins that were entered with two branches or more, in document order."""
    run = analysis.run
    found = _from_flow(run) if run.snapshot.flow is not None else _from_times(run)
    return tuple(sorted(found, key=lambda join: join.position))


def _join(gateway: int, split: Span, ends: Sequence[Span]) -> Join:
    ordered = sorted(ends, key=lambda s: (s.end_us, s.exact_end_us, -s.position))
    last = ordered[-1].end_us
    branches = tuple(
        Branch(
            position=span.position,
            end_us=span.end_us,
            length_us=max(0, span.end_us - split.end_us),
            wait_us=last - span.end_us,
        )
        for span in ordered
    )
    longest = branches[-1].length_us
    others = sum(branch.length_us for branch in branches[:-1]) / (len(branches) - 1)
    imbalance = (longest - others) / longest * _WHOLE if longest else 0.0
    return Join(position=gateway, split=split.position, branches=branches, imbalance=imbalance)


# --- with the flow


def _from_flow(run: Run) -> Iterator[Join]:
    for scope in range(len(run.tree)):
        if not run.tree.is_leaf(scope):
            children, kind = run.tree.children(scope), run.snapshot.kind
            joins = [child for child in children if kind[child] == "converge_gateway"]
            if joins:
                yield from _in_scope(run, scope, joins)


def _in_scope(run: Run, scope: int, joins: Sequence[int]) -> Iterator[Join]:
    spans = {c: span for c in run.tree.children(scope) if (span := span_of(run, c))}
    dominators = _Dominators(_sources(run, spans))
    for gateway in joins:
        entered = spans.get(gateway)
        if entered is None:
            continue
        ends = [spans[p] for p in dominators.sources[gateway]]
        ends = [span for span in ends if span.end_us <= entered.entry_us + SECOND_US]
        split = dominators.of(gateway)
        if split is not None and len(ends) >= FEWEST:
            yield _join(gateway, spans[split], ends)


def _sources(run: Run, spans: Mapping[int, Span]) -> dict[int, list[int]]:
    """Return the executed predecessors of each executed node, without back edges."""
    flow = run.snapshot.flow
    sources: dict[int, list[int]] = {}
    for position in spans:
        node_id = run.tree.node_id[position] or ""
        known = flow.nodes.get(node_id) if flow is not None else None
        sources[position] = [
            source
            for source_id in dict.fromkeys(known.predecessors if known is not None else ())
            if flow is not None and (source_id, node_id) not in flow.back_edges
            if (source := run.position_of.get(source_id, -1)) in spans and source != position
        ]
    return sources


class _Dominators:
    """The node that all ways to a node lead through: for a join the gateway of its block.

    The usual iteration over immediate dominators; one pass is enough without back edges.
    """

    def __init__(self, sources: Mapping[int, Sequence[int]]) -> None:
        self.sources = sources
        self.rank: dict[int, int] = {}
        self.above: dict[int, int | None] = {}
        for rank, position in enumerate(_topological(sources)):
            self.rank[position] = rank
            self.above[position] = self._common(sources[position])

    def of(self, position: int) -> int | None:
        """Return the immediate dominator; None if the ways to a node have no common begin."""
        return self.above.get(position)

    def _common(self, positions: Sequence[int]) -> int | None:
        common: int | None = None
        for number, position in enumerate(positions):
            common = position if number == 0 else self._meet(common, position)
        return common

    def _meet(self, first: int | None, second: int | None) -> int | None:
        while first != second:
            if first is None or second is None:
                return None
            if self.rank[first] > self.rank[second]:
                first = self.above[first]
            else:
                second = self.above[second]
        return first


def _topological(sources: Mapping[int, Sequence[int]]) -> Iterator[int]:
    followers: dict[int, list[int]] = {}
    missing = {position: len(before) for position, before in sources.items()}
    for position, before in sources.items():
        for source in before:
            followers.setdefault(source, []).append(position)
    ready = [position for position, count in missing.items() if count == 0]
    while ready:
        position = ready.pop()
        yield position
        for follower in followers.get(position, ()):
            missing[follower] -= 1
            if missing[follower] == 0:
                ready.append(follower)


# --- from times alone


def _from_times(run: Run) -> Iterator[Join]:
    for split, inside, join in _candidates(run):
        if _is_plain(run, split, inside, join):
            yield _join(join.position, split, inside)


def _candidates(run: Run) -> Iterator[tuple[Span, Sequence[Span], Span]]:
    """Yield what stands between two instants, where nothing older was left at the first of them."""
    if is_columnar(run.tree):
        from sops_report.analysis.arrays import joins as arrays  # noqa: PLC0415 - start-up

        yield from arrays.candidates(run)
        return
    for scope in range(len(run.tree)):
        if not run.tree.is_leaf(scope):
            spans = [span for child in run.tree.children(scope) if (span := span_of(run, child))]
            spans.sort(key=lambda s: (s.entry_us, s.end_us, s.position))
            yield from _between_instants(run, spans)


def _between_instants(
    run: Run, spans: Sequence[Span]
) -> Iterator[tuple[Span, Sequence[Span], Span]]:
    instants = [index for index, span in enumerate(spans) if _is_instant(run, span)]
    reach = list(accumulate((span.end_us for span in spans), max))
    for begin, index in pairwise(instants):
        split = spans[begin]
        reached = reach[begin - 1] if begin else split.end_us
        if reached <= split.end_us:
            yield split, spans[begin + 1 : index], spans[index]


def _is_instant(run: Run, span: Span) -> bool:
    return (
        run.tree.is_leaf(span.position)
        and run.snapshot.kind[span.position] in SPLITS | JOINS
        and span.end_us - span.entry_us <= SECOND_US
    )


def _is_plain(run: Run, split: Span, inside: Sequence[Span], join: Span) -> bool:
    """Tell whether times leave no doubt that *inside* are single-step branches of one block."""
    if len(inside) < FEWEST or run.snapshot.kind[split.position] not in SPLITS:
        return False
    if run.snapshot.kind[join.position] not in JOINS:
        return False
    together = all(
        span.entry_us <= split.end_us + SECOND_US
        and span.end_us - span.entry_us >= _SHORTEST_BRANCH_US
        and bool(run.clock.finish_is_valid[span.position])
        for span in inside
    )
    last = max(span.end_us for span in inside)
    return together and last <= join.entry_us <= last + SECOND_US
