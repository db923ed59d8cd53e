"""Tables as text: CSV, JSON and JSON Lines."""

import json
import re
from collections.abc import Iterator
from typing import Final

import pandas as pd

from sops_report.export.cells import Cell, columns, guarded

_NEEDS_QUOTES: Final = re.compile('[,"\r\n]')


def csv_text(frame: pd.DataFrame, *, guard: bool = True) -> str:
    r"""Return *frame* as CSV (RFC 4180, but lines end with a line feed).

    Args:
        frame: Any table with column names.
        guard: Put a quote before texts that a spreadsheet would compute.

    Example:
        >>> csv_text(pd.DataFrame({"a": ["x, y", "=1"]}))
        'a\n"x, y"\n\'=1\n'
    """
    by_name = columns(frame)
    lists = [guarded(values) if guard else values for values in by_name.values()]
    rows = (tuple(by_name), *zip(*lists, strict=True))
    return "".join(",".join(map(_field, row)) + "\n" for row in rows)


def _field(value: Cell) -> str:
    """Return one cell; the csv module would leave a lone carriage return unquoted."""
    text = "" if value is None else str(value)
    if _NEEDS_QUOTES.search(text):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


def json_text(frame: pd.DataFrame) -> str:
    """Return *frame* as a JSON array, one row a line."""
    rows = ",\n".join(_records(frame))
    return f"[\n{rows}\n]\n" if rows else "[]\n"


def jsonl_text(frame: pd.DataFrame) -> str:
    """Return *frame* as JSON Lines."""
    return "".join(f"{row}\n" for row in _records(frame))


def _records(frame: pd.DataFrame) -> Iterator[str]:
    by_name = columns(frame)
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    row: tuple[Cell, ...]
    for row in zip(*by_name.values(), strict=True):
        yield encode(dict(zip(by_name, row, strict=True)))
