"""Everything sops_report raises on purpose.

* SopsReportError (exit code 1)
  - UsageError            the command line does not make sense (2)
  - InputError            the input is not a status answer, or nothing is left to report (3)
  - NetworkError          the site could not be reached, or answered with an error (4)
  - NotAllowedError       credentials or a permission are missing (5)

A message is never written where the error is raised: it is a key of `sops_report.words`, so that
every error speaks both languages, and the values that fill it. No value may hold a secret.
"""

import errno
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from sops_report.words import Language, has_words, say

_DEFAULT_HINT: Final = ".hint"
# What the system says in its own language of the refusals that people meet, and our words for it.
_SYSTEM: Final[Mapping[str, str]] = MappingProxyType({
    os.strerror(number): key
    for number, key in {
        errno.ENOENT: "system.missing", errno.EACCES: "system.denied", errno.EPERM: "system.denied",
        errno.ENOSPC: "system.full", errno.EDQUOT: "system.quota", errno.EROFS: "system.read_only",
        errno.ENOTDIR: "system.no_folder", errno.EISDIR: "system.folder",
        errno.EEXIST: "system.exists", errno.ENAMETOOLONG: "system.long_name",
        errno.EMFILE: "system.open_files", errno.EADDRINUSE: "system.address",
        errno.EIO: "system.io",
    }.items()
})  # fmt: skip


class SopsReportError(Exception):
    """The base of all our errors: one line that names the thing, and a hint what to do next.

    Attributes:
        key: The message's key in the catalogue (``error.…``); ``<key>.hint`` is the hint.
        values: What fills the placeholders of message and hint.
        exit_code: What the command line returns for this error.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, key: str, **values: object) -> None:
        """Remember the words' key and the values that fill it."""
        self.key = key
        self.values = values
        super().__init__(self.text(Language.EN))

    def text(self, language: Language) -> str:
        """Return the message as one line in *language*."""
        values = {name: _in_words(value, language) for name, value in self.values.items()}
        return " ".join(say(f"error.{self.key}", language, **values).split())

    def hint(self, language: Language) -> str:
        """Return what to do next in *language*; empty where nothing helpful is known."""
        key = f"error.{self.key}{_DEFAULT_HINT}"
        return say(key, language, **self.values) if has_words(key) else ""


def _in_words(value: object, language: Language) -> object:
    """Return a refusal of the system in *language*; any other value as it is."""
    key = _SYSTEM.get(value) if isinstance(value, str) else None
    return value if key is None else say(key, language)


class UsageError(SopsReportError):
    """The command line does not make sense."""

    exit_code = 2


class InputError(SopsReportError):
    """The input is not a status answer, or nothing in it is left to report."""

    exit_code = 3


class NetworkError(SopsReportError):
    """The site could not be reached, or answered with an error."""

    exit_code = 4


class NotAllowedError(SopsReportError):
    """Credentials are missing or wrong, or a permission is not granted."""

    exit_code = 5
