"""Fetch a task, archive its answers, and ask for what makes the report truer.

The status answer comes first and is archived before anything else is asked. Flow and histories
are optional: a refusal is told and costs only what they would have said. This module brings the
HTTP library, so it is imported when a live task is asked for, not before.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qs, urlsplit

from sops_report.analysis.clock import read_clock
from sops_report.api.client import SopsClient
from sops_report.api.clients import Clients
from sops_report.archive import Archive, Saved
from sops_report.archive.shelf import is_there
from sops_report.archive.shelf import read_bytes as archived_bytes
from sops_report.config import Settings, Site, make_site
from sops_report.errors import InputError, SopsReportError, UsageError
from sops_report.reading import read_bytes
from sops_report.reading.flow import read_flow
from sops_report.snapshot import Flow, Origin, Snapshot
from sops_report.sources.archived import Place
from sops_report.states import group_of

MOST_HISTORY_CALLS: Final = 200
_DEEPEST: Final = 200

_ARCHIVED: Final = re.compile(r"(\d{1,18})/(\d{1,18})", re.ASCII)

Tell = Callable[[str, SopsReportError], None]


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
    archived_as: str | None = None,
    tell: Tell | None = None,
    clients: Clients | None = None,
) -> Saved:
    """Fetch a task's status into the archive, and the optional companions beside it.

    Args:
        task: Which task.
        settings: Site, credentials and archive.
        with_detail: Ask for the flow.
        with_histories: Ask for the earlier attempts of nodes that had some.
        archived_as: The site's name in the archive, where it is not its host.
        tell: Is told which companion (``flow``, ``histories``) could not be had, and why.
        clients: Who asks, where many tasks are fetched; else one is made for this task.

    Returns:
        Where the status answer lies.

    Raises:
        NetworkError: The status could not be fetched.
        NotAllowedError: Credentials or a permission are missing.
        UsageError: Site, business id or credentials are not set.
    """
    site = site_of(task, settings)
    archive = Archive(settings.archive)
    with nullcontext(clients) if clients else Clients(settings) as asking:
        client = asking.of(site)
        errand = _Errand(task.task_id, site, archived_as or site.host, client, archive)
        saved, snapshot = errand.fetch_status()
        companions: list[tuple[str, Callable[[Snapshot], None]]] = []
        if with_detail:
            companions.append(("flow", errand.fetch_detail))
        if with_histories:
            companions.append(("histories", errand.fetch_histories))
        for what, companion in companions:
            try:
                companion(snapshot)
            except SopsReportError as refusal:
                if tell is not None:
                    tell(what, refusal)
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


@dataclass(frozen=True, slots=True)
class _Errand:
    """One task's calls, and where their answers are kept."""

    task_id: str
    site: Site
    site_name: str
    client: SopsClient
    archive: Archive

    @property
    def place(self) -> Place:
        return {
            "site": self.site_name,
            "scope": self.site.scope,
            "biz": self.site.biz or "",
            "task_id": self.task_id,
        }

    def fetch_status(self) -> tuple[Saved, Snapshot]:
        answer = self.client.get_task_status(
            self.task_id, with_failed_node_info=True, with_auto_retry_status=True
        )
        origin = Origin(source=self.task_id, fetched_at_us=answer.fetched_at_us, **self.place)
        snapshot = read_bytes(answer.body, origin)
        clock = read_clock(snapshot, "unknown")
        saved = self.archive.save(
            answer.body,
            **self.place,
            as_of_us=clock.as_of_us,
            fetched_at_us=answer.fetched_at_us,
            request=answer.request,
            http_status=answer.http_status,
        )
        return saved, snapshot

    def fetch_detail(self, _: Snapshot) -> None:
        answer = self.client.get_task_detail(self.task_id)
        self.archive.save_beside("pipeline_tree.json", answer.body, **self.place)

    def fetch_histories(self, snapshot: Snapshot) -> None:
        """Ask for the nodes that had earlier attempts; one refusal ends the asking."""
        flow = self._flow()
        found: dict[str, list[object]] = {}
        try:
            for query in list(_questions(snapshot, flow))[:MOST_HISTORY_CALLS]:
                response = self._ask_node(query)
                found.setdefault(str(query["node_id"]), []).append(
                    {"query": query, "response": response}
                )
        finally:
            if found:
                body = json.dumps(found, ensure_ascii=False).encode()
                self.archive.save_beside("histories.json", body, **self.place)

    def _flow(self) -> Flow | None:
        place = self.place
        newest = self.archive.find(
            place["biz"], self.task_id, site=place["site"], scope=place["scope"]
        ).path
        path = newest.with_name("pipeline_tree.json")
        if not is_there(path):
            return None
        try:
            return read_flow(json.loads(archived_bytes(path)))
        except (ValueError, RecursionError):
            return None

    def _ask_node(self, query: Mapping[str, object]) -> object:
        stack, loop, component = (
            query["subprocess_stack"], query["loop"], query["component_code"],
        )  # fmt: skip
        answer = self.client.get_task_node_detail(
            self.task_id,
            str(query["node_id"]),
            component_code=component if isinstance(component, str) else None,
            subprocess_stack=stack if isinstance(stack, list) else [],
            loop=loop if isinstance(loop, int) else None,
        )
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError) as cause:
            raise InputError("histories-unreadable", source=self.task_id) from cause


def _questions(snapshot: Snapshot, flow: Flow | None) -> Iterator[Mapping[str, object]]:
    """Yield what to ask of which node: only those that can have earlier attempts."""
    tree = snapshot.tree
    for position in range(1, len(tree)):
        node_id = tree.node_id[position]
        if node_id is None or not _had_attempts(snapshot, position):
            continue
        known = flow.nodes.get(node_id) if flow is not None else None
        passes = range(1, min(tree.loop[position] or 1, _DEEPEST))
        for loop in (None, *passes):
            yield {
                "node_id": node_id,
                "component_code": known.component if known is not None else None,
                "subprocess_stack": _stack(snapshot, position),
                "loop": loop,
            }


def _had_attempts(snapshot: Snapshot, position: int) -> bool:
    tree = snapshot.tree
    return tree.is_leaf(position) and (
        bool(tree.retry[position])
        or (tree.loop[position] or 1) > 1
        or tree.skip[position] is True
        or tree.error_ignored[position] is True
        or (group_of(tree.state[position]) == "failed")
    )


def _stack(snapshot: Snapshot, position: int) -> list[str]:
    """Return the ids of the enclosing subprocesses, outermost first."""
    stack = []
    parent = snapshot.tree.parent[position]
    while parent > 0:
        stack.append(snapshot.tree.node_id[parent] or "")
        parent = snapshot.tree.parent[parent]
    return stack[::-1]
