"""Our own limit on how often a site is asked: a bucket of tokens that fills at a fixed rate."""

import threading
from dataclasses import dataclass, field

from sops_report.api.retries import Clockwork


@dataclass(slots=True)
class Bucket:
    """Lets calls through at most *rate* a second on average; may be used by many threads at once.

    Attributes:
        rate: Calls a second; None lets all through.
        clocks: The clocks.
        burst: How many calls may come at once after a rest.

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
    burst: int = 1
    _free_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> None:
        """Take a token; wait until there is one."""
        if self.rate is None:
            return
        step = 1 / self.rate
        with self._lock:
            now = self.clocks.monotonic()
            begin = max(self._free_at, now - (self.burst - 1) * step)
            self._free_at = begin + step
        if begin > now:
            self.clocks.sleep(begin - now)
