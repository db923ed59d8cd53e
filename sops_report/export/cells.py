"""The cells of a table as plain Python values, harmless wherever they are opened."""

import math
import re
from collections.abc import Callable, Iterable
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Cell = str | int | float | bool | None
Unit = Literal["s", "us"]

# What spreadsheets take for the beginning of a formula, full-width forms included.
_FORMULA: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def columns(frame: pd.DataFrame) -> dict[str, list[Cell]]:
    """Return the columns as lists of plain values: missing is None, times are ISO 8601 in UTC."""
    return {str(name): cells(frame[name]) for name in frame.columns}


def cells(column: pd.Series) -> list[Cell]:
    """Return one column as plain values.

    Example:
        >>> cells(pd.Series(["2020-08-18T03:31:08+00:00", None], dtype="datetime64[us, UTC]"))
        ['2020-08-18T03:31:08Z', None]
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return moments(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    return [_plain(value) for value in column.tolist()]


def cells_by_rows(column: pd.Series) -> Callable[[slice], list[Cell]]:
    """Return what gives the plain values of some rows; what all rows share is done once.

    Example:
        >>> cells_by_rows(pd.Series(["a", None, "b"], dtype="category"))(slice(1, 3))
        [None, 'b']
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        times, unit = instants(column)
        return lambda rows: words_of(times[rows], unit)
    if isinstance(column.dtype, pd.CategoricalDtype):
        known = [*cells(pd.Series(column.cat.categories)), None]
        codes = column.cat.codes.to_numpy()
        return lambda rows: [known[code] for code in codes[rows].tolist()]
    return lambda rows: cells(column.iloc[rows])


def moments(column: pd.Series) -> list[Cell]:
    """Return times as ISO 8601 in UTC, with fractions only where the column has some."""
    return words_of(*instants(column))


def instants(column: pd.Series) -> tuple[NDArray[np.datetime64], Unit]:
    """Return times in UTC, and the unit in which all of them can be told."""
    times = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    whole = bool((times[~np.isnat(times)].astype(np.int64) % 1_000_000 == 0).all())
    return times, "s" if whole else "us"


def words_of(times: NDArray[np.datetime64], unit: Unit) -> list[Cell]:
    """Return times as ISO 8601; missing ones as None."""
    words = np.datetime_as_string(times, unit=unit).tolist()
    missing = np.isnat(times).tolist()
    return [None if gone else f"{word}Z" for word, gone in zip(words, missing, strict=True)]


def _plain(value: object) -> Cell:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bool | int):
        return value
    return _LONE_SURROGATE.sub("\ufffd", str(value))


def guarded(values: Iterable[Cell]) -> list[Cell]:
    """Return *values* with a quote before every text that a spreadsheet would compute.

    Example:
        >>> guarded(["=1+1", "-", "停服", -1, None])
        ["'=1+1", "'-", '停服', -1, None]
    """
    return [f"'{v}" if isinstance(v, str) and _FORMULA.match(v) else v for v in values]
