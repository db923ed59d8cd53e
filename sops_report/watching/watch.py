"""The loop: each task in its turn, through outages, until all are over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from sops_report.analysis import Analysis
from sops_report.api.clockwork import Clockwork
from sops_report.errors import SopsReportError, UsageError
from sops_report.watching.changes import Change, changes_between
from sops_report.watching.endings import GIVE_UP_S
from sops_report.watching.polling import Poll, Poller

# The server keeps an answer for ten seconds: asking more often only costs.
SHORTEST_S: Final = 10.0
_LONGEST_WAIT_S: Final = 300.0
_MOST_DOUBLINGS: Final = 10


class Audience(Protocol):
    """Whoever watches; each call is told at once."""

    def saw(self, task: "Followed", poll: Poll, changes: Sequence[Change]) -> None:
        """Take an answer, and what is new in it; nothing may be."""

    def lost(self, task: "Followed", error: SopsReportError, wait_s: float) -> None:
        """Take note that a task could not be asked for; it is tried again."""

    def returned(self, task: "Followed", after_s: float) -> None:
        """Take note that the site answers again."""

    def ended(self, task: "Followed") -> None:
        """Take note that a task is over."""


@dataclass(slots=True, kw_only=True)
class Followed:
    """One task under watch.

    Attributes:
        poller: Who asks.
        due: When to ask next, on the monotonic clock.
        newest: The newest answer, None before the first.
        lost_since: Since when it cannot be asked for; None if it can.
        n_failures: How often in a row it could not.
        error: Why it was given up: before its first answer, or after a long silence.
        is_over: Nothing more is to be waited for.
    """

    poller: Poller
    due: float = 0.0
    newest: Analysis | None = None
    lost_since: float | None = None
    n_failures: int = 0
    error: SopsReportError | None = None
    is_over: bool = False

    @property
    def task_id(self) -> str:
        """The task's number."""
        return self.poller.task.task_id


@dataclass(slots=True, kw_only=True)
class Watch:
    """Follows several tasks at once.

    Attributes:
        tasks: Which.
        audience: Who is told.
        is_over: Tells from an answer whether its task is over.
        every_s: The time between two questions about a task.
        give_up_s: For how long a task is asked for without an answer.
        clocks: The clocks.
    """

    tasks: Sequence[Followed]
    audience: Audience
    is_over: Callable[[Analysis], bool]
    every_s: float = 15.0
    give_up_s: float = GIVE_UP_S
    clocks: Clockwork = field(default_factory=Clockwork)

    def __post_init__(self) -> None:
        """Refuse to ask more often than the server looks.

        Raises:
            UsageError: `every_s` is too short.
        """
        if not self.every_s >= SHORTEST_S:
            raise UsageError("watch-too-often", least=f"{SHORTEST_S:g}")

    def run(self) -> None:
        """Follow all tasks to their end; an interrupt leaves them as they stand.

        A task that cannot be asked for even once, or for `give_up_s` on end, is given up; its
        `Followed.error` tells why.
        """
        while waiting := [task for task in self.tasks if not task.is_over]:
            task = min(waiting, key=lambda one: one.due)
            wait = task.due - self.clocks.monotonic()
            if task.due and wait > 0:
                self.clocks.sleep(wait)
            self._ask(task)

    def _ask(self, task: Followed) -> None:
        try:
            poll = task.poller.ask()
        except UsageError:
            raise
        except SopsReportError as error:
            self._lose(task, error)
            return
        now = self.clocks.monotonic()
        if task.lost_since is not None:
            self.audience.returned(task, now - task.lost_since)
        task.lost_since, task.n_failures, task.due = None, 0, now + self.every_s
        changes = changes_between(task.newest, poll.analysis)
        task.newest = poll.analysis
        self.audience.saw(task, poll, changes)
        if self.is_over(poll.analysis):
            self._end(task)

    def _lose(self, task: Followed, error: SopsReportError) -> None:
        """Wait longer each time, but not for ever; who never answered is not waited for."""
        now = self.clocks.monotonic()
        task.lost_since = now if task.lost_since is None else task.lost_since
        left = task.lost_since + self.give_up_s - now
        if task.newest is None or left <= 0:
            task.error = error
            self._end(task)
            return
        wait = min(_LONGEST_WAIT_S, self.every_s * 2.0 ** min(task.n_failures, _MOST_DOUBLINGS))
        wait = min(max(wait, self.every_s), left)
        task.n_failures += 1
        task.due = now + wait
        self.audience.lost(task, error, wait)

    def _end(self, task: Followed) -> None:
        task.is_over = True
        self.audience.ended(task)
