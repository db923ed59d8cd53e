"""The templates: where they lie, how they are read, and their compiled form, which is kept."""

import marshal
import os
import stat
import sys
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import jinja2.compiler
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from sops_report.config.settings import default_cache
from sops_report.errors import UsageError
from sops_report.files import write_whole
from sops_report.rendering.links import safe_link
from sops_report.rendering.visible import line, visible
from sops_report.words.lengths import number, share, size

_SEAL: Final = 64  # hexadecimal digits


@cache
def environment() -> Environment:
    """Return how templates are read: autoescape on, every text made visible."""
    made = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_seen,
        bytecode_cache=_kept(),
    )
    made.filters.update(line=line, number=number, share=share, size=size, safe_link=safe_link)
    return made


def templates_folder() -> Path:
    """Return where the templates lie: inside the installed package, else beside it."""
    package = Path(__file__).parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def _kept() -> BytecodeCache | None:
    with suppress(UsageError):  # a user without a home keeps nothing
        return CompiledTemplates(default_cache() / "templates")
    return None


def _seen(value: Any) -> Any:  # noqa: ANN401 - whatever an expression of a template yields
    """Write out what cannot be seen, in every text a template prints."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


class CompiledTemplates(BytecodeCache):
    """What Jinja makes of the templates, kept in a folder: compiling takes longer than a report.

    A file is taken only if its seal tells that it is whole and made of this very text by this
    Jinja, Python and way of reading. What cannot be read or written is compiled again, silently;
    so is everything where other users could have put files, or where they own the folder.

    Args:
        folder: Where the files are; it is made when there is something to keep.
    """

    def __init__(self, folder: Path) -> None:
        """Keep to *folder*."""
        self._folder = folder

    def get_source_checksum(self, source: str) -> str:
        """Return what changes with the text, and with whatever else shapes the code."""
        makers = (sys.implementation.cache_tag, jinja2.__version__)
        ages = (_age(__file__), _age(jinja2.compiler.__file__))
        return sha256(f"{makers} {ages} {source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the bucket its code, if it is kept."""
        kept = b""
        with suppress(OSError):
            kept = self._trusted(bucket)
        code = kept[_SEAL:]
        if kept[:_SEAL] == _seal(bucket, code):
            bucket.code = marshal.loads(code)  # noqa: S302 - sealed, from the user's own folder

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the bucket's code, if its folder can be written."""
        code = marshal.dumps(bucket.code)
        with suppress(OSError, UsageError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if _is_ours_alone(self._folder):
                write_whole(self._file(bucket), _seal(bucket, code) + code, force=True)

    def _trusted(self, bucket: Bucket) -> bytes:
        """Return what is kept; nothing where others may have put it there, for it is run."""
        if not _is_ours_alone(self._folder):
            return b""
        with self._file(bucket).open("rb") as file:  # the folder may be another one by now
            return file.read() if _is_ours(os.fstat(file.fileno())) else b""

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / bucket.key


def _age(module: str) -> tuple[int, int] | None:
    """Return what changes with the file of a module; None where it has none, as in an archive."""
    with suppress(OSError):
        found = Path(module).stat()
        return found.st_mtime_ns, found.st_size
    return None


def _is_ours_alone(folder: Path) -> bool:
    """Tell whether nobody else can put a file there."""
    found = folder.stat()
    others_may_write = os.name == "posix" and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return _is_ours(found) and not others_may_write


def _is_ours(found: os.stat_result) -> bool:
    return os.name != "posix" or found.st_uid == os.geteuid()


def _seal(bucket: Bucket, code: bytes) -> bytes:
    return sha256(bucket.checksum.encode() + code).hexdigest().encode()
