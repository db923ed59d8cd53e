"""A table as Parquet, by whatever is installed: pyarrow, else DuckDB."""

from importlib.util import find_spec
from pathlib import Path

import pandas as pd
from pandas.api import types

from sops_report.errors import UsageError
from sops_report.export.cells import cells
from sops_report.export.sqlite import quoted


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write *frame*; equal dtypes make an equal schema, whatever the values.

    Raises:
        UsageError: Neither pyarrow nor DuckDB is installed.
    """
    names = [n for n in frame.columns if not types.is_numeric_dtype(frame[n])]
    texts = [n for n in names if not isinstance(frame[n].dtype, pd.DatetimeTZDtype)]
    clean = frame.assign(**{n: _text(frame[n]) for n in texts})
    if find_spec("pyarrow"):
        clean.to_parquet(path, engine="pyarrow", index=False, compression="zstd")
    elif find_spec("duckdb"):
        _with_duckdb(clean, path)
    else:
        raise UsageError("no-parquet")


def _text(column: pd.Series) -> pd.Series:
    # cells() leaves out lone surrogates, which neither writer takes
    return pd.Series(cells(column), index=column.index, dtype="string")


def _with_duckdb(frame: pd.DataFrame, path: Path) -> None:
    import duckdb  # noqa: PLC0415 - an extra

    casts = ", ".join(
        f"CAST({quoted(n)} AS {_type(frame[n])}) AS {quoted(n)}" for n in frame.columns
    )
    with duckdb.connect() as base:
        base.execute("SET TimeZone = 'UTC'")
        base.from_df(frame).project(casts).write_parquet(str(path), compression="zstd")


def _type(column: pd.Series) -> str:
    """Return the SQL type: an empty column must not become another one."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "TIMESTAMPTZ"
    if types.is_bool_dtype(column):
        return "BOOLEAN"
    if types.is_integer_dtype(column):
        return "INTEGER" if str(column.dtype).lower() == "int32" else "BIGINT"
    return "DOUBLE" if types.is_float_dtype(column) else "VARCHAR"
