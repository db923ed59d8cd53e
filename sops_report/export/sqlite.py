"""A table as an SQLite database with the one table ``nodes``."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
from pandas.api import types

from sops_report.export.cells import columns


def write_sqlite(frame: pd.DataFrame, path: Path) -> None:
    """Write *frame*; times become ISO 8601 text in UTC, truth values 0 and 1."""
    declared = ", ".join(f"{quoted(str(n))} {_type(frame[n])}" for n in frame.columns)
    marks = ", ".join("?" * len(frame.columns))
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(f"CREATE TABLE nodes ({declared})")
        rows = zip(*columns(frame).values(), strict=True)
        base.executemany(f"INSERT INTO nodes VALUES ({marks})", rows)  # noqa: S608 - marks only


def quoted(name: str) -> str:
    """Return *name* as an SQL identifier.

    Example:
        >>> quoted("wall s")
        '"wall s"'
    """
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _type(column: pd.Series) -> str:
    if types.is_bool_dtype(column) or types.is_integer_dtype(column):
        return "INTEGER"
    return "REAL" if types.is_float_dtype(column) else "TEXT"
