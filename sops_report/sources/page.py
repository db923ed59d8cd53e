"""What a report was made from, carried inside the HTML page and read back from it.

The block holds the answer (masked before it comes here), older answers of the same task, the
flow's structure without constants and the earlier attempts: enough to make the same report again.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any, Final

from sops_report.errors import InputError
from sops_report.reading import read_snapshots, with_earlier
from sops_report.reading.decode import unpack
from sops_report.snapshot import Origin, Snapshot
from sops_report.sources.companions import (
    flow_bytes,
    histories_bytes,
    logs_bytes,
    operations_bytes,
)
from sops_report.sources.packing import pack, unpack_text

BLOCK_ID: Final = "sops-report-data"
_SCHEMA: Final = "sops-report/page/1"
_BLOCK: Final = re.compile(
    rb'<script type="application/json" id="sops-report-data">([^<]*)</script>'
)
_WORTH_PACKING: Final = 600
_ESCAPES: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}  # JSON writes the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An older answer of the same task."""

    data: bytes
    fetched_at_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything a report was made from, as a page carries it.

    Attributes:
        answer: The raw answer as plain JSON (or JSON Lines), not packed.
        earlier: Older answers, oldest first.
        flow: A ``pipeline_tree`` of structure only.
        histories: The earlier attempts, as ``histories.json`` has them.
        operations: Who did what, as ``operate_records.json`` has it.
        logs: What failed nodes left behind, as ``node_logs.json`` has it.
        task: Which task is meant, where the answer holds several.
        task_id, site, biz, scope, fetched_at_us: As in `Origin`.
    """

    answer: bytes
    earlier: tuple[Earlier, ...] = ()
    flow: bytes | None = None
    histories: bytes | None = None
    operations: bytes | None = None
    logs: bytes | None = None
    task: str | None = None
    task_id: str | None = None
    site: str | None = None
    biz: str | None = None
    scope: str | None = None
    fetched_at_us: int | None = None


def page_of(snapshot: Snapshot) -> Page | None:
    """Return what *snapshot* was read from; None if its bytes are not at hand.

    A snapshot to which other tasks were joined is more than one answer: None as well.
    """
    origin = snapshot.origin
    if origin.data is None or snapshot.seams:
        return None
    older = [item.origin for item in snapshot.earlier if item.origin.data is not origin.data]
    return Page(
        answer=unpack(origin.data, origin.source),
        earlier=tuple(
            Earlier(data=unpack(item.data, item.source), fetched_at_us=item.fetched_at_us)
            for item in older
            if item.data is not None
        ),
        flow=None if snapshot.flow is None else flow_bytes(snapshot.flow),
        histories=histories_bytes(snapshot),
        operations=operations_bytes(snapshot),
        logs=logs_bytes(snapshot),
        task=origin.task_id or snapshot.tree.node_id[0],
        task_id=origin.task_id,
        site=origin.site,
        biz=origin.biz,
        scope=origin.scope,
        fetched_at_us=origin.fetched_at_us,
    )


def snapshot_of(page: Page, source: str) -> Snapshot:
    """Return the snapshot that *page* was made from.

    Raises:
        InputError: The answer in it is no status answer.
    """
    return with_earlier(_of_task(snapshots_of(page, source), page.task))


def snapshots_of(page: Page, source: str) -> list[Snapshot]:
    """Return all snapshots that *page* carries, the older ones first.

    Raises:
        InputError: The answer in it is no status answer.
    """
    found: list[Snapshot] = []
    for item in page.earlier:
        found += _read(page, item.data, source, item.fetched_at_us)
    return found + _read(page, page.answer, source, page.fetched_at_us)


def _read(page: Page, data: bytes, source: str, fetched_at_us: int | None) -> list[Snapshot]:
    origin = Origin(
        source=source, task_id=page.task_id, site=page.site, biz=page.biz, scope=page.scope,
        fetched_at_us=fetched_at_us, sha256=sha256(data).hexdigest(), n_bytes=len(data), data=data,
    )  # fmt: skip
    read = partial(
        read_snapshots, data, origin, flow=page.flow, histories=page.histories,
        operations=page.operations, logs=page.logs,
    )  # fmt: skip
    try:
        return read()
    except InputError as refusal:
        if refusal.key != "extra-data":
            raise
        return read(lines=True)


def _of_task(found: list[Snapshot], task: str | None) -> list[Snapshot]:
    named = [s for s in found if task in (s.origin.task_id, s.tree.node_id[0])]
    return named or found


def answer_in_page(data: bytes) -> bytes | None:
    """Return the raw answer that one of our HTML pages carries; None for any other bytes."""
    page = page_in(data)
    return None if page is None else page.answer


def page_in(data: bytes) -> Page | None:
    """Return what one of our HTML pages carries; None for any other bytes.

    Never an error: a page that was damaged on its way is like any other page.
    """
    if data.lstrip()[:1] != b"<":
        return None
    match = _BLOCK.search(data)
    if match is None:
        return None
    try:
        return _page(_unpacked(json.loads(match[1])))
    except (ValueError, RecursionError, KeyError, TypeError):
        return None


def _unpacked(block: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(unpack_text(block["xz"])) if "xz" in block else block
    return found


def _page(block: Mapping[str, Any]) -> Page | None:
    if not isinstance(block, dict) or block.get("schema") != _SCHEMA:
        return None
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
        budget: The most bytes. Older answers are left out first, the oldest of them before all.

    Returns:
        JSON without ``<``, ``>``, ``&`` and line separators, packed where that is shorter, and how
        many older answers were left out; None if not even the answer fits.
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
    facts = {
        "schema": _SCHEMA, "task": page.task, "task_id": page.task_id, "site": page.site,
        "biz": page.biz, "scope": page.scope, "fetched_at_us": page.fetched_at_us,
        "answer": _text(page.answer), "flow": _text(page.flow),
        "histories": _text(page.histories), "operations": _text(page.operations),
        "logs": _text(page.logs),
        "earlier": [
            {"fetched_at_us": item.fetched_at_us, "answer": _text(item.data)}
            for item in page.earlier
        ],
    }  # fmt: skip
    known = {key: value for key, value in facts.items() if value not in (None, [])}
    text = json.dumps(known, ensure_ascii=True)
    for character, written in _ESCAPES.items():
        text = text.replace(character, written)
    return text


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "surrogateescape")
