"""A program of the user's that is run at each change.

It is started without a shell and gets every text by its environment, never in its arguments: the
texts of an answer are hostile. Our own secrets are taken out of that environment.
"""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

from sops_report.config.credentials import SECRETS
from sops_report.errors import SopsReportError, UsageError
from sops_report.rendering.visible import visible

_PREFIX: Final = "SOPS_WATCH_"
_LONGEST: Final = 8000
_SECONDS: Final = 60
_OURS: Final = frozenset(f"SOPS_REPORT_{name.upper()}" for name in SECRETS)


def words_of(command: str) -> Sequence[str]:
    """Return program and arguments as a shell would part them, without any other of its powers.

    Raises:
        UsageError: There is no program in it, or a quote is open.

    Example:
        >>> words_of("notify --title 'a task; rm -rf'")
        ['notify', '--title', 'a task; rm -rf']
    """
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise UsageError("bad-command", command=command[:60])
    return words


def run_command(words: Sequence[str], facts: Mapping[str, str]) -> None:
    """Run the program once and wait for it, at most a minute; what it writes is not shown.

    Args:
        words: Program and arguments.
        facts: What it is told: ``NAME`` becomes the variable ``SOPS_WATCH_NAME``.

    Raises:
        SopsReportError: It could not be started, failed, or took too long.
    """
    environ = {name: value for name, value in os.environ.items() if name not in _OURS}
    environ |= {f"{_PREFIX}{name}": visible(text[:_LONGEST]) for name, text in facts.items()}
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, no shell
            list(words), env=environ, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or type(cause).__name__
        raise SopsReportError("command-failed", command=words[0], reason=reason) from None
    except subprocess.TimeoutExpired:
        raise SopsReportError(
            "command-failed", command=words[0], reason=f"> {_SECONDS} s"
        ) from None
    if done.returncode:
        raise SopsReportError("command-failed", command=words[0], reason=done.returncode)
