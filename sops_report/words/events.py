"""Words: the event log, and nodes grouped by name."""
# fmt: off

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "events.heading": ("Event log", "事件记录"),
    "events.caption": ("What happened, by time; undisturbed starts and ends stand in the table of nodes", "按时间排列的事件；正常的开始与结束见节点明细"),
    "events.time": ("Time", "时间"),
    "events.what": ("Event", "事件"),
    "events.source": ("Source", "来源"),
    "events.more": ("… {n} more events", "……另有 {n} 个事件"),
    "event.started": ("the task started", "任务开始"),
    "event.try_failed": ("an earlier attempt failed", "历史尝试失败"),
    "event.tried_again": ("the last attempt began", "最后一次执行开始"),
    "event.failed": ("failed", "失败"),
    "event.ignored": ("failed, the error was ignored", "失败，错误被忽略"),
    "event.skipped": ("was skipped", "被跳过"),
    "event.manual": ("began to wait for somebody", "开始等待人工处理"),
    "event.ended": ("the run ended: {outcome}", "执行结束：{outcome}"),
    "event.open": ("the snapshot was taken: {outcome}", "快照时刻：{outcome}"),
    "event.source.status": ("status", "状态"),
    "event.source.histories": ("attempts", "历史尝试"),
    "event.source.operations": ("record of operations", "操作记录"),
    "event.source.people": ("people", "人工记录"),
    "groups.heading": ("Nodes by name", "按节点名称汇总"),
    "groups.caption": ("Steps of the same name together, the longest total first", "同名步骤合并统计，按总耗时排列"),
    "groups.count": ("Nodes", "数量"),
    "groups.failed": ("Failed", "失败"),
    "groups.total": ("Total", "总耗时"),
    "groups.p50": ("Median", "中位数"),
    "groups.p95": ("95th percentile", "95 分位"),
    "groups.longest": ("Longest", "最长"),
    "groups.share": ("Share of the critical path", "占关键路径"),
    "groups.more": ("… {n} more names", "……另有 {n} 个名称"),
})
# fmt: on
