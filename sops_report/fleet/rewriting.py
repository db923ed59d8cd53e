"""Parts that are there already, written anew: first the new part, then the manifest, then removal.

One line of the manifest tells of the new part and no more of the old ones, so every answer is told
of exactly once, however a run ends; files that nobody tells of are removed by the next one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from sops_report.fleet.arrays import Columns
from sops_report.fleet.manifest import Held, Line, Manifest
from sops_report.fleet.parts import NODES, arrow, new_name, positions_of, read_part, write_part


def take_out(manifest: Manifest, part: str, drops: set[str], relabels: Mapping[str, bool]) -> None:
    """Take answers out of a part, and say anew which are the newest of their tasks."""
    holds = manifest.parts[part]
    kept = [
        msgspec.structs.replace(held, is_latest=relabels.get(held.key, held.is_latest))
        for held in holds
        if held.key not in drops
    ]
    if not kept:
        manifest.append(Line(part=part))
        (manifest.root / NODES / part).unlink(missing_ok=True)
        return
    table = read_part(manifest.root, part)
    # The answers stand in the order of the manifest, each beginning with its root.
    answer = np.cumsum(positions_of(table) == 0) - 1
    is_kept = np.asarray([held.key not in drops for held in holds])[answer]
    is_latest = np.asarray([relabels.get(held.key, held.is_latest) for held in holds])[answer]
    make = Columns(arrow())
    at = table.column_names.index("is_latest")
    table = table.set_column(at, "is_latest", make.truths(is_latest)).filter(make.truths(is_kept))
    put_in_place(manifest, [part], table, kept)


def put_in_place(
    manifest: Manifest,
    parts: Sequence[str],
    table: Any,  # noqa: ANN401 - pyarrow has no types
    holds: list[Held],
) -> None:
    """Put one part, with this table and these answers, in the place of parts of one date."""
    anew = new_name(parts[0].partition("/")[0].removeprefix("date="))
    write_part(table, manifest.root, anew)
    gone = [Line(part=part) for part in parts]  # for versions that do not know `instead_of`
    manifest.append(Line(part=anew, holds=holds, instead_of=list(parts)), *gone)
    for part in parts:
        (manifest.root / NODES / part).unlink(missing_ok=True)
