"""Tasks of one business, found by the site's list.

An older site ignores filters it does not know, so every filter is looked at again on our side; and
it may cut pages shorter than was asked for, so the list is turned until it is at its end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sops_report.api.client import LONGEST_PAGE, MOST_IDS, SopsClient
from sops_report.api.envelope import outline
from sops_report.errors import NetworkError
from sops_report.reading.times import TimeReader
from sops_report.states import group_of

_OF_THE_BATCH: Final = frozenset({"site-error", "site-too-large"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which tasks are wanted; None asks for no such thing.

    Attributes:
        template_id: Made from this template.
        executor: Started by this user.
        since_us, until_us: Started not before and not after, microseconds since 1970 in UTC.
        groups: In one of these state groups; empty means any.
        most: How many at most, the newest first.
    """

    template_id: str | None = None
    executor: str | None = None
    since_us: int | None = None
    until_us: int | None = None
    groups: frozenset[str] = frozenset()
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One task of the list.

    Attributes:
        task_id: Its number.
        name: Hostile, as every text of an answer.
        start_us: When it started; None if it did not.
        state: Its state word; None if the site was not asked for it, or cannot tell.
    """

    task_id: str
    name: str
    start_us: int | None
    state: str | None = None


def listed_tasks(client: SopsClient, wish: Wish) -> Iterator[Listed]:
    """Yield the tasks that fit, the newest first.

    Raises:
        NetworkError, NotAllowedError: The site cannot be asked.
    """
    found = _fitting(client, wish)
    if wish.groups:
        found = _in_groups(client, found, wish.groups)
    for number, task in enumerate(found):
        if wish.most is not None and number >= wish.most:
            return
        yield task


def _fitting(client: SopsClient, wish: Wish) -> Iterator[Listed]:
    times = TimeReader()
    for item in _items(client, wish):
        start_us = times.read(item.get("start_time")).us
        if _fits(item, start_us, wish):
            name = str(item.get("name") or "")
            yield Listed(task_id=str(item["id"]), name=name, start_us=start_us)


def _items(client: SopsClient, wish: Wish) -> Iterator[Mapping[str, object]]:
    """Yield the items of all pages, each task once.

    Tasks made while we turn the pages push others onto the next one. A page without a new task is
    the last: it is empty, or the site does not turn pages at all.
    """
    filters = {"template_id": wish.template_id, "executor": wish.executor}
    asked = {name: value for name, value in filters.items() if value is not None}
    seen, offset = set[str](), 0
    while True:
        answer = client.get_task_list(limit=LONGEST_PAGE, offset=offset, **asked)
        items, count = _page(answer.body)
        new = {str(item.get("id")): item for item in items if _is_new(item, seen)}
        seen |= new.keys()
        yield from new.values()
        offset += len(items)
        if not new or (count is not None and offset >= count):
            return


def _is_new(item: Mapping[str, object], seen: set[str]) -> bool:
    task_id = str(item.get("id"))
    return task_id.isascii() and task_id.isdigit() and task_id not in seen


def _page(body: bytes) -> tuple[list[Mapping[str, object]], int | None]:
    """Return the items of a page and how many there are on all pages, if the site tells."""
    envelope = outline(body) or {}
    data, count = envelope.get("data"), envelope.get("count")
    known = data if isinstance(data, list) else []
    items: list[Mapping[str, object]] = [item for item in known if isinstance(item, dict)]
    return items, count if isinstance(count, int) and count >= len(items) else None


def _fits(item: Mapping[str, object], start_us: int | None, wish: Wish) -> bool:
    names = (("template_id", wish.template_id), ("executor", wish.executor))
    if any(value is not None and str(item.get(name)) != value for name, value in names):
        return False
    if wish.since_us is None and wish.until_us is None:
        return True
    after, before = wish.since_us, wish.until_us
    return start_us is not None and (
        (after is None or start_us >= after) and (before is None or start_us <= before)
    )


def _in_groups(
    client: SopsClient, tasks: Iterable[Listed], groups: frozenset[str]
) -> Iterator[Listed]:
    """Yield the tasks in one of the state groups; the list itself does not tell states."""
    for batch in batches(tasks):
        states = states_of(client, [task.task_id for task in batch])
        for task in batch:
            state = states.get(task.task_id)
            if group_of(state) in groups:
                yield replace(task, state=state)


def batches(tasks: Iterable[Listed]) -> Iterator[list[Listed]]:
    """Yield the tasks in lists of as many as one call may ask for."""
    batch: list[Listed] = []
    for task in tasks:
        batch.append(task)
        if len(batch) == MOST_IDS:
            yield batch
            batch = []
    if batch:
        yield batch


def states_of(client: SopsClient, task_ids: Sequence[str]) -> dict[str, str]:
    """Return the state words by task id; what the site cannot tell is left out.

    Raises:
        NetworkError, NotAllowedError: The site cannot be asked.
    """
    found = {
        task_id: status.get("state") for task_id, status in statuses_of(client, task_ids).items()
    }
    return {task_id: state for task_id, state in found.items() if isinstance(state, str)}


def statuses_of(
    client: SopsClient, task_ids: Sequence[str], *, with_children: bool = False
) -> dict[str, Mapping[str, object]]:
    """Return the roots by task id, their trees below them on request.

    One task whose engine fails makes a site refuse the whole batch; then the halves are asked.

    Raises:
        NetworkError, NotAllowedError: The site cannot be asked.
    """
    try:
        answer = client.get_tasks_status(task_ids, with_children=with_children)
    except NetworkError as refusal:
        if refusal.key not in _OF_THE_BATCH:
            raise
        if len(task_ids) == 1:
            return {}
        half = len(task_ids) // 2
        parts = (task_ids[:half], task_ids[half:])
        first, second = (statuses_of(client, part, with_children=with_children) for part in parts)
        return first | second
    statuses = {str(item.get("id")): item.get("status") for item in _page(answer.body)[0]}
    return {task_id: status for task_id, status in statuses.items() if isinstance(status, dict)}
