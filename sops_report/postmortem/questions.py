"""What a post-mortem still lacks."""

from dataclasses import replace
from typing import Final

from sops_report.report.postmortem import PostMortem

_FEWEST_WHYS: Final = 2


def open_questions(written: PostMortem) -> PostMortem:
    """Return *written* with its open questions, as keys of ``postmortem.ask.…``.

    Example:
        >>> open_questions(PostMortem(impact="none", trigger="a typo")).open_questions
        ('whys', 'actions', 'lessons')
    """
    actions = written.actions
    missing = {
        "impact": not written.impact,
        "trigger": not written.trigger,
        "whys": len(written.whys) < _FEWEST_WHYS,
        "actions": not any(action.what for action in actions),
        "action_owner": any(not action.owner for action in actions),
        "action_due": any(not action.due for action in actions),
        "action_ticket": any(not action.ticket for action in actions),
        "lessons": not (written.well or written.badly or written.luck),
    }
    return replace(written, open_questions=tuple(key for key, holds in missing.items() if holds))
