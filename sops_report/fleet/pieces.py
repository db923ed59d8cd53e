"""What a census finds, cut into pieces of work; the first ones while it is still going on."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from threading import Semaphore
from typing import Final

from sops_report.fleet.census import Census, Item, Task
from sops_report.fleet.work import Done

_ITEMS_AT_ONCE: Final = 1100  # at most: of sixty nodes each, they fill a part
_FEWEST_AT_ONCE: Final = 250
_SHARES: Final = 5  # of what is left, a piece takes one
_SMALL_ONES: Final = 2  # at the beginning, so that nobody waits long
_AHEAD: Final = 8  # as many are given out before all is counted; what is left can be shared better


class Pieces:
    """Cuts the work of a census.

    Attributes:
        is_counted: The census has ended.
    """

    def __init__(self, census: Census, *, ahead: bool) -> None:
        """Cut this census; *ahead* of its end too, and finely, where others do the work."""
        self._census, self._ahead = census, ahead
        self._room = Semaphore(_AHEAD)
        self._n_cut = 0
        self.is_counted = False

    def close(self, _: Future[Done]) -> None:
        """Be told that a piece is done."""
        self._room.release()

    def cut(self) -> Iterator[Sequence[Item]]:
        """Yield the pieces, once; none where the data set is of another archive."""
        held: list[Task] = []
        n_held = 0
        for task in self._census.tasks():
            held.append(task)
            n_held += len(task[2])
            if self._ahead and n_held >= self._size() + _FEWEST_AT_ONCE and self._is_time():
                taken, held = _split(held, self._size())
                self._n_cut += 1
                n_held -= len(taken)
                yield taken
        self.is_counted = True
        if not self._census.is_of_another:
            # By the earliest answer of each task, so that a day's tasks stand together.
            yield from shares(_items(sorted(held)), smaller=self._ahead)

    def _size(self) -> int:
        return _FEWEST_AT_ONCE if self._n_cut < _SMALL_ONES else _ITEMS_AT_ONCE

    def _is_time(self) -> bool:
        return self._census.is_of_this_archive and self._room.acquire(blocking=False)


def _split(tasks: Sequence[Task], count: int) -> tuple[list[Item], list[Task]]:
    """Return the answers of the first tasks, at least so many, and the other tasks."""
    taken: list[Item] = []
    for at, (*_, items) in enumerate(tasks):
        if len(taken) >= count:
            return taken, list(tasks[at:])
        taken += items
    return taken, []


def _items(tasks: Sequence[Task]) -> list[Item]:
    return [item for *_, items in tasks for item in items]


def shares(items: Sequence[Item], *, smaller: bool) -> Iterator[Sequence[Item]]:
    """Cut the work into pieces; the last ones *smaller*, so that all workers end at about once."""
    at = 0
    while left := max(len(items) - at, 0):
        size = max(left // _SHARES, _FEWEST_AT_ONCE) if smaller else left
        size = min(size, _ITEMS_AT_ONCE)
        yield items[at : at + size]
        at += size
