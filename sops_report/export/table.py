"""Any of our tables into any of the formats, by name or by the suffix of a file."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd

from sops_report.errors import UsageError
from sops_report.export.csv import csv_pieces
from sops_report.export.excel import write_excel
from sops_report.export.parquet import write_parquet
from sops_report.export.sqlite import write_sqlite
from sops_report.export.text import json_pieces, jsonl_pieces
from sops_report.files import whole_file
from sops_report.words import Language

_TEXT: Final[Mapping[str, Callable[[pd.DataFrame], Iterator[str]]]] = MappingProxyType({
    "csv": csv_pieces, "json": json_pieces, "jsonl": jsonl_pieces,
})  # fmt: skip
TEXT_FORMATS: Final = tuple(_TEXT)
FORMATS: Final = (*TEXT_FORMATS, "parquet", "xlsx", "sqlite")


def table_text(frame: pd.DataFrame, to: str, *, guard: bool = True) -> str:
    """Return *frame* as text.

    Args:
        frame: Any table of ours.
        to: One of `TEXT_FORMATS`.
        guard: CSV only: put a quote before texts that a spreadsheet would compute.

    Raises:
        UsageError: *to* is unknown or not a text format.
    """
    return "".join(table_pieces(frame, to, guard=guard))


def table_pieces(frame: pd.DataFrame, to: str, *, guard: bool = True) -> Iterator[str]:
    """Return what `table_text` returns, some thousand rows at a time, made as they are asked for.

    Raises:
        UsageError: *to* is unknown or not a text format.
    """
    kind = _known(to)
    if kind not in _TEXT:
        raise UsageError("binary-format", to=kind, known=", ".join(TEXT_FORMATS))
    return csv_pieces(frame, guard=guard) if kind == "csv" else _TEXT[kind](frame)


def write_table(  # noqa: PLR0913 - one keyword an option
    frame: pd.DataFrame,
    path: Path | str,
    *,
    force: bool = False,
    bom: bool = False,
    guard: bool = True,
    language: Language = Language.EN,
) -> None:
    """Write *frame* whole or not at all; the suffix of *path* is the format.

    Args:
        frame: Any table of ours.
        path: Ends with one of `FORMATS`.
        force: Overwrite a file that exists.
        bom: CSV only: begin with a byte order mark, as Excel needs it for Chinese.
        guard: CSV only: put a quote before texts that a spreadsheet would compute.
        language: Of the note at the end of a cell that Excel could not hold.

    Raises:
        UsageError: The suffix is unknown, *path* exists, Excel cannot hold so many rows, or nothing
            installed writes Parquet.
    """
    path = Path(path)
    kind = _known(path.suffix)
    with whole_file(path, force=force) as temporary:
        if kind == "xlsx":
            write_excel(frame, temporary, language)
        elif kind == "sqlite":
            write_sqlite(frame, temporary)
        elif kind == "parquet":
            write_parquet(frame, temporary)
        else:
            begin = "\ufeff" * (bom and kind == "csv")
            _write_text(temporary, chain([begin], table_pieces(frame, kind, guard=guard)))


def _write_text(path: Path, pieces: Iterable[str]) -> None:
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece.encode())


def _known(suffix: str) -> str:
    kind = suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise UsageError("table-format", suffix=suffix or "?", known=", ".join(FORMATS))
    return kind
