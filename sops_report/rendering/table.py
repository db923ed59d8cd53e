"""`Report` → the node table as text for the terminal: one line a node, nothing left out."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Final

from sops_report.rendering.visible import cells, clip_middle, pad
from sops_report.rendering.voice import Voice
from sops_report.report.model import Node, Report
from sops_report.words import Language
from sops_report.words.lengths import clock

_COLUMNS: Final = ("label", "state", "start_time", "duration_s", "self_s", "slack_s", "retry")
_NARROWEST_NAME: Final = 24
_DEEPEST: Final = 8


def render_table(report: Report, language: Language, zone: tzinfo, width: int = 100) -> str:
    """Return the node table as aligned text.

    Args:
        report: What to show.
        language: Of the headings and states.
        zone: Of the moments.
        width: Cells in a line; Chinese takes two.

    Returns:
        A heading, then one line a node in document order; ``*`` marks the critical path.
    """
    voice = Voice(report=report, language=language, zone=zone)
    rows = [[voice.say(f"column.{name}") for name in _COLUMNS]]
    rows.extend(_cells(voice, node) for node in report.nodes)
    widths = [max(cells(row[at]) for row in rows) for at in range(1, len(_COLUMNS))]
    room = max(_NARROWEST_NAME, width - sum(widths) - 2 * len(widths))
    return "".join(f"{_line(row, room, widths)}\n" for row in rows)


def _cells(voice: Voice, node: Node) -> list[str]:
    mark = "*" if node.on_critical_path else " "
    return [
        f"{mark}{'  ' * min(node.depth, _DEEPEST)}{voice.label(node)}",
        voice.state(node),
        clock(node.start_time, voice.zone),
        *(voice.measured(length) for length in (node.duration_s, node.self_s, node.slack_s)),
        str(node.retry or ""),
    ]


def _line(row: list[str], room: int, widths: list[int]) -> str:
    return "  ".join(_padded(row, room, widths)).rstrip()


def _padded(row: list[str], room: int, widths: list[int]) -> Iterator[str]:
    yield pad(clip_middle(row[0], room), room)
    for text, width in zip(row[1:], widths, strict=True):
        yield pad(text, width)
