"""One run of ``fetch``: what is told on the way, and what it comes to."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import typer

from sops_report.archive.archive import Saved
from sops_report.cli.options import Talk
from sops_report.errors import SopsReportError

_MOST_TOLD: Final = 50


@dataclass(slots=True, kw_only=True)
class FetchRun:
    """What became of the tasks; notes may come from several threads.

    Attributes:
        talk: How the user is told.
        is_bulk: There may be thousands: what is known already and what could not be had is counted.
    """

    talk: Talk
    is_bulk: bool
    _total: int = 0
    _n_asked: int = 0
    _errors: dict[str, SopsReportError] = field(default_factory=dict)
    _refusals: dict[str, list[SopsReportError]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, refusal: SopsReportError) -> None:
        """Take note that a companion of a task could not be had."""
        if not self.is_bulk:
            self.talk.tell_refusal(what, refusal)
            return
        with self._lock:
            self._refusals.setdefault(what, []).append(refusal)

    def follow(self, names: Sequence[str], fetch: Callable[[str], Saved], jobs: int) -> None:
        """Fetch the tasks and print where each answer lies."""
        from sops_report.sources.bulk import fetch_tasks  # noqa: PLC0415 - the HTTP library

        self._total = len(names)
        work = self.talk.progress(names, "talk.fetching")
        for done in fetch_tasks(work, fetch, jobs=min(jobs, len(names))):
            self._n_asked += 1
            if done.error is not None:
                self._errors[done.task_id] = done.error
            elif done.saved is not None:
                typer.echo(str(done.saved.path))
                if not done.saved.is_new and not self.is_bulk:
                    self.talk.tell("talk.unchanged", task=done.task_id)

    def close(self) -> None:
        """Tell what could not be had.

        Raises:
            SopsReportError: A task was not fetched; of several kinds of errors the gravest.
        """
        for what, refusals in self._refusals.items():
            self.talk.tell_refusal(what, refusals[0])
            if len(refusals) > 1:
                self.talk.tell("talk.refused_often", count=len(refusals))
        if not self._errors:
            return
        gravest = max(self._errors.values(), key=lambda error: error.exit_code)
        if self._total == 1:
            raise gravest
        self._tell_errors()
        count = len(self._errors) + self._total - self._n_asked
        raise type(gravest)("some-not-fetched", count=count, total=self._total)

    def _tell_errors(self) -> None:
        for number, (task, error) in enumerate(self._errors.items()):
            if number == _MOST_TOLD:
                self.talk.tell("talk.more_not_fetched", count=len(self._errors) - _MOST_TOLD)
                break
            reason = error.text(self.talk.language)
            self.talk.tell("talk.not_fetched", task=task[:60], reason=reason)
        if self._n_asked < self._total:
            self.talk.tell("talk.fetch_given_up", count=self._total - self._n_asked)
