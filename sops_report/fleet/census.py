"""What an archive holds, against what a data set holds of it: what is to come and what to go.

A folder whose modification time is known has the files that were listed then; only their own
sizes and times are asked for. All other folders are listed by the archive's own function.

What is to come can be taken while the census goes on: the tasks of all businesses are gone through
side by side, in the order of their ids, which is that of their times.
"""

import heapq
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from sops_report.archive.layout import in_order
from sops_report.archive.shelf import PACK, names_in
from sops_report.errors import InputError
from sops_report.fleet.manifest import Aside, Held, Manifest

FLOW: Final = "pipeline_tree.json"
# File systems tell times in steps of up to two seconds: a fresher folder may change unseen.
_TOO_FRESH_NS: Final = 3_000_000_000
_OWNER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}-[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_TASK: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")


class Item(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One answer in the archive.

    Attributes:
        key: Its path in the archive.
        folder_ns: The modification time of its folder; 0 if that is too fresh to be trusted.
        is_latest: It is the task's newest one.
        moment_us: The moment in its name.
        has_flow: A flow lies beside it.
    """

    key: str
    folder_ns: int
    is_latest: bool
    moment_us: int
    has_flow: bool


@dataclass(slots=True)
class Plan:
    """What has to be done.

    Attributes:
        adds: Answers to flatten.
        drops: By part, the keys whose rows go.
        relabels: By part, the keys whose rows are not the newest any more, or are again.
        removed: Keys that are not in the archive any more.
        changed: Keys whose file is another one now.
        cleared: Set-aside answers that are gone or changed.
        still_aside: Set-aside answers that are as they were.
        broken: Packs that cannot be read; what is held of them stays.
        folders: Modification times of folders that were listed and need no work.
        n_kept: Answers that are in the data set already.
    """

    adds: list[Item] = field(default_factory=list)
    drops: dict[str, set[str]] = field(default_factory=dict)
    relabels: dict[str, dict[str, bool]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    cleared: list[Aside] = field(default_factory=list)
    still_aside: list[Aside] = field(default_factory=list)
    broken: list[Aside] = field(default_factory=list)
    folders: dict[str, int] = field(default_factory=dict)
    n_kept: int = 0


_Known = tuple[str, Held | Aside]  # the part, empty for what is set aside
Task = tuple[int, str, list[Item]]  # the earliest moment, the folder, what is to be added


class Census:
    """Compares an archive with a data set; nothing is changed.

    Attributes:
        plan: What is known of the work; all of it as soon as `tasks` has ended.
    """

    def __init__(
        self, root: Path, manifest: Manifest, *, every: bool, since_us: int | None = None
    ) -> None:
        """Be ready to compare.

        Args:
            root: The archive.
            manifest: What the data set holds; as it is now, what is added later does not count.
            every: All answers of a task are wanted, not only the newest.
            since_us: Answers of an earlier moment are not added.
        """
        self._root, self._every, self._since_us = root, every, since_us
        self._is_other_choice = manifest.all is not every
        self._trusted = dict(manifest.folders)
        self._listed_before_ns = time.time_ns() - _TOO_FRESH_NS
        self._known: dict[str, list[_Known]] = {}
        for part, holds in manifest.parts.items():
            for held in holds:
                self._known.setdefault(held.key.rpartition("/")[0], []).append((part, held))
        for aside in manifest.asides.values():
            self._known.setdefault(aside.key.rpartition("/")[0], []).append(("", aside))
        self._holds_some = bool(manifest.parts)
        self.plan = Plan()

    @property
    def is_of_this_archive(self) -> bool:
        """Whether the data set is empty, or something of it was met in the archive."""
        return not self._holds_some or self.plan.n_kept > 0 or bool(self.plan.changed)

    @property
    def is_of_another(self) -> bool:
        """Whether, after all tasks, the data set has to be taken for another archive's."""
        return not self.is_of_this_archive and bool(self.plan.removed)

    def tasks(self) -> Iterator[Task]:
        """Go through the archive, once; yield what is to be added of each task."""
        root = str(self._root)
        for task in heapq.merge(*(self._tasks_of(root, owner) for owner in _owners(root))):
            self.plan.adds += task[2]
            yield task
        for facts in self._known.values():
            self._compare(facts, [], "", 0)

    def _tasks_of(self, root: str, owner: str) -> Iterator[Task]:
        for folder, folder_ns in _task_folders(root, owner):
            facts = self._known.pop(folder, [])
            if facts and self._is_as_known(folder, folder_ns, facts):
                continue
            wanted = self._look_into(folder, folder_ns, facts)
            if wanted:
                yield wanted[0].moment_us, folder, wanted

    def _look_into(self, folder: str, folder_ns: int, facts: list[_Known]) -> list[Item]:
        try:
            items = self._items(folder, folder_ns)
        except InputError as refusal:
            key = f"{folder}/{PACK}"
            self.plan.broken.append(Aside.because(refusal, key, 0, 0, 0))
            self.plan.n_kept += sum(bool(part) for part, _ in facts)
            return []
        return self._compare(facts, items, folder, folder_ns)

    def _is_as_known(self, folder: str, folder_ns: int, facts: list[_Known]) -> bool:
        """Tell whether nothing has to be listed, and count what is there."""
        trusted = max(self._trusted.get(folder, 0), *(f.folder_ns for _, f in facts), 0)
        if trusted != folder_ns or self._is_other_choice:
            return False
        root = f"{self._root}{os.sep}"
        for _, fact in facts:
            stamp = stamp_of(root + fact.key)
            if stamp is not None and stamp != (fact.size, fact.mtime_ns):
                return False
        for part, fact in facts:
            if isinstance(fact, Aside):
                self.plan.still_aside.append(fact)
            else:
                self.plan.n_kept += bool(part)
        return True

    def _items(self, folder: str, folder_ns: int) -> list[Item]:
        """List a task's answers, the oldest first."""
        try:
            names = names_in(f"{self._root}{os.sep}{folder}")
        except (FileNotFoundError, NotADirectoryError):
            return []
        trusted_ns = folder_ns if folder_ns < self._listed_before_ns else 0
        stored, has_flow = in_order(names), FLOW in names
        return [
            Item(f"{folder}/{name}", trusted_ns, at == len(stored), moment_us, has_flow)
            for at, (moment_us, _, name) in enumerate(stored, 1)
        ]

    def _compare(
        self, facts: list[_Known], items: list[Item], folder: str, folder_ns: int
    ) -> list[Item]:
        targets = items if self._every else items[-1:]
        new = self._unknown(facts, targets, items) if facts else targets
        wanted = new if self._since_us is None else [*filter(self._is_wanted, new)]
        if facts and not new and 0 < folder_ns < self._listed_before_ns:
            self.plan.folders[folder] = folder_ns
        return wanted

    def _unknown(self, facts: list[_Known], items: list[Item], listed: list[Item]) -> list[Item]:
        """Return which items the data set does not hold as they are; note what it has to let go."""
        plan, targets = self.plan, {item.key: item for item in items}
        for part, fact in facts:
            item = targets.get(fact.key)
            is_same = item is not None and self._is_same(item, fact)
            if is_same:
                del targets[fact.key]
            if isinstance(fact, Aside):
                (plan.still_aside if is_same else plan.cleared).append(fact)
                continue
            if not is_same:
                plan.drops.setdefault(part, set()).add(fact.key)
                if item is not None:
                    plan.changed.append(fact.key)
                elif all(fact.key != other.key for other in listed):
                    plan.removed.append(fact.key)
                continue
            plan.n_kept += 1
            if item is not None and item.is_latest != fact.is_latest:
                plan.relabels.setdefault(part, {})[fact.key] = item.is_latest
        return [*targets.values()]

    def _is_same(self, item: Item, fact: Held | Aside) -> bool:
        """Tell whether an answer is as it was read; to be packed does not change it."""
        stamp = stamp_of(f"{self._root}{os.sep}{item.key}")
        return stamp is None or stamp == (fact.size, fact.mtime_ns)

    def _is_wanted(self, item: Item) -> bool:
        return self._since_us is None or item.moment_us >= self._since_us


def stamp_of(path: str) -> tuple[int, int] | None:
    """Return size and modification time; None if it is no file of its own."""
    try:
        found = os.stat(path)  # noqa: PTH116 - ten thousands
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _owners(root: str) -> Iterator[str]:
    """Yield the folders of all businesses, in the order of their names.

    The names are those of `archive.layout`; a Path of each would take longer than all the rest.
    """
    for site in _folders_in(root):
        for owner in _folders_in(f"{root}{os.sep}{site.name}"):
            if _OWNER.fullmatch(owner.name):
                yield f"{site.name}/{owner.name}"


def _task_folders(root: str, owner: str) -> Iterator[tuple[str, int]]:
    """Yield the folders of a business's tasks and their modification times, by their numbers."""
    tasks = [task for task in _folders_in(f"{root}{os.sep}{owner}") if _TASK.fullmatch(task.name)]
    tasks.sort(key=lambda task: len(task.name))
    for task in tasks:
        yield f"{owner}/{task.name}", task.stat().st_mtime_ns


def _folders_in(path: str) -> list[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        return sorted((e for e in entries if e.is_dir()), key=lambda entry: entry.name)
