"""The report's rows as a chart has them: where the bar stands, and the name beside it."""

from datetime import datetime
from typing import Final

from sops_report.rendering import rows
from sops_report.rendering.visible import clip
from sops_report.rendering.voice import Voice
from sops_report.report.model import Node

_WIDEST: Final = 44  # columns; a Chinese character takes two
_INDENT: Final = 3
_DEEPEST_INDENT: Final = 8


def select(voice: Voice, max_rows: int) -> list[Node]:
    """Return the nodes to draw: the same that the page would choose."""
    return [row.node for row in rows.choose(voice.report, max_rows)]


def span(node: Node) -> tuple[datetime, datetime] | None:
    """Return where the bar of *node* begins and ends; None if it never started."""
    if node.start_time is None:
        return None
    return node.start_time, max(node.end_time or node.start_time, node.start_time)


def label(node: Node, voice: Voice) -> str:
    """Return the node's name, indented by its depth, on one line of limited width."""
    return indent(node) + clip(voice.label(node), _WIDEST)


def indent(node: Node) -> str:
    """Return the blanks that show how deep *node* lies; very deep trees stop moving right."""
    return " " * (_INDENT * min(node.depth, _DEEPEST_INDENT))
