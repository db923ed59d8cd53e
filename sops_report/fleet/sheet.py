"""The nodes of many documents as sent, in columns: what both ways of reading end in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING, Coded, coded, numbers, reals
from sops_report.columns import Texts as FixedTexts
from sops_report.fleet.moments import IN_UTC, WITH_OFFSET, read_moments
from sops_report.fleet.rows import Document, Rows
from sops_report.snapshot import Snapshot

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]
Texts = Sequence[str | None]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """Columns parallel to the rows; those of a document stand together, its root first.

    Attributes:
        documents: The documents in the order of their rows.
        sizes: How many rows each has.
        begins: Where the rows of each begin.
        read: What the careful reader made of some of them, by their place in `documents`.
        texts: Failure texts by node id, by that place.
        parent: The row of each node's parent, -1 at a root.
    """

    documents: Sequence[Document]
    sizes: Ints
    begins: Ints
    read: dict[int, Snapshot]
    texts: dict[int, dict[str, str | None]]
    node_id: Texts
    parent: Ints
    depth: Codes
    n_descendants: Ints
    name: Coded[str]
    state: Coded[str]
    version: Texts
    start: Ints
    finish: Ints
    refresh: Ints
    elapsed_s: NDArray[np.float64]
    retry: Ints
    loop: Ints
    skip: Codes
    error_ignored: Codes

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.parent)


def sheet_of(rows: Rows) -> Sheet:
    """Make columns of *rows*; documents with an odd time are read again, carefully."""
    begins = np.asarray(rows.begins, dtype=np.int64)
    sizes = np.diff(begins, append=len(rows))
    parent = np.asarray(rows.parent, dtype=np.int64)
    start, finish, refresh = _times(rows, begins, sizes)
    return Sheet(
        documents=rows.documents,
        sizes=sizes,
        begins=begins,
        read=rows.read,
        texts=rows.texts,
        node_id=rows.node_id,
        parent=np.where(parent < 0, -1, parent + np.repeat(begins, sizes)),
        depth=np.asarray(rows.depth, dtype=np.int32),
        n_descendants=np.asarray(rows.n_descendants, dtype=np.int64),
        name=coded(rows.name),
        state=coded(rows.state),
        version=rows.version,
        start=start,
        finish=finish,
        refresh=refresh,
        elapsed_s=reals(rows.elapsed_s),
        retry=numbers(rows.retry),
        loop=numbers(rows.loop),
        skip=flags_of(rows.skip),
        error_ignored=flags_of(rows.error_ignored),
    )


def flags_of(values: Sequence[bool | None]) -> Codes:
    """Return flags as 0, 1 or -1."""
    place = {None: -1, False: 0, True: 1}
    return np.fromiter(map(place.__getitem__, values), dtype=np.int32, count=len(values))


def moments_of(us: Ints) -> list[int | None]:
    """Return microseconds as plain values."""
    return [None if moment == MISSING else moment for moment in us.tolist()]


def _times(rows: Rows, begins: Ints, sizes: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the three columns of times."""
    start, odd = read_moments(rows.start, WITH_OFFSET)
    finish, odd_too = read_moments(rows.finish, WITH_OFFSET)
    refresh, odd_three = read_moments(rows.refresh, IN_UTC)
    odd |= odd_too | odd_three
    if odd.any():
        for at in np.unique(np.searchsorted(begins, odd.nonzero()[0], side="right") - 1).tolist():
            rows.read[at] = rows.documents[at].read()
    for at, snapshot in rows.read.items():
        mine = slice(int(begins[at]), int(begins[at] + sizes[at]))
        start[mine] = numbers(snapshot.tree.start_us)
        finish[mine] = numbers(snapshot.tree.finish_us)
        refresh[mine] = numbers(snapshot.tree.refresh_us)
    return start, finish, refresh


def joined(sheets: Sequence[Sheet]) -> Sheet:
    """Put sheets, at least one, under each other."""
    if len(sheets) == 1:
        return sheets[0]
    offsets = np.cumsum([0, *map(len, sheets)])
    firsts = np.cumsum([0, *(len(sheet.documents) for sheet in sheets)]).tolist()
    shifted = list(zip(sheets, offsets.tolist(), strict=False))
    numbered = list(zip(sheets, firsts, strict=False))
    parent = [np.where(sheet.parent < 0, -1, sheet.parent + at) for sheet, at in shifted]
    return Sheet(
        documents=[document for sheet in sheets for document in sheet.documents],
        sizes=np.concatenate([sheet.sizes for sheet in sheets]),
        begins=np.concatenate([sheet.begins + at for sheet, at in shifted]),
        read={first + at: one for sheet, first in numbered for at, one in sheet.read.items()},
        texts={first + at: one for sheet, first in numbered for at, one in sheet.texts.items()},
        node_id=_texts([sheet.node_id for sheet in sheets], offsets),
        parent=np.concatenate(parent),
        depth=np.concatenate([sheet.depth for sheet in sheets]),
        n_descendants=np.concatenate([sheet.n_descendants for sheet in sheets]),
        name=_words([sheet.name for sheet in sheets]),
        state=_words([sheet.state for sheet in sheets]),
        version=_texts([sheet.version for sheet in sheets], offsets),
        start=np.concatenate([sheet.start for sheet in sheets]),
        finish=np.concatenate([sheet.finish for sheet in sheets]),
        refresh=np.concatenate([sheet.refresh for sheet in sheets]),
        elapsed_s=np.concatenate([sheet.elapsed_s for sheet in sheets]),
        retry=np.concatenate([sheet.retry for sheet in sheets]),
        loop=np.concatenate([sheet.loop for sheet in sheets]),
        skip=np.concatenate([sheet.skip for sheet in sheets]),
        error_ignored=np.concatenate([sheet.error_ignored for sheet in sheets]),
    )


def _texts(columns: Sequence[Texts], offsets: Ints) -> Texts:
    arrays = [column for column in columns if isinstance(column, FixedTexts)]
    if len(arrays) < len(columns):
        return [text for column in columns for text in column]
    blank = [int(at) + row for c, at in zip(arrays, offsets, strict=False) for row in c.blank]
    return FixedTexts(np.concatenate([column.array for column in arrays]), blank)


def _words(columns: Sequence[Coded[str]]) -> Coded[str]:
    place: dict[str, int] = {}
    codes = []
    for column in columns:
        of_word = [place.setdefault(word, len(place)) for word in column.words]
        codes.append(np.asarray([*of_word, -1], np.int32)[column.codes])
    return Coded(np.concatenate(codes), list(place))
