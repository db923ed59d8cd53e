"""How much may be asked beside the status: calls are counted, and time runs for all together."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sops_report.errors import NetworkError

MOST_CALLS: Final = 200
USED_UP: Final = frozenset({"calls-used-up", "time-used-up"})


@dataclass(slots=True, kw_only=True)
class Allowance:
    """What one task and its child tasks may still ask for together.

    Attributes:
        calls: How many calls at most.
        seconds: How long they may take together; a call that has begun may still end.
        monotonic: The clock, for tests.
        made: How many have been made.

    Example:
        >>> allowance = Allowance(calls=1, seconds=60)
        >>> allowance.take("get_task_detail")
        >>> allowance.made
        1
    """

    calls: int = MOST_CALLS
    seconds: float = 600.0
    monotonic: Callable[[], float] = time.monotonic
    made: int = 0
    _until: float | None = None

    def take(self, api: str) -> None:
        """Count a call that is about to be made.

        Raises:
            NetworkError: None is left, or the time is over.
        """
        now = self.monotonic()
        if self._until is None:
            self._until = now + self.seconds
        if self.made >= self.calls:
            raise NetworkError("calls-used-up", api=api, count=self.calls)
        if now >= self._until:
            raise NetworkError("time-used-up", api=api, seconds=f"{self.seconds:g}")
        self.made += 1
