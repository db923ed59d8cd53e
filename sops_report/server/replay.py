"""A task that moves: its saved snapshots, each answered when its moment has come.

The clock of a task starts with the first question about it, at its first snapshot; from then on it
runs *speed* times as fast as ours. The header ``Date`` of an answer tells that moment, as a real
site tells its own.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from sops_report.archive.layout import Stored
from sops_report.errors import UsageError
from sops_report.reading.times import TimeReader

_US = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Replay:
    """The clocks of all tasks that were asked for; may be used by many threads at once.

    Attributes:
        speed: How many seconds of the task pass in one second of ours.
        monotonic: Our clock, in seconds.
    """

    speed: float
    monotonic: Callable[[], float] = time.monotonic
    _began: dict[Path, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Refuse a clock that stands still or runs backwards.

        Raises:
            UsageError: The speed is no positive number.
        """
        if not 0 < self.speed < float("inf"):
            raise UsageError("bad-replay", value=self.speed)

    def moment_us(self, series: Sequence[Stored]) -> int:
        """Return where a task's clock stands; never before its first snapshot.

        Args:
            series: The task's snapshots, oldest first; at least one.
        """
        now = self.monotonic()
        with self._lock:
            began = self._began.setdefault(series[0].path.parent, now)
        return series[0].as_of_us + int((now - began) * self.speed * _US)


def shown_at(series: Sequence[Stored], moment_us: int) -> Stored:
    """Return the snapshot that was the newest at a moment, the first one before all of them."""
    reached = [stored for stored in series if stored.as_of_us <= moment_us]
    return reached[-1] if reached else series[0]


def date_header(moment_us: int) -> str:
    """Return a moment as HTTP writes it.

    Example:
        >>> date_header(1_718_717_404_000_000)
        'Tue, 18 Jun 2024 13:30:04 GMT'
    """
    return format_datetime(_EPOCH + timedelta(microseconds=moment_us), usegmt=True)


def known_at(response: object, moment_us: int) -> object:
    """Return a node's details without the attempts that were not over yet.

    Args:
        response: An answer of ``get_task_node_detail``.
        moment_us: Where the task's clock stands.
    """
    data = response.get("data") if isinstance(response, Mapping) else None
    attempts = data.get("histories") if isinstance(data, Mapping) else None
    if not isinstance(response, Mapping) or not isinstance(data, Mapping):
        return response
    if not isinstance(attempts, list):
        return response
    times = TimeReader()
    over = [attempt for attempt in attempts if _is_over(attempt, times, moment_us)]
    return {**response, "data": {**data, "histories": over}}


def _is_over(attempt: object, times: TimeReader, moment_us: int) -> bool:
    finish = attempt.get("finish_time") if isinstance(attempt, Mapping) else None
    us = times.read(finish).us
    return us is not None and us <= moment_us
