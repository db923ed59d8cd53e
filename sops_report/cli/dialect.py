"""The option that names a dialect of Markdown."""

from typing import Annotated

import typer

from sops_report.errors import UsageError
from sops_report.rendering.dialects import DIALECTS

DialectName = Annotated[
    str | None, typer.Option("--dialect", metavar="|".join(DIALECTS), help="help.dialect")
]


def check_dialect(name: str | None) -> None:
    """Refuse a dialect that is none of ours.

    Raises:
        UsageError: It is none.
    """
    if name is not None and name not in DIALECTS:
        raise UsageError("bad-dialect", name=name[:60], known=", ".join(DIALECTS))
