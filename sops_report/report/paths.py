"""The path of each node, made where somebody asks for it."""

from collections.abc import Iterator, Mapping

from sops_report.columns import Unkept
from sops_report.snapshot import PATH_JOINT, Snapshot, clipped_path


class Paths(Unkept[str]):
    """`Snapshot.paths`, one by one: a million paths are seldom wanted all at once."""

    __slots__ = ("_above", "_changed", "_snapshot")

    def __init__(self, snapshot: Snapshot, changed: Mapping[int, str] | None = None) -> None:
        """Remember the tree, and the paths that shall not be as its labels make them."""
        self._snapshot = snapshot
        self._changed = changed or {}
        self._above = {0: ""}  # what stands before the labels below a container

    def changed(self, changed: Mapping[int, str]) -> "Paths":
        """Return the same paths, but some of them others, by position."""
        return Paths(self._snapshot, {**self._changed, **changed})

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self._snapshot.tree)

    def __iter__(self) -> Iterator[str]:
        """Iterate over all paths; none is kept."""
        if not self._changed:
            return self._snapshot.each_path()
        made = enumerate(self._snapshot.each_path())
        return (self._changed.get(at, path) for at, path in made)

    def _one(self, position: int) -> str:
        if position in self._changed:
            return self._changed[position]
        tree, label = self._snapshot.tree, self._snapshot.label
        chain, up = [], position
        while up not in self._above:
            chain.append(up)
            up = tree.parent[up]
        before = self._above[up]
        for place in reversed(chain):
            before = f"{clipped_path(before + label[place])}{PATH_JOINT}"
            if tree.n_descendants[place]:
                self._above[place] = before
        return before.removesuffix(PATH_JOINT) if position else ""
