"""Documents → columns by the vector gather, as many as are alike; the others are left.

A large batch costs less than small ones: each of them learns anew how nodes are written. But one in
which something odd stands is cut, and cut again, until the odd documents are alone; where one was
met, others are to be expected, and batches stay small.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import Coded, Texts, coded, numbers, reals
from sops_report.fleet.moments import IN_UTC, WITH_OFFSET, read_moments
from sops_report.fleet.rows import Document
from sops_report.fleet.sheet import Codes, Flags, Ints, Sheet, flags_of
from sops_report.fleet.shells import Shell, fields_of, read_shell
from sops_report.reading.gather.batch import Finder, Gathered, Members, gather, learn_of_many
from sops_report.reading.gather.names import Names
from sops_report.reading.gather.template import WIDEST, Template
from sops_report.reading.read import SteppedAsideError

_AT_FIRST: Final = 8_000_000  # bytes at once
_AT_MOST: Final = 16_000_000
_WITH_ODD_ONES: Final = 4_000_000
Reals = NDArray[np.float64]
_Array = TypeVar("_Array", bound=NDArray)  # type: ignore[type-arg]
_FEWEST: Final = 8  # fewer are read faster one by one


@dataclass(slots=True)
class _Cut:
    """A document, and where its nodes stand."""

    document: Document
    data: bytes
    members: Members
    shell: Shell


class Vector:
    """Reads batches of documents; remembers the names it has met.

    Attributes:
        bytes_at_once: How large a batch is best.
    """

    def __init__(self) -> None:
        """Know no name yet."""
        self._names = Names(0)
        self.bytes_at_once = _AT_FIRST

    def read(self, documents: Sequence[Document]) -> tuple[list[Sheet], list[Document]]:
        """Read what is of the form of the first; return columns, and the documents left over."""
        left: list[Document] = []
        sheets: list[Sheet] = []
        alike = [one for one in documents if one.data is not None and one.flow is None]
        form = _form_of(alike)
        if form is None:
            return [], list(documents)
        taken = {id(one) for one in alike}
        left += [one for one in documents if id(one) not in taken]
        cuts, finder = [], Finder(form)
        for document in alike:
            cut = _cut(document, finder)
            if cut is None:
                left.append(document)
            else:
                cuts.append(cut)
        for made in self._sheets(cuts, form):
            if isinstance(made, Sheet):
                sheets.append(made)
            else:
                left.append(made)
        if self.bytes_at_once == _AT_FIRST:
            self.bytes_at_once = _AT_MOST
        return sheets, left

    def _sheets(self, cuts: Sequence[_Cut], form: Template) -> Iterator[Sheet | Document]:
        if len(cuts) < _FEWEST:
            yield from (cut.document for cut in cuts)
            return
        try:
            yield self._sheet(cuts, form)
        except SteppedAsideError:
            self._names = Names(0)  # it may have been left in the middle of a name
            self.bytes_at_once = _WITH_ODD_ONES
            for some in _apart(cuts):
                yield from self._sheets(some, form)

    def _sheet(self, cuts: Sequence[_Cut], form: Template) -> Sheet:
        regions = [memoryview(c.data)[c.members.begin : c.members.end] for c in cuts]
        sheet = _joined(cuts, gather(regions, form, self._names))
        for cut in cuts:
            cut.document.close()  # a block's bytes are more than its columns
        return sheet


def _apart(cuts: Sequence[_Cut]) -> Iterator[Sequence[_Cut]]:
    """Cut a batch in two, or in as many as are small enough to be tried again."""
    count = max(2, sum(len(cut.data) for cut in cuts) // _WITH_ODD_ONES)
    size = -(-len(cuts) // count)
    return (cuts[at : at + size] for at in range(0, len(cuts), size))


def _form_of(documents: Sequence[Document]) -> Template | None:
    data = [document.data for document in documents if document.data is not None]
    for at in range(min(len(data), 3)):
        try:
            return learn_of_many(data[at:])
        except SteppedAsideError:
            continue
    return None


def _cut(document: Document, finder: Finder) -> _Cut | None:
    data = document.data
    assert data is not None
    members = finder.find(data)
    shell = read_shell(data, *members) if members else None
    if members is None or shell is None:
        return None
    return _Cut(document, data, members, shell)


class _Put:
    """Puts the roots' values and those of the nodes below them into their rows.

    Attributes:
        rows: Of the nodes below the roots.
        roots: The row of each such node's root.
    """

    def __init__(self, begins: Ints, roots: Ints, size: int) -> None:
        self._begins, self._size = begins, size
        self.roots = roots
        below = np.ones(size, np.bool_)
        below[begins] = False
        self.rows: Ints = below.nonzero()[0]

    def ints(self, root: Ints | int, below: Ints) -> Ints:
        return self._filled(np.empty(self._size, np.int64), root, below)

    def reals(self, root: Reals, below: Reals) -> Reals:
        return self._filled(np.empty(self._size), root, below)

    def codes(self, root: Codes | int, below: Codes) -> Codes:
        return self._filled(np.empty(self._size, np.int32), root, below)

    def moments(self, root: tuple[Ints, Flags], below: Sequence[int | None]) -> Ints:
        moments, odd = root
        if odd.any():
            raise SteppedAsideError
        return self.ints(moments, numbers(below)[1:])

    def words(self, root: Sequence[str | None], below: Coded[str]) -> Coded[str]:
        """Put words, and keep only those that occur."""
        seen = np.zeros(len(below.words) + 1, np.bool_)  # the last one is for none
        seen[below.codes[1:]] = True
        used = seen[:-1].nonzero()[0]
        again = np.full(len(seen), -1, np.int32)
        again[used] = np.arange(len(used), dtype=np.int32)
        place = {below.words[at]: new for new, at in enumerate(used.tolist())}
        of_root = [-1 if word is None else place.setdefault(word, len(place)) for word in root]
        codes = self.codes(np.asarray(of_root, np.int32), again[below.codes[1:]])
        return Coded(codes, list(place))

    def texts(self, root: Sequence[str | None], below: Sequence[str | None]) -> Texts:
        assert isinstance(below, Texts)
        raw = [(text or "").encode() for text in root]
        if not all(t.isascii() and b"\0" not in t and len(t) <= WIDEST for t in raw):
            raise SteppedAsideError
        width = max(below.array.dtype.itemsize, *map(len, raw))
        array = self._filled(np.zeros(self._size, f"S{width}"), raw, below.array[1:])
        blank = [int(row) for row, text in zip(self._begins, root, strict=True) if text == ""]
        return Texts(array, [*blank, *(int(self.rows[at - 1]) for at in below.blank)])

    def _filled(self, array: _Array, root: object, below: _Array) -> _Array:
        array[self._begins] = root
        array[self.rows] = below
        return array


def _joined(cuts: Sequence[_Cut], gathered: Gathered) -> Sheet:
    """Put each root in front of the nodes below it."""
    fields, tree = fields_of([cut.shell for cut in cuts]), gathered.tree
    sizes = gathered.counts + 1
    begins = np.cumsum(sizes) - sizes
    put = _Put(begins, np.repeat(begins, gathered.counts), int(sizes.sum()))
    parent = numbers(tree.parent)[1:]
    times, odd = read_moments([*fields.start, *fields.finish], WITH_OFFSET)
    started, finished = slice(len(cuts)), slice(len(cuts), None)
    return Sheet(
        documents=[cut.document for cut in cuts],
        sizes=sizes,
        begins=begins,
        read={},
        texts={at: cut.shell.texts for at, cut in enumerate(cuts) if cut.shell.texts},
        node_id=put.texts([cut.shell.root.id for cut in cuts], tree.node_id),
        parent=put.ints(-1, np.where(parent == 0, put.roots, put.rows[parent - 1])),
        depth=put.ints(0, numbers(tree.depth)[1:]).astype(np.int32),
        n_descendants=put.ints(gathered.counts, numbers(tree.n_descendants)[1:]),
        name=put.words(fields.name, coded(tree.name)),
        state=put.words(fields.state, coded(tree.state)),
        version=put.texts(fields.version, tree.version),
        start=put.moments((times[started], odd[started]), tree.start_us),
        finish=put.moments((times[finished], odd[finished]), tree.finish_us),
        refresh=put.moments(read_moments(fields.refresh, IN_UTC), tree.refresh_us),
        elapsed_s=put.reals(reals(fields.elapsed_s), reals(tree.elapsed_s)[1:]),
        retry=put.ints(numbers(fields.retry), numbers(tree.retry)[1:]),
        loop=put.ints(numbers(fields.loop), numbers(tree.loop)[1:]),
        skip=put.codes(flags_of(fields.skip), coded(tree.skip).codes[1:]),
        error_ignored=put.codes(-1, coded(tree.error_ignored).codes[1:]),
    )
