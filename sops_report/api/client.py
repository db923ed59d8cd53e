"""The client: asks a site for one task, and returns the answer as it came."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from sops_report.api.answers import problem_of, rejects_credentials, wants_plain_question
from sops_report.api.clockwork import Clockwork
from sops_report.api.doors import Parameters, write_call
from sops_report.api.rate import Bucket
from sops_report.api.retries import Patience, send_patiently, site_time_us
from sops_report.api.transport import Reply, Transport
from sops_report.config import SCOPES, Credentials, Site, clean_id
from sops_report.errors import UsageError

# A task without runtime data cannot answer these.
_EXTRAS: Final = ("with_failed_node_info", "with_auto_retry_status")
_US: Final = 1_000_000
MOST_IDS: Final = 50
LONGEST_PAGE: Final = 200


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
        bucket: Bucket | None = None,
    ) -> None:
        """Prepare to ask *site*; nothing is sent yet.

        Args:
            site: Where to.
            credentials: Who asks.
            patience: How often a call is tried.
            clocks: The clocks, for tests.
            bucket: The limit on how often the site is asked, where several clients share it.

        Raises:
            UsageError: The site's CA bundle cannot be used.
        """
        self._site = site
        self._credentials = credentials
        self._patience = patience or Patience()
        self._clocks = clocks or Clockwork()
        self._transport = Transport(site)
        self._bucket = bucket or Bucket(site.rate, self._clocks)
        self._knows_header = True

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

    def get_tasks_status(
        self, task_ids: Sequence[str | int], *, biz: str | int | None = None,
        scope: str | None = None, with_children: bool = False,
    ) -> Answer:  # fmt: skip
        """Ask for the states of at most `MOST_IDS` tasks in one call.

        ``data`` is a list in an order of its own; unknown tasks are left out without a word, and
        deleted ones are in it. Look a task up by the ``id`` of its item.

        Raises:
            NetworkError, NotAllowedError, UsageError: As in `get_task_status`; also for more ids.
        """
        ids = [int(clean_id("task id", task_id)) for task_id in task_ids]
        if not 0 < len(ids) <= MOST_IDS:
            raise UsageError("too-many-ids", count=len(ids), most=MOST_IDS)
        parameters: dict[str, str | int | list[int]] = {"task_id_list": ids}
        if with_children:
            parameters["include_children_status"] = "true"
        return self._ask_owner("get_tasks_status", biz, scope, parameters, data=list, by_post=True)

    def get_task_list(
        self, *, limit: int = 100, offset: int = 0, biz: str | int | None = None,
        scope: str | None = None, **filters: str,
    ) -> Answer:  # fmt: skip
        """Ask for one page of the list of tasks, the newest first.

        Args:
            limit: At most `LONGEST_PAGE`; the site cuts without a word.
            offset: How many to leave out.
            biz: Whose tasks; the site's own where not given.
            scope: What that id means.
            **filters: As the API names them: ``template_id``, ``executor``, ``keyword``,
                ``create_time_end`` … An older site ignores those it does not know: verify.

        Raises:
            NetworkError, NotAllowedError, UsageError: As in `get_task_status`; a page too long.
        """
        if not (0 < limit <= LONGEST_PAGE and offset >= 0):
            raise UsageError("bad-page", most=LONGEST_PAGE)
        parameters: Parameters = {"limit": limit, "offset": offset, **filters}
        return self._ask_owner("get_task_list", biz, scope, parameters, data=list)

    def get_task_operate_record(self, task_id: str | int, *, project_id: str | int) -> Answer:
        """Ask who started, paused, retried, skipped what and when.

        The list is found by the project's own id only (``project_id`` of `get_task_detail`); with
        a business id it is empty.

        Raises:
            NetworkError, NotAllowedError, UsageError: As in `get_task_status`.
        """
        return self._ask("get_task_operate_record", task_id, project_id, "project", {}, data=list)

    def get_task_node_log(  # noqa: PLR0913 - the API's own parameters
        self, task_id: str | int, node_id: str, version: str, *, page: int = 1,
        page_size: int = 100, biz: str | int | None = None, scope: str | None = None,
    ) -> Answer:  # fmt: skip
        """Ask for the log of one attempt, which its ``version`` names; needs a special grant.

        Raises:
            NetworkError, NotAllowedError, UsageError: As in `get_task_status`.
        """
        parameters: Parameters = {
            "node_id": node_id, "version": version, "page": page, "page_size": page_size,
        }  # fmt: skip
        return self._ask("get_task_node_log", task_id, biz, scope, parameters, data=str)

    def get_task_effective_time(
        self, task_id: str | int, *, biz: str | int | None = None, scope: str | None = None
    ) -> Answer:
        """Ask for the time of a finished task without its manual waiting (newer sites only).

        Raises:
            NetworkError, NotAllowedError, UsageError: As in `get_task_status`.
        """
        return self._ask("get_task_effective_time", task_id, biz, scope, {})

    def _ask(  # noqa: PLR0913 - what makes a question
        self, api: str, task_id: str | int, biz: str | int | None, scope: str | None,
        parameters: Parameters, *, data: type = dict,
    ) -> Answer:  # fmt: skip
        task = clean_id("task id", task_id)
        ids = {"task_id": task, "bk_biz_id": self._owner(biz, task)}
        asked = self._scoped(scope, parameters)
        reply = self._send(api, ids, asked)
        if any(name in asked for name in _EXTRAS) and wants_plain_question(reply):
            asked = {name: value for name, value in asked.items() if name not in _EXTRAS}
            reply = self._send(api, ids, asked)
        return self._answer(api, ids, asked, reply, data)

    def _ask_owner(  # noqa: PLR0913 - what makes a question
        self, api: str, biz: str | int | None, scope: str | None, parameters: Parameters, *,
        data: type, by_post: bool = False,
    ) -> Answer:  # fmt: skip
        """Ask for something of a business, not of one task."""
        ids = {"bk_biz_id": self._owner(biz)}
        asked = self._scoped(scope, parameters)
        reply = self._send(api, ids, asked, by_post=by_post)
        return self._answer(api, ids, asked, reply, data, by_post=by_post)

    def _scoped(self, scope: str | None, parameters: Parameters) -> Parameters:
        scope = scope or self._site.scope
        if scope not in SCOPES:
            raise UsageError("bad-setting", setting="scope", words=", ".join(SCOPES))
        return {"scope": scope, **parameters}

    def _owner(self, biz: str | int | None, task: str | None = None) -> str:
        business = self._site.biz if biz is None else biz
        if business is None and task is None:
            raise UsageError("no-biz-for-list")
        if business is None:
            raise UsageError("no-biz", task_id=task)
        return clean_id("biz", business)

    def _send(
        self, api: str, ids: Mapping[str, str], parameters: Parameters, *, by_post: bool = False
    ) -> Reply:
        reply = self._exchange(api, ids, parameters, by_post=by_post)
        if self._knows_header and self._site.door == "esb" and rejects_credentials(reply):
            self._knows_header = False
            reply = self._exchange(api, ids, parameters, by_post=by_post)
            self._knows_header = rejects_credentials(reply)
        return reply

    def _exchange(
        self, api: str, ids: Mapping[str, str], parameters: Parameters, *, by_post: bool
    ) -> Reply:
        call = write_call(
            self._site, self._credentials, api, ids, parameters, by_post=by_post,
            with_header=self._knows_header,
        )  # fmt: skip
        return send_patiently(
            self._transport, call, seconds=self._site.timeout_s, patience=self._patience,
            clocks=self._clocks, bucket=self._bucket,
        )  # fmt: skip

    def _answer(  # noqa: PLR0913 - what makes an answer
        self, api: str, ids: Mapping[str, str], parameters: Parameters, reply: Reply, data: type,
        *, by_post: bool = False,
    ) -> Answer:  # fmt: skip
        """Return a good answer.

        Raises:
            NetworkError, NotAllowedError: It is none.
        """
        hide = self._credentials.masked
        problem = problem_of(reply, host=self._site.host, api=api, hide=hide, data=data)
        if problem is not None:
            raise problem
        call = write_call(self._site, Credentials(), api, ids, parameters, by_post=by_post)
        return Answer(
            body=reply.body,
            http_status=reply.status,
            fetched_at_us=int(self._clocks.now() * _US),
            site_time_us=site_time_us(reply),
            request={
                "api": api, "door": self._site.door, "method": call.method, "url": call.url,
                "host": self._site.host, "parameters": {**parameters, **ids},
            },
        )  # fmt: skip
