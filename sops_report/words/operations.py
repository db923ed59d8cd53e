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
    # options
    "help.operations": ("Also ask the site who did what (get_task_operate_record).", "同时查询操作记录（get_task_operate_record）。"),
    "help.names": ("Name the people who did something; else they are numbered.", "显示操作人的名字，默认只编号。"),
    "help.logs": ("Also ask for logs, inputs and outputs of failed nodes (get_task_node_log).", "同时查询失败节点的日志和输入输出（get_task_node_log）。"),
    "help.max_calls": ("Most calls beside the status itself, child tasks included.", "除状态查询外最多调用多少次接口，含子任务。"),
    # what could not be had
    "talk.without_operations": ("note: going on without who did what: {reason}", "提示：未能取得操作记录，继续执行：{reason}"),
    "talk.without_logs": ("note: going on without the logs of failed nodes: {reason}", "提示：未能取得失败节点的日志，继续执行：{reason}"),
    "talk.without_child": ("note: going on without a child task: {reason}", "提示：未能取得子任务，继续执行：{reason}"),
    "error.calls-used-up": ("{api} was not called: {count} calls beside the status were allowed", "未调用 {api}：除状态查询外只允许调用 {count} 次"),
    "error.calls-used-up.hint": ("allow more with --max-calls", "可用 --max-calls 调大"),
    "error.time-used-up": ("{api} was not called: the calls beside the status took {seconds} s already", "未调用 {api}：状态查询之外的调用已用时 {seconds} 秒"),
    "error.time-used-up.hint": ("raise the timeout (--timeout), or ask for less", "请调大 --timeout，或减少查询内容"),
    "error.no-project-id": ("the project of task {task_id} is not known", "不知道任务 {task_id} 所属的项目"),
    "error.no-project-id.hint": ("name the task by its project: --scope project --biz ID", "请按项目指定任务：--scope project --biz ID"),
})
# fmt: on
