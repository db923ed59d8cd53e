"""Tables as files: CSV, JSON, JSON Lines, Parquet, Excel and SQLite."""

from sops_report.export.table import (
    FORMATS,
    TEXT_FORMATS,
    table_pieces,
    table_text,
    write_table,
)

__all__ = ["FORMATS", "TEXT_FORMATS", "table_pieces", "table_text", "write_table"]
