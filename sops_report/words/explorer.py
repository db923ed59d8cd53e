"""Words: the canvas that shows every node of a large run."""
# fmt: off

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "explorer.title": ("Explorer", "全部节点浏览器"),
    "explorer.about": ("All {n} nodes, unfolded, on a true scale of time. Arrow keys move and open, + and − or Ctrl and the wheel zoom, dragging moves the time.", "不折叠地显示全部 {n} 个节点，时间按真实比例。方向键移动和展开，+、− 或 Ctrl 加滚轮缩放，拖动平移时间。"),
    "explorer.no_ids": ("There was no room for the node ids; the command “sops-report nodes” lists them.", "篇幅所限未包含节点 ID，可用命令 sops-report nodes 列出。"),
    "explorer.no_script": ("It needs scripts, which are off here. The timeline and the table fold what does not fit and count it.", "此功能需要脚本，当前脚本被禁用。时间线和节点明细已折叠放不下的节点并计数。"),
    "explorer.search": ("Find in all nodes", "在全部节点中查找"),
    "explorer.hint": ("name or id …", "名称或 ID……"),
    "explorer.all": ("all nodes", "全部节点"),
    "explorer.retried": ("retried", "重试过"),
    "explorer.critical": ("on the critical path", "关键路径上"),
    "explorer.slowest": ("the 100 slowest", "最慢的 100 个"),
    "explorer.open": ("Open all", "全部展开"),
    "explorer.close": ("Close all", "全部折叠"),
    "explorer.whole": ("Whole time", "显示全部时间"),
    "explorer.shown": ("{n} of {all} nodes", "{n} / {all} 个节点"),
    "explorer.nothing": ("no node", "没有符合的节点"),
    "explorer.no_start": ("no start known", "没有开始时间"),
    "explorer.root_cause": ("root cause", "根因"),
    "explorer.on_path": ("on the critical path", "关键路径"),
    "explorer.retries": ("retries: {n}", "重试 {n} 次"),
    "explorer.plot": ("Rows of all nodes with bars; the chosen row is told below", "全部节点的行与条形，选中的节点见下方文字"),
})
# fmt: on
