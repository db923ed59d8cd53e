"""Where results go: files that must not be there yet, and standard output."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import typer

from sops_report.errors import UsageError


def is_stdout(target: Path | None) -> bool:
    """Tell whether ``-o -`` was asked for."""
    return target is not None and str(target) == "-"


def check_targets(targets: Iterable[Path], *, force: bool) -> None:
    """Look at all outputs before the first of them is written.

    Raises:
        UsageError: One exists and is not to be overwritten, is no plain file, or was named twice.
    """
    seen: set[Path] = set()
    for target in targets:
        if target in seen:
            raise UsageError("output-twice", path=target)
        seen.add(target)
        if is_stdout(target):
            continue
        if target.exists() and not target.is_file():
            raise UsageError("no-plain-file", path=target)
        if target.exists() and not force:
            raise UsageError("exists", path=target)
        if not target.parent.is_dir():
            raise UsageError("no-folder", path=target.parent)


def put(pieces: Iterable[str]) -> None:
    """Write a document to standard output: UTF-8 as in a file, whatever the terminal speaks.

    Args:
        pieces: The document's text, written as they come.
    """
    for piece in pieces:
        typer.echo(piece.encode("utf-8", "replace"), nl=False)


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether somebody looks at a stream; it is None where the system gave none."""
    return stream is not None and stream.isatty()


def is_coloured() -> bool:
    """Tell whether standard output takes colours and the user wants them."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return is_terminal(sys.stdout) and not plain


def width(otherwise: int) -> int:
    """Return the terminal's columns; *otherwise* where there is no terminal."""
    return (
        shutil.get_terminal_size((otherwise, 24)).columns if is_terminal(sys.stdout) else otherwise
    )
