"""Words of Markdown for tickets and chats, beside those of every report."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "dialects.row": ("In the whole report", "在完整报告中"),
    "dialects.shown_nodes": ("{n} of {all} nodes", "{all} 个节点中的 {n} 个"),
    "dialects.more_notes": ("… {n} more findings", "……另有 {n} 条"),
    "dialects.whole": ("Whole report", "完整报告"),
})  # fmt: skip
