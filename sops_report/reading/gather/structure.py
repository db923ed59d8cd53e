"""Where nodes begin and end → which is below which, and that no byte is left over.

A document's nodes are read piece by piece, wherever a piece seems to begin. That nothing was
missed or read twice is seen here: each piece begins where the one before it ended.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather.template import Template
from sops_report.reading.gather.window import Flags, Places, Window
from sops_report.reading.read import SteppedAsideError

_PIECE: Final = 1 << 18  # bytes at a time: they stay in the processor's cache
_WORD: Final = 8
_BRACE: Final = ord("{")
_CLOSING: Final = ord("}")


def find_nodes(window: Window, form: Template) -> Places:
    """Return the places of the opening braces of all that looks like a node below the root."""
    width = min(len(form.mark), _WORD)
    mark = np.uint64(int.from_bytes(form.mark[:width], "little") << 8 * (_WORD - width))
    unseen = np.uint64(8 * (_WORD - width))
    found = []
    for begin in range(form.begin, len(window.data), _PIECE):
        braces = _first_in_eights(window.octets[begin : begin + _PIECE] == _BRACE) + begin
        found.append(braces[window.words(braces) << unseen == mark])
    return np.concatenate(found)


def _lowest_bits() -> NDArray[np.int64]:
    """Return the place of the lowest bit that is set in each byte."""
    return np.asarray([(byte & -byte).bit_length() - 1 for byte in range(256)])


_LOWEST_BIT: Final = _lowest_bits()


def _first_in_eights(flags: NDArray[np.bool_]) -> Places:
    """Return where flags are set; of eight in a row only the first, no node is that short."""
    eights = np.packbits(flags, bitorder="little")
    places: Places = (eights != 0).nonzero()[0]
    return (places << 3) + _LOWEST_BIT.take(eights[places])


@dataclass(frozen=True, slots=True, kw_only=True)
class Closings:
    """The tails of the containers, in the order of the document.

    Attributes:
        at: Where each begins.
        until: Where each has to end.
        after: The leaf that it follows.
        end: Where the last one ends, and with it the root's last child.
    """

    at: list[int]
    until: list[int]
    after: list[int]
    end: int


def find_closings(
    window: Window, form: Template, starts: Places, ends: Places, is_leaf: Flags
) -> Closings:
    """Return the tails of containers; they stand after a leaf that is its scope's last node.

    Args:
        window: The document.
        form: How it writes a node.
        starts: Where each node's key begins, rows from 1 on.
        ends: Where each leaf ends, and of a container its head.
        is_leaf: Which nodes are leaves.

    Raises:
        SteppedAsideError: The pieces do not follow each other.
    """
    follows = starts[1:] - ends[:-1]
    gap = len(form.separator)
    if starts[0] != form.begin or (follows[~is_leaf[:-1]] != 0).any():
        raise SteppedAsideError
    places = starts[1:][is_leaf[:-1]]
    if (window.texts(places - gap, gap) != form.separator).any():
        raise SteppedAsideError
    ends_scope = np.flatnonzero(is_leaf[:-1] & (follows != gap))
    mark = b'"}' if form.keys[-1] in form.widths else b"}"
    at: list[int] = []
    until: list[int] = []
    after: list[int] = []
    for leaf in ends_scope.tolist():
        place, stop = int(ends[leaf]), int(starts[leaf + 1]) - gap
        while place < stop:
            at.append(place)
            after.append(leaf + 1)
            place = _next(window.data, mark, place)
            until.append(place)
        if place != stop:
            raise SteppedAsideError(place)
    end = int(ends[-1])
    for _ in range(int((~is_leaf).sum()) - len(at)):
        at.append(end)
        after.append(len(starts))
        end = _next(window.data, mark, end)
        until.append(end)
    if window.data[end : end + 1] != b"}":
        raise SteppedAsideError(end)
    return Closings(at=at, until=until, after=after, end=end)


def _next(data: bytes, mark: bytes, place: int) -> int:
    found = data.find(mark, place + 1)
    if found < 0:
        raise SteppedAsideError(place)
    return found + len(mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Who is below whom; see `snapshot.Tree`. Row 0 is the root.

    Attributes:
        parent, depth, n_descendants: int64.
        closed: The container that each of the closings closes.
    """

    parent: NDArray[np.int64]
    depth: NDArray[np.int64]
    n_descendants: NDArray[np.int64]
    closed: NDArray[np.int64]


def build(containers: list[int], after: list[int], size: int) -> Structure:
    """Return the structure from the containers' rows and the rows that their ends follow.

    Only containers are walked through; between two of their ends all nodes have the same parent.

    Raises:
        SteppedAsideError: There are more ends than containers.
    """
    scopes = _Scopes()
    opened = iter([*containers, size])
    next_opened = next(opened)
    for leaf in after:
        while next_opened < leaf:
            scopes.open(next_opened)
            next_opened = next(opened)
        scopes.close(leaf)
    if len(scopes.open_rows) != 1:
        raise SteppedAsideError
    lengths = np.diff(np.asarray([*scopes.begins, size]))
    counts = np.zeros(size, np.int64)
    closed = np.asarray(scopes.closed, np.int64)
    counts[closed] = np.asarray(after, np.int64) - closed
    counts[0] = size - 1
    return Structure(
        parent=np.repeat(np.asarray(scopes.parents), lengths),
        depth=np.repeat(np.asarray(scopes.depths), lengths),
        n_descendants=counts,
        closed=closed,
    )


class _Scopes:
    """The containers that are open while the document is walked through."""

    def __init__(self) -> None:
        self.open_rows = [0]
        self.closed: list[int] = []
        # From which row on nodes have which parent and depth; the first is for the root itself.
        self.begins, self.parents, self.depths = [0, 1], [-1, 0], [0, 1]

    def open(self, row: int) -> None:
        self.open_rows.append(row)
        self._begin(row + 1)

    def close(self, leaf: int) -> None:
        if len(self.open_rows) == 1:
            raise SteppedAsideError(leaf)
        self.closed.append(self.open_rows.pop())
        self._begin(leaf + 1)

    def _begin(self, row: int) -> None:
        self.begins.append(row)
        self.parents.append(self.open_rows[-1])
        self.depths.append(len(self.open_rows))
