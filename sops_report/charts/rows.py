"""Which nodes a chart shows, and what stands beside their bars."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from unicodedata import category, east_asian_width

from sops_report.report.model import Node, Report
from sops_report.words import Language, say

_WIDEST: Final = 44  # columns; a Chinese character takes two
_INDENT: Final = 3
_DEEPEST_INDENT: Final = 8


def select(report: Report, max_rows: int) -> list[Node]:
    """Return the nodes to draw, in the order of the document.

    All of them where they fit. Otherwise root causes, the critical path, skipped and retried nodes,
    then the longest ones, each with the containers around it.
    """
    nodes = report.nodes
    if len(nodes) <= max_rows:
        return list(nodes)
    kept: set[int] = set()
    for node in sorted(nodes, key=_unimportance):
        around = _with_containers(nodes, node) - kept
        if len(kept) + len(around) <= max_rows:
            kept |= around
        if len(kept) == max_rows:
            break
    return [nodes[position] for position in sorted(kept)]


def _unimportance(node: Node) -> tuple[bool, bool, bool, bool, float, int]:
    return (
        not node.is_root_cause,
        not node.on_critical_path,
        not (node.is_running or node.state_group == "waiting"),
        not (node.skip or node.retry),
        -(node.duration_s or 0.0),
        node.position,
    )


def _with_containers(nodes: Sequence[Node], node: Node) -> set[int]:
    around = {node.position}
    while node.parent >= 0:
        node = nodes[node.parent]
        around.add(node.position)
    return around


def span(node: Node) -> tuple[datetime, datetime] | None:
    """Return where the bar of *node* begins and ends; None if it never started."""
    if node.start_time is None:
        return None
    return node.start_time, max(node.end_time or node.start_time, node.start_time)


def label(node: Node, language: Language) -> str:
    """Return the node's name, indented by its depth, on one line of limited width."""
    name = node.label if node.named else say(f"kind.{node.kind}", language)
    return indent(node) + shorten(plain(name), _WIDEST)


def indent(node: Node) -> str:
    """Return the blanks that show how deep *node* lies; very deep trees stop moving right."""
    return " " * (_INDENT * min(node.depth, _DEEPEST_INDENT))


def plain(text: str) -> str:
    r"""Return *text* without what is not a character to draw: controls, marks of direction.

    Example:
        >>> plain("a\n\u202eb\x1b[1m")
        'a b[1m'
    """
    drawn = (" " if c.isspace() else c for c in text if c.isspace() or category(c)[0] != "C")
    return " ".join("".join(drawn).split())


def shorten(text: str, widest: int) -> str:
    """Return *text*, cut with an ellipsis where it is wider than *widest* columns.

    Example:
        >>> shorten("检查磁盘", 5), shorten("abc", 5)
        ('检查…', 'abc')
    """
    if columns(text) <= widest:
        return text
    width = 1
    for place, character in enumerate(text):
        width += columns(character)
        if width > widest:
            return text[:place] + "…"
    return text


def columns(text: str) -> int:
    """Return how wide *text* is; a Chinese character takes two columns."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
