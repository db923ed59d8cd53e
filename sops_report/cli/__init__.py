"""The command line: words in, one library call, words out."""

from sops_report.collector import collector_at_rest

with collector_at_rest():  # imports make many objects, and all of them stay
    from sops_report.cli.program import main

__all__ = ["main"]
