"""The whole command line, for those who walk through all of it: the documentation and tests."""

from typing import Final

from sops_report.cli.assembly import assemble
from sops_report.cli.program import main

__all__ = ["app", "main"]

app: Final = assemble()
