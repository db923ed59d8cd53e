"""One task's calls, and where their answers are kept.

The status comes first and is archived before anything else is asked; every other call is
optional. Answers are archived as soon as they are there, so a refusal costs only what it refuses.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from sops_report.analysis.clock import Clock, read_clock
from sops_report.api.client import Answer, SopsClient
from sops_report.archive.archive import Archive, Saved
from sops_report.archive.shelf import is_there
from sops_report.config import Site
from sops_report.errors import InputError, NetworkError, SopsReportError
from sops_report.masking.rules import BUILT_IN
from sops_report.masking.text import Masker
from sops_report.reading import read_bytes
from sops_report.reading.children import read_child_tasks
from sops_report.reading.flow import read_flow
from sops_report.snapshot import Flow, Origin, Snapshot
from sops_report.sources.allowance import USED_UP, Allowance
from sops_report.sources.archived import Place
from sops_report.sources.asking import Query, details_to_ask, logs_to_ask
from sops_report.sources.files import Beside
from sops_report.sources.refusals import REFUSALS, Refusals, Tell, refusals_bytes

HISTORIES: Final = "histories.json"
_LOG_PAGE: Final = 100
_MOST_LOG: Final = 64 * 1024
_OF_ONE_NODE: Final = frozenset({"site-error", "no-such-task", "site-odd-answer"})

T = TypeVar("T")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What to ask for beside the status.

    Attributes:
        detail: The flow.
        histories: Earlier attempts, and the tasks of independent subprocesses.
        operations: Who did what.
        logs: The logs of failed nodes.
    """

    detail: bool = True
    histories: bool = True
    operations: bool = False
    logs: bool = False


@dataclass(slots=True, kw_only=True)
class Errand:
    """All calls about one task.

    Attributes:
        task_id: Which.
        site: Where, and whose.
        site_name: The site's name in the archive.
        client: Who asks.
        archive: Where answers are kept.
        allowance: What may still be asked for, shared with other tasks.
        child_tasks: Tasks of independent subprocesses, known from `fetch_histories` on.
    """

    task_id: str
    site: Site
    site_name: str
    client: SopsClient
    archive: Archive
    allowance: Allowance
    child_tasks: tuple[str, ...] = ()
    _detail: bytes | None = field(default=None, repr=False)

    @property
    def place(self) -> Place:
        """Where the archive keeps the task."""
        return {
            "site": self.site_name,
            "scope": self.site.scope,
            "biz": self.site.biz or "",
            "task_id": self.task_id,
        }

    def of_child(self, task_id: str) -> "Errand":
        """Return the errand of a child task, which lives in the same business."""
        return replace(self, task_id=task_id, child_tasks=(), _detail=None)

    def fetch_status(self) -> tuple[Saved, Snapshot]:
        """Ask for the tree, archive it and read it."""
        answer = self.client.get_task_status(
            self.task_id, with_failed_node_info=True, with_auto_retry_status=True
        )
        origin = Origin(source=self.task_id, fetched_at_us=answer.fetched_at_us, **self.place)
        snapshot = read_bytes(answer.body, origin)
        saved = self.archive.save(
            answer.body,
            **self.place,
            as_of_us=named_after(read_clock(snapshot, "unknown"), answer),
            fetched_at_us=answer.fetched_at_us,
            request=answer.request,
            http_status=answer.http_status,
        )
        return saved, snapshot

    def fetch_extras(self, snapshot: Snapshot, extras: Extras, tell: Tell) -> None:
        """Ask for what is wanted beside the status; what cannot be had is told."""
        steps: dict[str, tuple[bool, Callable[[Snapshot], None]]] = {
            "flow": (extras.detail, self.fetch_detail),
            "operations": (extras.operations, self.fetch_operations),
            "logs": (extras.logs, self.fetch_logs),
            "histories": (extras.histories, self.fetch_histories),
        }
        for what, (is_wanted, step) in steps.items():
            if is_wanted:
                try:
                    step(snapshot)
                except SopsReportError as refusal:
                    tell(what, refusal)

    def fetch_detail(self, _: Snapshot) -> None:
        """Ask for the flow."""
        self._save("pipeline_tree.json", self._ask_detail())

    def _ask_detail(self) -> bytes:
        if self._detail is None:
            self.allowance.take("get_task_detail")
            self._detail = self.client.get_task_detail(self.task_id).body
        return self._detail

    def fetch_operations(self, _: Snapshot) -> None:
        """Ask who did what; the record is found by the project's own id only."""
        project_id = self._project_id()
        self.allowance.take("get_task_operate_record")
        answer = self.client.get_task_operate_record(self.task_id, project_id=project_id)
        self._save("operate_records.json", answer.body)

    def _project_id(self) -> str:
        if self.site.scope == "project" and self.site.biz:
            return self.site.biz
        known = self._beside().flow if self._detail is None else None
        detail = decoded(self._ask_detail() if known is None else known)
        data = detail.get("data") if isinstance(detail, Mapping) else None
        project_id = str(data.get("project_id", "")) if isinstance(data, Mapping) else ""
        if not (project_id.isascii() and project_id.isdigit()):
            raise InputError("no-project-id", task_id=self.task_id)
        return project_id

    def fetch_logs(self, snapshot: Snapshot) -> None:
        """Ask for the logs of failed nodes.

        A node without a log is kept all the same: it says that logs were asked for.
        """
        wanted = dict(logs_to_ask(snapshot))
        found: dict[str, list[Json]] = {node_id: [] for node_id in wanted}
        try:
            _ask_each(
                [(node_id, version) for node_id, version in wanted.items() if version],
                lambda one: found[one[0]].append(self._ask_log(*one)),
            )
        finally:
            if found:
                self._save("node_logs.json", _as_bytes(found))

    def _ask_log(self, node_id: str, version: str) -> Json:
        """Return the end of a log: its only page, or its last one."""
        response = self._log_page(node_id, version, 1)
        last = _last_page(response)
        if last > 1:
            response = self._log_page(node_id, version, last)
        text = str(response.get("data") or "")
        is_cut = last > 1 or len(text) > _MOST_LOG
        return {
            "query": {"version": version, "page": last},
            "response": {**response, "data": text[-_MOST_LOG:]},
            "is_cut": is_cut,
        }

    def _log_page(self, node_id: str, version: str, page: int) -> Json:
        self.allowance.take("get_task_node_log")
        answer = self.client.get_task_node_log(
            self.task_id, node_id, version, page=page, page_size=_LOG_PAGE
        )
        response = decoded(answer.body)
        return response if isinstance(response, dict) else {}

    def fetch_histories(self, snapshot: Snapshot) -> None:
        """Ask for the nodes that had earlier attempts, or run as a task of their own."""
        found: dict[str, list[Json]] = {}

        def ask(query: Query) -> None:
            entry = {"query": dict(query), "response": self._ask_node(query)}
            found.setdefault(str(query["node_id"]), []).append(entry)

        try:
            _ask_each(details_to_ask(snapshot, self._flow()), ask)
        finally:
            if found:
                self._save(HISTORIES, _as_bytes(found))
                self.child_tasks = tuple(read_child_tasks(found).values())

    def _flow(self) -> Flow | None:
        data = self._detail or self._beside().flow
        return None if data is None else read_flow(decoded(data))

    def _ask_node(self, query: Mapping[str, object]) -> object:
        stack, loop, component = (
            query["subprocess_stack"], query["loop"], query["component_code"],
        )  # fmt: skip
        self.allowance.take("get_task_node_detail")
        answer = self.client.get_task_node_detail(
            self.task_id,
            str(query["node_id"]),
            component_code=component if isinstance(component, str) else None,
            subprocess_stack=stack if isinstance(stack, list) else [],
            loop=loop if isinstance(loop, int) else None,
        )
        response = decoded(answer.body)
        if response is None:
            raise InputError("histories-unreadable", source=self.task_id)
        return response

    def _beside(self) -> Beside:
        """Return the companions that the archive holds of this task."""
        return Beside().completed(self._newest().parent)

    def _newest(self) -> Path:
        place = self.place
        return self.archive.find(
            place["biz"], self.task_id, site=place["site"], scope=place["scope"]
        ).path

    def keep(self, refusals: Refusals) -> None:
        """Keep what could not be had beside the answer; an older file is told that all was had."""
        notes = refusals.notes
        if notes or is_there(self._newest().with_name(REFUSALS)):
            self._save(REFUSALS, refusals_bytes(notes, Masker(BUILT_IN).clean))

    def _save(self, name: str, body: bytes) -> None:
        self.archive.save_beside(name, body, **self.place)


def _ask_each(wanted: Iterable[T], ask: Callable[[T], None]) -> None:
    """Ask for one node after the other.

    What is refused for one node may be granted for the next; any other refusal ends the asking.

    Raises:
        SopsReportError: The first refusal.
    """
    refused: SopsReportError | None = None
    for one in wanted:
        try:
            ask(one)
        except NetworkError as refusal:
            if refusal.key not in _OF_ONE_NODE:
                raise
            refused = refused or refusal
    if refused is not None:
        raise refused


def follow_children(errand: Errand, extras: Extras, tell: Tell) -> None:
    """Fetch the tasks of independent subprocesses, and theirs, the nearest first.

    Args:
        errand: The parent's, its histories fetched.
        extras: What to ask for beside each status.
        tell: Is told what could not be had.
    """
    seen, waiting = {errand.task_id}, list(errand.child_tasks)
    while waiting:
        task_id = waiting.pop(0)
        if task_id in seen:
            continue
        seen.add(task_id)
        child = errand.of_child(task_id)
        try:
            child.allowance.take("get_task_status")
            _, snapshot = child.fetch_status()
        except SopsReportError as refusal:
            tell("child", refusal)
            if refusal.key in USED_UP:
                return
            continue
        own = Refusals(tell)
        child.fetch_extras(snapshot, extras, own)
        child.keep(own)
        waiting += child.child_tasks


def named_after(clock: Clock, answer: Answer) -> int | None:
    """Return the moment that names an answer's file: the site's clock, where it is known.

    The running answers of a task are named by the server's clock; were a finished one named by
    ours, which may be behind, it would not be the newest.
    """
    if clock.as_of_source == "server_clock" or answer.site_time_us is None:
        return clock.as_of_us
    return max(answer.site_time_us, clock.last_activity_us or 0)


def decoded(data: bytes) -> object:
    """Return a JSON document; None if it is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _last_page(response: Mapping[str, object]) -> int:
    """Return the number of the last page of a log, 1 where the site does not tell."""
    page = response.get("page")
    total = page.get("total") if isinstance(page, Mapping) else None
    if not isinstance(total, int) or isinstance(total, bool) or total <= 0:
        return 1
    return -(-total // _LOG_PAGE)


def _as_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
