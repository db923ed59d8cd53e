"""Colours that the page carries as attributes; ``assets/report.css`` repeats them for the dark.

Blue, vermilion, amber and grey: told apart by colour-blind readers too, and never alone, a letter
and a word stand beside each. Fills keep 3 : 1 against white, inks 4.5 : 1.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TONE_FILLS: Final[Mapping[str, str]] = MappingProxyType({
    "success": "#5b86b8", "failed": "#c6401f", "running": "#b57a00", "waiting": "#8465b0",
    "revoked": "#5b6270", "not_started": "#868e99", "unknown": "#868e99",
    "skipped": "url(#hatch)", "ignored": "url(#hatch-ignored)",
})  # fmt: skip

TONE_INKS: Final[Mapping[str, str]] = MappingProxyType({
    "success": "#2f5d91", "failed": "#ad3212", "running": "#805600", "waiting": "#66479a",
    "revoked": "#4a5160", "not_started": "#5a626d", "unknown": "#5a626d",
    "skipped": "#3f5a66", "ignored": "#8a4b2a",
})  # fmt: skip

CLASS_FILLS: Final[Mapping[str, str]] = MappingProxyType({
    "work": "#5b86b8", "control": "#35506e", "running": "#b57a00", "manual": "#8465b0",
    "timer": "#5f8f8a", "skipped": "url(#hatch)", "retry_gap": "#d0694a", "loop_gap": "#b08a5a",
    "paused": "#868e99", "dispatch": "#6f7b8a", "attempt": "#c6401f", "reaction": "#a07cc5",
})  # fmt: skip

OUTCOME_TONES: Final[Mapping[str, str]] = MappingProxyType({
    "failed": "failed", "failing": "failed", "revoked": "revoked", "running": "running",
    "waiting": "waiting", "finished": "success", "finished_with_issues": "ignored",
    "not_started": "not_started", "expired": "unknown", "unknown": "unknown",
})  # fmt: skip
