"""Notes about the files beside an answer that could not be used → kept in a page, and read again.

A page carries what was read from these files, so whoever reads it finds nothing wrong with them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sops_report.snapshot import Note
from sops_report.words import Language, say

UNREADABLE_REFUSALS: Final = "refusals-unreadable"
_CODES: Final = frozenset({
    "flow-unreadable", "no-flow-inside", "flow-of-another-task", "histories-unreadable",
    "no-histories-inside", "operations-unreadable", "no-operations-inside", "logs-unreadable",
    "no-logs-inside", UNREADABLE_REFUSALS,
})  # fmt: skip
_MOST: Final = 100


def remarks_bytes(notes: Iterable[Note]) -> bytes | None:
    """Return those of *notes* that are about the files beside the answer; None if none is."""
    listed = [
        {"code": note.code, "values": {name: str(value) for name, value in note.values.items()}}
        for note in notes
        if note.code in _CODES
    ]
    return json.dumps(listed).encode() if listed else None


def read_remarks(data: bytes | None) -> list[Note]:
    """Return the notes again; what cannot be read of them is left out."""
    try:
        listed = json.loads(data or b"[]")
    except (ValueError, RecursionError):
        return []
    return list(_notes_in(listed[:_MOST])) if isinstance(listed, list) else []


def _notes_in(listed: Iterable[object]) -> Iterator[Note]:
    for entry in listed:
        if not isinstance(entry, Mapping) or entry.get("code") not in tuple(_CODES):
            continue
        values = entry.get("values")
        if not isinstance(values, Mapping):
            continue
        note = Note(code=entry["code"], values={name: str(text) for name, text in values.items()})
        try:  # it may have been written by other hands
            for language in Language:
                say(f"note.{note.code}", language, **note.values)
        except (KeyError, TypeError):
            continue
        yield note
