"""One request, one reply, with a limit on everything: the only module that knows httpx2.

What can go wrong is translated here, by name. The texts of httpx2's exceptions can hold addresses
and headers, so none of them is ever passed on, not even as a cause.
"""

import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

import httpx2

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


class _Alarm:
    """Cuts a connection when its time is up.

    A time-out of a read only bounds silence; a line that drips a byte now and then, in the headers
    as in the body, is bounded by nothing but this.
    """

    def __init__(self, seconds: float) -> None:
        self.rang = False
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []

    def notice(self, event: str, info: Mapping[str, object]) -> None:
        """Learn of the connection's socket as it is made (httpx2's ``trace`` extension)."""
        stream = info.get("return_value")
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        line = stream.get_extra_info("socket") if hasattr(stream, "get_extra_info") else None
        if isinstance(line, socket.socket):
            with self._lock:
                self._sockets.append(line)
            if self.rang:
                self._ring()

    def _ring(self) -> None:
        self.rang = True
        with self._lock:
            for line in self._sockets:
                _cut(line)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._timer.cancel()


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
            # One connection a call, so that an alarm cuts its own call only.
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
        problem: SopsReportError
        try:
            with _Alarm(max(seconds, 0.001)) as alarm:
                reply = self._exchange(call, alarm, seconds)
        except httpx2.HTTPError as error:
            problem = self._translated(error)
        except SopsReportError as error:
            problem = error
        else:
            if not alarm.rang:
                return reply
        if alarm.rang:
            problem = NetworkError("deadline", host=self._site.host, seconds=self._total())
        raise problem

    def _exchange(self, call: Call, alarm: _Alarm, seconds: float) -> Reply:
        silence = min(self._site.read_timeout_s, max(seconds, 0.001))
        timeout = httpx2.Timeout(silence, connect=min(self._site.connect_timeout_s, silence))
        with self._client.stream(
            call.method, call.url, params=dict(call.query) or None, headers=dict(call.headers),
            content=call.body, timeout=timeout, extensions={"trace": alarm.notice},
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

    def _total(self) -> str:
        return f"{self._site.timeout_s:g}"

    def _translated(self, error: httpx2.HTTPError) -> NetworkError:
        host = self._site.host
        reason = _distrust(error)
        if reason is not None:
            return NetworkError("certificate", host=host, reason=reason)
        if isinstance(error, httpx2.ProxyError):
            return NetworkError("proxy", host=host)
        if isinstance(error, httpx2.ReadTimeout | httpx2.WriteTimeout | httpx2.PoolTimeout):
            seconds = f"{self._site.read_timeout_s:g}"
            return NetworkError("no-answer", host=host, seconds=seconds)
        if isinstance(error, httpx2.DecodingError):
            return NetworkError("site-bad-encoding", host=host)
        if isinstance(error, httpx2.ReadError | httpx2.WriteError | httpx2.RemoteProtocolError):
            return NetworkError("connection-lost", host=host)
        return NetworkError("unreachable", host=host)


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


def _distrust(error: BaseException | None) -> str | None:
    """Return why a certificate was refused, None if that was not the problem."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message or "certificate verify failed"
        error = error.__cause__ or error.__context__
    return None
