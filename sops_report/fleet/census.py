"""What an archive holds, against what a data set holds of it: what is to come and what to go.

A folder whose modification time is known has the files that were listed then; only their own
sizes and times are asked for. All other folders are listed by the archive's own function.
"""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from sops_report.archive.layout import in_order
from sops_report.archive.packs import PACK
from sops_report.archive.shelf import names_in
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
        adds: Answers to flatten, by moment.
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


def take_census(
    root: Path, manifest: Manifest, *, every: bool, since_us: int | None = None
) -> Plan:
    """Compare an archive with a data set; nothing is changed.

    Args:
        root: The archive.
        manifest: What the data set holds.
        every: All answers of a task are wanted, not only the newest.
        since_us: Answers of an earlier moment are not added.
    """
    return _Census(root, manifest, every=every, since_us=since_us).plan()


class _Census:
    def __init__(
        self, root: Path, manifest: Manifest, *, every: bool, since_us: int | None
    ) -> None:
        self._root, self._manifest = root, manifest
        self._every, self._since_us = every, since_us
        self._listed_before_ns = time.time_ns() - _TOO_FRESH_NS
        self._plan = Plan()
        self._adds: list[tuple[int, str, list[Item]]] = []

    def plan(self) -> Plan:
        known: dict[str, list[_Known]] = {}
        for part, holds in self._manifest.parts.items():
            for held in holds:
                known.setdefault(held.key.rpartition("/")[0], []).append((part, held))
        for aside in self._manifest.asides.values():
            known.setdefault(aside.key.rpartition("/")[0], []).append(("", aside))
        for folder, folder_ns in _task_folders(str(self._root)):
            facts = known.pop(folder, [])
            if not (facts and self._is_as_known(folder, folder_ns, facts)):
                self._look_into(folder, folder_ns, facts)
        for facts in known.values():
            self._compare(facts, [], "", 0)
        # By the earliest answer of each task, so that a day's tasks stand together.
        self._plan.adds = [item for *_, items in sorted(self._adds) for item in items]
        return self._plan

    def _look_into(self, folder: str, folder_ns: int, facts: list[_Known]) -> None:
        try:
            items = self._items(folder, folder_ns)
        except InputError as refusal:
            key = f"{folder}/{PACK}"
            self._plan.broken.append(Aside.because(refusal, key, 0, 0, 0))
            self._plan.n_kept += sum(bool(part) for part, _ in facts)
            return
        self._compare(facts, items, folder, folder_ns)

    def _is_as_known(self, folder: str, folder_ns: int, facts: list[_Known]) -> bool:
        """Tell whether nothing has to be listed, and count what is there."""
        trusted = max(self._manifest.folders.get(folder, 0), *(f.folder_ns for _, f in facts), 0)
        if trusted != folder_ns or self._manifest.all is not self._every:
            return False
        root = f"{self._root}{os.sep}"
        for _, fact in facts:
            stamp = stamp_of(root + fact.key)
            if stamp is not None and stamp != (fact.size, fact.mtime_ns):
                return False
        for part, fact in facts:
            if isinstance(fact, Aside):
                self._plan.still_aside.append(fact)
            else:
                self._plan.n_kept += bool(part)
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

    def _compare(self, facts: list[_Known], items: list[Item], folder: str, folder_ns: int) -> None:
        targets = items if self._every else items[-1:]
        new = self._unknown(facts, targets, items) if facts else targets
        wanted = new if self._since_us is None else [*filter(self._is_wanted, new)]
        if wanted:
            self._adds.append((wanted[0].moment_us, folder, wanted))
        if facts and not new and 0 < folder_ns < self._listed_before_ns:
            self._plan.folders[folder] = folder_ns

    def _unknown(self, facts: list[_Known], items: list[Item], listed: list[Item]) -> list[Item]:
        """Return which items the data set does not hold as they are; note what it has to let go."""
        plan, targets = self._plan, {item.key: item for item in items}
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


def _task_folders(root: str) -> Iterator[tuple[str, int]]:
    """Yield the folders of all tasks and their modification times, in the order of their names.

    The names are those of `archive.layout`; a Path of each would take longer than all the rest.
    """
    for site in _folders_in(root):
        for owner in _folders_in(f"{root}{os.sep}{site.name}"):
            if _OWNER.fullmatch(owner.name):
                place = f"{site.name}/{owner.name}"
                for task in _folders_in(f"{root}{os.sep}{site.name}{os.sep}{owner.name}"):
                    if _TASK.fullmatch(task.name):
                        yield f"{place}/{task.name}", task.stat().st_mtime_ns


def _folders_in(path: str) -> list[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        return sorted((e for e in entries if e.is_dir()), key=lambda entry: entry.name)
