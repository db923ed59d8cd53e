"""The state words of the engine, and what they mean for us.

The documentation lists six words, real servers send more; a word that is not listed here is kept
as it is and belongs to the group ``unknown``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

GROUPS: Final = (
    "success", "failed", "running", "waiting", "revoked", "not_started", "unknown",
)  # fmt: skip

_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "success": ("FINISHED", "ROLL_BACK_SUCCESS"),
    "failed": ("FAILED", "ROLL_BACK_FAILED"),
    "running": ("RUNNING", "READY", "LOOP_READY", "ROLLING_BACK"),
    "waiting": (
        "SUSPENDED", "NODE_SUSPENDED", "BLOCKED", "PENDING_APPROVAL", "PENDING_CONFIRMATION",
        "PENDING_PROCESSING", "PENDING_CONTINUE",
    ),
    "revoked": ("REVOKED",),
    "not_started": ("CREATED",),
    "unknown": ("EXPIRED",),
})  # fmt: skip

GROUP_OF: Final[Mapping[str, str]] = MappingProxyType(
    {word: group for group, words in _WORDS.items() for word in words}
)

# A finish time counts only in these; elsewhere it may be left over from an earlier pass.
CLOSED: Final = frozenset({"FINISHED", "FAILED", "REVOKED"})


def group_of(state: str | None) -> str:
    """Return the group of a state word as sent.

    Example:
        >>> group_of("PENDING_SOMETHING_NEW"), group_of("finished"), group_of(None)
        ('waiting', 'unknown', 'unknown')
    """
    if state is None:
        return "unknown"
    if state.startswith("PENDING_"):
        return "waiting"
    return GROUP_OF.get(state, "unknown")
