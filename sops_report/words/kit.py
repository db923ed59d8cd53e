"""Words of the ticket kit."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "help.kit": (
        "Make what a ticket needs. Report, summary, chart, title and raw answer in one folder; prints one path a line.",
        "生成工单所需的全部材料。报告、摘要、图表、标题和原始返回放在一个目录；每行打印一个路径。",
    ),
    "help.kit_out": ("The folder; it is made if need be.", "输出目录，不存在时自动创建。"),
    "help.kit_for": ("The tracker: its dialect and limits.", "目标系统：决定方言与大小限制。"),
    "help.dialect": ("The dialect of Markdown.", "Markdown 方言。"),
    "help.kit_raw": ("Keep the raw answer as it is, secrets included.", "原样保留原始返回，包括其中的敏感信息。"),
    "talk.kit_too_large": (
        "{path} has {size}, more than {limit} that {tracker} takes: left out",
        "{path} 为 {size}，超过 {tracker} 的上限 {limit}：已略去",
    ),
    "error.bad-dialect": ("there is no dialect {name}", "没有方言 {name}"),
    "error.bad-dialect.hint": ("use one of {known}", "可用：{known}"),
    "error.bad-tracker": ("there is no kit for {name}", "没有用于 {name} 的材料包"),
    "error.bad-tracker.hint": ("use one of {known}", "可用：{known}"),
})  # fmt: skip
