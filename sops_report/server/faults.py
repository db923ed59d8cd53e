"""What the local site can do wrong on request.

* ``slow``      says nothing for a while, then answers
* ``drip``      sends one byte at a time
* ``short``     promises more bytes than it sends
* ``429``       too many calls, with ``Retry-After``
* ``502``       a gateway's error page
* ``html``      a login page instead of an answer, HTTP 200
* ``gzip``      the answer packed
* ``bomb``      a small packed body that unpacks to half a GiB
* ``redirect``  sends on to a login page
* ``denied``    the user has no permission for the task

A fault lasts as long as it is told: ``502:3`` the first three requests, ``502:always`` for ever.
Without that ``429`` and ``502`` last two requests, so that tries can be seen to help, and the
others for ever. ``denied@get_task_node_log`` meets the requests of one API only.
"""

import re
from dataclasses import dataclass
from typing import Final

from sops_report.errors import UsageError
from sops_report.server.questions import APIS

FAULTS: Final = (
    "slow", "drip", "short", "429", "502", "html", "gzip", "bomb", "redirect", "denied",
)  # fmt: skip
_PASSING: Final = frozenset({"429", "502"})
_PASSING_TIMES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    Attributes:
        name: One of `FAULTS`.
        times: How many requests it meets, None for all.
        api: Which API's, None for any.
    """

    name: str
    times: int | None
    api: str | None = None

    def concerns(self, path: str) -> bool:
        """Tell whether a request for *path* counts."""
        return self.api is None or self.api in path.partition("?")[0].split("/")

    def meets(self, turn: int) -> bool:
        """Tell whether the request number *turn* of those that count, from 1, is met."""
        return self.times is None or turn <= self.times


def read_fault(text: str) -> Fault:
    """Return the fault written as ``NAME``, ``NAME:N`` or ``NAME:always``, or ``NAME@API…``.

    Raises:
        UsageError: There is no such fault.

    Example:
        >>> read_fault("502").times, read_fault("502:always").times
        (2, None)
        >>> read_fault("slow@get_task_detail").api
        'get_task_detail'
    """
    kind, _, times = text.strip().partition(":")
    name, at, api = kind.partition("@")
    is_known = name in FAULTS and (not at or api in APIS)
    if not is_known or not re.fullmatch(r"|always|[0-9]{1,6}", times):
        raise UsageError("bad-fault", name=text[:40], known=", ".join(FAULTS))
    lasting = _PASSING_TIMES if name in _PASSING else None
    if times:
        lasting = None if times == "always" else int(times)
    return Fault(name=name, times=lasting, api=api or None)
