"""One request, one reply, with a limit on everything: in a thread of its own.

What can go wrong on the line is translated by `sops_report.api.troubles`.
"""

import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Final

import httpx2

from sops_report.api.troubles import Way, trouble_of
from sops_report.config import Site
from sops_report.errors import NetworkError, SopsReportError, UsageError

_MIB: Final = 1024 * 1024
# A proxy in the environment is for the world outside, never for this machine.
_LOCAL: Final = ("all://127.0.0.1", "all://localhost", "all://[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as a door writes it; `repr` shows nothing that could be secret.

    Attributes:
        api: The API's name, as ``get_task_status``.
        method, url: ``GET`` or ``POST``; an address without credentials.
        query: Parameters in the address, never credentials.
        headers, body: May hold credentials.
    """

    api: str
    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, whatever it says.

    Attributes:
        status: The HTTP status.
        headers: Names in lower case.
        body: Decoded, else verbatim.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class _Line:
    """One call on its way, which can be cut at any moment.

    A time-out of a read only bounds silence; a line that drips a byte now and then, in the headers
    as in the body, and a name that takes minutes to resolve, are bounded by nothing but this.
    """

    def __init__(self) -> None:
        self.asked: str | None = None
        self._is_cut = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []

    def notice(self, event: str, info: Mapping[str, object]) -> None:
        """Learn of the connection and its socket as it is made (httpx2's ``trace`` extension)."""
        if event.endswith("connect_tcp.started"):
            self.asked = f"{_text(info.get('host'))}:{info.get('port')}"
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        stream = info.get("return_value")
        line = stream.get_extra_info("socket") if hasattr(stream, "get_extra_info") else None
        if isinstance(line, socket.socket):
            with self._lock:
                self._sockets.append(line)
                is_late = self._is_cut
            if is_late:
                _cut(line)

    def cut(self) -> None:
        """Break the connection, also one that is only being made."""
        with self._lock:
            self._is_cut = True
            for line in self._sockets:
                _cut(line)


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def _cut(line: socket.socket) -> None:
    try:
        socket.socket.shutdown(line, socket.SHUT_RDWR)  # not the TLS one: it would negotiate
    except OSError:
        return  # already closed by one side


class Transport:
    """Sends calls to one site; may be used by many threads at once."""

    def __init__(self, site: Site) -> None:
        """Prepare for *site*; nothing is sent yet.

        Raises:
            UsageError: The CA bundle cannot be used.
        """
        self._site = site
        self._client = httpx2.Client(
            verify=_trust(site.ca_bundle),
            follow_redirects=False,
            mounts=dict.fromkeys(_LOCAL),
            # One connection a call, so that a cut ends its own call only.
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    def send(self, call: Call, seconds: float) -> Reply:
        """Send *call* once and read the whole reply.

        Args:
            call: What to send.
            seconds: The time that is left for it.

        Raises:
            NetworkError: There was no whole reply, or it was too large.
        """
        seconds, line = max(seconds, 0.001), _Line()
        box: SimpleQueue[Reply | SopsReportError] = SimpleQueue()
        # A daemon, so that a name that does not resolve cannot hold up the end of the program.
        threading.Thread(
            target=self._work, args=(call, line, seconds, box), name="sops-call", daemon=True
        ).start()
        try:
            outcome = box.get(timeout=seconds)
        except Empty:
            total = f"{self._site.timeout_s:g}"
            outcome = NetworkError("deadline", host=self._site.host, seconds=total)
        finally:
            line.cut()  # nothing is left of it, also after an interrupt
        if isinstance(outcome, Reply):
            return outcome
        raise outcome

    def _work(
        self, call: Call, line: _Line, seconds: float, box: "SimpleQueue[Reply | SopsReportError]"
    ) -> None:
        """Do one exchange and put what came of it into the box, whatever happens."""
        outcome: Reply | SopsReportError = NetworkError("unreachable", host=self._site.host)
        try:
            outcome = self._exchange(call, line, seconds)
        except httpx2.HTTPError as error:
            outcome = trouble_of(error, Way(site=self._site, asked=line.asked))
        except (UnicodeError, httpx2.InvalidURL):  # a host that can be no name, as too long a one
            outcome = NetworkError("no-such-host", host=self._site.host)
        except SopsReportError as error:
            outcome = error
        finally:
            box.put(outcome)

    def _exchange(self, call: Call, line: _Line, seconds: float) -> Reply:
        # Where the time that is left ends first, `send` is to notice it, not the line.
        read_s = self._site.read_timeout_s
        silence = read_s if read_s < seconds else seconds + 1
        timeout = httpx2.Timeout(silence, connect=min(self._site.connect_timeout_s, silence))
        with self._client.stream(
            call.method, call.url, params=dict(call.query) or None, headers=dict(call.headers),
            content=call.body, timeout=timeout, extensions={"trace": line.notice},
        ) as response:  # fmt: skip
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(status=response.status_code, headers=headers, body=self._read(response))

    def _read(self, response: httpx2.Response) -> bytes:
        """Read piece by piece; httpx2 unpacks in bounded pieces, so a bomb is stopped early."""
        pieces: list[bytes] = []
        size, limit = 0, self._site.max_bytes
        for piece in response.iter_bytes():
            size += len(piece)
            if size > limit or response.num_bytes_downloaded > limit:
                megabytes = f"{limit / _MIB:g}"
                raise NetworkError("site-too-large", host=self._site.host, limit=megabytes)
            pieces.append(piece)
        return b"".join(pieces)


def _trust(ca_bundle: str | None) -> ssl.SSLContext | bool:
    if ca_bundle is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca_bundle)
    except ssl.SSLError:
        problem = UsageError("bad-ca-bundle", path=ca_bundle, reason="not PEM")
    except OSError as error:
        problem = UsageError("bad-ca-bundle", path=ca_bundle, reason=error.strerror)
    raise problem
