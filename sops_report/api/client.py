"""The client: asks a site for one task, and returns the answer as it came."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from sops_report.api.answers import problem_of, wants_plain_question
from sops_report.api.doors import write_call
from sops_report.api.retries import Clockwork, Patience, send_patiently, site_time_us
from sops_report.api.transport import Reply, Transport
from sops_report.config import SCOPES, Credentials, Site, clean_id
from sops_report.errors import UsageError

Parameters = Mapping[str, str | int]

# A task without runtime data cannot answer these.
_EXTRAS: Final = ("with_failed_node_info", "with_auto_retry_status")
_US: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A good answer, byte for byte.

    Attributes:
        body: As decoded (gzip and the like), else verbatim.
        http_status: The HTTP status.
        fetched_at_us: When it had been read: microseconds since 1970, UTC, our own clock.
        site_time_us: What the site's own clock said (its header ``Date``), whole seconds; None if
            it did not tell.
        request: What was asked: ``api``, ``door``, ``method``, ``url``, ``host`` and the
            ``parameters``; no secret.
    """

    body: bytes = field(repr=False)
    http_status: int
    fetched_at_us: int
    request: Mapping[str, object]
    site_time_us: int | None = None


class SopsClient:
    """Asks one bk-sops site; may be used by many threads at once.

    Every call is a read, is bounded in time and size (see `Site`), and is tried again after a
    passing trouble. Errors hold no secret, even if the site echoes one.

    Example:
        >>> from sops_report.config import make_site
        >>> site = make_site("http://127.0.0.1:9", biz=2)
        >>> with SopsClient(site, Credentials(app_code="a", app_secret="b", username="c")) as sops:
        ...     sops
        <SopsClient esb http://127.0.0.1:9>
    """

    def __init__(
        self,
        site: Site,
        credentials: Credentials,
        *,
        patience: Patience | None = None,
        clocks: Clockwork | None = None,
    ) -> None:
        """Prepare to ask *site*; nothing is sent yet.

        Args:
            site: Where to.
            credentials: Who asks.
            patience: How often a call is tried.
            clocks: The clocks, for tests.

        Raises:
            UsageError: The site's CA bundle cannot be used.
        """
        self._site = site
        self._credentials = credentials
        self._patience = patience or Patience()
        self._clocks = clocks or Clockwork()
        self._transport = Transport(site)

    def __repr__(self) -> str:
        """Name the site; never the credentials."""
        return f"<SopsClient {self._site.door} {self._site.url}>"

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of all connections."""
        self.close()

    def close(self) -> None:
        """Let go of all connections."""
        self._transport.close()

    def get_task_status(  # noqa: PLR0913 - the API's own parameters
        self,
        task_id: str | int,
        *,
        biz: str | int | None = None,
        scope: str | None = None,
        subprocess_id: str | None = None,
        with_ex_data: bool = True,
        with_failed_node_info: bool = False,
        with_auto_retry_status: bool = False,
    ) -> Answer:
        """Ask for the tree of nodes of a task.

        Args:
            task_id: The task's number.
            biz: Whose task it is; the site's own where not given.
            scope: What that id means: ``cmdb_biz`` or ``project``.
            subprocess_id: Cut the tree there. The site then forgets the names below: better ask
                for the whole tree.
            with_ex_data: Texts of failed nodes; only a task in the state FAILED has them.
            with_failed_node_info: The failed nodes and their automatic retries. Left out by a
                second call if the task has not run yet and so cannot tell.
            with_auto_retry_status: The nodes that will be retried by themselves; likewise.

        Raises:
            NetworkError: The site could not be reached, or answered with an error.
            NotAllowedError: Credentials or a permission are missing.
            UsageError: An id is none.
        """
        switches = {
            "with_ex_data": with_ex_data,
            "with_failed_node_info": with_failed_node_info,
            "with_auto_retry_status": with_auto_retry_status,
        }
        parameters: dict[str, str | int] = {name: 1 for name, on in switches.items() if on}
        if subprocess_id:
            parameters["subprocess_id"] = subprocess_id
        return self._ask("get_task_status", task_id, biz, scope, parameters)

    def get_task_detail(
        self, task_id: str | int, *, biz: str | int | None = None, scope: str | None = None
    ) -> Answer:
        """Ask for the flow of a task (``pipeline_tree``): true edges and component codes.

        Raises:
            NetworkError, NotAllowedError, UsageError: As in `get_task_status`.
        """
        return self._ask("get_task_detail", task_id, biz, scope, {})

    def get_task_node_detail(  # noqa: PLR0913 - the API's own parameters
        self,
        task_id: str | int,
        node_id: str,
        *,
        component_code: str | None = None,
        subprocess_stack: Sequence[str] = (),
        loop: int | None = None,
        biz: str | int | None = None,
        scope: str | None = None,
    ) -> Answer:
        """Ask for one node with its earlier attempts (``histories``).

        Args:
            task_id: The task's number.
            node_id: The node.
            component_code: Its component, as the flow tells it; needed for named outputs.
            subprocess_stack: The enclosing subprocess nodes, outermost first.
            loop: The pass; the newest where not given.
            biz: Whose task it is; the site's own where not given.
            scope: What that id means: ``cmdb_biz`` or ``project``.

        Raises:
            NetworkError, NotAllowedError, UsageError: As in `get_task_status`.
        """
        parameters: dict[str, str | int] = {"node_id": node_id}
        if component_code:
            parameters["component_code"] = component_code
        if subprocess_stack:
            parameters["subprocess_stack"] = json.dumps(list(subprocess_stack))
        if loop is not None:
            parameters["loop"] = loop
        return self._ask("get_task_node_detail", task_id, biz, scope, parameters)

    def _ask(
        self, api: str, task_id: str | int, biz: str | int | None, scope: str | None,
        parameters: Parameters,
    ) -> Answer:  # fmt: skip
        ids = self._ids(task_id, biz)
        scope = scope or self._site.scope
        if scope not in SCOPES:
            raise UsageError("bad-setting", setting="scope", words=", ".join(SCOPES))
        asked: Parameters = {"scope": scope, **parameters}
        reply = self._send(api, ids, asked)
        if any(name in asked for name in _EXTRAS) and wants_plain_question(reply):
            asked = {name: value for name, value in asked.items() if name not in _EXTRAS}
            reply = self._send(api, ids, asked)
        hide = self._credentials.masked
        problem = problem_of(reply, host=self._site.host, api=api, hide=hide)
        if problem is not None:
            raise problem
        return self._answer(api, ids, asked, reply)

    def _ids(self, task_id: str | int, biz: str | int | None) -> tuple[str, str]:
        task = clean_id("task id", task_id)
        business = self._site.biz if biz is None else biz
        if business is None:
            raise UsageError("no-biz", task_id=task)
        return task, clean_id("biz", business)

    def _send(self, api: str, ids: tuple[str, str], parameters: Parameters) -> Reply:
        call = write_call(self._site, self._credentials, api, ids, parameters)
        return send_patiently(
            self._transport, call, seconds=self._site.timeout_s,
            patience=self._patience, clocks=self._clocks,
        )  # fmt: skip

    def _answer(
        self, api: str, ids: tuple[str, str], parameters: Parameters, reply: Reply
    ) -> Answer:
        call = write_call(self._site, Credentials(), api, ids, parameters)
        return Answer(
            body=reply.body,
            http_status=reply.status,
            fetched_at_us=int(self._clocks.now() * _US),
            site_time_us=site_time_us(reply),
            request={
                "api": api, "door": self._site.door, "method": call.method, "url": call.url,
                "host": self._site.host,
                "parameters": {**parameters, "task_id": ids[0], "bk_biz_id": ids[1]},
            },
        )  # fmt: skip
