"""The archive under fire: ``python tests/torture.py --kills 200``.

In each round two writers work on one archive at once: they save, pack, unpack, prune and import.
Both are killed (``kill -9``): one at a random moment, the other by itself between two random steps
that change the disk, which a clock would hardly ever hit. After each round `archive verify` has to
be clean and every answer that a writer had said to be saved has to be there, byte for byte.

Then each kind of work is killed in the place of its first step that changes the disk, of its
second, and so on to its last, on a plain and on a packed archive.

A writer says *begin* and *end* of each operation, so a kill between them is known to have hit one.
"""

import argparse
import hashlib
import itertools
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from archive_work import MAY_GO, WORKS, Work, a_guest, a_small_archive, answers_of
from faults import LastStep, stepping

from sops_report.archive.archive import Archive
from sops_report.archive.packing import pack, unpack
from sops_report.archive.pruning import prune
from sops_report.archive.transfer import export_zip, import_zip
from sops_report.errors import InputError

FETCHED = 1_718_720_000_000_000
HOME = {"site": "bk.example.com", "scope": "cmdb_biz", "biz": "2"}
TASKS = ("515", "516")
GUEST = "900"
_LONGEST_S = 0.25
_MOST_STEPS = 150
_MOST_ANSWERS = 24
# How often each is done.
_MIX = {"save": 60, "beside": 6, "pack": 12, "unpack": 4, "prune": 8, "import": 10}


@dataclass(slots=True)
class Writer:
    """One process' work; tells what it does through a pipe."""

    archive: Archive
    guest: Path
    dice: random.Random
    tell: Callable[[str], None]

    def work(self) -> None:
        """Go on until killed."""
        while True:
            (what,) = self.dice.choices([*_MIX], weights=[*_MIX.values()])
            self.tell(f"begin {what}")
            getattr(self, f"do_{what}")(self.dice.choice(TASKS))
            self.tell(f"end {what}")

    def do_save(self, task: str) -> None:
        """Save an answer of 1 kB to 1 MB; of few seconds, so that names are fought for."""
        pad = self.dice.randbytes(self.dice.choice((500, 5_000, 20_000, 500_000))).hex()
        body = b'{"result": true, "data": {"pad": "%s"}}' % pad.encode()
        self.archive.save(
            body, **HOME, task_id=task, as_of_us=FETCHED + self.dice.randrange(8) * 1_000_000,
            fetched_at_us=FETCHED, request={}, http_status=200,
        )  # fmt: skip
        self.tell(f"kept {digest(body)}")

    def do_beside(self, task: str) -> None:
        """Replace a companion."""
        body = b'{"n": [%d]}' % self.dice.randrange(10**9)
        self.archive.save_beside("histories.json", body, **HOME, task_id=task)

    def do_pack(self, task: str) -> None:
        """Pack a task, with what is packed already."""
        for known in self.archive.tasks("2", task):
            pack(known.path)

    def do_unpack(self, task: str) -> None:
        """Lay a task's files plain again."""
        for known in self.archive.tasks("2", task):
            unpack(known.path)

    def do_prune(self, task: str) -> None:
        """Remove what is too much, plain or packed; each is named before."""
        series = self.archive.snapshots("2", task)
        chosen = series[: max(0, len(series) - _MOST_ANSWERS)]
        with suppress(InputError):  # the other writer has pruned it, and told
            for _, body, _ in self.archive.load_series(chosen):
                self.tell(f"going {digest(body)}")
            prune(chosen)

    def do_import(self, _: str) -> None:
        """Take the guest's answers."""
        import_zip(self.archive, self.guest)
        self.tell("kept guest")


def digest(body: bytes) -> str:
    """Return the SHA-256 of an answer."""
    return hashlib.sha256(body).hexdigest()


@dataclass(slots=True)
class Ledger:
    """What writers said, and what came of it."""

    guests: frozenset[str]
    kept: set[str] = field(default_factory=set)
    going: set[str] = field(default_factory=set)
    hit: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    steps: int = 0
    leftovers: int = 0
    n_tidied: int = 0
    lost: set[str] = field(default_factory=set)
    findings: list[str] = field(default_factory=list)

    def note(self, lines: list[str]) -> None:
        """Take down what one writer said until it was killed."""
        self.kills += 1
        doing = None
        for line in lines:
            word, _, what = line.partition(" ")
            if word == "kept":
                self.kept |= self.guests if what == "guest" else {what}
            elif word == "going":
                self.going.add(what)
            else:
                doing = what if word == "begin" else None
        if doing is not None:
            self.hit[doing] += 1

    def check(self, archive: Archive) -> None:
        """Look for what is lost or broken."""
        left = archive.tidy()
        self.n_tidied += left
        self.leftovers += left > 0
        self.findings += [f"{one.code} {one.path}" for one in archive.verify()]
        held = {
            digest(body)
            for _, series in archive.all_snapshots()
            for _, body, _ in archive.load_series(series)
        }
        self.lost |= self.kept - self.going - held

    def lines(self) -> Iterator[str]:
        """Yield the figures."""
        hit = ", ".join(f"{what} {count}" for what, count in sorted(self.hit.items()))
        yield f"random kills {self.kills}, of them within an operation {self.hit.total()} ({hit})"
        yield f"kills at every step {self.steps}"
        yield f"rounds that left temporary files {self.leftovers}, put in order {self.n_tidied}"
        yield f"answers confirmed {len(self.kept)}, of them pruned {len(self.kept & self.going)}"
        yield f"lost {len(self.lost)}"
        yield f"findings {len(self.findings)}"
        yield from self.findings[:20]


def make_guest(folder: Path) -> tuple[Path, frozenset[str]]:
    """Return a ZIP of two tasks, one of them packed, and the hashes of its answers."""
    archive, bodies = Archive(folder / "guest"), []
    for number in range(12):
        body = b'{"result": true, "data": {"guest": %d}}' % number
        archive.save(
            body, **HOME, task_id=GUEST if number % 2 else TASKS[0],
            as_of_us=FETCHED + number * 1_000_000, fetched_at_us=FETCHED, request={},
            http_status=200,
        )  # fmt: skip
        bodies.append(digest(body))
    pack(archive.tasks("2", GUEST)[0].path)
    export_zip(archive, folder / "guest.zip")
    return folder / "guest.zip", frozenset(bodies)


def start(archive: Archive, guest: Path, seed: int, last_step: int) -> tuple[int, int]:
    """Fork a writer; returns its process id and the end of the pipe to read from."""
    here, there = os.pipe()
    pid = os.fork()
    if pid:
        os.close(there)
        return pid, here
    try:
        dice = random.Random(seed)  # noqa: S311 - moments and bodies, not secrets
        with stepping(LastStep(last_step)):
            Writer(archive, guest, dice, lambda line: _say(there, line)).work()
    finally:
        os._exit(1)


def _say(pipe: int, line: str) -> None:
    os.write(pipe, f"{line}\n".encode())


def hear(pipe: int) -> list[str]:
    """Return the whole lines that were said."""
    with open(pipe, encoding="ascii") as stream:
        return [line[:-1] for line in stream if line.endswith("\n")]


def torture(folder: Path, kills: int, seed: int) -> Ledger:
    """Kill that many writers, two a round, and return what was found."""
    archive = Archive(folder / "archive")
    guest, hashes = make_guest(folder)
    ledger, dice = Ledger(hashes), random.Random(seed)  # noqa: S311 - moments, not secrets
    while ledger.kills < kills:
        by_clock = start(archive, guest, dice.randrange(2**32), sys.maxsize)
        by_step = start(archive, guest, dice.randrange(2**32), dice.randrange(1, _MOST_STEPS))
        select.select([by_clock[1]], [], [])  # it is at work: now the moment is random, not before
        time.sleep(dice.uniform(0, _LONGEST_S))
        os.kill(by_clock[0], signal.SIGKILL)
        for pid, pipe in (by_clock, by_step):
            _, status = os.waitpid(pid, 0)
            ledger.note(hear(pipe))
            if not os.WIFSIGNALED(status):
                ledger.findings.append(f"a writer stopped by itself: {status}")
        ledger.check(archive)
    return ledger


def kill_at_every_step(folder: Path, ledger: Ledger) -> None:
    """Do each kind of work until the n-th step, for every n, and take down what came of it."""
    guest = a_guest(folder)
    for packed in (False, True):
        model = a_small_archive(folder / f"model-{packed}", packed=packed)
        for work in WORKS:
            stays = answers_of(model) - MAY_GO[work]
            for step in itertools.count(1):
                copy = Archive(shutil.copytree(model.folder, folder / "copy"))
                died = _dies(work, copy, guest, step)
                ledger.n_tidied += copy.tidy()
                ledger.findings += [f"{work.__name__} {step} {one}" for one in copy.verify()]
                ledger.lost |= {digest(body) for body in stays - answers_of(copy)}
                shutil.rmtree(copy.folder)
                if not died:
                    break
                ledger.steps += 1


def _dies(work: Work, archive: Archive, guest: Path, step: int) -> bool:
    """Do the work in a process of its own; True if it was killed at the step."""
    pid = os.fork()
    if not pid:
        try:
            with stepping(LastStep(step)):
                work(archive, guest)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def main() -> int:
    """Print the figures; 1 if anything was lost or broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20_240_618)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ledger = torture(Path(folder), asked.kills, asked.seed)
        kill_at_every_step(Path(folder) / "steps", ledger)
    sys.stdout.writelines(f"{line}\n" for line in ledger.lines())
    return 1 if ledger.lost or ledger.findings else 0


if __name__ == "__main__":
    sys.exit(main())
