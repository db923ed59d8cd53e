"""Bars made of characters, for the terminal and for Markdown."""

from typing import Final

from sops_report.rendering.rows import part_of_wall
from sops_report.report.model import Report

_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_FULL: Final = "█"
_STRIP: Final = {
    "work": "█", "control": "█", "running": "▓", "attempt": "▓", "skipped": "▒",
    "manual": "░", "timer": "░", "reaction": "░",
}  # fmt: skip
_GAP: Final = "·"


_ASCII: Final = str.maketrans({
    **dict.fromkeys("█▉▊▋▌▓", "#"), **dict.fromkeys("▍▎▏▒░", "."), "▶": ">", "│": "|",
})  # fmt: skip


def in_ascii(text: str) -> str:
    """Return *text* with bars of plain signs, for fonts and terminals without blocks.

    Example:
        >>> in_ascii("██▌ ▏ ░▶ 定时")
        '### . .> 定时'
    """
    return text.translate(_ASCII)


def length_bar(part: float, width: int) -> str:
    """Return a bar of *part* (0 … 1) of *width* cells; something is never drawn as nothing.

    Example:
        >>> length_bar(0.5, 4), length_bar(0.001, 4), length_bar(0, 4)
        ('██', '▏', '')
    """
    eighths = round(part * width * 8)
    if part > 0:
        eighths = max(1, eighths)
    return _bar(eighths)


def _bar(eighths: int) -> str:
    full, rest = divmod(eighths, 8)
    return _FULL * full + (_EIGHTHS[rest] if rest else "")


def span_bar(start: float, end: float, width: int, *, is_open: bool = False) -> str:
    """Return exactly *width* cells with a bar from *start* to *end* (0 … 1).

    A bar that is still growing ends with an arrow.

    Example:
        >>> span_bar(0.5, 1, 8), span_bar(1, 1, 8), span_bar(0, 0.5, 8, is_open=True)
        ('    ████', '       █', '███▶    ')
    """
    first = min(width - 1, int(start * width))
    bar = _bar(max(1, round((end * width - first) * 8)))[: width - first]
    if is_open:
        bar = bar[:-1] + "▶"
    return (" " * first + bar).ljust(width)


def strip(report: Report, width: int) -> str:
    """Return the critical path as one row of cells: what the task did at each moment.

    Failures are marked by ``F`` where they happened. Empty if the report has no times.
    """
    if not report.critical_path or not report.task.wall_s:
        return ""
    cells = [_GAP] * width
    for section in report.critical_path:
        start = part_of_wall(report, section.start_time) or 0.0
        end = part_of_wall(report, section.end_time) or 0.0
        sign = _GAP if section.is_gap else _STRIP.get(section.section_class, _FULL)
        for cell in range(int(start * width), max(int(start * width) + 1, round(end * width))):
            if cell < width and (sign != _GAP or end - start >= 1 / width):
                cells[cell] = sign
    for failure in report.failures:
        moment = part_of_wall(report, failure.failed_at)
        if moment is not None:
            cells[min(width - 1, int(moment * width))] = "F"
    return "".join(cells)
