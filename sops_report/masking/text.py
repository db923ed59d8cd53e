"""Mask what the rules find in one text."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from sops_report.masking.rules import ADDRESSES, BUILT_IN, MASK, Rule

Counts = dict[str, int]
OURS: Final = frozenset((*BUILT_IN, *ADDRESSES))


def redact_text(text: str, rules: Sequence[Rule] = BUILT_IN) -> tuple[str, Counts]:
    """Return *text* with every secret masked, and how many were found by the name of the rule.

    Masking twice is masking once: a mask is no secret.

    Example:
        >>> redact_text("login failed, password=hunter2 (tell ops@example.com)")
        ('login failed, password=*** (tell ***@example.com)', {'secret': 1, 'email': 1})
        >>> redact_text("the password is wrong")
        ('the password is wrong', {})
    """
    masker = Masker(rules)
    return masker.clean(text), dict(masker.counts)


class Masker:
    """Masks many texts by the same rules and counts what it found."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Begin with nothing counted."""
        self.rules = tuple(rules)
        self.counts: Counter[str] = Counter()

    def clean(self, text: str) -> str:
        """Return *text* masked; what was found is added to `counts`."""
        lowered = text.lower()
        for rule in self.rules:
            if holds_any(lowered, rule.needs):
                text = self._masked(text, rule)
        return text

    def _masked(self, text: str, rule: Rule) -> str:
        def mask(match: re.Match[str]) -> str:
            secret = match["s"]
            if not secret or secret == MASK or (rule.holds and not rule.holds(secret)):
                return match[0]
            self.counts[rule.name] += 1
            begin, end = match.span("s")
            start = match.start()
            return f"{match[0][: begin - start]}{MASK}{match[0][end - start :]}"

        return rule.pattern.sub(mask, text)


def that_may_match(texts: Iterable[str], rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules that find anything in all the texts together.

    One search in one long text is much cheaper than a million searches in short ones. Only our own
    patterns can be asked this way: one that says where a text begins or ends finds other things in
    a long text, so the patterns of a user are always among the answers.
    """
    whole = "\n".join(texts)
    lowered = whole.lower()
    return tuple(
        rule
        for rule in rules
        if rule not in OURS
        or (holds_any(lowered, rule.needs) and rule.pattern.search(whole) is not None)
    )


def holds_any(lowered: str, needs: Sequence[str]) -> bool:
    """Tell whether one of *needs* is in a text; there may be none to look for."""
    return not needs or any(piece in lowered for piece in needs)
