"""SQL over a data set: DuckDB reads the parts that the manifest names, and nothing else."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sops_report.errors import InputError, UsageError
from sops_report.fleet.manifest import NAME, load_manifest
from sops_report.fleet.parts import NODES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_ALLOWED: Final = "SELECT"
# One row a task's answer: what its root says, beside what is said of the answer.
_TASKS: Final = """
SELECT site, scope, biz, task_id, snapshot, as_of, fetched_at, is_latest, sha256,
       label AS name, state, state_group, start_time, finish_time, elapsed_s,
       n_descendants + 1 AS n_nodes, date
FROM nodes WHERE position = 0
"""
# What cannot be given to pandas as it is, becomes text.
_PLAIN: Final[Mapping[str, str]] = MappingProxyType({
    "DATE": "VARCHAR", "TIME": "VARCHAR", "INTERVAL": "VARCHAR", "UUID": "VARCHAR",
    "HUGEINT": "DOUBLE", "UHUGEINT": "DOUBLE", "TIMESTAMP": "TIMESTAMPTZ",
})  # fmt: skip
_NESTED: Final = ("STRUCT", "MAP", "UNION", "[", "ENUM", "DECIMAL", "BLOB", "BIT", "JSON")


def query(root: Path, sql: str) -> "pd.DataFrame":
    """Return what a SQL query finds in a data set.

    Args:
        root: The data set's folder, as `flatten_archive` made it.
        sql: One SELECT over ``nodes`` (a row a node) and ``tasks`` (a row an answer).

    Returns:
        The result; times are datetime64[us, UTC], dates and nested values text.

    Raises:
        UsageError: DuckDB is missing, or the query is none, or fails.
        InputError: The folder is no data set.
    """
    duckdb = _duckdb()
    while True:
        parts = _parts(root)
        try:
            return _asked(duckdb, parts, sql)
        except duckdb.Error as error:
            if _parts(root) == parts:
                raise UsageError("sql", reason=_first_line(error)) from None
        # A run that is going on has put other parts in their place: they are asked anew.


def _parts(root: Path) -> list[str]:
    parts = [str(root / NODES / name) for name in load_manifest(root).parts]
    if not (root / NAME).is_file() or not parts:
        raise InputError("fleet-none", root=root)
    return parts


def _asked(duckdb: Any, parts: Sequence[str], sql: str) -> "pd.DataFrame":  # noqa: ANN401 - has no types
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as base:
        base.execute("SET TimeZone = 'UTC'")
        base.read_parquet(parts, hive_partitioning=True).create_view("nodes")
        base.execute(f"CREATE VIEW tasks AS {_TASKS}")
        _shut(base, parts)
        return _frame(_selected(duckdb, base, sql))


def _duckdb() -> Any:  # noqa: ANN401 - has no types
    try:
        return import_module("duckdb")
    except ImportError:
        raise UsageError("no-duckdb") from None


def _shut(base: Any, parts: Sequence[str]) -> None:  # noqa: ANN401 - as above
    """Let the query read these files only, and change nothing about that."""
    listed = ", ".join("'" + part.replace("'", "''") + "'" for part in parts)
    base.execute(f"SET allowed_paths = [{listed}]")
    base.execute("SET enable_external_access = false")
    base.execute("SET lock_configuration = true")


def _selected(duckdb: Any, base: Any, sql: str) -> Any:  # noqa: ANN401 - as above
    """Return the result of the one statement, which may only read."""
    statements = duckdb.extract_statements(sql)
    if len(statements) != 1 or statements[0].type.name != _ALLOWED:
        raise UsageError("sql-not-select")
    return base.sql(sql)


def _frame(found: Any) -> "pd.DataFrame":  # noqa: ANN401 - as above
    import pandas as pd  # noqa: PLC0415 - only what is found needs it

    names = [name.replace('"', '""') for name in found.columns]
    casts = [_cast(name, str(kind)) for name, kind in zip(names, found.types, strict=True)]
    columns = found.project(", ".join(casts)).fetchnumpy()
    return pd.DataFrame({name: _column(values) for name, values in columns.items()})


def _column(values: "np.ma.MaskedArray[Any, Any]") -> Any:  # noqa: ANN401 - one of pandas' arrays
    """Return what DuckDB found as a column that can be missing values."""
    import numpy as np  # noqa: PLC0415 - as above
    import pandas as pd  # noqa: PLC0415 - as above

    plain, missing = np.ma.getdata(values), np.ma.getmaskarray(values)
    if plain.dtype.kind == "M":
        moments = plain.astype("datetime64[us]")
        moments[missing] = np.datetime64("NaT", "us")
        return pd.DatetimeIndex(moments).tz_localize("UTC")
    if plain.dtype.kind == "O":
        return pd.array([None if m else v for v, m in zip(plain, missing, strict=True)], "string")
    if plain.dtype.kind == "b":
        return pd.arrays.BooleanArray(plain, missing)
    if plain.dtype.kind == "f":
        return pd.arrays.FloatingArray(plain, missing)
    return pd.arrays.IntegerArray(plain, missing)


def _cast(name: str, kind: str) -> str:
    to = "VARCHAR" if any(word in kind for word in _NESTED) else _PLAIN.get(kind)
    if kind.startswith("DECIMAL"):
        to = "DOUBLE"
    return f'"{name}"' if to is None else f'CAST("{name}" AS {to}) AS "{name}"'


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split("\n\n")[0].split())[:300]
