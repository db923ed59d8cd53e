"""A piece of advice as a value: what was found, in numbers; its words are in `words.advice`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.clock import SECOND_US
from sops_report.analysis.joins import Join, joins_of
from sops_report.analysis.people import PeopleWaits, people_waits
from sops_report.snapshot import Snapshot
from sops_report.words import Language, has_words, say
from sops_report.words.lengths import duration

PARTS: Final = ("title", "evidence", "caveat", "next_step")
_NAMED: Final = 3
_LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One piece of advice.

    Attributes:
        code: Short and stable, as ``long-step``; its words are ``advice.<code>.<part>``.
        positions: The nodes it is about, the most telling first.
        saving_us: How much shorter the run could have been at best; None where it is not about
            time or the data cannot tell.
        is_urgent: Something stands still until somebody acts.
        weight: The rank among equals, larger first.
        lengths_us: Lengths of time that fill the placeholders.
        values: What else fills them. Text of the answer is hostile.
    """

    code: str
    positions: tuple[int, ...]
    saving_us: int | None = None
    is_urgent: bool = False
    weight: int = 0
    lengths_us: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A piece of advice in one language.

    Attributes:
        title: What is the matter, in a few words.
        evidence: The numbers that say so.
        caveat: What the numbers cannot tell; empty where nothing has to be said.
        next_step: What to do.
    """

    title: str
    evidence: str
    caveat: str
    next_step: str


class Facts:
    """What the rules ask, worked out once and only if a rule asks."""

    def __init__(self, analysis: Analysis) -> None:
        """Remember the analysis."""
        self.analysis = analysis

    @property
    def wall_us(self) -> int:
        """The run's length, 0 where there is none."""
        return self.analysis.clock.wall_us or 0

    @cached_property
    def people(self) -> PeopleWaits:
        """The waits for people."""
        return people_waits(self.analysis)

    @cached_property
    def joins(self) -> tuple[Join, ...]:
        """The joins."""
        return joins_of(self.analysis)

    def percent(self, length_us: int) -> int:
        """Return the share of the run in whole percent, cut and never rounded up."""
        return length_us * 100 // self.wall_us if self.wall_us else 0


def word(advice: Advice, snapshot: Snapshot, language: Language) -> Wording:
    """Put a piece of advice into words."""
    values = {
        **advice.values,
        **{name: duration(us / SECOND_US, language) for name, us in advice.lengths_us.items()},
        "nodes": _names(advice, snapshot, language),
        "count": len(advice.positions),
    }
    keys = {part: _key(advice, part, snapshot) for part in PARTS}
    said = {part: say(key, language, **values) if key else "" for part, key in keys.items()}
    return Wording(**said)


def _key(advice: Advice, part: str, snapshot: Snapshot) -> str | None:
    """Return the words' key; without the flow, and for a revoked task, some words differ."""
    if part == "next_step" and advice.is_urgent and snapshot.tree.state[0] == "REVOKED":
        return "advice.revoked.next_step"
    key = f"advice.{advice.code}.{part}"
    ways = (f"{key}.times", key) if snapshot.flow is None else (key,)
    return next((way for way in ways if has_words(way)), None)


def _names(advice: Advice, snapshot: Snapshot, language: Language) -> str:
    names = [_name(snapshot, position, language) for position in advice.positions[:_NAMED]]
    said = say("report.list_comma", language).join(names)
    rest = len(advice.positions) - len(names)
    return say("advice.and_more", language, names=said, rest=rest) if rest else said


def _name(snapshot: Snapshot, position: int, language: Language) -> str:
    if not snapshot.named[position]:
        return f"({say(f'kind.{snapshot.kind[position]}', language)})"
    name = " ".join(snapshot.label[position].split())
    shown = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return say("advice.name", language, name=shown)
