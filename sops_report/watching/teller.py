"""Tells what happens: a line for each change, the user's program, and the rows of a view."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from sops_report.errors import SopsReportError
from sops_report.rendering.visible import line
from sops_report.watching.changes import Change
from sops_report.watching.command import run_command
from sops_report.watching.polling import Poll
from sops_report.watching.sight import Sight, sight_of
from sops_report.watching.watch import Followed
from sops_report.watching.wording import (
    Lately,
    Row,
    change_in_words,
    estimate_in_words,
    progress_in_words,
    rows_of,
    time_of_day,
)
from sops_report.words import Language, say
from sops_report.words.lengths import NOTHING, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """One task as it is shown, and when (monotonic) that was learnt."""

    sight: Sight
    seen_at: float
    change: str = ""
    changed_at: float = 0.0
    lost: str = ""
    is_over: bool = False

    def since_s(self, now: float) -> float:
        """Return what to add to the lengths of the answer.

        Nothing once nobody looks: what then runs on is not known.
        """
        return 0.0 if self.is_over or self.lost else now - self.seen_at


class Teller:
    """An `Audience` that speaks a language."""

    def __init__(
        self,
        *,
        language: Language,
        zone: tzinfo | None,
        tell: Callable[[str], None],
        monotonic: Callable[[], float],
        command: Sequence[str] | None = None,
    ) -> None:
        """Prepare to tell.

        Args:
            language: Of all words.
            zone: Of all moments; None takes each answer's own offset.
            tell: Takes one harmless line.
            monotonic: The clock that lengths are measured by.
            command: The user's program and its arguments.
        """
        self._language = language
        self._zone = zone
        self._tell = tell
        self._monotonic = monotonic
        self._command = command
        self._shown: dict[str, _Shown] = {}

    def saw(self, task: Followed, poll: Poll, changes: Sequence[Change]) -> None:
        """Tell each change, then let the user's program know of them all."""
        now, known = self._monotonic(), self._shown.get(task.task_id)
        sight = sight_of(poll.analysis, poll.estimate)
        lines = [change_in_words(change, poll.analysis, self._language) for change in changes]
        time = time_of_day(sight.as_of_us, sight.offset_minutes, self._zone)
        for change, text in zip(changes, lines, strict=True):
            self._say(time, task, self._with_progress(change, text, sight))
        shown = _Shown(sight=sight, seen_at=now)
        if lines:
            # The outcome comes last and stands in the head line; before it the newest step.
            newest = lines[-2] if len(lines) > 1 and changes[-1].kind == "outcome" else lines[-1]
            shown = replace(shown, change=newest, changed_at=now)
        elif known is not None:
            shown = replace(shown, change=known.change, changed_at=known.changed_at)
        self._shown[task.task_id] = shown
        if lines and self._command is not None:
            self._run(task, _facts(sight, lines, poll))

    def _with_progress(self, change: Change, text: str, sight: Sight) -> str:
        if change.kind != "outcome":
            return text
        progress = progress_in_words(sight, self._language)
        if sight.estimate is not None:
            left = estimate_in_words(sight.estimate, 0.0, self._language)
            progress = say("live.and", self._language, one=progress, other=left)
        return say("live.outcome_progress", self._language, text=text, progress=progress)

    def lost(self, task: Followed, error: SopsReportError, wait_s: float) -> None:
        """Tell that the site does not answer, and when it is asked again."""
        wait = duration(wait_s, self._language)
        text = say("live.lost", self._language, reason=error.text(self._language), wait=wait)
        known = self._shown.get(task.task_id)
        if known is not None:
            self._shown[task.task_id] = replace(known, lost=text)
        self._say(NOTHING, task, text)

    def returned(self, task: Followed, after_s: float) -> None:
        """Tell that the site answers again."""
        length = duration(after_s, self._language)
        self._say(NOTHING, task, say("live.returned", self._language, length=length))

    def ended(self, task: Followed) -> None:
        """Tell why a task is not followed; of the others the last change told it."""
        known = self._shown.get(task.task_id)
        if known is not None:
            self._shown[task.task_id] = replace(known, is_over=True)
        if task.error is not None:
            reason = task.error.text(self._language)
            key = "live.given_up" if task.newest is None else "live.given_up_later"
            self._tell(say(key, self._language, task=task.task_id, reason=reason))

    def rows(self) -> Iterator[Row]:
        """Yield the rows of a view as they stand now."""
        now = self._monotonic()
        for shown in tuple(self._shown.values()):
            lately = Lately(
                since_s=shown.since_s(now), change=shown.change,
                change_s=now - shown.changed_at, lost=shown.lost,
            )  # fmt: skip
            yield from rows_of(shown.sight, lately, self._language)

    def _say(self, time: str, task: Followed, text: str) -> None:
        self._tell(say("live.event", self._language, time=time, task=task.task_id, text=text))

    def _run(self, task: Followed, facts: dict[str, str]) -> None:
        try:
            run_command(self._command or (), facts)
        except SopsReportError as refusal:
            self._say(NOTHING, task, refusal.text(self._language))


def _facts(sight: Sight, lines: Sequence[str], poll: Poll) -> dict[str, str]:
    failure = ": ".join(part for part in sight.failures[0] if part) if sight.failures else ""
    return {
        "TASK": sight.task_id,
        "NAME": line(sight.name),
        "OUTCOME": sight.outcome,
        "CHANGES": "\n".join(lines),
        "FAILURE": line(failure, 2000),
        "FILE": str(poll.path),
    }
