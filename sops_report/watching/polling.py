"""One task's questions: each changed answer is archived, the last one always."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from sops_report.analysis import Analysis, analyse
from sops_report.api.client import Answer
from sops_report.api.clients import Clients
from sops_report.api.clockwork import Clockwork
from sops_report.archive.archive import Archive
from sops_report.config import Settings
from sops_report.errors import SopsReportError
from sops_report.reading import read_bytes
from sops_report.snapshot import Origin, Snapshot
from sops_report.sources.archived import Place, read_saved, with_child_tasks
from sops_report.sources.errand import named_after
from sops_report.sources.files import Beside
from sops_report.sources.live import Wanted, fetch, site_of
from sops_report.sources.refusals import Refusals, Tell, noted
from sops_report.watching.baseline import Estimate, PastRun, estimate_of, past_runs

_FLOW: Final = "pipeline_tree.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One answer.

    Attributes:
        answer: Byte for byte.
        analysis: What it says.
        path: Where it lies; the older file where only clocks have moved.
        estimate: What earlier runs say of the time that is left; None without enough of them.
    """

    answer: Answer
    analysis: Analysis
    path: Path
    estimate: Estimate | None = None


class Poller:
    """Asks for one task again and again, and keeps what is worth keeping."""

    def __init__(  # noqa: PLR0913 - options
        self,
        task: Wanted,
        settings: Settings,
        *,
        with_detail: bool = True,
        with_histories: bool = True,
        with_operations: bool = False,
        with_logs: bool = False,
        most_calls: int | None = None,
        names: bool = False,
        tell: Tell | None = None,
        clocks: Clockwork | None = None,
        clients: Clients | None = None,
    ) -> None:
        """Prepare to ask; nothing is sent yet.

        Args:
            task: Which task.
            settings: Site, credentials and archive.
            with_detail: Ask for the flow, once: without it progress has no end.
            with_histories: Ask for earlier attempts when it is over.
            with_operations: Ask who did what when it is over.
            with_logs: Ask for the logs of failed nodes when it is over.
            most_calls: How many calls at most beside the status when it is over.
            names: The report may name the people who did something.
            tell: Is told which companion (``flow``, ``histories`` …) could not be had, and why.
            clocks: The clocks, for tests.
            clients: Who asks, where several tasks are followed; they are not closed here.

        Raises:
            UsageError: Site or business id are not set.
            NotAllowedError: Credentials are not set.
        """
        self.task = task
        self._with_detail = with_detail
        self._names = names
        self._refusals = Refusals(tell)
        self._last_fetch = partial(
            fetch, task, settings, with_detail=with_detail, with_histories=with_histories,
            with_operations=with_operations, with_logs=with_logs, most_calls=most_calls,
        )  # fmt: skip
        self._site = site_of(task, settings)
        self._archive = Archive(settings.archive)
        self._are_mine = clients is None
        self._clients = clients or Clients(settings, clocks=clocks)
        self._client = self._clients.of(self._site)
        self._flow: bytes | None = None
        self._last: Answer | None = None
        self._newest: Poll | None = None
        self._past: list[PastRun] | None = None

    @property
    def place(self) -> Place:
        """Where the archive keeps this task."""
        site = self._site
        return {
            "site": site.host, "scope": site.scope, "biz": site.biz or "",
            "task_id": self.task.task_id,
        }  # fmt: skip

    def close(self) -> None:
        """Let go of all connections."""
        if self._are_mine:
            self._clients.close()

    def ask(self) -> Poll:
        """Ask once; an answer older than the last one (of another worker's cache) counts as it.

        Raises:
            NetworkError: The site could not be reached, or answered with an error.
            NotAllowedError: Credentials or a permission are missing.
            InputError: The answer holds no status.
            SopsReportError: The archive cannot be written.
        """
        answer = self._client.get_task_status(
            self.task.task_id, with_failed_node_info=True, with_auto_retry_status=True
        )
        if self._newest is None and self._with_detail:
            self._ask_for_flow()
        poll = self._archived(answer, ignore_elapsed=True)
        if self._newest is not None and _is_older(poll.analysis, self._newest.analysis):
            return self._newest
        poll = replace(poll, estimate=self._estimate(poll.analysis))
        self._last, self._newest = answer, poll
        return poll

    def _estimate(self, analysis: Analysis) -> Estimate | None:
        """Compare with earlier runs, which are looked for once, when the task runs."""
        if analysis.outcome != "running":
            return None
        if self._past is None:
            name = analysis.snapshot.task_name
            self._past = past_runs(self._archive, self.place, name, self._flow)
        return estimate_of(analysis, self._past)

    def _ask_for_flow(self) -> None:
        try:
            self._flow = self._client.get_task_detail(self.task.task_id).body
        except SopsReportError as refusal:
            self._refusals("flow", refusal)
        else:
            self._archive.save_beside(_FLOW, self._flow, **self.place)

    def _archived(self, answer: Answer, *, ignore_elapsed: bool) -> Poll:
        origin = Origin(source=self.task.task_id, fetched_at_us=answer.fetched_at_us, **self.place)
        analysis = analyse(read_bytes(answer.body, origin, flow=self._flow))
        saved = self._archive.save(
            answer.body, **self.place, as_of_us=named_after(analysis.clock, answer),
            fetched_at_us=answer.fetched_at_us, request=answer.request,
            http_status=answer.http_status, ignore_elapsed=ignore_elapsed,
        )  # fmt: skip
        return Poll(answer=answer, analysis=analysis, path=saved.path)

    def last_word(self) -> Snapshot | None:
        """Archive the last answer in any case and read it; None if there never was one."""
        if self._last is None:
            return None
        return self._read(self._archived(self._last, ignore_elapsed=False).path)

    def final(self) -> Snapshot | None:
        """Ask a last time, now for flow and histories too; what is known where that fails.

        A task that never answered is not asked again: None.
        """
        known = self.last_word()
        if known is None:
            return None
        try:
            self._last_fetch(tell=self._refusals, clients=self._clients)
        except SopsReportError as refusal:
            self._refusals("histories", refusal)
            return known
        place = self.place
        newest = self._archive.find(
            place["biz"], place["task_id"], site=place["site"], scope=place["scope"]
        )
        return self._read(newest.path)

    def _read(self, path: Path) -> Snapshot:
        name = f"{self._site.biz}/{self.task.task_id}"
        found = with_child_tasks(read_saved(path, Beside(), source=name), self._archive)
        return replace(noted(found, self._refusals.notes), names=self._names)


def _is_older(new: Analysis, known: Analysis) -> bool:
    """Compare by the server's clock; an answer that is not of that clock is never older."""
    clocks = (new.clock, known.clock)
    if any(clock.as_of_source != "server_clock" for clock in clocks):
        return False
    return (new.clock.as_of_us or 0) < (known.clock.as_of_us or 0)
