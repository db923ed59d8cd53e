"""Changes and sights as lines for people; whatever an answer says is made visible and cut."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from sops_report.analysis import Analysis
from sops_report.rendering.visible import line
from sops_report.watching.baseline import Estimate
from sops_report.watching.changes import Change
from sops_report.watching.sight import Sight
from sops_report.words import Language, say
from sops_report.words.lengths import NOTHING, clock, display_zone, duration

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LABEL: Final = 60
_TEXT: Final = 160
_BAR: Final = 20
_MOST: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a view.

    Attributes:
        role: ``head``, ``running``, ``left``, ``failed``, ``change`` or ``lost``; a view may
            colour by it.
        text: The line, harmless to print.
    """

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """What a view adds to a sight.

    Attributes:
        since_s: Seconds since the answer came.
        change: The last change in words, empty if there was none.
        change_s: Seconds since that change was seen.
        lost: The outage in words, empty if there is none.
    """

    since_s: float
    change: str = ""
    change_s: float = 0.0
    lost: str = ""


def time_of_day(as_of_us: int | None, offset_minutes: int | None, zone: tzinfo | None) -> str:
    """Return the time of day of an answer; a dash if it does not tell."""
    when = None if as_of_us is None else _EPOCH + timedelta(microseconds=as_of_us)
    return clock(when, display_zone(offset_minutes, zone))


def change_in_words(change: Change, analysis: Analysis, language: Language) -> str:
    """Return one change as one line."""
    if change.kind == "outcome":
        return say("live.outcome", language, outcome=say(f"outcome.{change.text}", language))
    position = change.position
    label = line(analysis.snapshot.label[position], _LABEL)
    length_us = analysis.durations.duration_us[position]
    length = NOTHING if length_us is None else duration(length_us / 1_000_000, language)
    tries = (analysis.snapshot.tree.retry[position] or 0) + 1
    key = "live.failed_because" if change.text else f"live.{change.kind}"
    text = line(change.text, _TEXT)
    return say(key, language, label=label, length=length, attempt=tries, text=text)


def progress_in_words(sight: Sight, language: Language) -> str:
    """Return how far the task got."""
    values = {"done": sight.steps_done, "expected": sight.steps_expected}
    if not sight.steps_expected:
        return say("live.progress_open", language, done=sight.steps_done)
    key = "live.progress_at_most" if sight.is_upper_bound else "live.progress"
    return say(key, language, **values)


def estimate_in_words(estimate: Estimate, since_s: float, language: Language) -> str:
    """Return how long it may still take, *since_s* after the answer."""
    if estimate.middle_s is None or estimate.high_s is None:
        values = {"count": estimate.n, "longer": estimate.n - estimate.n_longer}
        return say("live.late", language, **values)
    middle_s, high_s = estimate.middle_s - since_s, estimate.high_s - since_s
    # No answer has come for so long: what is told is where the task would be, not that it ended.
    key = "live.left" if middle_s > 0 else "live.due" if high_s > 0 else "live.overdue"
    middle, high = (duration(max(0.0, seconds), language) for seconds in (middle_s, high_s))
    return say(key, language, middle=middle, high=high, count=estimate.n_longer)


def bar(done: int, expected: int | None) -> str:
    """Return a bar of fixed width.

    Example:
        >>> bar(1, 4), bar(0, None)
        ('█████░░░░░░░░░░░░░░░', '')
    """
    if not expected:
        return ""
    full = min(_BAR, _BAR * done // expected)
    return "█" * full + "░" * (_BAR - full)


def rows_of(sight: Sight, lately: Lately, language: Language) -> Iterator[Row]:
    """Yield the lines of one task's view."""
    name = line(sight.name, _LABEL)
    outcome = say(f"outcome.{sight.outcome}", language)
    parts = (sight.task_id, name, outcome, bar(sight.steps_done, sight.steps_expected),
             progress_in_words(sight, language))  # fmt: skip
    yield Row(role="head", text="  ".join(part for part in parts if part))
    for one in sight.running[:_MOST]:
        length = duration(one.seconds + lately.since_s, language)
        key = "live.running_critical" if one.is_critical else "live.running"
        text = say(key, language, label=line(one.label, _LABEL), length=length)
        yield Row(role="running", text=f"  ▶ {text}")
    yield from _more(len(sight.running), "running", language)
    if sight.estimate is not None:
        text = estimate_in_words(sight.estimate, lately.since_s, language)
        yield Row(role="left", text=f"  {text}")
    for label, text in sight.failures[:_MOST]:
        words = f"{line(label, _LABEL)}: {line(text, _TEXT)}" if text else line(label, _LABEL)
        yield Row(role="failed", text=f"  ✗ {words}")
    yield from _more(len(sight.failures), "failed", language)
    if lately.change:
        ago = duration(lately.change_s, language)
        text = say("live.last_change", language, change=lately.change, ago=ago)
        yield Row(role="change", text=f"  {text}")
    if lately.lost:
        yield Row(role="lost", text=f"  ! {lately.lost}")


def _more(count: int, role: str, language: Language) -> Iterator[Row]:
    if count > _MOST:
        text = say("live.more", language, count=count - _MOST)
        yield Row(role=role, text=f"    {text}")
