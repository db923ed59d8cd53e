"""Tables as text: JSON and JSON Lines, some thousand rows at a time."""

import json
from collections.abc import Callable, Iterator
from typing import Final

import pandas as pd

from sops_report.export.cells import cells_by_rows

_ROWS: Final = 8192


def json_pieces(frame: pd.DataFrame) -> Iterator[str]:
    """Yield *frame* as a JSON array, one row a line, piece by piece."""
    separator = "[\n"
    for rows in _rows(frame):
        yield separator + ",\n".join(rows)
        separator = ",\n"
    yield "\n]\n" if len(frame) else "[]\n"


def jsonl_pieces(frame: pd.DataFrame) -> Iterator[str]:
    """Yield *frame* as JSON Lines, piece by piece."""
    for rows in _rows(frame):
        yield "\n".join([*rows, ""])


def _rows(frame: pd.DataFrame) -> Iterator[list[str]]:
    """Yield rows as JSON objects, some thousand at a time."""
    encode: Callable[[object], str] = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    names = [str(name) for name in frame.columns]
    columns = [cells_by_rows(frame[name]) for name in frame.columns]
    for begin in range(0, len(frame), _ROWS):
        some = [cells(slice(begin, begin + _ROWS)) for cells in columns]
        yield [encode(dict(zip(names, row, strict=True))) for row in zip(*some, strict=True)]
