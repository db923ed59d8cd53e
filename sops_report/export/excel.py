"""A table as an Excel sheet: text stays text, times are real times."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from sops_report.errors import UsageError
from sops_report.export.cells import Cell, cells, guarded
from sops_report.words import Language, say

_MOST_ROWS: Final = 1_048_576 - 1  # the header takes one
_LONGEST: Final = 32_767
_OPTIONS: Final = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
_EPOCH: Final = datetime(1900, 3, 1, tzinfo=UTC)  # before, Excel counts a day that never was
_WIDEST: Final = 60


def write_excel(frame: pd.DataFrame, path: Path, language: Language) -> None:
    """Write *frame* as the sheet ``nodes``.

    Excel knows no time zones: a column of times is written in UTC and its header says so.

    Raises:
        UsageError: There are more rows than a sheet can hold.
    """
    if len(frame) > _MOST_ROWS:
        raise UsageError("too-many-rows", path=path, rows=len(frame), most=_MOST_ROWS)
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})  # equal bytes
        sheet = book.add_worksheet("nodes")
        header = book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for place, name in enumerate(frame.columns):
            column = frame[name]
            timed = isinstance(column.dtype, pd.DatetimeTZDtype)
            sheet.write_string(0, place, f"{name} (UTC)" if timed else str(name), header)
            written = (
                _write_times(sheet, place, column, moment)
                if timed
                else _write_cells(sheet, place, guarded(cells(column)), language)
            )
            sheet.set_column(place, place, min(max(written, len(str(name)) + 2), _WIDEST))
        sheet.freeze_panes(1, 0)
        if len(frame.columns):
            sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)


def _write_times(sheet: Worksheet, place: int, column: pd.Series, form: Format) -> int:
    """Write a column of times; those before Excel's calendar as text. Return its width."""
    texts = cells(column)
    for row, (time, text) in enumerate(zip(column, texts, strict=True), 1):
        if text is not None and time >= _EPOCH:
            sheet.write_datetime(row, place, time.tz_convert(None).to_pydatetime(warn=False), form)
        elif text is not None:
            sheet.write_string(row, place, str(text))
    return 20


def _write_cells(sheet: Worksheet, place: int, values: list[Cell], language: Language) -> int:
    """Write other cells by what they are. Return the width of the widest text."""
    width = 0
    for row, value in enumerate(values, 1):
        if isinstance(value, bool):
            sheet.write_boolean(row, place, value)
        elif isinstance(value, str):
            sheet.write_string(row, place, _cut(value, language))
            width = max(width, len(value))
        elif value is not None:
            sheet.write_number(row, place, value)
    return width


def _cut(text: str, language: Language) -> str:
    """Return what fits into a cell; the end says that it was cut. Excel counts UTF-16 units."""
    if len(text.encode("utf-16-le")) // 2 <= _LONGEST:
        return text
    note = " " + say("export.cut", language, length=len(text))
    room = 2 * (_LONGEST - len(note))
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + note
