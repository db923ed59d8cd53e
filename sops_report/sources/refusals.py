"""Calls that were refused → notes of the report: which call, why, and what to ask for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from sops_report.errors import NotAllowedError, SopsReportError
from sops_report.snapshot import Note, Snapshot

_CALLS: Final[Mapping[str, str]] = MappingProxyType({
    "flow": "get_task_detail", "histories": "get_task_node_detail",
    "operations": "get_task_operate_record", "logs": "get_task_node_log",
    "child": "get_task_status",
})  # fmt: skip

Tell = Callable[[str, SopsReportError], None]


class Refusals:
    """Hears what could not be had, remembers it, and passes each reason on once.

    What is denied for a task is denied for its child tasks too; nobody wants to hear it of each.
    """

    def __init__(self, tell: Tell | None = None) -> None:
        """Begin with nothing.

        Args:
            tell: Who else wants to hear.
        """
        self._tell = tell
        self.heard: list[tuple[str, SopsReportError]] = []

    def __call__(self, what: str, refusal: SopsReportError) -> None:
        """Take note of one."""
        is_new = all((what, refusal.key) != (known, other.key) for known, other in self.heard)
        self.heard.append((what, refusal))
        if is_new and self._tell is not None:
            self._tell(what, refusal)


def noted(snapshot: Snapshot, heard: Sequence[tuple[str, SopsReportError]]) -> Snapshot:
    """Return *snapshot* with a note for each call that was refused, once for each reason."""
    told = {(what, refusal.key): refusal for what, refusal in heard}
    notes = (_note(what, refusal) for (what, _), refusal in told.items())
    return replace(snapshot, notes=(*snapshot.notes, *notes))


def _note(what: str, refusal: SopsReportError) -> Note:
    code = "call-denied" if isinstance(refusal, NotAllowedError) else "call-failed"
    return Note(code=code, values={"call": _CALLS[what], "reason": refusal})
