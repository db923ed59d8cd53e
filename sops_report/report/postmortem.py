"""What people add to a report and no machine can know: impact, causes, actions, lessons."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to be done about it.

    Attributes:
        what: The measure itself.
        category: ``prevent``, ``detect``, ``mitigate`` or ``process``; other words stay as typed.
        owner, due, ticket: Who, until when, followed where; empty if nobody said it yet.
    """

    what: str
    category: str = ""
    owner: str = ""
    due: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanNote:
    """An event that people saw, in their own words; *at* is written as they wrote it."""

    at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMortem:
    """The part of a post-mortem that people write.

    Attributes:
        impact, trigger, detection: One text each; empty if it is an open question.
        whys: The five whys, the first question first; empty ones are left out.
        factors: What contributed.
        actions: What will be done.
        well, badly, luck: The lessons.
        timeline: What people noted.
        authors: Who wrote it.
        open_questions: What nobody answered yet: keys ``postmortem.ask.<it>``.
    """

    impact: str = ""
    trigger: str = ""
    detection: str = ""
    whys: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    well: tuple[str, ...] = ()
    badly: tuple[str, ...] = ()
    luck: tuple[str, ...] = ()
    timeline: tuple[HumanNote, ...] = ()
    authors: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
