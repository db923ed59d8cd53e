"""One line a try for whoever asks with ``--debug``: what was asked, what came, how long it took.

Nothing in it is secret: no header, no body and no parameter is told, and of an address only the
host and the path.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from sops_report.api.transport import Call, Reply
from sops_report.errors import NetworkError

_DIARY: Final = logging.getLogger("sops_report.calls")


def note_try(call: Call, outcome: Reply | NetworkError, seconds: float) -> None:
    """Tell of one try, if somebody listens."""
    if not _DIARY.isEnabledFor(logging.DEBUG):
        return
    parts = urlsplit(call.url)
    if isinstance(outcome, Reply):
        came = f"{outcome.status}, {len(outcome.body)} B"
    else:
        came = str(outcome.key)
    where = f"{parts.hostname}{parts.path}"
    _DIARY.debug("%s %s %r: %s, %.3f s", call.method, call.api, where, came, seconds)


@contextmanager
def telling_tries(*, is_on: bool) -> Iterator[None]:
    """Tell of every try on standard error while the block runs, if *is_on*."""
    if not is_on:
        yield
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("debug: %(message)s"))
    before = _DIARY.level
    _DIARY.addHandler(handler)
    _DIARY.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        _DIARY.removeHandler(handler)
        _DIARY.setLevel(before)
