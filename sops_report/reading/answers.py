"""Find the status tree(s) in a decoded document, whatever was saved around them.

Known wrappings: the API's envelope, the bare ``data`` object, a list of either, the items of
``get_tasks_status`` (tree under ``status``) and the browser's own status page.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

from sops_report.errors import InputError
from sops_report.reading.texts import brief, plain
from sops_report.snapshot import Note

_TREE_KEYS: Final = frozenset({"state", "children"})
_TRUE_WORDS: Final = frozenset({"true", "1", "yes"})
_LONGEST_MESSAGE: Final = 600
_LONGEST_VALUE: Final = 60

Json = dict[str, object]
Remark = Callable[[Note], None]


@dataclass(frozen=True, slots=True)
class Found:
    """One status tree found in a document.

    Attributes:
        root: The tree's outermost object.
        task_id: The task's id where the wrapping tells it (``get_tasks_status``).
        name: The task's true name where the wrapping tells it.
    """

    root: Json
    task_id: str | None = None
    name: str | None = None


def find_trees(document: object, source: str, remark: Remark) -> list[Found]:
    """Return the status trees in *document*, in its order; at least one.

    Raises:
        InputError: The document is an error answer, or holds no status.
    """
    items = document if isinstance(document, list) else [document]
    found = [tree for item in items for tree in _in_item(item, source, remark)]
    if not found:
        raise InputError("no-status", source=source, found=_kind_of(document))
    return found


def _in_item(item: object, source: str, remark: Remark) -> Iterator[Found]:
    if not isinstance(item, dict):
        raise InputError("no-status", source=source, found=_kind_of(item))
    if "data" not in item and _TREE_KEYS & item.keys():
        yield Found(item)
        return
    _check_envelope(item, source, remark)
    data = item.get("data")
    if isinstance(data, list):
        yield from _from_batch(data, source)
    elif isinstance(data, dict) and _TREE_KEYS & data.keys():
        yield Found(data)
    else:
        raise InputError("no-status-in-data", source=source, found=_kind_of(data))


def _check_envelope(item: Json, source: str, remark: Remark) -> None:
    result = item.get("result")
    if "data" not in item and "result" not in item:
        raise InputError("no-status", source=source, found=_kind_of(item))
    if result is False or (isinstance(result, str) and result.lower() == "false"):
        raise InputError(
            "refused",
            source=source,
            code=brief(item.get("code", "–"), _LONGEST_VALUE),
            message=message_text(item),
        )
    if result is not True:
        remark(Note(code="envelope-result", values={"value": _short(result)}))
    if item.get("code") not in (0, "0", None):
        remark(Note(code="envelope-code", values={"value": _short(item.get("code"))}))


def message_text(envelope: Json) -> str:
    """Return an error answer's message as one short line of plain text."""
    message = envelope.get("message") or "–"  # a text, or (TRAPS 53) a map of texts
    text = plain(unescape(message) if isinstance(message, str) else message) or "–"
    return brief(" ".join(text.split()), _LONGEST_MESSAGE)


def _from_batch(items: list[object], source: str) -> Iterator[Found]:
    """Yield the trees of a ``get_tasks_status`` answer; the outer name is the true one."""
    for item in items:
        status = item.get("status") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(status, dict):
            raise InputError("no-status-in-data", source=source, found=_kind_of(items))
        name = item.get("name")
        yield Found(
            status,
            task_id=brief(item["id"], _LONGEST_VALUE) if item.get("id") is not None else None,
            name=name if isinstance(name, str) else None,
        )


def _kind_of(value: object) -> str:
    names = {dict: "object", list: "list", str: "text", bool: "true/false", type(None): "null"}
    return names.get(type(value), "number")


def _short(value: object) -> str:
    return brief(f"'{value}'" if isinstance(value, str) else value, _LONGEST_VALUE)
