"""The default name of a report's file: telling, ASCII, and legal on every system."""

import re
from typing import Final

from sops_report.report.model import Report

_LONGEST: Final = 80
_FORBIDDEN: Final = re.compile(r"[^A-Za-z0-9_-]+")


def file_name(report: Report, suffix: str) -> str:
    """Return ``sops-<task>-<state>-<as of>.<suffix>``.

    Args:
        report: Whose file.
        suffix: Without the dot.

    Returns:
        At most 80 characters of ``A–Z a–z 0–9 _ - .``.
    """
    task = report.task
    who = task.task_id or (task.root_id or "task")[:12]
    when = "" if task.as_of is None else f"-{task.as_of:%Y%m%dT%H%M%SZ}"
    state = (task.state or "unknown").lower()
    stem = _FORBIDDEN.sub("_", f"sops-{who[:20]}-{state[:20]}{when}")
    return f"{stem[: _LONGEST - len(suffix) - 1]}.{suffix}"
