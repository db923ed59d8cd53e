"""Tables as text: JSON and JSON Lines."""

import json
from collections.abc import Iterator

import pandas as pd

from sops_report.export.cells import Cell, columns


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
