"""`Report` → a Mermaid Gantt that draws every task it names, whatever the names are.

Mermaid takes words of a label for commands and lets tasks vanish without a word; so each label
begins with a number, and every active character is written as an entity.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from sops_report.rendering.rows import choose
from sops_report.rendering.visible import clip, line
from sops_report.rendering.voice import Voice
from sops_report.report.model import Node, Report
from sops_report.words import Language

MOST_TASKS: Final = 60
LIMIT: Final = 48_000
GITLAB_LIMIT: Final = 1_900
_LABEL_CELLS: Final = 40
_SHORTEST_LABEL: Final = 16
_DAY: Final = 86400
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The number sign first: the entities hold it themselves.
_ACTIVE: Final = re.compile(r"[#:;%,\"'<>{}&\\`|=@\[\]]")
_JOINER: Final = re.compile("\u200d")


def mermaid_gantt(
    report: Report,
    language: Language,
    zone: tzinfo,
    *,
    most: int = MOST_TASKS,
    limit: int = LIMIT,
) -> str:
    """Return a Mermaid Gantt of the telling nodes.

    Args:
        report: What to draw.
        language: Of the words.
        zone: Of the labels' moments; the axis shows the reader's own zone, as Mermaid does.
        most: The most tasks: failed, critical and slow ones come first.
        limit: The most characters. Fewer rows, then shorter labels make it fit.

    Returns:
        The diagram's text without a fence; empty if no node has times or nothing fits.
    """
    voice = Voice(report=report, language=language, zone=zone)
    for n_rows in (most, most // 2, most // 4, 10, 5):
        for width in (_LABEL_CELLS, _SHORTEST_LABEL):
            text = _drawn(voice, min(most, n_rows), width)
            if len(text) <= limit:
                return text
    return ""


def _drawn(voice: Voice, most: int, width: int) -> str:
    rows = [row for row in choose(voice.report, most) if row.start is not None]
    # a container says nothing that its children do not, but it holds the folded ones
    shown = [row for row in rows if row.node.is_leaf or row.n_folded] or rows
    if not shown:
        return ""
    wall = voice.report.task.wall_s or 0
    form = "%H:%M:%S" if wall < _DAY else "%m-%d %H:%M"
    head = ["gantt", "    dateFormat x", f"    axisFormat {form}"]
    tasks = [_task(voice, row.node, n, width) for n, row in enumerate(shown[:most], 1)]
    return "\n".join([*head, *tasks])


def _task(voice: Voice, node: Node, n: int, width: int) -> str:
    start, end = _span(voice, node)
    label = label_of(f"{n} {voice.letter(node)} {clip(line(voice.label(node)), width)}")
    length = label_of(voice.measured(node.duration_s))
    tags = ", ".join([*_tags(node), f"t{n}", str(start), str(end)])
    return f"    {label} ({length}) :{tags}"


def _tags(node: Node) -> list[str]:
    if node.state_group == "failed":
        return ["crit"]
    if node.is_running:
        return ["active"]
    return ["done"] if node.state_group == "success" else []


def _span(voice: Voice, node: Node) -> tuple[int, int]:
    """Return start and end in milliseconds; a bar without length gets a second to be seen."""
    task = voice.report.task
    first = node.start_time or task.start_time
    last = node.end_time or first
    start, end = _milliseconds(first), _milliseconds(last)
    return start, end if end > start else start + 1000


def _milliseconds(when: datetime | None) -> int:
    return 0 if when is None else (when - _EPOCH) // timedelta(milliseconds=1)


def label_of(text: str) -> str:
    """Return *text* as it may stand in a label.

    Example:
        >>> label_of("1 50% done: a; b")
        '1 50#37; done#58; a#59; b'
    """
    return _ACTIVE.sub(lambda found: f"#{ord(found[0])};", _JOINER.sub("", text)).strip()
