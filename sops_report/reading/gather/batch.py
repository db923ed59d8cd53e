"""Many small answers of one form, gathered as if they were one long one.

The nodes of each stand below its root; here the members of all the roots' children stand one after
the other below one root that nobody wrote. Each document has to begin where the one before it has
closed all it opened, so none borrows a brace of its neighbour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sops_report.reading.fingerprints import fingerprints
from sops_report.reading.gather.columns import tree_of
from sops_report.reading.gather.names import Names
from sops_report.reading.gather.nodes import Nodes, Part
from sops_report.reading.gather.template import (
    CHILDREN,
    IDENTITIES,
    NAME,
    TIMES,
    WIDEST,
    Template,
    learn,
)
from sops_report.reading.gather.walk import walk
from sops_report.reading.gather.window import Places
from sops_report.reading.read import SteppedAsideError
from sops_report.snapshot import Tree

_OF_THE_TASK: Final = frozenset({"root_id:", "root_id"})  # the same in a document, not in many
_LOOKED_AT: Final = 8  # documents, for how wide the times are where a leaf has some
_MIX: Final = 0x9E3779B97F4A7C15
_PAD: Final = b" " * 4200  # names that stand near the end are read one by one


class Members(NamedTuple):
    """Where the members of the root's children stand in a document."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The nodes below the roots of many documents.

    Attributes:
        tree: All of them, in row 1 and after; row 0 is no node.
        counts: How many each document has.
    """

    tree: Tree
    counts: NDArray[np.int64]


def learn_of_many(documents: Sequence[bytes]) -> Template:
    """Return the form of the nodes of documents that are alike.

    Raises:
        SteppedAsideError: It is not the server's.
    """
    form = learn(documents[0])
    for other in documents[1:_LOOKED_AT]:
        if set(form.keys) & TIMES <= form.widths.keys():
            break
        seen = learn(other)
        if seen.keys == form.keys:
            form = replace(form, widths=seen.widths | form.widths)
    identities = IDENTITIES | (_OF_THE_TASK & set(form.keys))
    if any(not 0 < form.widths.get(key, 0) <= WIDEST for key in identities & set(form.keys)):
        raise SteppedAsideError
    return replace(form, identities=identities)


class Finder:
    """Guesses where the members of the root's children stand in documents of one form."""

    def __init__(self, form: Template) -> None:
        """Look for what is written like this."""
        split = form.keys.index(CHILDREN) + 1
        follows = form.keys[split : split + 1]
        self._key = b'"%s"' % CHILDREN.encode()
        self._opening = b"%s%s{" % (self._key, form.colon)
        self._closings = [b"}}%s%s" % (form.separator, form.key(key)) for key in follows]

    def find(self, data: bytes) -> Members | None:
        """Return the place; None where the document is of another form."""
        begin = data.find(self._key)
        if not self._closings or not data.startswith(self._opening + b'"', begin):
            return None
        end = data.rfind(self._closings[0]) + 1
        begin += len(self._opening)
        return Members(begin, end) if end > begin else None


class _NodesOfMany(Nodes):
    """Nodes whose names may be known from other documents: each is decoded only once."""

    def __init__(self, form: Template, size: int, names: Names) -> None:
        names.codes = np.full(size, -1, np.int32)
        self._names = names
        super().__init__(form, size)

    def _new_part(self, key: str, width: int) -> Part:
        return self._names if key == NAME else super()._new_part(key, width)


def gather(regions: Sequence[memoryview], form: Template, names: Names) -> Gathered:
    """Read the nodes of many documents.

    Args:
        regions: The members of each root's children.
        form: How all of them write a node.
        names: Those met so far; the new ones are added.

    Raises:
        SteppedAsideError: Some document has something of another form; *names* are of no more use.
    """
    data, begins, form = _as_one(regions, form)
    walked = walk(data, form, lambda form, size: _NodesOfMany(form, size, names))
    if walked.end != len(data) - len(_PAD) - 2:
        raise SteppedAsideError
    first = _first_nodes(walked.starts, begins, walked.structure.parent)
    counts = np.diff(first, append=len(walked.starts))
    _check_ids(walked.nodes, counts)
    tree = tree_of(walked.nodes, walked.structure, _nobody())
    return Gathered(tree=tree, counts=counts)


def _as_one(
    regions: Sequence[memoryview], form: Template
) -> tuple[bytes, NDArray[np.int64], Template]:
    """Return one document of all, where in it each one's members begin, and its form."""
    opening = b'{"%s"%s{' % (CHILDREN.encode(), form.colon)
    pieces: list[bytes | memoryview] = [opening]
    for region in regions:
        pieces += (region, form.separator)
    pieces[-1] = b"}}%s" % _PAD
    lengths = np.asarray([len(region) for region in regions], np.int64) + len(form.separator)
    begins = np.cumsum(lengths) - lengths + len(opening)
    return b"".join(pieces), begins, replace(form, begin=len(opening))


def _first_nodes(starts: Places, begins: Places, parent: NDArray[np.int64]) -> Places:
    """Return the place of each document's first node: below no other document's."""
    first = np.searchsorted(starts, begins)
    if first[-1] == len(starts) or (starts[first] != begins).any() or parent[first + 1].any():
        raise SteppedAsideError
    return first


def _check_ids(nodes: Nodes, counts: NDArray[np.int64]) -> None:
    """See that no id stands twice in a document."""
    number = np.repeat(np.arange(len(counts), dtype=np.uint64), counts) * np.uint64(_MIX)
    marks = np.sort(fingerprints(nodes.ids.array[1:]) ^ number)
    if (marks[1:] == marks[:-1]).any():
        raise SteppedAsideError


def _nobody() -> Tree:
    """Return a tree of one node of which nothing is known."""
    return Tree(
        node_id=[None], parent=[-1], depth=[0], n_descendants=[0], name=[None], state=[None],
        start_us=[None], finish_us=[None], elapsed_s=[None], retry=[None], loop=[None],
        skip=[None], error_ignored=[None], version=[None], refresh_us=[None], ex_data=[None],
    )  # fmt: skip
