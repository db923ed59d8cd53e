"""Where the site is: its address, its door, and the limits of a call."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from sops_report.errors import UsageError

DOORS: Final = ("gateway", "esb")
SCOPES: Final = ("cmdb_biz", "project")
DEFAULT_RATE: Final = 20.0
_ESB_PATH: Final = re.compile(r"/api/c/(self-service-api|compapi)(/.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One bk-sops site as a client sees it; holds no secret.

    Attributes:
        url: Without a trailing slash; for the gateway it ends with the stage.
        door: ``gateway`` or ``esb``.
        biz: The business or project id used where a call names none.
        scope: What that id means: ``cmdb_biz`` or ``project``.
        ca_bundle: A PEM file with the certificates to trust instead of the system's.
        timeout_s: What one call may take in all, its retries and waits included.
        read_timeout_s, connect_timeout_s: Silence of the line after which we give up one try.
        rate: How many calls a second at most; None sets no limit of ours.
        max_bytes: The largest answer taken, on the wire and decoded.
    """

    url: str
    door: str
    biz: str | None = None
    scope: str = "cmdb_biz"
    ca_bundle: str | None = None
    timeout_s: float = 120.0
    read_timeout_s: float = 60.0
    connect_timeout_s: float = 5.0
    max_bytes: int = 256 * 1024 * 1024
    rate: float | None = None

    @property
    def host(self) -> str:
        """The host and, where one is given, the port: ``bkapi.example.com:8443``."""
        return urlsplit(self.url).netloc


def make_site(  # noqa: PLR0913 - settings
    url: str,
    *,
    door: str | None = None,
    biz: str | int | None = None,
    scope: str = "cmdb_biz",
    ca_bundle: str | None = None,
    timeout_s: float | None = None,
    rate: float | None = None,
) -> Site:
    """Return the site behind *url*; the door is told from the address where none is given.

    Where no *rate* is given it is asked at most `DEFAULT_RATE` times a second.

    Raises:
        UsageError: The address, the door, the scope or the business id makes no sense.

    Example:
        >>> make_site("https://bkapi.example.com/api/bk-sops/prod/").door
        'gateway'
        >>> make_site("https://paas.example.com/api/c/compapi/v2/sops/").url
        'https://paas.example.com'
    """
    parts = _split(url)
    _one_of("door", door, DOORS)
    _one_of("scope", scope, SCOPES)
    path = parts.path.rstrip("/")
    door = door or _door_of(parts.netloc, path)
    if door == "esb":
        path = _ESB_PATH.sub("", path)
    total = 120.0 if timeout_s is None else timeout_s
    return Site(
        url=f"{parts.scheme}://{parts.netloc.lower()}{path}",
        door=door,
        biz=None if biz is None else clean_id("biz", biz),
        scope=scope,
        ca_bundle=ca_bundle,
        timeout_s=total,
        read_timeout_s=min(60.0, total),
        connect_timeout_s=min(5.0, total),
        rate=DEFAULT_RATE if rate is None else rate,
    )


def _split(url: str) -> SplitResult:
    """Take an address apart; one with a user, a query or a fragment could carry secrets."""
    try:
        parts = urlsplit(url.strip())
        port_is_fine = parts.port is None or parts.port >= 0
    except ValueError:
        raise UsageError("bad-url") from None
    plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    host_is_fine = re.fullmatch(r"[A-Za-z0-9._-]+|[0-9a-fA-F:.]+", parts.hostname or "")
    if parts.scheme not in {"http", "https"} or not (plain and host_is_fine and port_is_fine):
        raise UsageError("bad-url")
    return parts


def _door_of(netloc: str, path: str) -> str:
    if _ESB_PATH.search(path):
        return "esb"
    return "gateway" if path or ".apigw." in netloc else "esb"


def _one_of(setting: str, value: str | None, words: tuple[str, ...]) -> None:
    if value is not None and value not in words:
        raise UsageError("bad-setting", setting=setting, words=", ".join(words))


def clean_id(setting: str, value: str | int) -> str:
    """Return a task, business or project id as text; the API only takes digits.

    Raises:
        UsageError: It is something else.
    """
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise UsageError("bad-id", setting=setting, value=text[:40])
    return text
