"""What a data set holds, as a journal: one line a fact, the last one about a thing counts.

A line is appended only after the part it tells of has its name, so a kill at any instant leaves
parts that nobody tells of (the next run removes them) and never a fact without its part.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from sops_report.errors import InputError, SopsReportError
from sops_report.files import whole_file
from sops_report.words import Language

NAME: Final = "manifest.jsonl"
FORMAT: Final = "sops-report/fleet/1"
_LITTLE: Final = 1000  # answers that are told of in vain are no reason to write all anew


class Held(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One answer in a part.

    Attributes:
        key: Its path in the archive, ``site/scope-biz/task_id/name.json``.
        size, mtime_ns: Of its file, as it was read.
        folder_ns: The modification time of its folder, as it was listed; 0 if that was too fresh.
        sha256: Of its bytes.
        is_latest: It is the task's newest one.
    """

    key: str
    size: int
    mtime_ns: int
    folder_ns: int
    sha256: str
    is_latest: bool


class Aside(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One answer that could not be read; `reason` is empty once it is none any more.

    The reason stands in both languages, so that whoever runs it next is told in theirs.
    """

    key: str
    size: int
    mtime_ns: int
    folder_ns: int
    reason: str
    reason_zh: str = ""

    @classmethod
    def because(
        cls, refusal: SopsReportError, key: str, size: int, mtime_ns: int, folder_ns: int
    ) -> "Aside":
        """Remember why an answer was refused."""
        english, chinese = refusal.text(Language.EN), refusal.text(Language.ZH)
        return cls(key, size, mtime_ns, folder_ns, english, chinese)

    def told(self, language: Language) -> str:
        """Return the reason, with the answer's name where it does not tell it by itself."""
        reason = (self.reason_zh if language is Language.ZH else "") or self.reason
        return reason if self.key in reason else f"{self.key}: {reason}"


class Line(msgspec.Struct, omit_defaults=True, frozen=True):
    """One line of the journal; only some fields are used in each.

    What replaces other parts tells so itself: two lines could be torn apart by a kill.
    """

    format: str = ""
    all: bool | None = None
    part: str = ""
    holds: list[Held] = msgspec.field(default_factory=list)
    instead_of: list[str] = msgspec.field(default_factory=list)
    aside: list[Aside] = msgspec.field(default_factory=list)
    folders: dict[str, int] = msgspec.field(default_factory=dict)


@dataclass(slots=True)
class Manifest:
    """The facts, and the file they are kept in.

    Attributes:
        root: The data set's folder.
        parts: What each part holds.
        asides: What could not be read, by key.
        folders: Newer modification times of folders than those the answers know.
        all: Whether every answer of a task was wanted, not only the newest one; None if new.
        torn_at: Where a line begins that has no end; None if all are whole.
        n_told: Of how many answers the file tells; of some more than once.
    """

    root: Path
    parts: dict[str, list[Held]] = field(default_factory=dict)
    asides: dict[str, Aside] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    all: bool | None = None
    torn_at: int | None = None
    n_told: int = 0

    @property
    def path(self) -> Path:
        """The journal."""
        return self.root / NAME

    def take(self, line: Line) -> None:
        """Take one line's facts."""
        self.n_told += len(line.holds)
        if line.all is not None:
            self.all = line.all
        if line.part:
            self.parts.pop(line.part, None)
            if line.holds:
                self.parts[line.part] = line.holds
        for part in line.instead_of:
            self.parts.pop(part, None)
        for aside in line.aside:
            self.asides.pop(aside.key, None)
            if aside.reason:
                self.asides[aside.key] = aside
        self.folders.update(line.folders)

    def append(self, *lines: Line) -> None:
        """Write lines down and take them.

        Raises:
            SopsReportError: The file cannot be written.
        """
        data = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        try:
            if self.torn_at is not None:
                os.truncate(self.path, self.torn_at)
                self.torn_at = None
            with self.path.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SopsReportError("archive-write", path=self.path, reason=reason) from None
        for line in lines:
            self.take(line)

    def gather(self) -> None:
        """Write the file anew if it tells mostly of parts that are gone: each run reads all of it.

        Raises:
            SopsReportError: The file cannot be written.
        """
        n_held = sum(map(len, self.parts.values()))
        if self.n_told <= 2 * n_held + _LITTLE:
            return
        lines = [
            Line(format=FORMAT, all=self.all),
            *(Line(part=part, holds=holds) for part, holds in self.parts.items()),
            Line(aside=[*self.asides.values()], folders=self.folders),
        ]
        try:
            with whole_file(self.path, force=True) as temporary, temporary.open("wb") as file:
                file.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SopsReportError("archive-write", path=self.path, reason=reason) from None
        self.n_told, self.torn_at = n_held, None


def load_manifest(root: Path) -> Manifest:
    """Read the journal of a data set; an empty one if there is none.

    A last line that was cut off by a kill, or is being written, does not count; the next writer
    cuts it away.

    Raises:
        InputError: Another line is none of ours, or of a later version.
    """
    manifest = Manifest(root)
    try:
        data = manifest.path.read_bytes()
    except FileNotFoundError:
        return manifest
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError("archive-read", path=manifest.path, reason=reason) from None
    whole, _, torn = data.rpartition(b"\n")
    manifest.torn_at = len(data) - len(torn) if torn else None
    decoder = msgspec.json.Decoder(Line)
    try:
        lines = [decoder.decode(line) for line in whole.splitlines()]
    except msgspec.DecodeError:
        raise InputError("fleet-manifest", path=manifest.path) from None
    if any(line.format not in ("", FORMAT) for line in lines) or (lines and not lines[0].format):
        raise InputError("fleet-manifest", path=manifest.path)
    for line in lines:
        manifest.take(line)
    return manifest


def holders(parts: Mapping[str, Iterable[Held]]) -> dict[str, Held]:
    """Return what is held by key; of twins one."""
    return {held.key: held for holds in parts.values() for held in holds}
