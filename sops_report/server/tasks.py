"""Answers about many tasks: their list, and the states of some of them."""

from collections.abc import Mapping
from typing import Final

from sops_report.server.questions import Question
from sops_report.server.register import Entry, Item, Register
from sops_report.server.responses import Response, as_json, refusal_of_site

_MOST_IDS: Final = 50
_LONGEST_PAGE: Final = 200


def reply_about_tasks(question: Question, register: Register) -> Response:
    """Return the answer to ``get_tasks_status`` or ``get_task_list``, as a site orders and cuts."""
    if question.api == "get_tasks_status":
        return _states(question, register)
    return _page(question, register)


def _scope(question: Question) -> str:
    return question.parameters.get("scope", "cmdb_biz")


def _states(question: Question, register: Register) -> Response:
    asked = {one for one in question.parameters.get("task_id_list", "").split(",") if one}
    if not 0 < len(asked) <= _MOST_IDS:
        return refusal_of_site(3540000, "task_id_list: 1 to 50 ids")
    with_children = question.parameters.get("include_children_status", "").lower() == "true"
    entries = register.named(_scope(question), question.biz, asked)
    items = [_state(entry, register, with_children=with_children) for entry in entries]
    return Response(body=as_json(result=True, code=0, message="", data=items))


def _state(entry: Entry, register: Register, *, with_children: bool) -> Item:
    status = register.status(entry.folder.path) if with_children else entry.status
    return {"id": int(entry.folder.task_id), "name": status.get("name"), "status": status}


def _page(question: Question, register: Register) -> Response:
    wishes = question.parameters
    entries = register.entries(_scope(question), question.biz)
    items = [entry.item for entry in entries if _fits(entry.item, wishes)]
    limit = min(_number(wishes, "limit", 100), _LONGEST_PAGE)
    offset = _number(wishes, "offset", 0)
    page = items[offset : offset + limit]
    return Response(body=as_json(result=True, code=0, message="", data=page, count=len(items)))


def _number(wishes: Mapping[str, str], name: str, otherwise: int) -> int:
    text = wishes.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else otherwise


def _fits(item: Item, wishes: Mapping[str, str]) -> bool:
    """Apply the filters that every age of the site knows; newer ones are ignored, as there."""
    if wishes.get("keyword", "") not in str(item["name"]):
        return False
    return wishes.get("executor", item["executor"]) == item["executor"]
