"""Blocks → Markdown as GitLab reads it: GitHub's, with more signs that name things."""

import re
from typing import Final

from sops_report.rendering import github
from sops_report.rendering.blocks import Block, with_texts

# ~label, &epic, $snippet, ^alert, %milestone, !request, and *iteration:
_REFERENCE: Final = re.compile(r"([@#!%~&$^]|\*iteration:|\[\w+:)(?=[\w\"{])")
_JOINER: Final = "\u200d"


def quiet(text: str) -> str:
    """Return *text* in which no sign names anything.

    Example:
        >>> quiet("~bug") == "~" + chr(0x200D) + "bug"
        True
    """
    return _REFERENCE.sub(rf"\1{_JOINER}", text)


def plain(text: str) -> str:
    """Return *text* so that none of it is a mark, a mention or a link."""
    return github.plain(quiet(text))


def write(block: Block) -> str:
    """Return one block as Markdown, without blank lines around it."""
    return github.write(with_texts(block, quiet))
