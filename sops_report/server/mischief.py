"""The answers that the faults of the local site put in place of the honest one."""

import gzip
import struct
import zlib
from collections.abc import Callable
from typing import Final

from sops_report.server.responses import Response, denied, refusal_of_gateway

_BOMB_MIB: Final = 512
_MIB: Final = 1024 * 1024
_PAGE: Final = "text/html; charset=utf-8"


def _too_many(_: Response) -> Response:
    limited = refusal_of_gateway(429, 1642902, "RATE_LIMIT", "API rate limit exceeded by stage")
    headers = {**limited.headers, "Retry-After": "1", "X-Bkapi-RateLimit-Reset": "1"}
    return Response(body=limited.body, status=429, headers=headers)


def _bad_gateway(_: Response) -> Response:
    page = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
    return Response(body=page, status=502, kind=_PAGE)


def _login_page(_: Response) -> Response:
    page = "<!DOCTYPE html><html><head><title>登录</title></head><body>请登录</body></html>"
    return Response(body=page.encode(), kind=_PAGE)


def _redirect(_: Response) -> Response:
    where = {"Location": "http://login.example.com/login/?c_url=back"}
    return Response(body=b"", status=302, kind=_PAGE, headers=where)


def _packed(honest: Response) -> Response:
    headers = {**honest.headers, "Content-Encoding": "gzip"}
    return Response(
        body=gzip.compress(honest.body), status=honest.status, kind=honest.kind, headers=headers
    )


def _bomb(_: Response) -> Response:
    """Repeat one packed MiB; after a full flush its bytes may stand again and again."""
    mib = bytes(_MIB)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = packer.compress(mib) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _turn in range(_BOMB_MIB):
        checksum = zlib.crc32(mib, checksum)
    head, end = gzip.compress(b"")[:10], packer.flush()
    body = head + piece * _BOMB_MIB + end + struct.pack("<II", checksum, _BOMB_MIB * _MIB)
    return Response(body=body, headers={"Content-Encoding": "gzip"})


MADE_UP: Final[dict[str, Callable[[Response], Response]]] = {
    "429": _too_many, "502": _bad_gateway, "html": _login_page, "redirect": _redirect,
    "gzip": _packed, "bomb": _bomb, "denied": lambda _: denied(),
}  # fmt: skip
