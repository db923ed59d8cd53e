"""Any table as aligned text for the terminal: hostile text made visible, wide cells clipped."""

from collections.abc import Mapping, Sequence
from typing import Final

from sops_report.rendering.visible import cells, line, pad

_GAP: Final = "  "
_WIDEST: Final = 48
_NARROWEST: Final = 6


def text_table(columns: Mapping[str, Sequence[object]], width: int) -> str:
    """Return columns as aligned text, a heading first.

    Args:
        columns: Of equal length; None is an empty cell.
        width: Cells in a line, where the columns can be made to fit; Chinese takes two.

    Example:
        >>> print(text_table({"name": ["定时", None], "n": [1, 20]}, 80), end="")
        name   n
        定时   1
              20
    """
    texts = [[line(name), *map(_text, values)] for name, values in columns.items()]
    are_numbers = [
        all(isinstance(value, int | float) for value in values if value is not None)
        for values in columns.values()
    ]
    widths = _fitted([min(max(map(cells, column)), _WIDEST) for column in texts], width)
    rows = zip(*texts, strict=True)
    return "".join(f"{_line(row, widths, are_numbers)}\n" for row in rows)


def _text(value: object) -> str:
    return "" if value is None else line(str(value))


def _fitted(widths: list[int], width: int) -> list[int]:
    """Take from the widest columns until all fit, but leave each something to read."""
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths, default=0) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _line(row: Sequence[str], widths: Sequence[int], are_numbers: Sequence[bool]) -> str:
    padded = (
        " " * (width - cells(text)) + text if is_number and cells(text) <= width
        else pad(text, width)
        for text, width, is_number in zip(row, widths, are_numbers, strict=True)
    )  # fmt: skip
    return _GAP.join(padded).rstrip()
