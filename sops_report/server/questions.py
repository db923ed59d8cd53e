"""What a request asks, at either door."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

OF_TASK: Final = (
    "get_task_status", "get_task_detail", "get_task_node_detail", "get_task_operate_record",
    "get_task_node_log",
)  # fmt: skip
OF_OWNER: Final = ("get_tasks_status", "get_task_list")
APIS: Final = (*OF_TASK, *OF_OWNER)
_API: Final = "|".join(APIS)
_ESB: Final = re.compile(rf"/api/c/compapi(?:/v2)?/sops/({_API})/?")
_GATEWAY: Final = re.compile(
    rf"(?:/.*)?/(?:(?P<api>{'|'.join(OF_TASK)})/(?P<task>[0-9]+)"
    rf"|(?P<list>{'|'.join(OF_OWNER)}))/(?P<biz>[0-9]+)/"
)
# Names of credentials among the parameters of the ESB, and what the header calls them.
_ALIASES: Final = {
    "app_code": "bk_app_code", "app_secret": "bk_app_secret", "bk_access_token": "access_token",
}  # fmt: skip
_CREDENTIALS: Final = (
    "bk_app_code", "bk_app_secret", "bk_username", "bk_token", "access_token",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request, understood.

    Attributes:
        door: ``gateway`` or ``esb``.
        api: One of `APIS`.
        task_id, biz: As asked; empty if missing.
        parameters: Everything else but the credentials.
        credentials: By the header's names; never shown.
    """

    door: str
    api: str
    task_id: str
    biz: str
    parameters: Mapping[str, str]
    credentials: Mapping[str, str] = field(repr=False)


def read_question(target: str, header: str | None, body: bytes, kind: str) -> Question | None:
    """Return what is asked, None if no API stands at this address.

    Args:
        target: The request's path with its query.
        header: ``X-Bkapi-Authorization``.
        body: The body of a POST; the ESB reads parameters from it.
        kind: Its ``Content-Type``.
    """
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query))
    held = _from_header(header)
    if found := _ESB.fullmatch(parts.path):
        everything = {**query, **_from_body(body, kind)}
        named = {_ALIASES.get(name, name): value for name, value in everything.items()}
        held = held or {name: named[name] for name in _CREDENTIALS if name in named}
        plain = {name: value for name, value in named.items() if name not in _CREDENTIALS}
        task_id, biz = plain.pop("task_id", ""), plain.pop("bk_biz_id", "")
        return Question(
            door="esb", api=found.group(1), task_id=task_id, biz=biz,
            parameters=plain, credentials=held,
        )  # fmt: skip
    if found := _GATEWAY.fullmatch(parts.path):
        return Question(
            door="gateway", api=found["api"] or found["list"], task_id=found["task"] or "",
            biz=found["biz"], parameters={**query, **_from_body(body, kind)}, credentials=held,
        )  # fmt: skip
    return None


def _from_header(header: str | None) -> Mapping[str, str]:
    return _texts(header.encode("latin-1", "replace")) if header else {}


def _from_body(body: bytes, kind: str) -> Mapping[str, str]:
    if "x-www-form-urlencoded" in kind:
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    return _texts(body)


def _texts(body: bytes) -> Mapping[str, str]:
    """Return the texts and numbers of a JSON object, lists joined; null counts as left out."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(value, dict):
        return {}
    plain = {str(k): str(v) for k, v in value.items() if isinstance(v, str | int | float | bool)}
    lists = {str(k): ",".join(map(str, v)) for k, v in value.items() if isinstance(v, list)}
    return plain | lists
