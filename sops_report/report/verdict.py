"""The verdict in words: a sentence and a title in both languages, from the analysis alone.

Deterministic and blameless: nodes are named, people never are. Names and messages are cut and
put on one line; they stay hostile text, which renderers escape.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.attempts import retries_of
from sops_report.analysis.failures import FailedNode
from sops_report.analysis.spans import leaves_of_kind
from sops_report.report.labels import label_of
from sops_report.report.model import Verdict
from sops_report.words import Language, say
from sops_report.words.lengths import display_zone, duration, moment

_LONGEST_TITLE: Final = 80
_LONGEST_NAME: Final = 40
_LINK: Final = re.compile(r"\s*<https?://[^<>\s]*>")
_LONGEST_TEXT: Final = 120
_STEPS: Final = frozenset({"activity", "unknown", "subprocess"})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_US: Final = 1_000_000


def verdict_of(
    analysis: Analysis, failures: tuple[FailedNode, ...], zone: tzinfo | None = None
) -> Verdict:
    """Return the verdict on a run.

    Args:
        analysis: The run, analysed.
        failures: Its root causes, the first failure first.
        zone: Of the moments in it; None means the snapshot's own offset.
    """
    shown = display_zone(analysis.snapshot.offset_minutes, zone)
    teller = {language: _Teller(analysis, failures, language, shown) for language in Language}
    return Verdict(
        outcome=analysis.outcome,
        sentence={language: teller[language].sentence() for language in Language},
        title={language: teller[language].title() for language in Language},
    )


class _Teller:
    """Tells one run in one language."""

    def __init__(
        self,
        analysis: Analysis,
        failures: tuple[FailedNode, ...],
        language: Language,
        zone: tzinfo,
    ) -> None:
        self.analysis = analysis
        self.failures = failures
        self.language = language
        self.zone = zone
        self.tree = analysis.snapshot.tree

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def sentence(self) -> str:
        return _SENTENCES[self.analysis.outcome](self)

    def title(self) -> str:
        values = {"outcome": self.say(f"outcome.{self.analysis.outcome}"), "task": self._task()}
        if not self.failures:
            return cut(self.say("title.task", **values), _LONGEST_TITLE)
        node = self._label(self.failures[0].position)
        room = _LONGEST_TITLE - len(self.say("title.node", **values, node=""))
        return cut(self.say("title.node", **values, node=cut(node, max(8, room))), _LONGEST_TITLE)

    def timeless(self) -> str:
        state = cut(self.tree.state[0] or "–", _LONGEST_NAME)
        return self.say(f"sentence.{self.analysis.outcome}", state=state)

    def revoked(self) -> str:
        clock, incidents = self.analysis.clock, self.analysis.incidents
        rest = ""
        if self.failures:
            first = self._label(self.failures[0].position)
            rest = self.say("part.failed_before", count=len(self.failures), node=first)
        if incidents.running:
            rest += self.say("part.running_at_revoke", count=len(incidents.running))
        is_known = clock.finish_is_valid[0] or clock.revoked_at_us is not None
        return self.say(
            "sentence.revoked" if is_known else "sentence.revoked_sometime",
            wall=self._length(clock.wall_us),
            moment=self._moment(clock.end_us),
            done=self._done(),
            rest=rest,
        )

    def failed(self) -> str:
        if not self.failures:
            return self.say("sentence.failed_nowhere", idle=self._idle())
        first = self.failures[0]
        start = self.analysis.clock.start_us
        retries = retries_of(self.tree, first.position, self.analysis.attempts)
        values = {
            "node": self._label(first.position),
            "attempt": self.say("part.attempt", number=retries + 1) if retries else "",
            "text": self._text(first.text),
            "more": self._more(),
            "idle": self._idle(),
        }
        if first.failed_at_us is None or start is None:
            return self.say("sentence.failed_undated", **values)
        after = self._length(max(0, first.failed_at_us - start))
        when = self._moment(first.failed_at_us)
        return self.say("sentence.failed", after=after, moment=when, **values)

    def running(self) -> str:
        running = self.analysis.incidents.running
        if self.analysis.clock.wall_us is None:
            return self.say("sentence.running_undated", count=len(running))
        return self.say(
            "sentence.running",
            wall=self._length(self.analysis.clock.wall_us),
            count=sum(self.tree.start_us[position] is not None for position in running),
            longest=self._longest("part.longest_running", running),
        )

    def waiting(self) -> str:
        values = {
            "wall": self._length(self.analysis.clock.wall_us),
            "done": self._done(),
            "idle": self._idle(),
        }
        waiting = self.analysis.incidents.waiting
        if not waiting or waiting == (0,):
            return self.say("sentence.waiting", **values)
        return self.say("sentence.waiting_at", node=self._label(waiting[0]), **values)

    def finished(self) -> str:
        incidents = self.analysis.incidents
        counts = {
            "skipped": len(incidents.skipped),
            "ignored": len(incidents.ignored),
            "retried": len(incidents.retried),
        }
        issues = [self.say(f"part.{name}", count=n) for name, n in counts.items() if n]
        return self.say(
            f"sentence.{self.analysis.outcome}",
            wall=self._length(self.analysis.clock.wall_us),
            issues=self.say("part.separator").join(issues),
            longest=self._longest("part.longest", self._unskipped()),
        )

    def _steps(self) -> list[int]:
        return leaves_of_kind(self.analysis.snapshot, _STEPS)

    def _unskipped(self) -> list[int]:
        # A skipped node's length holds the wait for whoever skipped it.
        skip = self.tree.skip[:]
        return [position for position in self._steps() if not skip[position]]

    def _done(self) -> int:
        group = self.analysis.clock.group[:]
        return sum(group[position] == "success" for position in self._steps())

    def _more(self) -> str:
        incidents, more = self.analysis.incidents, ""
        if len(self.failures) > 1:
            more += self.say("part.more_failures", count=len(self.failures) - 1)
        if incidents.running:
            more += self.say("part.still_running", count=len(incidents.running))
        if incidents.retry_due:
            more += self.say("part.retry_due")
        return more

    def _longest(self, key: str, positions: tuple[int, ...] | list[int]) -> str:
        lengths = self.analysis.durations.duration_us[:]
        timed = [(lengths[p] or 0, -p) for p in positions if lengths[p]]
        if not timed:
            return ""
        length, position = max(timed)
        return self.say(key, node=self._label(-position), length=self._length(length))

    def _idle(self) -> str:
        idle = self.analysis.clock.idle_us
        return self.say("part.idle", idle=self._length(idle)) if idle else ""

    def _length(self, us: int | None) -> str:
        return duration(None if us is None else us / _SECOND_US, self.language)

    def _moment(self, us: int | None) -> str:
        if us is None:
            return ""
        when = _EPOCH + timedelta(microseconds=us)
        return self.say("part.moment", moment=moment(when, self.zone, self.language))

    def _task(self) -> str:
        snapshot = self.analysis.snapshot
        if snapshot.task_name:
            return cut(snapshot.task_name, _LONGEST_NAME)
        if snapshot.origin.task_id:
            return self.say("title.task_id", task_id=cut(snapshot.origin.task_id, _LONGEST_NAME))
        return self.say("title.unnamed")

    def _label(self, position: int) -> str:
        return cut(label_of(self.analysis.snapshot, position, self.language), _LONGEST_NAME)

    def _text(self, text: str | None) -> str:
        if not text or not text.strip():
            return self.say("part.no_text")
        told = telling_line(text)
        # the links stand in a list of their own, where they can be clicked
        return cut(_LINK.sub("", told).strip() or told, _LONGEST_TEXT).rstrip(".。")


def telling_line(text: str) -> str:
    r"""Return the line of a message that tells most: of a traceback the last one.

    Example:
        >>> telling_line("Traceback (most recent call last):\n  File x\nKeyError: 'a'\n")
        "KeyError: 'a'"
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    is_traceback = any(line.startswith("Traceback (most recent") for line in lines)
    return (lines[-1] if is_traceback else lines[0]) if lines else ""


def cut(text: str, longest: int) -> str:
    r"""Return *text* on one line, cut with an ellipsis to at most *longest* characters.

    Example:
        >>> cut("a  b\nc", 9), cut("abcdef", 4)
        ('a b c', 'abc…')
    """
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


_SENTENCES: Final[Mapping[str, Callable[[_Teller], str]]] = MappingProxyType(
    {
        "expired": _Teller.timeless,
        "not_started": _Teller.timeless,
        "unknown": _Teller.timeless,
        "revoked": _Teller.revoked,
        "failing": _Teller.failed,
        "failed": _Teller.failed,
        "running": _Teller.running,
        "waiting": _Teller.waiting,
        "finished": _Teller.finished,
        "finished_with_issues": _Teller.finished,
    }
)
