"""Words: what people did to a task, and what failed nodes left behind."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# fmt: off
WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    # the sections
    "operations.heading": ("Who did what", "操作记录"),
    "operations.caption": ("What people did to the task, as the site recorded it; automatic retries are not recorded", "站点记录的人工操作；自动重试不在其中"),
    "operations.when": ("When", "时间"),
    "operations.what": ("Operation", "操作"),
    "operations.node": ("Node", "节点"),
    "operations.who": ("By", "操作人"),
    "operations.none": ("Nothing was recorded.", "没有操作记录。"),
    "operations.more": ("{n} more operations", "另有 {n} 项操作"),
    "operations.whole_task": ("the task", "整个任务"),
    "operations.elsewhere": ("a node that is not in this answer", "不在本次返回中的节点"),
    "operations.person": ("person {n}", "操作人 {n}"),
    "operations.nobody": ("not told", "未记录"),
    "operations.logs": ("Logs, inputs and outputs of failed nodes", "失败节点的日志与输入输出"),
    "operations.log": ("Log", "节点日志"),
    "operations.log_end": ("End of the log", "节点日志（末尾）"),
    "operations.no_log": ("The log could not be had.", "未能取得日志。"),
    "operations.inputs": ("Inputs", "输入参数"),
    "operations.outputs": ("Outputs", "输出参数"),
    "operations.name": ("Name", "名称"),
    "operations.value": ("Value", "值"),
    # what can be done
    "operation.create": ("create", "创建任务"),
    "operation.task_clone": ("clone", "克隆任务"),
    "operation.start": ("start", "执行任务"),
    "operation.pause": ("pause", "暂停"),
    "operation.resume": ("resume", "继续"),
    "operation.revoke": ("revoke", "终止"),
    "operation.delete": ("delete", "删除任务"),
    "operation.update": ("change", "修改任务"),
    "operation.callback": ("call back", "节点回调"),
    "operation.retry": ("retry", "重试"),
    "operation.retry_subprocess": ("retry the subprocess", "重试子流程"),
    "operation.skip": ("skip", "跳过"),
    "operation.skip_exg": ("choose a branch", "跳过分支网关"),
    "operation.skip_cpg": ("choose branches", "跳过条件并行网关"),
    "operation.pause_subproc": ("pause the subprocess", "暂停子流程"),
    "operation.resume_subproc": ("resume the subprocess", "继续子流程"),
    "operation.forced_fail": ("force to fail", "强制失败"),
    "operation.spec_nodes_timer_reset": ("reset the timer", "修改定时时间"),
    "operation.source.app": ("web page", "页面"),
    "operation.source.api": ("API", "API"),
    "operation.source.parent": ("parent task", "父任务"),
})
# fmt: on
