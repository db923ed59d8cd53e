"""Our own limit on how often a site is asked: one call after the other, never too close.

A try again counts like a first one, and so does every thread: whoever wants to ask passes here.
"""

import threading
from dataclasses import dataclass, field

from sops_report.api.clockwork import Clockwork


@dataclass(slots=True)
class Bucket:
    """Lets a call through every ``1 / rate`` seconds; may be used by many threads at once.

    Attributes:
        rate: Calls a second; None lets all through.
        clocks: The clocks.

    Example:
        >>> naps = []
        >>> bucket = Bucket(2.0, Clockwork(monotonic=lambda: sum(naps), sleep=naps.append))
        >>> for _ in range(3):
        ...     bucket.take()
        >>> naps
        [0.5, 0.5]
    """

    rate: float | None
    clocks: Clockwork = field(default_factory=Clockwork)
    _due: float = float("-inf")
    _gate: threading.Lock = field(default_factory=threading.Lock)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> None:
        """Wait for the next turn and take it.

        The waiting is done inside the gate, and the next turn is counted from the moment this one
        was really taken: a thread that wakes late cannot come close to the one behind it.
        """
        with self._gate:
            due = self._due
            while (wait := due - self.clocks.monotonic()) > 0:
                self.clocks.sleep(wait)
                if self._due == due:
                    break
                due = self._due  # the site asked for more meanwhile
            step = 0.0 if self.rate is None else 1 / self.rate
            self._put_off(max(due, self.clocks.monotonic()) + step)

    def hold(self, seconds: float) -> None:
        """Let nobody through for a while, because the site asks for it."""
        if seconds > 0:
            self._put_off(self.clocks.monotonic() + seconds)

    def _put_off(self, moment: float) -> None:
        with self._lock:
            self._due = max(self._due, moment)
