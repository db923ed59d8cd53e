"""What ``fetch --list`` asks for, from words to a value."""

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Final

from sops_report.archive.archive import Archive
from sops_report.archive.pruning import age_us
from sops_report.cli.options import Talk
from sops_report.config import Settings
from sops_report.errors import UsageError
from sops_report.sources.archived import moment_us
from sops_report.states import GROUPS

if TYPE_CHECKING:  # these bring the HTTP library, which is slow to start
    from sops_report.api.clients import Clients
    from sops_report.sources.errand import Extras
    from sops_report.sources.listing import Wish

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_AGE: Final = re.compile(r"\d{1,6}[hdw]")
_LAST_US: Final = 86_400_000_000 - 1


def start_of(text: str, zone: tzinfo | None, *, is_end: bool = False) -> int:
    """Return a moment in microseconds since 1970: an age, a date in *zone*, or a full time.

    Args:
        text: ``7d`` (that long ago), ``2024-06-18``, ``2024-06-18T13:30:00Z``.
        zone: Of a date without a time; UTC where None.
        is_end: A date means its end, not its beginning.

    Raises:
        UsageError: It is none of them.
    """
    if _AGE.fullmatch(text):
        return time.time_ns() // 1000 - age_us(text)
    if not _DATE.fullmatch(text):
        return moment_us(text)
    try:
        midnight = datetime.fromisoformat(text).replace(tzinfo=zone or UTC)
    except ValueError:
        raise UsageError("bad-moment", value=text) from None
    return int(midnight.timestamp()) * 1_000_000 + (_LAST_US if is_end else 0)


def groups_of(states: Sequence[str]) -> frozenset[str]:
    """Return the state groups that were named.

    Raises:
        UsageError: One is not known.
    """
    for state in states:
        if state not in GROUPS:
            raise UsageError("bad-setting", setting="--state", words=", ".join(GROUPS))
    return frozenset(states)


def listed(  # noqa: PLR0913 - options
    settings: Settings, clients: "Clients", wish: "Wish", extras: "Extras", talk: Talk, *,
    again: bool,
) -> list[str]:  # fmt: skip
    """Return the ids of the tasks that the site lists and that are not archived for good.

    Raises:
        NetworkError, NotAllowedError: The site cannot be asked.
        UsageError: Site or business id are not set.
    """
    from sops_report.sources.bulk import due_tasks  # noqa: PLC0415 - brings the HTTP library
    from sops_report.sources.listing import listed_tasks  # noqa: PLC0415 - likewise

    site = settings.site()
    if site.biz is None:
        raise UsageError("no-biz-for-list")
    client = clients.of(site)
    found, count = listed_tasks(client, wish), 0
    due: list[str] = []
    for task_id, is_due in due_tasks(found, client, Archive(settings.archive), site, extras):
        count += 1
        if is_due or again:
            due.append(task_id)
    talk.tell("talk.bulk_found", count=count, known=count - len(due))
    return due
