"""Advice in words with numbers: a few rules, each silent where the numbers do not support it.

Deterministic, and without advice that the data cannot carry: that steps could run side by side,
for one, is never said, because nothing in an answer tells what they need from each other.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sops_report.analysis.advice import failures, times
from sops_report.analysis.advice.value import Advice, Facts, Wording, word

__all__ = ["RULES", "Advice", "Facts", "Wording", "advise", "word"]

Rule = Callable[[Facts], Iterator[Advice]]

RULES: Final[tuple[Rule, ...]] = (
    failures.timer_in_the_past,
    failures.gateway_expression,
    failures.missing_permission,
    failures.unreachable_host,
    failures.one_cause,
    failures.failed_hosts,
    failures.standing_still,
    failures.no_message,
    failures.skipped_failure,
    times.waiting_for_people,
    times.manual_nodes,
    times.long_step,
    times.straggler,
    times.retries,
    times.queueing,
)
MOST: Final = 5


def advise(facts: Facts, *, most: int = MOST) -> tuple[Advice, ...]:
    """Return the most useful advice, the best first.

    What still stands still comes first, then what saves the most time, then the weightier.

    Args:
        facts: What is known of the run.
        most: At most so many pieces.
    """
    found = [advice for rule in RULES for advice in rule(facts)]
    found.sort(key=lambda a: (not a.is_urgent, -(a.saving_us or 0), -a.weight))
    return tuple(_without_repeats(found))[:most]


def _without_repeats(found: Sequence[Advice]) -> Iterator[Advice]:
    """Leave out what says no more than a better one: the same saving at the same nodes."""
    seen: set[tuple[tuple[int, ...], int]] = set()
    for advice in found:
        if advice.saving_us is not None:
            key = (advice.positions, advice.saving_us)
            if key in seen:
                continue
            seen.add(key)
        yield advice
