"""YAML → what people wrote; whatever shape they gave it, nothing is an error that can be read."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from sops_report.errors import InputError, SopsReportError
from sops_report.postmortem.questions import open_questions
from sops_report.report.postmortem import Action, HumanNote, PostMortem

_LONGEST: Final = 20_000
_MOST: Final = 1_000


def parse(text: str, path: str) -> PostMortem:
    """Return what people wrote in a post-mortem file.

    Args:
        text: YAML.
        path: The file's name, for errors.

    Raises:
        InputError: The text is no YAML, or no mapping.
        SopsReportError: The extra package that reads YAML is not installed.
    """
    fields = _mapping(text, path)
    lessons = fields.get("lessons")
    told = lessons if isinstance(lessons, Mapping) else {}
    written = PostMortem(
        impact=_text(fields.get("impact")),
        trigger=_text(fields.get("trigger")),
        detection=_text(fields.get("detection")),
        whys=_texts(fields.get("whys")),
        factors=_texts(fields.get("contributing_factors")),
        actions=tuple(_actions(fields.get("actions"))),
        well=_texts(told.get("well")),
        badly=_texts(told.get("badly")),
        luck=_texts(told.get("luck")),
        timeline=tuple(_notes(fields.get("timeline"))),
        authors=_texts(fields.get("authors")),
    )
    return open_questions(written)


def _mapping(text: str, path: str) -> Mapping[Any, Any]:
    try:
        from ruamel.yaml import YAML  # noqa: PLC0415 - an extra
        from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - as above
    except ImportError as cause:
        raise SopsReportError("postmortem-extra") from cause
    try:
        found = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError) as cause:
        reason = " ".join(str(cause).split())[:200] or type(cause).__name__
        raise InputError("postmortem-unreadable", path=path, reason=reason) from cause
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise InputError("postmortem-unreadable", path=path, reason=type(found).__name__)
    return found


def _text(value: object) -> str:
    """Return a plain value as people wrote it; lists and maps are no text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, str | int | float | date):
        return str(value).strip()[:_LONGEST]
    return ""


def _items(value: object) -> list[object]:
    listed = value if isinstance(value, list) else [value]
    return listed[:_MOST]


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, _items(value))))


def _actions(value: object) -> Iterator[Action]:
    for item in _items(value):
        fields = item if isinstance(item, Mapping) else {"what": item}
        action = Action(
            what=_text(fields.get("what")),
            category=_text(fields.get("type")),
            owner=_text(fields.get("owner")),
            due=_text(fields.get("due")),
            ticket=_text(fields.get("ticket")),
        )
        if action != Action(what=""):
            yield action


def _notes(value: object) -> Iterator[HumanNote]:
    for item in _items(value):
        fields = item if isinstance(item, Mapping) else {"text": item}
        note = HumanNote(at=_text(fields.get("at")), text=_text(fields.get("text")))
        if note.at or note.text:
            yield note
