"""Advice about time: what made the run long, and what it would save."""

from collections.abc import Iterator, Mapping
from typing import Final

from sops_report.analysis.advice.value import Advice, Facts
from sops_report.analysis.clock import SECOND_US
from sops_report.analysis.joins import Join
from sops_report.analysis.ledger import Section

_DOMINANT: Final = 30  # percent of the run
_NOTABLE: Final = 10
_SMALL: Final = 5
_LONG_WAIT_US: Final = 300 * SECOND_US
_TINY_US: Final = 10 * SECOND_US  # below this, whole seconds say too little
_UNEVEN: Final = 50
_MOST_TRIED: Final = 5
_STEPS: Final = frozenset({"work", "running"})
_QUEUED: Final = frozenset({"paused", "dispatch"})
_BEFORE_RETRY: Final = frozenset({"attempt", "reaction", "retry_gap"})


def long_step(facts: Facts) -> Iterator[Advice]:
    """One step of the critical path takes a large part of the run."""
    analysis = facts.analysis
    steps = [s for s in analysis.sections if not s.is_gap and s.section_class in _STEPS]
    if len(steps) <= 1:
        return
    longest = max(steps, key=lambda s: (s.length_us, -s.position))
    drag = analysis.slack.drag_us[longest.position] or 0
    if longest.length_us < _TINY_US or facts.percent(longest.length_us) < _DOMINANT:
        return
    if facts.percent(drag) < _NOTABLE:  # others beside it took nearly as long
        return
    yield Advice(
        code="long-step",
        positions=(longest.position,),
        saving_us=drag,
        weight=50,
        lengths_us={"length": longest.length_us, "saving": drag},
        values={"percent": facts.percent(longest.length_us)},
    )


def waiting_for_people(facts: Facts) -> Iterator[Advice]:
    """Failures stood until somebody reacted."""
    reactions = [
        r
        for r in facts.people.reactions
        if r.failed_at_us is not None and r.at_most_us and not r.maybe_automatic
    ]
    total = sum(r.at_most_us or 0 for r in reactions)
    if not reactions or (total < _LONG_WAIT_US and facts.percent(total) < _NOTABLE):
        return
    tree, sooner, lengths = facts.analysis.snapshot.tree, dict[int, int](), dict[int, int]()
    for r in reactions:
        start = tree.start_us[r.position]
        if r.how == "skip" and start is not None and start < r.until_us:  # v2: inside the node
            lengths[r.position] = r.until_us - start - (r.at_most_us or 0)
        else:
            sooner[r.position] = sooner.get(r.position, 0) + (r.at_most_us or 0)
    longest = sorted(reactions, key=lambda r: (-(r.at_most_us or 0), r.position))
    yield Advice(
        code="waiting-for-people",
        positions=tuple(dict.fromkeys(r.position for r in longest)),
        saving_us=_saving_us(facts, lengths, sooner=sooner),
        weight=60,
        lengths_us={"total": total, "longest": longest[0].at_most_us or 0},
        values={"times": len(reactions)},
    )


def manual_nodes(facts: Facts) -> Iterator[Advice]:
    """Confirmations and approvals took a large part of the run."""
    nodes = [node for node in facts.people.waiting if node.kind == "manual"]
    on_path = [n for n in nodes if facts.analysis.on_path[n.position]]
    total = sum(n.end_us - n.start_us for n in on_path)
    if total < _LONG_WAIT_US or facts.percent(total) < _DOMINANT:
        return
    saving = _saving_us(facts, {n.position: 0 for n in on_path})
    ranked = sorted(on_path, key=lambda n: (n.start_us - n.end_us, n.position))
    yield Advice(
        code="manual-nodes",
        positions=tuple(node.position for node in ranked),
        saving_us=saving,
        weight=58,
        lengths_us={"total": total},
        values={"percent": facts.percent(total)},
    )


def retries(facts: Facts) -> Iterator[Advice]:
    """Earlier attempts took time on the critical path."""
    people = {r.position for r in facts.people.reactions if r.is_exact and not r.maybe_automatic}
    lost: dict[int, int] = {}
    for section in facts.analysis.sections:
        if section.section_class in _BEFORE_RETRY and section.position not in people:
            lost[section.position] = lost.get(section.position, 0) + section.length_us
    total = sum(lost.values())
    if total < _TINY_US or facts.percent(total) < _SMALL:
        return
    yield Advice(
        code="retries",
        positions=tuple(sorted(lost, key=lambda position: (-lost[position], position))),
        saving_us=_saving_us(facts, {}, sooner=lost),
        weight=40,
        lengths_us={"total": total},
    )


def straggler(facts: Facts) -> Iterator[Advice]:
    """One branch kept all others of its block waiting."""
    uneven = [
        join
        for join in facts.joins
        if join.imbalance >= _UNEVEN and facts.analysis.on_path[join.last.position]
    ]
    uneven.sort(key=lambda join: (-join.branches[-2].wait_us, join.position))
    found = [
        (saving, join)
        for join in uneven[:_MOST_TRIED]  # each is a run laid out anew
        if (saving := _evened(facts, join)) >= _TINY_US and facts.percent(saving) >= _SMALL
    ]
    if not found:
        return
    saving, join = max(found, key=lambda pair: (pair[0], -pair[1].position))
    yield Advice(
        code="straggler",
        positions=(join.last.position,),
        saving_us=saving,
        weight=55,
        lengths_us={
            "length": join.last.length_us,
            "ahead": join.branches[-2].wait_us,
            "saving": saving,
        },
        values={"percent": round(join.imbalance), "branches": len(join.branches)},
    )


def _evened(facts: Facts, join: Join) -> int:
    """Return what is saved if the last branch ended with the last but one."""
    last = join.last.position
    length = facts.analysis.durations.duration_us[last]
    ahead = join.branches[-2].wait_us
    if length is None or min(length, ahead) < _TINY_US:
        return 0
    return _saving_us(facts, {last: max(0, length - ahead)})


def queueing(facts: Facts) -> Iterator[Advice]:
    """The path stood between two nodes, and nothing in the answer says why."""
    gaps = [s for s in facts.analysis.sections if s.is_gap and s.section_class in _QUEUED]
    total = sum(gap.length_us for gap in gaps)
    if total < _TINY_US or facts.percent(total) < _NOTABLE:
        return
    yield Advice(
        code="queueing",
        positions=tuple(dict.fromkeys(gap.position for gap in sorted(gaps, key=_by_length))),
        saving_us=_saving_us(facts, {}, sooner=dict(_plain_waits(facts))),
        weight=30,
        lengths_us={"total": total, "longest": max(gap.length_us for gap in gaps)},
        values={"percent": facts.percent(total)},
    )


def _by_length(section: Section) -> tuple[int, int]:
    return -section.length_us, section.start_us


def _plain_waits(facts: Facts) -> Iterator[tuple[int, int]]:
    """Yield what each node waited that no retry, loop or skip explains; a pause halts them all."""
    tree = facts.analysis.snapshot.tree
    for position, wait in enumerate(facts.analysis.slack.wait_us):
        explained = (tree.retry[position] or 0) or (tree.loop[position] or 1) > 1
        if wait and not explained and not tree.skip[position]:
            yield position, wait


def _saving_us(
    facts: Facts, lengths: Mapping[int, int], *, sooner: Mapping[int, int] | None = None
) -> int:
    """Return what would be saved with other lengths, the run laid out anew."""
    from sops_report.analysis.whatif import what_if  # noqa: PLC0415 - few runs need it

    return what_if(facts.analysis, lengths, sooner=sooner).saved_us
