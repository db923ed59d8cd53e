"""What was gathered of the nodes, with the root in front → the columns of a tree."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from sops_report.columns import MISSING, Coded, Numbers, Reals, Texts
from sops_report.reading.gather.holes import Choices, Counts, Moments, Versions
from sops_report.reading.gather.lengths import Lengths
from sops_report.reading.gather.names import Names
from sops_report.reading.gather.nodes import Nodes
from sops_report.reading.gather.structure import Structure
from sops_report.reading.gather.template import WIDEST
from sops_report.reading.read import SteppedAsideError
from sops_report.snapshot import Tree

_NULL: Final = b"null"


def tree_of(nodes: Nodes, structure: Structure, root: Tree) -> Tree:
    """Return the columns of the nodes below *root*, which is a tree of one node.

    Raises:
        SteppedAsideError: Some node does not stand under its id; or the root's texts do not fit.
    """
    if not nodes.are_keyed_by_id():
        raise SteppedAsideError
    columns = _Columns(nodes, len(structure.parent))
    return Tree(
        node_id=columns.ids(root.node_id[0]),
        parent=_all(structure.parent),
        depth=_all(structure.depth),
        n_descendants=_all(structure.n_descendants),
        name=columns.names(root.name[0]),
        state=columns.states(root.state[0]),
        start_us=columns.times("start_time", root.start_us[0]),
        finish_us=columns.times("finish_time", root.finish_us[0]),
        elapsed_s=columns.lengths(root.elapsed_s[0]),
        retry=columns.counts("retry", root.retry[0]),
        loop=columns.counts("loop", root.loop[0]),
        skip=columns.flags("skip", root.skip[0]),
        error_ignored=columns.ignored(),
        version=columns.versions(root.version[0]),
        refresh_us=columns.times("state_refresh_at", root.refresh_us[0]),
        ex_data=Coded(np.full(columns.size, -1, np.int32), ()),
    )


def _all(array: NDArray[np.int64]) -> Sequence[int]:
    """Return a column in which nothing is missing."""
    return cast("Sequence[int]", Numbers(array))


class _Columns:
    """Makes columns of what the parts hold."""

    def __init__(self, nodes: Nodes, size: int) -> None:
        self.nodes = nodes
        self.size = size

    def ids(self, root: str | None) -> Texts:
        return _texts(self.nodes.ids.array[: self.size], [], root)

    def versions(self, root: str | None) -> Texts:
        part = self.nodes.holes.get("version")
        if not isinstance(part, Versions):
            return _texts(np.zeros(self.size, "S1"), [], root)
        return _texts(*part.found(self.size), root)

    def names(self, root: str | None) -> Coded[str]:
        part = self.nodes.parts.get("name")
        if not isinstance(part, Names):
            return _with_root(np.full(self.size, -1, np.int32), [], root)
        return _with_root(part.codes[: self.size], part.words, root)

    def ignored(self) -> Coded[bool]:
        """Merge two names of one fact; on the root it is noise. See `tree`."""
        one = self.flags("error_ignorable", None).codes
        other = self.flags("error_ignored", None).codes
        return Coded(np.where(one < 0, other, one | (other == 1)), (False, True))

    def times(self, key: str, root: int | None) -> Numbers:
        hole = self.nodes.holes.get(key)
        if isinstance(hole, Moments):
            array = hole.found(self.size)
        else:
            array = np.full(self.size, MISSING, np.int64)
        array[0] = MISSING if root is None else root
        return Numbers(array)

    def lengths(self, root: float | None) -> Reals:
        part = self.nodes.parts.get("elapsed_time")
        array = part.array[: self.size] if isinstance(part, Lengths) else np.full(self.size, np.nan)
        array[0] = np.nan if root is None else root
        return Reals(array)

    def counts(self, key: str, root: int | None) -> Numbers:
        hole = self.nodes.holes.get(key)
        if isinstance(hole, Counts):
            array = hole.array[: self.size]
        else:
            array = np.full(self.size, MISSING, np.int64)
        array[0] = MISSING if root is None else root
        return Numbers(array)

    def flags(self, key: str, root: bool | None) -> Coded[bool]:  # noqa: FBT001 - a value
        codes = self._codes(key, {_NULL: -1, b"false": 0, b"true": 1})
        codes[0] = -1 if root is None else root
        return Coded(codes, (False, True))

    def states(self, root: str | None) -> Coded[str]:
        hole = self._choices("state")
        assert hole is not None  # the template has it
        words = [raw[1:-1].decode("ascii") for raw in hole.words]
        return _with_root(hole.codes[: self.size].astype(np.int32), words, root)

    def _codes(self, key: str, place: Mapping[bytes, int]) -> NDArray[np.int32]:
        """Return the codes of small values by the code of each as it was written."""
        hole = self._choices(key)
        if hole is None:
            return np.full(self.size, -1, np.int32)
        return np.asarray([place[raw] for raw in hole.words], np.int32)[hole.codes[: self.size]]

    def _choices(self, key: str) -> Choices | None:
        hole = self.nodes.holes.get(key)
        return hole if isinstance(hole, Choices) else None


def _with_root(codes: NDArray[np.int32], words: list[str], root: str | None) -> Coded[str]:
    if root is not None and root not in words:
        words = [*words, root]
    codes[0] = -1 if root is None else words.index(root)
    return Coded(codes, words)


def _texts(array: NDArray[np.bytes_], blank: Sequence[int], root: str | None) -> Texts:
    if root is not None and (not root.isascii() or "\0" in root or len(root) > WIDEST):
        raise SteppedAsideError(root)
    if len(root or "") > array.dtype.itemsize:
        array = array.astype(f"S{len(root or '')}")
    array[0] = (root or "").encode("ascii")
    return Texts(array, blank=[0, *blank] if root == "" else blank)
