"""Words of the command ``whatif``."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "help.whatif": (
            "Say how long it would have taken. Had a node taken no time, or another time.",
            "推算假设的用时。假设某些节点不耗时，或用时不同。",
        ),
        "help.whatif_skip": (
            "A node that takes no time: id, label or path; may be given several times.",
            "视为不耗时的节点：ID、名称或路径；可重复。",
        ),
        "help.whatif_speedup": (
            "A node and its change: NODE=50% (shorter by half), NODE=2x (twice as fast), NODE=-30s; may be given several times.",
            "节点及其变化：NODE=50%（缩短一半）、NODE=2x（快一倍）、NODE=-30s；可重复。",
        ),
        "whatif.answer": (
            "The task would have taken {wall} instead of {before}: {saved} less, ending {end}.",
            "任务将用时 {wall}，原为 {before}：缩短 {saved}，结束于 {end}。",
        ),
        "whatif.path": ("Its critical path:", "新的关键路径："),
        "whatif.order.flow": (
            "Waits between the nodes stay as they were; the order is that of the flow.",
            "节点之间的等待保持不变；先后关系来自流程。",
        ),
        "whatif.order.times": (
            "Waits between the nodes stay as they were; the order is inferred from times.",
            "节点之间的等待保持不变；先后关系由时间推断。",
        ),
        "error.no-change": ("nothing is to be changed", "没有指定任何变化"),
        "error.no-change.hint": (
            "give --skip NODE or --speedup NODE=50%",
            "请使用 --skip 节点 或 --speedup 节点=50%",
        ),
        "error.no-times": ("the task has no times yet", "任务还没有时间"),
    }
)
