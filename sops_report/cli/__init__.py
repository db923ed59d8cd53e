"""The command line: words in, one library call, words out."""

from sops_report.cli.program import main

__all__ = ["main"]
