"""Tables as CSV, some thousand rows at a time: a million rows need no memory of their own."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pandas as pd
from pandas.api import types

from sops_report.export.cells import Cell, cells, guarded, instants, words_of

_ROWS: Final = 8192
_NEEDS_QUOTES: Final = re.compile('[,"\r\n]')
# In texts joined by NUL: whatever is not written as it is.
_UNWRITTEN: Final = re.compile('[,"\r\n\ud800-\udfff]')
_UNGUARDED: Final = re.compile('[,"\r\n\ud800-\udfff]|(?:\\A|\0)[=+\\-@\t＝＋－＠]')

Fields = Callable[[slice], Iterable[str]]


def csv_pieces(frame: pd.DataFrame, *, guard: bool = True) -> Iterator[str]:
    r"""Yield *frame* as CSV (RFC 4180, but lines end with a line feed), piece by piece.

    Args:
        frame: Any table with column names.
        guard: Put a quote before texts that a spreadsheet would compute.

    Example:
        >>> [*csv_pieces(pd.DataFrame({"a": ["x, y", "=1"]}))]
        ['a\n', '"x, y"\n\'=1\n']
    """
    columns = [_fields_of(frame[name], guard=guard) for name in frame.columns]
    yield ",".join(_field(str(name)) for name in frame.columns) + "\n"
    for begin in range(0, len(frame), _ROWS):
        rows = slice(begin, begin + _ROWS)
        lines = zip(*(fields(rows) for fields in columns), strict=True)
        yield "".join([f"{','.join(line)}\n" for line in lines])


def _fields_of(column: pd.Series, *, guard: bool) -> Fields:
    """Return what gives the fields of some rows; what is the same for all rows is done once."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        times, unit = instants(column)
        return lambda rows: [
            "" if word is None else str(word) for word in words_of(times[rows], unit)
        ]
    if isinstance(column.dtype, pd.CategoricalDtype):
        known = [*_fields(cells(pd.Series(column.cat.categories)), guard=guard), ""]
        codes = column.cat.codes.to_numpy()
        return lambda rows: [known[code] for code in codes[rows].tolist()]
    if isinstance(column.dtype, pd.StringDtype):
        return lambda rows: _texts(column.iloc[rows], guard=guard)
    if types.is_numeric_dtype(column):
        return lambda rows: ["" if cell is None else str(cell) for cell in cells(column.iloc[rows])]
    return lambda rows: _fields(cells(column.iloc[rows]), guard=guard)


def _texts(column: pd.Series, *, guard: bool) -> Iterable[str]:
    """Return texts as fields: nearly always they are written as they are."""
    texts = column.fillna("").tolist()
    unlike = _UNGUARDED if guard else _UNWRITTEN
    return _fields(cells(column), guard=guard) if unlike.search("\0".join(texts)) else texts


def _fields(values: Iterable[Cell], *, guard: bool) -> list[str]:
    return [*map(_field, guarded(values) if guard else values)]


def _field(value: Cell) -> str:
    """Return one cell; the csv module would leave a lone carriage return unquoted."""
    text = "" if value is None else str(value)
    if _NEEDS_QUOTES.search(text):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text
