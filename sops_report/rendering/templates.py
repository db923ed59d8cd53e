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
        bytecode_cache=CompiledTemplates(default_cache() / "templates"),
    )
    made.filters.update(line=line, number=number, share=share, size=size, safe_link=safe_link)
    return made


def templates_folder() -> Path:
    """Return where the templates lie: inside the installed package, else beside it."""
    package = Path(__file__).parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


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
        makers = (Path(__file__), Path(jinja2.compiler.__file__))
        ages = [(found.st_mtime_ns, found.st_size) for found in (made.stat() for made in makers)]
        return sha256(f"{sys.implementation.cache_tag} {ages} {source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the bucket its code, if it is kept."""
        try:
            kept = self._file(bucket).read_bytes() if _is_ours_alone(self._folder) else b""
        except OSError:
            return
        code = kept[_SEAL:]
        if kept[:_SEAL] == _seal(bucket, code):
            bucket.code = marshal.loads(code)  # noqa: S302 - sealed, from the user's own folder

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the bucket's code, if its folder can be written."""
        if not self._folder.is_absolute():  # the user has no home
            return
        code = marshal.dumps(bucket.code)
        with suppress(OSError, UsageError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if _is_ours_alone(self._folder):
                write_whole(self._file(bucket), _seal(bucket, code) + code, force=True)

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / bucket.key


def _is_ours_alone(folder: Path) -> bool:
    """Tell whether nobody else can put a file there: what is kept is run."""
    found = folder.stat()
    if os.name != "posix":
        return True
    others_may_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return found.st_uid == os.geteuid() and not others_may_write


def _seal(bucket: Bucket, code: bytes) -> bytes:
    return sha256(bucket.checksum.encode() + code).hexdigest().encode()
