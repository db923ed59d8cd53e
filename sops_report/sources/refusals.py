"""Calls that were refused → notes of the report: which call, why, and what to ask for.

They are kept beside the answer as ``refusals.json``, so that a report made later says them too: a
message's key and what fills it, no sentence, so that each reader has them in their own language.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from sops_report.errors import InputError, NetworkError, NotAllowedError, SopsReportError
from sops_report.snapshot import Note, Snapshot
from sops_report.sources.remarks import UNREADABLE_REFUSALS
from sops_report.words import Language

REFUSALS: Final = "refusals.json"
DENIED, FAILED = "call-denied", "call-failed"
_SCHEMA: Final = "sops-report/refusals/1"
_CALLS: Final[Mapping[str, str]] = MappingProxyType({
    "flow": "get_task_detail", "histories": "get_task_node_detail",
    "operations": "get_task_operate_record", "logs": "get_task_node_log",
    "child": "get_task_status",
})  # fmt: skip
_KINDS: Final[Mapping[str, type[SopsReportError]]] = MappingProxyType({
    "denied": NotAllowedError, "network": NetworkError, "input": InputError,
    "other": SopsReportError,
})  # fmt: skip
_MOST: Final = 100

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

    @property
    def notes(self) -> list[Note]:
        """A note for each call that was refused, once for each reason."""
        told = {(what, refusal.key): refusal for what, refusal in self.heard}
        return [_note(_CALLS[what], refusal) for (what, _), refusal in told.items()]


def noted(snapshot: Snapshot, notes: Sequence[Note]) -> Snapshot:
    """Return *snapshot* with notes of refused calls; what it says already is not said twice."""
    new = not_said(notes, snapshot.notes)
    return replace(snapshot, notes=(*snapshot.notes, *new)) if new else snapshot


def not_said(notes: Iterable[Note], already: Iterable[Note]) -> list[Note]:
    """Return *notes* without those of refused calls that are said already for the same reason."""
    known = {_what(note) for note in already} - {None}
    return [note for note in notes if _what(note) not in known]


def _what(note: Note) -> tuple[object, str] | None:
    """Return call and reason of a refusal; None for every other note."""
    reason = note.values.get("reason")
    if note.code not in (DENIED, FAILED) or not isinstance(reason, SopsReportError):
        return None
    return note.values.get("call"), reason.key


def _note(call: str, refusal: SopsReportError) -> Note:
    code = DENIED if isinstance(refusal, NotAllowedError) else FAILED
    return Note(code=code, values={"call": call, "reason": refusal})


def refusals_in(notes: Iterable[Note]) -> list[Note]:
    """Return those of *notes* that tell of a refused call."""
    return [note for note in notes if _what(note) is not None]


def refusals_bytes(notes: Iterable[Note], clean: Callable[[str], str] = str) -> bytes:
    """Return notes of refused calls as ``refusals.json`` has them.

    Args:
        notes: Of refused calls; others are left out.
        clean: What a text goes through: a site may say a secret in its message.
    """
    refused = [
        {
            "call": note.values["call"], "kind": _kind_of(reason), "key": reason.key,
            "values": {name: _cleaned(value, clean) for name, value in reason.values.items()},
        }
        for note in notes
        if isinstance(reason := note.values.get("reason"), SopsReportError)
    ]  # fmt: skip
    document = {"schema": _SCHEMA, "refused": refused}
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _kind_of(refusal: SopsReportError) -> str:
    return next(name for name, kind in _KINDS.items() if isinstance(refusal, kind))


def _cleaned(value: object, clean: Callable[[str], str]) -> object:
    known = _plain(value)
    return clean(known) if isinstance(known, str) else known


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | None) else str(value)


def read_refusals(data: bytes | None) -> list[Note]:
    """Return the notes that ``refusals.json`` holds; one of its own where it is none.

    Entries that cannot be read are left out.
    """
    if data is None:
        return []
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    listed = document.get("refused") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        return [Note(code=UNREADABLE_REFUSALS)]
    return list(_notes_in(listed[:_MOST]))


def _are_plain(values: Mapping[str, object]) -> bool:
    return all(_plain(value) is value for value in values.values())


def _notes_in(listed: Sequence[object]) -> Iterator[Note]:
    for entry in listed:
        if not isinstance(entry, dict) or entry.get("call") not in _CALLS.values():
            continue
        kind, values = _KINDS.get(str(entry.get("kind"))), entry.get("values")
        if kind is None or not isinstance(values, dict) or not _are_plain(values):
            continue
        try:  # it may be of another version, or written by other hands
            refusal = kind(str(entry.get("key")), **values)
            for language in Language:
                refusal.text(language), refusal.hint(language)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError):
            continue
        yield _note(entry["call"], refusal)
