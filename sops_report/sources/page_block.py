"""The data block of an HTML page: a `Page` written safe inside HTML, and read back from it."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sops_report.sources.markup import as_markup
from sops_report.sources.packing import pack, unpack_text
from sops_report.sources.page import Earlier, Page

BLOCK_ID: Final = "sops-report-data"
_SCHEMA: Final = "sops-report/page/1"
_BLOCK: Final = re.compile(
    rb'<script type="application/json" id="sops-report-data">([^<]*)</script>'
)
_OUR_PAGE: Final = b'<a class="skip" href="#s-verdict">'
_WORTH_PACKING: Final = 600
_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}  # JSON writes the rest


def answer_in_page(data: bytes) -> bytes | None:
    """Return the raw answer that one of our HTML pages carries; None for any other bytes."""
    page = page_in(data)
    return None if page is None else page.answer


def page_in(data: bytes) -> Page | None:
    """Return what one of our HTML pages carries; None for any other bytes.

    Never an error: a page that was damaged on its way is like any other page.
    """
    text = as_markup(data)
    match = None if text is None else _BLOCK.search(text)
    if match is None:
        return None
    try:
        return _page(_unpacked(json.loads(match[1])))
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def is_report(data: bytes) -> bool:
    """Tell whether bytes are one of our HTML pages, whether or not it carries anything."""
    text = as_markup(data)
    return text is not None and _OUR_PAGE in text


def _unpacked(block: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(unpack_text(block["xz"])) if "xz" in block else block
    return found


def _page(block: Mapping[str, Any]) -> Page | None:
    if not isinstance(block, dict) or block.get("schema") != _SCHEMA:
        return None
    children = block.get("children")
    inner = None if children is None else tuple(map(_part, children))
    return replace(_part(block), children=inner)


def _part(block: Mapping[str, Any]) -> Page:
    return Page(
        answer=str(block["answer"]).encode("utf-8", "surrogatepass"),
        earlier=tuple(
            Earlier(
                data=str(item["answer"]).encode("utf-8", "surrogatepass"),
                fetched_at_us=item.get("fetched_at_us"),
            )
            for item in block.get("earlier", ())
        ),
        flow=_maybe_bytes(block.get("flow")),
        histories=_maybe_bytes(block.get("histories")),
        operations=_maybe_bytes(block.get("operations")),
        logs=_maybe_bytes(block.get("logs")),
        refusals=_maybe_bytes(block.get("refusals")),
        remarks=_maybe_bytes(block.get("remarks")),
        child_tasks={str(node): str(task) for node, task in block.get("child_tasks", {}).items()},
        task=block.get("task"),
        task_id=block.get("task_id"),
        site=block.get("site"),
        biz=block.get("biz"),
        scope=block.get("scope"),
        fetched_at_us=block.get("fetched_at_us"),
    )


def _maybe_bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogatepass")


def block_of(page: Page, budget: int) -> tuple[str, int] | None:
    """Return the content of the page's data block, safe inside HTML.

    Args:
        page: What to carry; masked already.
        budget: The most bytes. Older answers are left out first, the oldest of them before all;
            without a child task's answer it would be another report.

    Returns:
        JSON without ``<``, ``>``, ``&`` and line separators, packed where that is shorter, and how
        many older answers were left out; None if not even the newest answers fit.
    """
    kept = page
    while True:
        text = _packed_if_shorter(_json(kept))
        if len(text) <= budget:
            return text, len(page.earlier) - len(kept.earlier)
        if not kept.earlier:
            return None
        kept = replace(kept, earlier=kept.earlier[(len(kept.earlier) + 1) // 2 :])


def _packed_if_shorter(plain: str) -> str:
    if len(plain) < _WORTH_PACKING:
        return plain
    short = json.dumps({"schema": _SCHEMA, "xz": pack(plain.encode("ascii"))})
    return short if len(short) < len(plain) else plain


def _json(page: Page) -> str:
    text = json.dumps({"schema": _SCHEMA, **_facts(page)}, ensure_ascii=True)
    for character, written in _ESCAPES.items():
        text = text.replace(character, written)
    return text


def _facts(page: Page) -> dict[str, Any]:
    children = page.children
    facts = {
        "task": page.task, "task_id": page.task_id, "site": page.site,
        "biz": page.biz, "scope": page.scope, "fetched_at_us": page.fetched_at_us,
        "answer": _text(page.answer), "flow": _text(page.flow),
        "histories": _text(page.histories), "operations": _text(page.operations),
        "logs": _text(page.logs), "refusals": _text(page.refusals),
        "remarks": _text(page.remarks),
        "child_tasks": dict(page.child_tasks) or None,
        "children": None if children is None else [_facts(child) for child in children],
        "earlier": [
            {"fetched_at_us": item.fetched_at_us, "answer": _text(item.data)}
            for item in page.earlier
        ] or None,
    }  # fmt: skip
    return {key: value for key, value in facts.items() if value is not None}


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "surrogateescape")
