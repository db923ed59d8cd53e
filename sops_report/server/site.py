"""`LocalSite`: the HTTP server itself, and its faults on the wire."""

import http.server
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final, Self

from sops_report.archive.archive import Archive
from sops_report.config import Credentials
from sops_report.errors import InputError, SopsReportError, UsageError
from sops_report.server.faults import Fault, read_fault
from sops_report.server.mischief import MADE_UP
from sops_report.server.questions import read_question
from sops_report.server.register import Register
from sops_report.server.replay import Replay
from sops_report.server.replies import reply_to
from sops_report.server.responses import (
    Response,
    no_such_address,
    refusal_of_gateway,
    refusal_of_site,
)

_LARGEST_BODY: Final = 1024 * 1024
_DRIP_S: Final = 0.1


class LocalSite:
    """A bk-sops site on 127.0.0.1 that answers from an archive.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, LocalSite(folder) as site:
        ...     site.url.rpartition(":")[0]
        'http://127.0.0.1'
    """

    def __init__(  # noqa: PLR0913 - options
        self,
        archive: Archive | Path | str,
        *,
        port: int = 0,
        faults: Sequence[Fault | str] = (),
        credentials: Credentials | None = None,
        slow_s: float = 5.0,
        replay_speed: float | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        listener: Callable[[str], None] | None = None,
    ) -> None:
        """Take the port; nothing is answered before `start` or `run`.

        Args:
            archive: Where answers come from.
            port: 0 takes a free one.
            faults: What to do wrong; the first that meets a request counts.
            credentials: The only ones to be let in; None lets in any that are whole.
            slow_s: How long the fault ``slow`` says nothing.
            replay_speed: Answer a task's snapshots as they were, this many times as fast; None
                answers the newest one.
            monotonic: The clock of a replay, for tests.
            listener: Is told the path of each request as it comes, by any thread; queries and
                headers, which hold secrets, are not told.

        Raises:
            UsageError: There is no such folder, no such fault, or the speed is none.
            SopsReportError: The port cannot be had.
        """
        self._archive = archive if isinstance(archive, Archive) else Archive(archive)
        if not self._archive.folder.is_dir():
            raise UsageError("no-archive", folder=self._archive.folder)
        self._faults = [read_fault(fault) if isinstance(fault, str) else fault for fault in faults]
        self._credentials = credentials
        self._slow_s = slow_s
        replay = None if replay_speed is None else Replay(replay_speed, monotonic)
        self._register = Register(archive=self._archive, replay=replay)
        self._listener = listener
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.stopped = threading.Event()
        self.n_requests = 0
        self._turns: Counter[Fault] = Counter()
        self._server = _listen(port, self)

    @property
    def url(self) -> str:
        """The base address; also the ESB's host."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def gateway_url(self) -> str:
        """The base address in the shape of a gateway's, ending with a stage."""
        return f"{self.url}/api/bk-sops/prod"

    def __enter__(self) -> Self:
        """Answer in the background."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop answering."""
        self.stop()

    def start(self) -> None:
        """Answer in the background until `stop`."""
        self._thread = threading.Thread(target=self._serve, name="local-site", daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Answer in the foreground until interrupted; `stop` gives the port back."""
        self._serve()

    def stop(self) -> None:
        """Stop answering and give the port back; a second time does nothing."""
        self.stopped.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def fault_of_next_request(self, path: str) -> str | None:
        """Count a request and return the fault that meets it."""
        if self._listener is not None:
            self._listener(path.partition("?")[0])
        with self._lock:
            self.n_requests += 1
            concerned = [fault for fault in self._faults if fault.concerns(path)]
            self._turns.update(set(concerned))
            met = (fault.name for fault in concerned if fault.meets(self._turns[fault]))
            return next(met, None)

    def pause(self) -> None:
        """Say nothing for a while, or until the site is stopped."""
        self.stopped.wait(self._slow_s)

    def respond(self, target: str, header: str | None, body: bytes, kind: str) -> Response:
        """Return the honest answer to a request."""
        question = read_question(target, header, body, kind)
        if question is None:
            return no_such_address()
        try:
            return reply_to(question, self._register, self._credentials)
        except (OSError, InputError):
            return refusal_of_site(3599999, "the archive cannot be read")


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    site: LocalSite

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away; everything else is a bug worth a traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _listen(port: int, site: LocalSite) -> _Server:
    try:
        server = _Server(("127.0.0.1", port), _Handler)
    except (OSError, OverflowError) as error:
        problem = SopsReportError("port-taken", port=port, reason=getattr(error, "strerror", "-"))
    else:
        server.site = site
        return server
    raise problem


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sops-report"
    sys_version = ""
    timeout = 60.0
    server: _Server

    _WIRE_FAULTS: ClassVar[dict[str, str]] = {"short": "_send_short", "drip": "_send_dripping"}

    def log_message(self, *_: object) -> None:
        """Log nothing: a request line can hold a secret."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a POST, as the ESB takes it."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _LARGEST_BODY:
            self.close_connection = True
            self._send(refusal_of_gateway(413, 1641301, "TOO_LARGE", "Request body too large"))
            return
        self._answer(self.rfile.read(int(length)))

    def _answer(self, body: bytes) -> None:
        site = self.server.site
        fault = site.fault_of_next_request(self.path)
        if fault == "slow":
            site.pause()
        header = self.headers.get("X-Bkapi-Authorization")
        made = MADE_UP.get(fault or "")
        honest = site.respond(self.path, header, body, self.headers.get("Content-Type", ""))
        response = made(honest) if made else honest
        if fault in self._WIRE_FAULTS:
            getattr(self, self._WIRE_FAULTS[fault])(response)
        else:
            self._send(response)

    def _send(self, response: Response) -> None:
        self._send_head(response, len(response.body))
        self.wfile.write(response.body)

    def _send_head(self, response: Response, length: int) -> None:
        self.send_response_only(response.status)
        self.send_header("Server", self.version_string())
        if "Date" not in response.headers:
            self.send_header("Date", self.date_time_string())
        self.send_header("Content-Type", response.kind)
        self.send_header("Content-Length", str(length))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_short(self, response: Response) -> None:
        self._send_head(response, len(response.body) + 100)
        self.wfile.write(response.body[: len(response.body) // 2])
        self.close_connection = True

    def _send_dripping(self, response: Response) -> None:
        self._send_head(response, len(response.body))
        for byte in response.body:
            self.wfile.write(bytes((byte,)))
            self.wfile.flush()
            if self.server.site.stopped.wait(_DRIP_S):
                break
        self.close_connection = True


def _print_at_once(url: str) -> None:
    """Print the address now: whoever reads it through a pipe waits for it."""
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


def serve(  # noqa: PLR0913 - options
    archive_folder: Archive | Path | str,
    *,
    port: int = 0,
    faults: Sequence[Fault | str] = (),
    credentials: Credentials | None = None,
    replay_speed: float | None = None,
    announce: Callable[[str], None] = _print_at_once,
) -> None:
    """Answer from an archive in the foreground until interrupted.

    Args:
        archive_folder: Where answers come from.
        port: 0 takes a free one.
        faults: What to do wrong.
        credentials: The only ones to be let in; None lets in any that are whole.
        replay_speed: How many times as fast tasks move; None lets them stand.
        announce: Is given the base address once the port listens.

    Raises:
        UsageError, SopsReportError: As in `LocalSite`.
    """
    site = LocalSite(
        archive_folder, port=port, faults=faults, credentials=credentials,
        replay_speed=replay_speed,
    )  # fmt: skip
    with suppress(KeyboardInterrupt):
        try:
            announce(site.url)
            site.run()
        finally:
            site.stop()
