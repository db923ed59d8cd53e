r"""Patterns of one's own, from a TOML file or the command line.

    [[rule]]
    name = "host"
    pattern = 'db-\d+\.internal'

A group called ``s`` is masked, else the whole match.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sops_report.errors import UsageError
from sops_report.masking.rules import Rule, compiled

_NAME: Final = re.compile(r"[\w-]{1,40}")
_LONGEST: Final = 500
_UNBOUNDED: Final = re.compile(r"[*+]|\{\d*,\d*\}")
# what a group, a set of characters and an escaped character look like
_PIECE: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(|\)|\||[*+]|\{\d*,\d*\}|.", re.DOTALL)


def own_rules(patterns: Iterable[str] = (), file: Path | None = None) -> tuple[Rule, ...]:
    """Return the rules that a user wrote.

    Args:
        patterns: Regular expressions.
        file: A TOML file with tables ``[[rule]]`` of ``name`` and ``pattern``.

    Raises:
        UsageError: The file cannot be read, or a pattern is none or could take for ever.
    """
    rules = [_rule("own", pattern) for pattern in patterns]
    if file is not None:
        rules += [_rule(name, pattern) for name, pattern in _in_file(file)]
    return tuple(rules)


def _in_file(file: Path) -> list[tuple[str, str]]:
    import tomllib  # noqa: PLC0415 - start-up time

    try:
        tables = tomllib.loads(file.read_text("utf-8")).get("rule", [])
    except (OSError, ValueError) as cause:
        raise UsageError("rules-unreadable", path=file, reason=cause) from cause
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UsageError("rules-unreadable", path=file, reason="[[rule]]")
    return [(str(table.get("name", "own")), str(table.get("pattern", ""))) for table in tables]


def _rule(name: str, pattern: str) -> Rule:
    shown = pattern[:60]
    if not _NAME.fullmatch(name) or not pattern or len(pattern) > _LONGEST:
        raise UsageError("bad-rule", pattern=shown or name[:60], reason="name, pattern")
    if may_take_for_ever(pattern):
        raise UsageError("slow-rule", pattern=shown)
    expression = pattern if "(?P<s>" in pattern else f"(?P<s>{pattern})"
    try:
        compiled(expression)
    except (re.error, RecursionError, OverflowError) as cause:
        raise UsageError("bad-rule", pattern=shown, reason=cause) from cause
    return Rule(name=name, expression=expression)


def may_take_for_ever(pattern: str) -> bool:
    r"""Tell whether a repeated group repeats or chooses inside: hostile text could stall it.

    Example:
        >>> may_take_for_ever(r"(a+)+b"), may_take_for_ever(r"(a|aa)*b")
        (True, True)
        >>> may_take_for_ever(r"db-\d+(\.internal)?"), may_take_for_ever(r"[(+)]+")
        (False, False)
    """
    open_groups = [False]  # whether something inside repeats or chooses
    closed = False  # whether the piece before was such a group
    for found in _PIECE.finditer(pattern):
        piece = found[0]
        repeats = _UNBOUNDED.fullmatch(piece) is not None
        if repeats and closed:
            return True
        closed = False
        if piece == "(":
            open_groups.append(False)
        elif piece == ")" and len(open_groups) > 1:
            closed = open_groups.pop()
            open_groups[-1] |= closed
        elif repeats or piece == "|":
            open_groups[-1] = True
    return False
