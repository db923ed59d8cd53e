"""Asking again: when, how often, and how long to wait before."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from sops_report.api.answers import is_temporary
from sops_report.api.clockwork import Clockwork
from sops_report.api.diary import note_try
from sops_report.api.rate import Bucket
from sops_report.api.transport import Call, Reply, Transport
from sops_report.errors import NetworkError

# Faults of the line after which a second try is worth while.
_PASSING: Final = frozenset({
    "unreachable", "no-such-host", "connection-lost", "no-answer", "proxy-unreachable",
    "proxy-lost",
})  # fmt: skip
# A reset "in 30" means seconds from now, "in 1770000000" a moment.
_FIRST_MOMENT: Final = 1_000_000_000
_LONGEST_NUMBER: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a call is tried, and how long is waited in between.

    Attributes:
        tries: Tries in all.
        base_s, cap_s: The first wait and the longest of our own; a site may ask for more.
    """

    tries: int = 4
    base_s: float = 0.5
    cap_s: float = 8.0


def send_patiently(  # noqa: PLR0913 - what patience needs
    transport: Transport, call: Call, *, seconds: float, patience: Patience, clocks: Clockwork,
    bucket: Bucket,
) -> Reply:  # fmt: skip
    """Send *call* until there is a reply worth reading, or the tries or the time run out.

    Only for calls that change nothing: each may reach the site more than once.

    Args:
        transport: What sends.
        call: What to send.
        seconds: The time for everything, waits included; it begins when our own limit lets the
            first try through.
        patience: How often and how long.
        clocks: The clocks.
        bucket: Our own limit; every try passes it, and it learns what the site asks for.

    Returns:
        The last reply; it may still tell of a temporary trouble.

    Raises:
        NetworkError: The line failed, and failed again.
    """
    bucket.take()
    deadline = clocks.monotonic() + seconds
    for turn in range(patience.tries):
        if turn:
            bucket.take()
        begin = clocks.monotonic()
        outcome = _try(transport, call, deadline - begin)
        note_try(call, outcome, clocks.monotonic() - begin)
        if isinstance(outcome, Reply):
            bucket.hold(min(seconds, _rest(outcome, clocks.now())))
        wait = _wait(outcome, turn, patience, clocks)
        left = deadline - clocks.monotonic()
        if not _is_passing(outcome) or turn + 1 == patience.tries or wait >= left:
            break
        clocks.sleep(wait)
    if isinstance(outcome, NetworkError):
        raise outcome
    return outcome


def _try(transport: Transport, call: Call, seconds: float) -> Reply | NetworkError:
    try:
        return transport.send(call, seconds)
    except NetworkError as error:
        return error


def _is_passing(outcome: Reply | NetworkError) -> bool:
    if isinstance(outcome, NetworkError):
        return outcome.key in _PASSING
    return is_temporary(outcome)


def _wait(outcome: Reply | NetworkError, turn: int, patience: Patience, clocks: Clockwork) -> float:
    """Return the seconds to wait: doubled each time, with jitter; never less than was asked for."""
    longest = min(patience.cap_s, patience.base_s * 2.0**turn)
    own = longest * (0.5 + clocks.chance() / 2)
    if isinstance(outcome, NetworkError):
        return own
    return max(own, asked_wait(outcome, clocks.now()))


def _rest(reply: Reply, now: float) -> float:
    """Return for how long nobody should ask: after a refusal, and where nothing is left."""
    is_used_up = reply.headers.get("x-bkapi-ratelimit-remaining", "").strip() == "0"
    return asked_wait(reply, now) if is_used_up or is_temporary(reply) else 0.0


def asked_wait(reply: Reply, now: float) -> float:
    """Return the seconds the site asks to be left alone, 0 if it asks for nothing.

    Args:
        reply: Its headers ``Retry-After`` and ``X-Bkapi-RateLimit-Reset`` are read.
        now: Seconds since 1970.

    Example:
        >>> asked_wait(Reply(status=429, headers={"retry-after": "7"}, body=b""), 0.0)
        7.0
    """
    names = ("retry-after", "x-bkapi-ratelimit-reset")
    return max(_seconds_until(reply.headers.get(name, ""), now) for name in names)


def site_time_us(reply: Reply) -> int | None:
    """Return what the site's clock said (header ``Date``): microseconds since 1970 in UTC.

    Example:
        >>> headers = {"date": "Tue, 18 Jun 2024 13:30:04 GMT"}
        >>> site_time_us(Reply(status=200, headers=headers, body=b""))
        1718717404000000
    """
    moment = _http_date(reply.headers.get("date", ""))
    return None if moment is None else int(moment.timestamp()) * 1_000_000


def _seconds_until(value: str, now: float) -> float:
    text = value.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit() and len(text) < _LONGEST_NUMBER:
        number = float(text)
        return max(0.0, number - now) if number >= _FIRST_MOMENT else number
    moment = _http_date(text)
    if moment is None:
        return 0.0
    return max(0.0, (moment - datetime.fromtimestamp(now, UTC)).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
