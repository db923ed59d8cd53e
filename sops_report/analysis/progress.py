"""What never ran: still ahead, passed by for good, or blocked by a failure.

The answer shows only nodes that were reached, so all of this needs the flow; without it nothing is
guessed. A node is ahead if an unbroken way of edges (back edges left out) leads to it from a node
that is open, or that has finished and still has to be followed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.spans import Run, leaves_of_kind
from sops_report.snapshot import Flow

_CHOICES: Final = frozenset({"exclusive_gateway", "conditional_parallel_gateway"})
_STEPS: Final = frozenset({"activity", "unknown"})
_DONE: Final = "success"
_MOST: Final = 200  # each blast is a walk of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Blast:
    """What could not run because of one failure.

    Attributes:
        position: The failed node.
        node_ids: Every node that had to wait for it, in the order of the flow.
        steps: How many of them are steps: no gateway, event or container.
    """

    position: int
    node_ids: tuple[str, ...]
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the task got. Steps are leaves that work: no gateways, no events.

    Attributes:
        steps_done: Steps that finished.
        steps_seen: Steps that were reached.
        steps_expected: Steps that were reached or are ahead; None without the flow.
        is_upper_bound: A choice of branches lies ahead, so fewer may run; None without the flow.
        ahead: Node ids that have not run and still could, in the order of the flow; None without.
        not_taken: Node ids that were passed by for good: branches that a finished gateway did not
            choose, and the content of containers that are over; None without the flow.
        blasts: One for each failure (of very many only the first 200), in the order of the
            failures; None without the flow.
    """

    steps_done: int
    steps_seen: int
    steps_expected: int | None = None
    is_upper_bound: bool | None = None
    ahead: tuple[str, ...] | None = None
    not_taken: tuple[str, ...] | None = None
    blasts: tuple[Blast, ...] | None = None

    @property
    def share(self) -> float | None:
        """Done of expected steps, 0 to 1; None where the expected number is not known."""
        return self.steps_done / self.steps_expected if self.steps_expected else None


def progress_of(analysis: Analysis) -> Progress:
    """Tell how far the task got, and what never ran."""
    run = analysis.run
    seen = leaves_of_kind(run.snapshot, _STEPS)
    group = run.clock.group[:]
    done = sum(group[position] == _DONE for position in seen)
    flow = run.snapshot.flow
    if flow is None:
        return Progress(steps_done=done, steps_seen=len(seen))
    reach = _Reach.of(run, flow)
    ahead = reach.ahead()
    missing = [node_id for node_id in flow.nodes if node_id not in reach.executed]
    due = [node_id for node_id in missing if node_id in ahead]
    return Progress(
        steps_done=done,
        steps_seen=len(seen),
        steps_expected=len(seen) + sum(flow.nodes[node_id].kind in _STEPS for node_id in due),
        is_upper_bound=any(flow.nodes[node_id].kind in _CHOICES for node_id in ahead),
        ahead=tuple(due),
        not_taken=tuple(node_id for node_id in missing if node_id not in ahead),
        blasts=tuple(_blast(reach, failure.position) for failure in analysis.failures[:_MOST]),
    )


@dataclass(frozen=True, slots=True)
class _Reach:
    """The flow with what was executed of it.

    Attributes:
        run: The run that is analysed.
        flow: Its flow.
        executed: Node ids that were entered.
        inner: Node ids by enclosing subprocess (None: outermost), in the order of the flow.
    """

    run: Run
    flow: Flow
    executed: frozenset[str]
    inner: Mapping[str | None, Sequence[str]]

    @classmethod
    def of(cls, run: Run, flow: Flow) -> "_Reach":
        inner: dict[str | None, list[str]] = {}
        for node_id, node in flow.nodes.items():
            inner.setdefault(node.parent_id, []).append(node_id)
        entered = {
            node_id
            for node_id, position in run.position_of.items()
            if run.tree.start_us[position] is not None or run.clock.group[position] != "not_started"
        }
        return cls(run, flow, frozenset(entered), inner)

    def group(self, node_id: str) -> str:
        """Return the state group of an executed node."""
        return self.run.clock.group[self.run.position_of[node_id]]

    def ahead(self) -> frozenset[str]:
        """Return the nodes that can still be entered, executed ones of a running loop included."""
        found: set[str] = set()
        root_is_over = self.run.clock.group[0] == _DONE
        for scope, members in self.inner.items():
            if scope is None:
                if not root_is_over:
                    found |= self.onwards(self._seeds(members))
            elif scope in self.executed and self.group(scope) != _DONE:
                found |= self.onwards(self._seeds(members))
        return frozenset(found | self.content(found))

    def _seeds(self, members: Sequence[str]) -> Iterator[str]:
        """Yield the nodes that are entered next inside one scope, whatever is chosen."""
        if not any(node_id in self.executed for node_id in members):
            yield from (n for n in members if not self.flow.nodes[n].predecessors)
            return
        for node_id in members:
            if node_id not in self.executed:
                continue
            after = list(self.after(node_id))
            is_chosen = self.flow.nodes[node_id].kind in _CHOICES and any(
                target in self.executed for target in after
            )
            if self.group(node_id) != _DONE:
                yield from after
            elif not is_chosen and not self._went_back(node_id):
                yield from (target for target in after if target not in self.executed)

    def _went_back(self, node_id: str) -> bool:
        """Tell whether a finished choice has led back to a node that was entered again."""
        entered = self.run.tree.start_us[self.run.position_of[node_id]]
        return entered is not None and any(
            (self.run.tree.start_us[self.run.position_of[target]] or 0) >= entered
            for target in self.flow.nodes[node_id].successors
            if (node_id, target) in self.flow.back_edges and target in self.executed
        )

    def after(self, node_id: str) -> Iterator[str]:
        """Yield the successors of a node, back edges left out."""
        for target in self.flow.nodes[node_id].successors:
            if target in self.flow.nodes and (node_id, target) not in self.flow.back_edges:
                yield target

    def onwards(self, seeds: Iterable[str]) -> set[str]:
        """Return the seeds and everything behind them in the same scope."""
        found = set(seeds)
        pending = list(found)
        while pending:
            for target in self.after(pending.pop()):
                if target not in found:
                    found.add(target)
                    pending.append(target)
        return found

    def content(self, node_ids: Iterable[str]) -> set[str]:
        """Return everything inside subprocesses that have not been entered."""
        found: set[str] = set()
        pending = [node_id for node_id in node_ids if node_id not in self.executed]
        while pending:
            for node_id in self.inner.get(pending.pop(), ()):
                if node_id not in found:
                    found.add(node_id)
                    pending.append(node_id)
        return found


def _blast(reach: _Reach, position: int) -> Blast:
    """Collect what lies behind a failed node, and behind each container around it."""
    behind: set[str] = set()
    node_id: str | None = reach.run.tree.node_id[position]
    if node_id is not None:
        behind |= {n for n in reach.inner.get(node_id, ()) if n not in reach.executed}
    while node_id is not None and node_id in reach.flow.nodes:
        behind |= reach.onwards(reach.after(node_id))
        node_id = reach.flow.nodes[node_id].parent_id
    behind |= reach.content(behind)
    missing = tuple(n for n in reach.flow.nodes if n in behind and n not in reach.executed)
    return Blast(
        position=position,
        node_ids=missing,
        steps=sum(reach.flow.nodes[n].kind in _STEPS for n in missing),
    )
