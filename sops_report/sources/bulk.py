"""Many tasks of one business: found by the site's list, fetched one by one into the archive.

An older site ignores filters it does not know, so every filter is looked at again on our side.
Tasks whose last word is archived already are left alone, so a broken-off run goes on where it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.api.client import LONGEST_PAGE, MOST_IDS, SopsClient
from sops_report.api.envelope import outline
from sops_report.archive import Archive, Saved
from sops_report.config import Settings, Site
from sops_report.errors import SopsReportError
from sops_report.reading.times import TimeReader
from sops_report.sources.live import Wanted
from sops_report.states import group_of

_MOST_PAGES: Final = 1000
_LAST_WORDS: Final = frozenset({"FINISHED", "REVOKED", "EXPIRED"})


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
        state: Its state word; None if the site was not asked for it.
    """

    task_id: str
    name: str
    start_us: int | None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What became of one task: `saved`, or `error`, or neither if it was archived already."""

    task_id: str
    saved: Saved | None = None
    error: SopsReportError | None = None


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
    times, seen = TimeReader(), set[str]()
    for item in _items(client, wish):
        start_us = times.read(item.get("start_time")).us
        task_id = str(item.get("id"))
        # Tasks made while we turn the pages push others onto the next one.
        if task_id not in seen and task_id.isdigit() and _fits(item, start_us, wish):
            seen.add(task_id)
            yield Listed(task_id=task_id, name=str(item.get("name") or ""), start_us=start_us)


def _items(client: SopsClient, wish: Wish) -> Iterator[dict[str, object]]:
    filters = {"template_id": wish.template_id, "executor": wish.executor}
    asked = {name: value for name, value in filters.items() if value is not None}
    for page in range(_MOST_PAGES):
        answer = client.get_task_list(limit=LONGEST_PAGE, offset=page * LONGEST_PAGE, **asked)
        items = _list_in(answer.body)
        yield from items
        if len(items) < LONGEST_PAGE:
            return


def _fits(item: dict[str, object], start_us: int | None, wish: Wish) -> bool:
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
    """Yield the tasks in one of the state groups; the list does not tell states."""
    batch: list[Listed] = []
    for task in tasks:
        batch.append(task)
        if len(batch) == MOST_IDS:
            yield from _of_states(client, batch, groups)
            batch = []
    if batch:
        yield from _of_states(client, batch, groups)


def _of_states(
    client: SopsClient, batch: Sequence[Listed], groups: frozenset[str]
) -> Iterator[Listed]:
    answer = client.get_tasks_status([task.task_id for task in batch])
    states = {str(item.get("id")): _state_of(item) for item in _list_in(answer.body)}
    for task in batch:
        state = states.get(task.task_id)
        if state is not None and group_of(state) in groups:
            yield Listed(task_id=task.task_id, name=task.name, start_us=task.start_us, state=state)


def _state_of(item: dict[str, object]) -> str | None:
    status = item.get("status")
    state = status.get("state") if isinstance(status, dict) else None
    return state if isinstance(state, str) else None


def _list_in(body: bytes) -> list[dict[str, object]]:
    data = (outline(body) or {}).get("data")
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def fetch_tasks(
    tasks: Iterable[str],
    settings: Settings,
    fetch: Callable[[Wanted, Settings], Saved],
    *,
    again: bool = False,
) -> Iterator[Fetched]:
    """Fetch tasks one after the other; an error is told with its task and stops nothing.

    Args:
        tasks: Task ids.
        settings: Site, business and archive.
        fetch: Fetches one task, as `sops_report.sources.live.fetch` does.
        again: Fetch also what is archived for good.

    Yields:
        One value a task, in order.
    """
    site, archive = settings.site(), Archive(settings.archive)
    for task_id in tasks:
        if not again and has_last_word(archive, site, task_id):
            yield Fetched(task_id=task_id)
            continue
        try:
            saved = fetch(Wanted(task_id=task_id), settings)
        except SopsReportError as error:
            yield Fetched(task_id=task_id, error=error)
        else:
            yield Fetched(task_id=task_id, saved=saved)


def has_last_word(archive: Archive, site: Site, task_id: str) -> bool:
    """Tell whether the newest archived answer of a task is one that nothing can follow."""
    stored = archive.snapshots(site.biz or "", task_id, site=site.host, scope=site.scope)
    if not stored:
        return False
    envelope = outline(archive.load(stored[-1].path)[0]) or {}
    data = envelope.get("data")
    return isinstance(data, dict) and data.get("state") in _LAST_WORDS
