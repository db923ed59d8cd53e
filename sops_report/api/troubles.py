"""What went wrong on the line, told by name: the texts of httpx2 are never passed on.

They can hold addresses, headers and the credentials of a proxy, so not even a cause is kept.
"""

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import httpx2

from sops_report.config import Site
from sops_report.errors import NetworkError

# What OpenSSL says of a certificate (X509_V_ERR_…), and what we call it.
_CERTIFICATE_KEYS: Final = MappingProxyType({
    9: "certificate-expired", 10: "certificate-expired",  # not yet valid, expired
    62: "certificate-name", 64: "certificate-name",  # another host, another IP address
})  # fmt: skip
_OTHERS: Final[Mapping[type[Exception], str]] = MappingProxyType({
    httpx2.DecodingError: "site-bad-encoding", httpx2.ReadError: "connection-lost",
    httpx2.WriteError: "connection-lost", httpx2.RemoteProtocolError: "connection-lost",
})  # fmt: skip
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a site was asked.

    Attributes:
        site: The site.
        asked: Host and port that was connected to; None before that.
    """

    site: Site
    asked: str | None = None

    @property
    def proxy(self) -> str | None:
        """Host and port of the proxy in between; None if there is none."""
        host = self.site.host
        default = "443" if self.site.url.startswith("https:") else "80"
        direct = {host, f"{host}:{default}"}
        return None if self.asked is None or self.asked in direct else self.asked


def trouble_of(error: httpx2.HTTPError, way: Way) -> NetworkError:
    """Return our word for an error of the line."""
    host, causes = way.site.host, tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            key = _CERTIFICATE_KEYS.get(cause.verify_code, "certificate")
            reason = cause.verify_message or "certificate verify failed"
            return NetworkError(key, host=host, reason=reason)
    if isinstance(error, httpx2.ProxyError):
        return _refusal_of_proxy(error, way)
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return _no_connection(causes, way)
    if isinstance(error, httpx2.ReadTimeout | httpx2.WriteTimeout | httpx2.PoolTimeout):
        return NetworkError("no-answer", host=host, seconds=f"{way.site.read_timeout_s:g}")
    return NetworkError(_OTHERS.get(type(error), "unreachable"), host=host)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _refusal_of_proxy(error: httpx2.ProxyError, way: Way) -> NetworkError:
    """Tell a proxy that will not from one that cannot."""
    found = re.match(r"[1-5]\d\d\b", str(error))
    status = int(found.group()) if found else 0
    key = "proxy-lost" if status >= _SERVER_ERROR else "proxy"
    return NetworkError(key, host=way.site.host, proxy=way.proxy or "–", status=status or "–")


def _no_connection(causes: tuple[BaseException, ...], way: Way) -> NetworkError:
    host, proxy = way.site.host, way.proxy
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return NetworkError("no-such-host", host=proxy or host)
    if proxy is not None:
        return NetworkError("proxy-unreachable", host=host, proxy=proxy)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return NetworkError("no-tls", host=host)
    return NetworkError("unreachable", host=host)
