"""A disk that is full, or a process that dies, at the n-th step that changes the disk."""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

import pytest

STEPS = ("mkdir", "link", "replace", "rename", "fsync", "unlink", "rmdir")


class FullDisk:
    """Counts the steps that change the disk, and lets one of them (or all from it on) fail.

    A full disk still lets go of files: while it stays full, names can be removed.
    """

    def __init__(self, fails_at: int, *, stays_full: bool) -> None:
        """Fail at this step, the first being 1."""
        self.fails_at = fails_at
        self.stays_full = stays_full
        self.n_steps = 0

    def step(self, what: str) -> None:
        """Count one step.

        Raises:
            OSError: It is the one to fail.
        """
        self.n_steps += 1
        is_later = self.n_steps > self.fails_at and self.stays_full
        if self.n_steps == self.fails_at or (is_later and what not in {"unlink", "rmdir"}):
            raise OSError(errno.ENOSPC, "No space left on device")

    @property
    def was_met(self) -> bool:
        """Whether there was such a step."""
        return self.n_steps >= self.fails_at


class LastStep(FullDisk):
    """The process is killed in the place of the n-th step, between two calls of the system."""

    def __init__(self, dies_at: int) -> None:
        """Die at this step, the first being 1."""
        super().__init__(dies_at, stays_full=False)

    def step(self, what: str) -> None:
        """Count one step, or die."""
        del what
        self.n_steps += 1
        if self.was_met:
            os.kill(os.getpid(), signal.SIGKILL)


class FullFile:
    """A file that takes half of what is written when the disk is full."""

    def __init__(self, file: IO[bytes], disk: FullDisk) -> None:
        """Stand before *file*."""
        self._file = file
        self._disk = disk

    def write(self, data: bytes) -> int:
        """Write, if there is room."""
        try:
            self._disk.step("write")
        except OSError:
            self._file.write(data[: len(data) // 2])
            raise
        return self._file.write(data)

    def __enter__(self) -> Self:
        """Open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self._file.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of the file
        """Be the file in all else."""
        return getattr(self._file, name)


@contextmanager
def full_disk(fails_at: int, *, stays_full: bool = False) -> Iterator[FullDisk]:
    """Let the archive meet a full disk at its n-th step."""
    with stepping(FullDisk(fails_at, stays_full=stays_full)) as disk:
        yield disk


@contextmanager
def stepping(disk: FullDisk) -> Iterator[FullDisk]:
    """Let *disk* count, and fail, the steps of this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(os, name, _counted(name, getattr(os, name), disk))
        patch.setattr(Path, "open", _opening(Path.open, disk))
        yield disk


def _counted(name: str, real: Callable[..., Any], disk: FullDisk) -> Callable[..., Any]:
    def step(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - of the system
        disk.step(name)
        return real(*given, **named)

    return step


def _opening(real: Callable[..., Any], disk: FullDisk) -> Callable[..., Any]:
    def open_(path: Path, mode: str = "r", *given: Any, **named: Any) -> Any:  # noqa: ANN401 - of the system
        if "x" not in mode:
            return real(path, mode, *given, **named)
        disk.step("open")
        return FullFile(real(path, mode, *given, **named), disk)

    return open_
