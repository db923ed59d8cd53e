"""What happened between two answers of one task."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sops_report.analysis import Analysis

_CONTROL: Final = frozenset({
    "start_event", "end_event", "exclusive_gateway", "parallel_gateway",
    "conditional_parallel_gateway", "converge_gateway", "control",
})  # fmt: skip
_KIND_OF: Final = {
    "failed": "failed", "success": "finished", "running": "started", "waiting": "waits",
    "revoked": "revoked",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that happened.

    Attributes:
        kind: ``started``, ``retried``, ``waits``, ``finished``, ``failed``, ``skipped``,
            ``revoked`` of a node; ``outcome`` of the task.
        position: The node's position in the newer answer; 0 for the task.
        text: The failure's text, or the outcome word; empty where there is nothing to say.
    """

    kind: str
    position: int
    text: str = ""


def changes_between(before: Analysis | None, after: Analysis) -> tuple[Change, ...]:
    """Return what the newer answer shows and the older one did not; the outcome comes last.

    Args:
        before: The older answer; None says everything of the first one.
        after: The newer one.
    """
    found = list(_node_changes(before, after))
    if before is None or before.outcome != after.outcome:
        found.append(Change(kind="outcome", position=0, text=after.outcome))
    return tuple(found)


def _node_changes(before: Analysis | None, after: Analysis) -> Iterator[Change]:
    tree = after.snapshot.tree
    for position in range(1, len(tree)):
        kind = _KIND_OF.get(after.clock.group[position])
        is_quiet = after.snapshot.kind[position] in _CONTROL and kind != "failed"
        if kind is None or is_quiet or not tree.is_leaf(position):
            continue
        known = before.run.position_of.get(tree.node_id[position] or "") if before else None
        if before is not None and known is not None:
            if _stands(before, known) == _stands(after, position):
                continue
            kind = _again(before, known, after, position, kind)
        if kind == "finished" and tree.skip[position]:
            kind = "skipped"
        text = tree.ex_data[position] or "" if kind == "failed" else ""
        yield Change(kind=kind, position=position, text=text)


def _stands(analysis: Analysis, position: int) -> tuple[object, ...]:
    """Return what changes whenever a node is entered, left, retried or skipped."""
    tree = analysis.snapshot.tree
    return (
        analysis.clock.group[position], tree.version[position], tree.start_us[position],
        tree.retry[position], tree.loop[position],
    )  # fmt: skip


def _again(before: Analysis, then: int, after: Analysis, now: int, kind: str) -> str:
    """Tell a second try from a first."""
    tries = before.snapshot.tree.retry[then] or 0, after.snapshot.tree.retry[now] or 0
    return "retried" if kind == "started" and tries[1] > tries[0] else kind
