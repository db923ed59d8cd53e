"""Many small parts of a date → one: runs once an hour would leave hundreds a month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from sops_report.fleet.manifest import Manifest
from sops_report.fleet.parts import NODES, about_part, arrow, positions_of, read_coded
from sops_report.fleet.rewriting import put_in_place

_FEW: Final = 8  # small parts of a date are left alone
_ROWS_A_RUN: Final = 12_288  # a run rewrites no more, so that one new task costs little
_ROWS_A_FILE: Final = 1024  # could be rewritten in the time that it takes to open a part
_BYTES_A_ROW: Final = 512  # of rows with longer texts fewer are held at a time
_SMALL: Final = _ROWS_A_RUN // 2  # so two fit into a run, and what a full run makes is not small
_SMALL_FILE: Final = 1 << 21  # bytes; larger ones need not be looked into


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What became of small parts.

    Attributes:
        n_parts: How many were merged.
        n_made: Into how many.
        n_rows: The rows of these.
    """

    n_parts: int = 0
    n_made: int = 0
    n_rows: int = 0


def merge_small(manifest: Manifest) -> Merged:
    """Make one part of the small ones of each date that has many, the latest date first.

    What is rewritten is limited; the next run that asks goes on. A part that cannot be read, or
    does not hold what the manifest says, is left as it is.

    Raises:
        SopsReportError: A part cannot be written.
    """
    left, done = _ROWS_A_RUN, Merged()
    for parts in _by_date(manifest):
        chosen, cost = _chosen(manifest, parts, left)
        tables = _tables(manifest, chosen)
        if len(tables) <= 1:
            continue
        table = arrow().concat_tables([*tables.values()]).unify_dictionaries()
        holds = chain.from_iterable(manifest.parts[part] for part in tables)
        put_in_place(manifest, [*tables], table, [*holds])
        left -= cost
        done = Merged(
            n_parts=done.n_parts + len(tables),
            n_made=done.n_made + 1,
            n_rows=done.n_rows + len(table),
        )
    return done


def _by_date(manifest: Manifest) -> list[list[str]]:
    """Return the parts of each date that has many, the latest date first."""
    dates: dict[str, list[str]] = {}
    for part in manifest.parts:
        dates.setdefault(part.partition("/")[0], []).append(part)
    return [dates[date] for date in sorted(dates, reverse=True) if len(dates[date]) > _FEW]


def _chosen(manifest: Manifest, parts: Sequence[str], left: int) -> tuple[dict[str, Any], int]:
    """Return the smallest parts with what is said of them, and the rows that they count for.

    There are none if few are small.
    """
    folder = manifest.root / NODES
    sizes = {part: (folder / part).stat().st_size for part in parts}
    small = [part for part in parts if sizes[part] < _SMALL_FILE]
    small.sort(key=lambda part: (sizes[part], manifest.parts[part][0].key))
    chosen: dict[str, Any] = {}
    total = 0
    for part in small if len(small) > _FEW else ():
        about = _about(manifest, part)
        rows = _SMALL if about is None else _rows_of(about)
        if rows >= _SMALL:
            continue
        if total + rows > left:
            return (chosen, total) if total >= _SMALL else ({}, 0)
        chosen[part] = about
        total += rows
    return (chosen, total) if len(chosen) > _FEW else ({}, 0)


def _about(manifest: Manifest, part: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    try:
        return about_part(manifest.root, part)
    except (OSError, ValueError):  # the latter is what pyarrow says of a damaged file
        return None


def _rows_of(about: Any) -> int:  # noqa: ANN401 - as above
    """Return the rows that a part counts for."""
    n_bytes = sum(about.row_group(at).total_byte_size for at in range(about.num_row_groups))
    return int(_ROWS_A_FILE + max(about.num_rows, n_bytes // _BYTES_A_ROW))


def _tables(manifest: Manifest, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Read parts, in the order of the moments of their answers; those that fit together."""
    tables: dict[str, Any] = {}
    for part in sorted(parts, key=lambda part: _moment_and_key(manifest, part)):
        try:
            table = read_coded(manifest.root, part, parts[part])
        except (OSError, ValueError):  # as above
            continue
        is_whole = int((positions_of(table) == 0).sum()) == len(manifest.parts[part])
        if is_whole and all(table.schema.equals(one.schema) for one in tables.values()):
            tables[part] = table
    return tables


def _moment_and_key(manifest: Manifest, part: str) -> tuple[str, str]:
    key = manifest.parts[part][0].key
    return key.rpartition("/")[2], key
