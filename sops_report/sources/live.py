"""Fetch a task, archive its answers, and ask for what makes the report truer.

Everything but the status is optional: a refusal is told and costs only what it would have said.
This module brings the HTTP library, so it is imported when a live task is asked for, not before.
"""

import re
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qs, urlsplit

from sops_report.api.clients import Clients
from sops_report.archive.archive import Archive, Saved
from sops_report.config import Settings, Site, make_site
from sops_report.errors import UsageError
from sops_report.sources.allowance import MOST_CALLS, Allowance
from sops_report.sources.errand import Errand, Extras, follow_children
from sops_report.sources.refusals import Refusals, Tell

# All optional calls together may take as long as so many calls.
_CALLS_LONG: Final = 5

_ARCHIVED: Final = re.compile(r"(\d{1,18})/(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A task to fetch.

    Attributes:
        task_id: Its number.
        url, biz, scope: Where the name of the task tells them; else the settings do.
    """

    task_id: str
    url: str | None = None
    biz: str | None = None
    scope: str | None = None


def wanted(name: str) -> Wanted:
    """Return the task that a task id, ``BIZ/TASK`` or the address of a task page names.

    Raises:
        UsageError: It is none of them.
    """
    if name.lower().startswith(("http://", "https://")):
        return of_page(name)
    match = _ARCHIVED.fullmatch(name)
    if match is not None:
        return Wanted(task_id=match[2], biz=match[1])
    if not name.isascii() or not name.isdigit():
        raise UsageError("no-task-id", source=name[:60])
    return Wanted(task_id=name)


def of_page(address: str) -> Wanted:
    """Return the task that the address of a task page names.

    Raises:
        UsageError: The address has no ``instance_id``.

    Example:
        >>> of_page("https://ops.example.com/taskflow/execute/3/?instance_id=10")
        Wanted(task_id='10', url='https://ops.example.com', biz='3', scope='project')
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        raise UsageError("no-task-in-url", url=address.partition("?")[0][:100]) from None
    ids = _instance_ids(parts.query) or _instance_ids(parts.fragment.rpartition("?")[2])
    if not ids:
        url = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
        raise UsageError("no-task-in-url", url=url[:100])
    numbers = re.findall(r"(?<=/)\d+(?=/|$)", f"{parts.path}/{parts.fragment}", re.ASCII)
    return Wanted(
        task_id=ids[0],
        url=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        biz=numbers[-1] if numbers else None,
        scope="project" if numbers else None,
    )


def _instance_ids(query: str) -> list[str]:
    found = parse_qs(query).get("instance_id", [])
    return [one for one in found if re.fullmatch(r"\d{1,18}", one, re.ASCII)]


def fetch(  # noqa: PLR0913 - options
    task: Wanted,
    settings: Settings,
    *,
    with_detail: bool = True,
    with_histories: bool = True,
    with_operations: bool = False,
    with_logs: bool = False,
    most_calls: int | None = None,
    archived_as: str | None = None,
    tell: Tell | None = None,
    clients: Clients | None = None,
) -> Saved:
    """Fetch a task's status into the archive, and the optional companions beside it.

    The tasks of independent subprocesses are fetched too, where the histories name them.

    Args:
        task: Which task.
        settings: Site, credentials and archive.
        with_detail: Ask for the flow.
        with_histories: Ask for the earlier attempts of nodes that had some.
        with_operations: Ask who did what.
        with_logs: Ask for the logs of failed nodes.
        most_calls: How many calls at most beside the status, child tasks included.
        archived_as: The site's name in the archive, where it is not its host.
        tell: Is told what (``flow``, ``histories``, ``operations``, ``logs``, ``child``) could not
            be had, and why.
        clients: Who asks, where many tasks are fetched; else one is made for this task.

    Returns:
        Where the status answer lies.

    Raises:
        NetworkError: The status could not be fetched.
        NotAllowedError: Credentials or a permission are missing.
        UsageError: Site, business id or credentials are not set.
    """
    site = site_of(task, settings)
    extras = Extras(
        detail=with_detail, histories=with_histories, operations=with_operations, logs=with_logs
    )
    calls = MOST_CALLS if most_calls is None else most_calls
    hear = Refusals(tell)
    with nullcontext(clients) if clients else Clients(settings) as asking:
        errand = Errand(
            task_id=task.task_id,
            site=site,
            site_name=archived_as or site.host,
            client=asking.of(site),
            archive=Archive(settings.archive),
            allowance=Allowance(calls=calls, seconds=site.timeout_s * _CALLS_LONG),
        )
        saved, snapshot = errand.fetch_status()
        errand.fetch_extras(snapshot, extras, hear)
        follow_children(errand, extras, hear)
        errand.keep(hear)
    return saved


def site_of(task: Wanted, settings: Settings) -> Site:
    """Return the site to ask for *task*: always the configured one.

    The host of a pasted page is never asked by itself: our credentials belong to the site they
    were configured for, and an address from a chat could name any host.

    Raises:
        UsageError: No site or no business id is set.
    """
    if settings.url is None and task.url is not None:
        raise UsageError("page-without-site", host=make_site(task.url).host, url=task.url)
    site = settings.site()
    biz = task.biz or site.biz or settings.biz
    if biz is None:
        raise UsageError("no-biz", task_id=task.task_id)
    return replace(site, biz=biz, scope=task.scope or site.scope)
