"""Words of Markdown for tickets and chats, beside those of every report."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "dialects.whole": ("Whole report", "完整报告"),
})  # fmt: skip
