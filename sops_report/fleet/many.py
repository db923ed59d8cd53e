"""`flatten_many`: any number of sources into one table, here or on an executor."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sops_report.collector import collector_at_rest
from sops_report.errors import SopsReportError
from sops_report.fleet.block import Block, block_of
from sops_report.fleet.documents import Folders
from sops_report.fleet.rows import Document, Rows
from sops_report.fleet.sheet import Sheet, joined, sheet_of
from sops_report.fleet.vector import Vector
from sops_report.words import Language

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE: Final = 32_000
_SOURCES_AT_ONCE: Final = 500  # one task of an executor


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A document that could not be read.

    Attributes:
        number: Its place in the work at hand.
        error: Why.
    """

    number: int
    error: SopsReportError


def flatten_many(sources: Iterable[str | Path], executor: Executor | None = None) -> "pd.DataFrame":
    """Flatten many sources into one node table; one that cannot be read stops nothing.

    Args:
        sources: Files, folders, task ids, ``BIZ/TASK`` …: whatever `sops_report.read` takes.
        executor: Runs the work: a `concurrent.futures.ProcessPoolExecutor`, or that of a Dask
            cluster (``Client(…).get_executor()``). None works here.

    Returns:
        The rows of `sops_report.flatten` of each source, in the order of the sources, with
        ``source``, ``task_id`` (string) and ``as_of`` (datetime64[us, UTC]: the moment the answer
        speaks of) in front. ``frame.attrs["errors"]`` is a dict: each source that could not be
        read, and why.

    Example:
        >>> frame = flatten_many(["no-such-file.json"])
        >>> len(frame), list(frame.attrs["errors"])
        (0, ['no-such-file.json'])
    """
    from sops_report.fleet.frame import frame_of  # noqa: PLC0415 - brings pandas

    names = [str(source) for source in sources]
    blocks: list[Block] = []
    errors: dict[str, str] = {}
    pieces = list(_pieces(names))
    run = map if executor is None else executor.map
    for made, refused in run(flatten_sources, pieces):
        blocks += made
        errors.update(refused)
    frame = frame_of(blocks, names)
    frame.attrs["errors"] = errors
    return frame


def _pieces(names: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    numbered = enumerate(names)
    while piece := list(islice(numbered, _SOURCES_AT_ONCE)):
        yield piece


def flatten_sources(numbered: Sequence[tuple[int, str]]) -> tuple[list[Block], dict[str, str]]:
    """Flatten some sources; this is what goes to the workers.

    Args:
        numbered: Sources with their places in the whole.

    Returns:
        Blocks of rows, and why a source could not be read.
    """
    blocks: list[Block] = []
    refused: dict[int, str] = {}
    folders = Folders()
    names = dict(numbered)
    for made in blocks_of(lambda number: folders.open(number, names[number]), names):
        if isinstance(made, Refused):
            refused[made.number] = made.error.text(Language.EN)
        else:
            blocks.append(made)
    return blocks, {name: refused[number] for number, name in numbered if number in refused}


def blocks_of(
    open_it: Callable[[int], Document], numbers: Iterable[int], n_rows: int = ROWS_AT_ONCE
) -> Iterator[Block | Refused]:
    """Read documents and yield their rows, some ten thousand at a time; not quite in their order.

    Args:
        open_it: Opens the document of a number.
        numbers: The numbers of the documents.
        n_rows: A block is closed as soon as it has as many.
    """
    vector, waiting, size = Vector(), list[Document](), 0
    pile = _Pile()
    with collector_at_rest():
        for number in numbers:
            try:
                document = open_it(number)
            except SopsReportError as error:
                yield Refused(number=number, error=error)
                continue
            waiting.append(document)
            size += len(document.data or b"")
            if size < vector.bytes_at_once:
                continue
            yield from pile.add(*vector.read(waiting))
            waiting, size = [], 0
            if pile.n_rows >= n_rows:
                yield pile.block()
                pile = _Pile()
        yield from pile.add(*vector.read(waiting))
        if pile.n_rows:
            yield pile.block()


class _Pile:
    """What a block will be made of: columns that were gathered, and rows read one by one."""

    def __init__(self) -> None:
        self._sheets: list[Sheet] = []
        self._rows = Rows()

    @property
    def n_rows(self) -> int:
        return len(self._rows) + sum(map(len, self._sheets))

    def add(self, sheets: Sequence[Sheet], left: Sequence[Document]) -> Iterator[Refused]:
        """Take columns, and read the documents left over; yield what cannot be read."""
        self._sheets += sheets
        for document in left:
            try:
                self._rows.add(document)
            except SopsReportError as error:
                yield Refused(number=document.number, error=error)

    def block(self) -> Block:
        """Return all of it as one block."""
        rows = [sheet_of(self._rows)] if self._rows.documents else []
        return block_of(joined([*self._sheets, *rows]))
