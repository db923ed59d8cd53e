"""Many tasks fetched into the archive, a few at a time.

Tasks whose last word is archived, and all that is wanted beside it, are left alone, so a run that
was broken off goes on where it was; of the others in the archive the site is asked fifty at a time
whether they have changed. One task's
error stops nothing; a site that is gone stops the run.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from sops_report.api.client import SopsClient
from sops_report.archive.archive import Archive, Saved
from sops_report.config import Site
from sops_report.errors import SopsReportError
from sops_report.sources.errand import Extras
from sops_report.sources.listing import Listed, batches, states_of
from sops_report.sources.resting import Kept, at_rest, kept, lacks
from sops_report.states import group_of

MOST_IN_A_ROW: Final = 10
_MAY_REST: Final = frozenset({"failed", "waiting"})  # groups of states in which nothing may happen
# Refusals of one task; every other error is the site's or the line's.
_OF_ONE_TASK: Final = frozenset({
    "no-permission", "no-such-task", "site-error", "site-odd-answer", "site-too-large", "no-status",
    "no-status-in-data", "not-json",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What became of one task: `saved`, or `error`."""

    task_id: str
    saved: Saved | None = None
    error: SopsReportError | None = None


def due_tasks(
    tasks: Iterable[Listed], client: SopsClient, archive: Archive, site: Site, extras: Extras
) -> Iterator[tuple[str, bool]]:
    """Yield each task's id, in their order, and whether it has to be fetched.

    It has not where the archived answer is the last word and what is wanted beside it was asked
    for, where a fetch would bring nothing new, and where the site has forgotten the task meanwhile:
    what is archived says more.

    Raises:
        NetworkError, NotAllowedError: The site cannot be asked.
    """
    for batch in batches(tasks):
        known = {task.task_id: kept(archive, site, task.task_id) for task in batch}
        open_ones = [
            task_id for task_id, task in known.items()
            if task and not task.is_forgotten and (not task.is_final or lacks(task, extras))
        ]  # fmt: skip
        states = states_of(client, open_ones) if open_ones else {}
        candidates = {
            task_id: task for task_id, task in known.items()
            if task and states.get(task_id) == task.state and group_of(task.state) in _MAY_REST
        }  # fmt: skip
        settled = at_rest(client, archive, site, candidates, extras)
        for task_id, task in known.items():
            yield task_id, task_id not in settled and _is_due(task, states.get(task_id))


def _is_due(archived: Kept | None, now: str | None) -> bool:
    if archived is None:
        return True
    if archived.is_final:  # asked for only where something beside it is not there
        return now == archived.state
    if now == "EXPIRED":
        return False
    return not archived.state == now == "CREATED"


def fetch_tasks(
    names: Iterable[str], fetch: Callable[[str], Saved], *, jobs: int = 1
) -> Iterator[Fetched]:
    """Fetch tasks, several at a time; an error is told with its task and stops nothing.

    Args:
        names: What names the tasks; taken from as there is room, never all at once.
        fetch: Fetches one task; may be called by several threads.
        jobs: How many at a time.

    Yields:
        One value a task, in their order. After `MOST_IN_A_ROW` errors of the site itself, one
        after the other, nothing more: the others would only fail as well, and slowly.
    """

    def one(name: str) -> Fetched:
        try:
            return Fetched(task_id=name, saved=fetch(name))
        except SopsReportError as error:
            return Fetched(task_id=name, error=error)

    in_a_row = 0
    for fetched in _side_by_side(one, names, jobs):
        is_gone = fetched.error is not None and fetched.error.key not in _OF_ONE_TASK
        in_a_row = in_a_row + 1 if is_gone else 0
        yield fetched
        if in_a_row >= MOST_IN_A_ROW:
            return


def _side_by_side(
    work: Callable[[str], Fetched], names: Iterable[str], jobs: int
) -> Iterator[Fetched]:
    """Yield what *work* makes of each name, in their order.

    The threads are daemons: after an interrupt nobody waits for them, and what they leave half
    done the archive survives.
    """
    todo: SimpleQueue[tuple[str, Future[Fetched]] | None] = SimpleQueue()
    for _ in range(jobs):
        threading.Thread(target=_serve, args=(todo, work), name="fetch", daemon=True).start()
    pending: deque[Future[Fetched]] = deque()
    try:
        for name in names:
            future: Future[Fetched] = Future()
            pending.append(future)
            todo.put((name, future))
            if len(pending) >= 2 * jobs:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
        for _ in range(jobs):
            todo.put(None)


def _serve(
    todo: "SimpleQueue[tuple[str, Future[Fetched]] | None]", work: Callable[[str], Fetched]
) -> None:
    while (job := todo.get()) is not None:
        name, future = job
        if not future.set_running_or_notify_cancel():
            continue
        made = None
        try:
            made = work(name)
        finally:
            if made is None:
                future.set_exception(sys.exc_info()[1])  # a bug is raised where it is waited for
            else:
                future.set_result(made)
