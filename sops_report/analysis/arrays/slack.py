"""Slack and waiting time of a run without a flow; the rules are told in `analysis.slack`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sops_report.analysis.arrays.drag import limits_of
from sops_report.analysis.arrays.order import Line
from sops_report.analysis.arrays.spans import Families, SpanColumns
from sops_report.analysis.arrays.tree import Ints, added_from_above, is_one_of
from sops_report.analysis.slack import Slack
from sops_report.analysis.spans import Run
from sops_report.columns import MISSING, Numbers, numbers
from sops_report.snapshot import Tree

_NO_LIMIT: Final = 2**61


@dataclass(frozen=True, slots=True)
class Order:
    """Who follows whom, of the children of all scopes at once; one row a span.

    Attributes:
        family: The spans by scope, then entry, then end, then position.
        after: Of each row: the row after the last one of its scope.
        line: Their moments.
        entry_us, end_us: Of each row.
        ready_us: The latest end of those that had ended by its entry; `MISSING` without any.
        follower: The first row that was entered after its end; *after* without any.
        last_us: The latest end of its scope.
    """

    family: Families
    after: Ints
    line: Line
    entry_us: Ints
    end_us: Ints
    ready_us: Ints
    follower: Ints
    last_us: Ints

    @classmethod
    def of(cls, spans: SpanColumns) -> "Order":
        """Find for each span who came before and after."""
        family = spans.by_entry
        entry, end = spans.entry_us[family.position], spans.end_us[family.position]
        line = Line(family.n_scopes, entry, end)
        entries, ends = line.at(family.scope, entry), line.at(family.scope, end)
        rows, after = np.arange(len(ends)), family.after()
        by_end = np.argsort(ends, kind="stable")
        return cls(
            family=family,
            after=after,
            line=line,
            entry_us=entry,
            end_us=end,
            ready_us=_ready(family, entries, ends, by_end, end),
            follower=np.maximum(np.searchsorted(entries, ends), rows + 1),
            last_us=end[by_end[after - 1]],
        )


def _ready(family: Families, entries: Ints, ends: Ints, by_end: Ints, end: Ints) -> Ints:
    """Return the latest end of the earlier rows that is not after a row's own entry."""
    if not len(ends):
        return end
    rows, sorted_ends = np.arange(len(ends)), ends[by_end]
    at = np.searchsorted(sorted_ends, entries)  # the first in its scope that ended at the entry
    last = np.minimum(at, len(ends) - 1)
    together = (sorted_ends[last] == entries) & (by_end[last] < rows)
    before = np.where(at > family.first(), end[by_end[at - 1]], MISSING)
    return np.where(together, end[by_end[last]], before)


def slack_of(run: Run, on_path: Sequence[bool]) -> Slack:
    """Return what `slack.slack_of` returns for a run that has an end."""
    spans = run.spans
    assert isinstance(spans, SpanColumns)
    tree, marked = run.tree, is_one_of(on_path, {True})
    order = Order.of(spans)
    own, strict = _rooms(order)
    slack = added_from_above(tree, _by_position(tree, order, own))
    strict_slack = added_from_above(tree, _by_position(tree, order, strict))
    limit = limits_of(tree, order, marked, strict_slack, run.clock.wall_us or 0)
    drag = np.where(limit == MISSING, 0, np.minimum(limit, spans.end_us - spans.start_us))
    valid = is_one_of(run.clock.finish_is_valid, {True})
    return Slack(
        slack_us=Numbers(np.where(marked, 0, np.where(valid, slack, MISSING))),
        drag_us=Numbers(np.where(spans.exists, drag, MISSING)),
        wait_us=Numbers(_waits(tree, order)),
    )


def _rooms(order: Order) -> tuple[Ints, Ints]:
    """Return the slack of each row inside its scope: that which is shown, and the strict one.

    The shown one adds up along the followers. The strict one asks all that began later; how late
    they let a row end is found from the last to the first, so this part is no kernel but a loop
    over plain numbers.
    """
    family, n_rows = order.family, len(order.end_us)
    has_follower = order.follower < order.after
    next_ready = order.ready_us[np.minimum(order.follower, n_rows - 1)] if n_rows else order.end_us
    room = np.where(has_follower, np.maximum(next_ready - order.end_us, 0), 0)
    room = np.where(has_follower, room, order.last_us - order.end_us)
    no_limit = order.ready_us == MISSING
    cost = np.where(no_limit, -_NO_LIMIT, order.end_us - order.ready_us)
    # Behind the rows of each scope stands one place for its end, where nothing delays any more.
    place, follower = np.arange(n_rows) + family.scope, order.follower + family.scope
    own, latest = _at_followers(place, follower, room, cost, n_rows + family.n_scopes)
    return own + room, latest + order.last_us - order.end_us


def _at_followers(
    place: Ints, follower: Ints, room: Ints, cost: Ints, n_places: int
) -> tuple[Ints, Ints]:
    """Return of each row's follower its slack, and the limit to the ends before it.

    The limit, 0 or less, counts from the end of the scope. Rows side by side that have one follower
    and are nobody's follower themselves are a run, of which only the dearest counts: many branches
    are one.
    """
    target = np.arange(n_places)
    target[place] = follower
    is_first = np.ones(n_places, dtype=np.bool_)
    is_first[1:] = target[1:] != target[:-1]
    is_first[follower] = True
    firsts, run = np.flatnonzero(is_first), np.cumsum(is_first) - 1
    after = run[target[firsts]]
    is_end = after == np.arange(len(firsts))
    by_place = np.zeros((2, n_places), dtype=np.int64)
    by_place[:, place] = room, cost
    more, less = by_place[0][firsts], np.maximum.reduceat(by_place[1], firsts)
    own, latest = _backwards(np.flatnonzero(~is_end), after, more, less)
    return own[run[follower]], latest[run[follower]]


def _backwards(runs: Ints, after: Ints, more: Ints, less: Ints) -> tuple[Ints, Ints]:
    """Return by run the slack of its first row, and the limit to the ends before it.

    Args:
        runs: All but the ends of scopes, which have neither slack nor limit.
        after: By run: that of its follower.
        more: By run: the room of its first row.
        less: By run: how long before its follower's limit the predecessors must have ended.
    """
    own, latest = [0] * len(after), [0] * len(after)
    columns = (runs, after[runs], more[runs], less[runs])
    for at, then, room, cost in zip(*(column[::-1].tolist() for column in columns), strict=True):
        own[at] = own[then] + room
        limit, others = latest[then] - cost, latest[at + 1]
        latest[at] = limit if limit < others else others  # noqa: FURB136 - no call a run
    return np.asarray(own, dtype=np.int64), np.asarray(latest, dtype=np.int64)


def _by_position(tree: Tree, order: Order, values: Ints) -> Ints:
    """Return the values by position: 0 for the root, `MISSING` where there is no span."""
    found = np.full(len(tree), MISSING)
    found[order.family.position] = values
    found[0] = 0
    return found


def _waits(tree: Tree, order: Order) -> Ints:
    """Return how long each node waited after its last predecessor, or after its scope's start."""
    position = order.family.position
    scope_start = numbers(tree.start_us)[numbers(tree.parent)[position]]
    since = np.where(order.ready_us == MISSING, scope_start, order.ready_us)
    found = np.full(len(tree), MISSING)
    waited = np.maximum(order.entry_us - since, 0)
    found[position] = np.where(since == MISSING, MISSING, waited)
    return found
