"""When a task is over, and what that means for an exit code.

A failed task can always be retried by somebody, so FAILED alone is no end. By default a failure
counts as final once the task has stood still for a while by its own clock.
"""

from enum import StrEnum
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.clock import SECOND_US

SETTLE_S: Final = 600.0
GIVE_UP_S: Final = 21_600.0
# A day: more is a slip of the finger, and no clock sleeps for ever.
LONGEST_S: Final = 86_400.0
_GOOD: Final = frozenset({"finished", "finished_with_issues"})
_FAILED: Final = frozenset({"failing", "failed"})


class Until(StrEnum):
    """How long to follow a task: to its first failure, or past all failures."""

    FAILED = "failed"
    FINISHED = "finished"


def is_over(analysis: Analysis, until: Until | None = None, settle_s: float = SETTLE_S) -> bool:
    """Tell whether nothing more is to be waited for.

    Args:
        analysis: The newest answer.
        until: ``failed`` stops at the first failure, ``finished`` at none; None once a failed
            task has stood still.
        settle_s: For how long.
    """
    if analysis.clock.group[0] in ("success", "revoked") or analysis.outcome == "expired":
        return True
    if analysis.outcome not in _FAILED or until is Until.FINISHED:
        return False
    if until is Until.FAILED:
        return True
    stood_us = analysis.clock.idle_us or 0
    return analysis.outcome == "failed" and stood_us >= settle_s * SECOND_US


def exit_code_of(analysis: Analysis) -> int:
    """Return 0 for a task that finished, 1 for every other."""
    return 0 if analysis.outcome in _GOOD else 1
