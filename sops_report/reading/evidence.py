"""Logs of nodes, and what they were given and returned → `Evidence` by node id.

The saved file of logs maps a node id to ``{query, response}`` items as the histories do; an empty
list says that a log was asked for and could not be had. Inputs and outputs stand in the answers of
``get_task_node_detail``; they are read for these nodes only. Nested values become pairs with
joined names, so that a value always stands beside the name that may tell it is a secret.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from sops_report.reading.texts import scrub
from sops_report.snapshot import Evidence

MOST_LOG: Final = 8_000
MOST_LINES: Final = 60
_MOST_PAIRS: Final = 40
_LONGEST_NAME: Final = 120
_LONGEST_VALUE: Final = 500
_DEEPEST: Final = 6
_ENGINES_OWN: Final = "_"
# Colours and titles of a terminal; everything else that cannot be seen is written out later.
_ANSI: Final = re.compile(r"\x1b(?:\[[0-9;?]{0,40}[ -/]?[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\))")

Json = Mapping[str, object]
Pair = tuple[str, str]


def read_evidence(logs: object, histories: object) -> dict[str, Evidence] | None:
    """Return what the nodes left behind; None if *logs* is no such file.

    Args:
        logs: The decoded file of logs.
        histories: Decoded ``get_task_node_detail`` answers by node; may be None.
    """
    if not isinstance(logs, Mapping):
        return None
    details = histories if isinstance(histories, Mapping) else {}
    found = {
        str(node_id): _evidence(_items(value), _newest_details(details.get(node_id)))
        for node_id, value in logs.items()
        if isinstance(value, list)
    }
    return found if found or not logs else None


def _items(value: object) -> list[Json]:
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed if isinstance(item, Mapping)]


def _newest_details(value: object) -> Json:
    """Return the answer about the newest pass: the one that was asked for without a pass."""
    for item in _items(value):
        query, response = item.get("query"), item.get("response", item)
        is_newest = not isinstance(query, Mapping) or query.get("loop") is None
        details = response.get("data", response) if isinstance(response, Mapping) else None
        if is_newest and isinstance(details, Mapping):
            return details
    return {}


def _evidence(items: list[Json], details: Json) -> Evidence:
    texts = [text for item in items if (text := _log_of(item)) is not None]
    log, is_cut = end_of("\n".join(texts)) if texts else (None, False)
    own = items[-1] if items else {}
    return Evidence(
        log=log,
        is_cut=is_cut or any(item.get("is_cut") is True for item in items),
        inputs=tuple(_pairs(own.get("inputs", details.get("inputs")))),
        outputs=tuple(_pairs(own.get("outputs", details.get("outputs")))),
    )


def _log_of(item: Json) -> str | None:
    response = item.get("response")
    text = response.get("data") if isinstance(response, Mapping) else None
    return text if isinstance(text, str) else None


def end_of(log: str) -> tuple[str, bool]:
    r"""Return the last lines of a log without the colours of a terminal, and whether it was cut.

    Example:
        >>> end_of("one\r\n\x1b[31mtwo\x1b[0m\n")
        ('one\ntwo', False)
    """
    tail = log[-4 * MOST_LOG :]
    plain = scrub(_ANSI.sub("", tail).replace("\r\n", "\n").strip("\n"))
    lines = plain[-MOST_LOG:].split("\n")[-MOST_LINES:]
    shown = "\n".join(lines)
    return shown, len(tail) < len(log) or len(shown) < len(plain)


def _pairs(value: object) -> Iterator[Pair]:
    """Yield names and values of inputs (an object) or outputs (a list of keys and values)."""
    return islice(_flat("", value, 0), _MOST_PAIRS)


def _flat(name: str, value: object, depth: int) -> Iterator[Pair]:
    if depth < _DEEPEST and isinstance(value, Mapping):
        for key, item in value.items():
            if not str(key).startswith(_ENGINES_OWN):
                yield from _flat(_joined(name, str(key)), item, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list) and any(map(_named, value)):
        for number, item in enumerate(value):
            key = _named(item) or str(number)
            if key.startswith(_ENGINES_OWN):
                continue
            inner = item.get("value") if _named(item) and isinstance(item, Mapping) else item
            yield from _flat(_joined(name, key), inner, depth + 1)
    elif name and value not in (None, "", [], {}):
        yield name, _cut(_as_text(value), _LONGEST_VALUE)


def _named(item: object) -> str:
    """Return the name of a ``{key, value}`` or ``{name, value}`` object; empty if it is none."""
    if not isinstance(item, Mapping) or "value" not in item:
        return ""
    name = item.get("key") or item.get("name")
    return name if isinstance(name, str) else ""


def _joined(name: str, key: str) -> str:
    return _cut(f"{name}.{key}" if name else key, _LONGEST_NAME)


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        return f"({type(value).__name__})"


def _cut(text: str, most: int) -> str:
    return scrub(text if len(text) <= most else f"{text[:most]}…")
