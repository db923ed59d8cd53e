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
others for ever.
"""

import re
from dataclasses import dataclass
from typing import Final

from sops_report.errors import UsageError

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
    """

    name: str
    times: int | None

    def meets(self, turn: int) -> bool:
        """Tell whether the request number *turn*, counted from 1, is met."""
        return self.times is None or turn <= self.times


def read_fault(text: str) -> Fault:
    """Return the fault written as ``NAME``, ``NAME:N`` or ``NAME:always``.

    Raises:
        UsageError: There is no such fault.

    Example:
        >>> read_fault("502"), read_fault("502:always").times
        (Fault(name='502', times=2), None)
    """
    name, _, times = text.strip().partition(":")
    if name not in FAULTS or not re.fullmatch(r"|always|[0-9]{1,6}", times):
        raise UsageError("bad-fault", name=text[:40], known=", ".join(FAULTS))
    if times == "always":
        return Fault(name=name, times=None)
    if times:
        return Fault(name=name, times=int(times))
    return Fault(name=name, times=_PASSING_TIMES if name in _PASSING else None)
