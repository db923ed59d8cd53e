"""Where nodes begin and end → which is below which, and that no byte is left over.

A document's nodes are read piece by piece, wherever a piece seems to begin. That nothing was
missed or read twice is seen here: each piece begins where the one before it ended.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.gather.template import Template
from sops_report.reading.gather.window import Flags, Places, Window, lowest_bits, matrix
from sops_report.reading.read import SteppedAsideError

_PIECE: Final = 1 << 18  # bytes at a time: they stay in the processor's cache
_WORD: Final = 8
_BRACE: Final = ord("{")


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


def _first_in_eights(flags: Flags) -> Places:
    """Return where flags are set; of eight in a row only the first, no node is that short."""
    if len(flags) % _WORD:  # the last ones of the document
        flags = np.append(flags, np.zeros(-len(flags) % _WORD, np.bool_))
    eights = flags.view("<u8")
    places: Places = (eights != 0).nonzero()[0]
    return (places << 3) + (lowest_bits(eights[places]) >> 3)


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
    before, follows, gap = is_leaf[:-1], starts[1:] - ends[:-1], len(form.separator)
    if starts[0] != form.begin or follows[~before].any():
        raise SteppedAsideError
    _see_separators(window, form.separator, starts[1:][before])
    tails = _Tails(window.data, form)
    for leaf in np.flatnonzero(before & (follows != gap)).tolist():
        end, stop = int(ends[leaf]), int(starts[leaf + 1]) - gap
        while end < stop:
            end = tails.add(end, leaf + 1)
        if end != stop:
            raise SteppedAsideError(end)
    end = int(ends[-1])
    for _ in range(len(is_leaf) - np.count_nonzero(is_leaf) - len(tails.at)):
        end = tails.add(end, len(starts))
    if window.data[end : end + 1] != b"}":
        raise SteppedAsideError(end)
    return Closings(at=tails.at, until=tails.until, after=tails.after, end=end)


def _see_separators(window: Window, separator: bytes, places: Places) -> None:
    """See that a separator stands before each place."""
    found = matrix(window.texts(places - len(separator), len(separator)))
    if (found != np.frombuffer(separator, np.uint8)).any():
        raise SteppedAsideError


class _Tails:
    """The tails of containers that were found so far; see `Closings`."""

    def __init__(self, data: bytes, form: Template) -> None:
        self._data = data
        self._mark = b'"}' if form.keys[-1] in form.widths else b"}"
        self.at: list[int] = []
        self.until: list[int] = []
        self.after: list[int] = []

    def add(self, place: int, leaf: int) -> int:
        """Add the tail that begins at a place, after a leaf; return where it has to end."""
        found = self._data.find(self._mark, place + 1)
        if found < 0:
            raise SteppedAsideError(place)
        self.at.append(place)
        self.after.append(leaf)
        self.until.append(found + len(self._mark))
        return self.until[-1]


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
