"""Words of the notes: findings about the data, said in every report."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        # the document
        "note.padding": (
            "{count} zero bytes after the answer were left out",
            "返回末尾的 {count} 个零字节已忽略",
        ),
        "note.raw-control": (
            "raw control characters inside texts: not strict JSON, read all the same",
            "文本中含原始控制字符，不是严格的 JSON，仍照常读取",
        ),
        "note.key-twice": (
            "the key {key} stands twice in one object: only the last one counts",
            "同一对象中键 {key} 出现两次，只取最后一个",
        ),
        "note.not-a-number": (
            "{value} is no number: the value is treated as missing",
            "{value} 不是数字，按缺失处理",
        ),
        "note.huge-number": (
            "the number {value} is too long to be meant: treated as missing",
            "数字 {value} 过长，按缺失处理",
        ),
        "note.envelope-result": (
            "the answer's result is {value} instead of true",
            "返回的 result 是 {value}，不是 true",
        ),
        "note.envelope-code": (
            "the answer's code is {value} although its result is true",
            "返回的 result 为 true，但 code 是 {value}",
        ),
        "note.flow-unreadable": (
            "the flow (pipeline_tree) could not be read ({reason}): order is inferred from times",
            "流程（pipeline_tree）无法读取（{reason}）：先后关系由时间推断",
        ),
        "note.no-flow-inside": (
            "the file given as the flow holds none: order is inferred from times",
            "作为流程给出的文件中没有流程：先后关系由时间推断",
        ),
        "note.no-histories-inside": (
            "the file given as histories holds none: earlier attempts are unknown",
            "作为执行历史给出的文件中没有历史：更早的尝试未知",
        ),
        "note.flow-of-another-task": (
            "the flow belongs to another task and was not used",
            "流程属于另一个任务，未使用",
        ),
        "note.histories-unreadable": (
            "the histories could not be read ({reason}): earlier attempts are unknown",
            "执行历史无法读取（{reason}）：更早的尝试未知",
        ),
        "note.file-refused": (
            "a file beside the answer was not read: {reason}",
            "旁边的一个文件未能读取：{reason}",
        ),
        # the tree
        "note.children-list": (
            "children are a list instead of an object: read by their own ids",
            "children 是列表而非对象：按各节点自己的 id 读取",
        ),
        "note.children-odd": (
            "children are {value}: read as a node without children",
            "children 的值是 {value}：按没有子节点读取",
        ),
        "note.child-not-object": (
            "the child {key} is {value}, not a node: left out",
            "子节点 {key} 的值是 {value}，不是节点：已略去",
        ),
        "note.id-missing": (
            "a node has no id: the key {value} is used",
            "节点没有 id：使用键 {value}",
        ),
        "note.id-differs": (
            "a node's id differs from its key {value}: the id is used",
            "节点的 id 与键 {value} 不一致：以 id 为准",
        ),
        "note.id-twice": (
            "the id {id} stands at two places of the tree: both rows are kept",
            "id {id} 在树中出现两次：两行都保留",
        ),
        "note.ex-data-odd": (
            "ex_data is not a map by node: its text is shown as the task's",
            "ex_data 不是按节点的映射：其文本作为任务的信息显示",
        ),
        "note.ex-data-unknown-node": (
            "ex_data names a node that is not in the tree: {id}: {value}",
            "ex_data 中的节点不在树里：{id}：{value}",
        ),
        "note.ex-data-elsewhere": (
            "ex_data names a node that is no failed step: {id}",
            "ex_data 中的节点并非失败的步骤：{id}",
        ),
        "note.child-task-missing": (
            "an independent subprocess ran as the task {task}, whose answer is not in the archive",
            "独立子流程以任务 {task} 执行，归档中没有它的返回",
        ),
        # operations and logs, and the calls for them
        "note.operations-unreadable": (
            "the record of operations could not be read ({reason}): who did what is unknown",
            "操作记录无法读取（{reason}）：不知道谁做过什么",
        ),
        "note.no-operations-inside": (
            "the file of operations holds none: who did what is unknown",
            "操作记录文件中没有记录：不知道谁做过什么",
        ),
        "note.logs-unreadable": (
            "the saved logs could not be read ({reason})",
            "保存的节点日志无法读取（{reason}）",
        ),
        "note.no-logs-inside": (
            "the file of logs holds none",
            "日志文件中没有日志",
        ),
        "note.refusals-unreadable": (
            "the file of refused calls could not be read: what could not be had is unknown",
            "调用被拒记录文件无法读取：不知道哪些内容未能取得",
        ),
        "note.operations-later": (
            "{count} recorded operations came after this answer and are left out",
            "有 {count} 项操作发生在本次返回之后，未列出",
        ),
        "note.operations-empty": (
            "nothing is recorded although the task has run: older sites keep no record",
            "任务已执行，但操作记录为空：较早的站点不记录操作",
        ),
        "note.revoke-unseen": (
            "the record says that the task was revoked, but its state is {value}",
            "操作记录显示任务已被终止，但任务状态为 {value}",
        ),
        "note.revoke-too-late": (
            "the record says that the task was revoked, but it finished",
            "操作记录显示任务被终止，但任务已执行完成",
        ),
        "note.skip-unseen": (
            "the record says that this node was skipped, but the answer does not show it",
            "操作记录显示该节点被跳过，但返回中没有体现",
        ),
        "note.operation-elsewhere": (
            "the record names a node that is not in this answer ({what}): {id}",
            "操作记录中的节点不在本次返回中（{what}）：{id}",
        ),
        "note.call-denied": (
            "{call} is not allowed: {reason}; {reason_hint}",
            "{call} 没有权限：{reason}；{reason_hint}",
        ),
        "note.call-failed": (
            "{call} could not be had: {reason}",
            "{call} 未能取得：{reason}",
        ),
        # fields
        "note.not-text": ("{field} is not a text: {value}", "{field} 不是文本：{value}"),
        "note.lone-surrogate": (
            "{field} holds half a character, replaced: {value}",
            "{field} 含有残缺字符，已替换：{value}",
        ),
        "note.number-as-text": (
            "{field} is a text instead of a number: {value}",
            "{field} 是文本而非数字：{value}",
        ),
        "note.not-a-count": (
            "{field} is no usable number: {value}",
            "{field} 不是可用的数字：{value}",
        ),
        "note.flag-as-text": (
            "{field} is a text instead of true or false: {value}",
            "{field} 是文本而非布尔值：{value}",
        ),
        "note.not-a-flag": (
            "{field} is neither true nor false: {value}",
            "{field} 既非 true 也非 false：{value}",
        ),
        "note.state-missing": ("a node has no state word: {value}", "节点没有状态：{value}"),
        "note.state-unknown": (
            "the state {value} is not known: kept as it is",
            "未知状态 {value}：原样保留",
        ),
        "note.time-unreadable": (
            "{field} is no time: {value}",
            "{field} 不是时间：{value}",
        ),
        "note.time-range": (
            "{field} lies outside any real run: {value}",
            "{field} 超出合理范围：{value}",
        ),
        "note.time-no-zone": (
            "{field} has no zone, the offset of the other times is assumed: {value}",
            "{field} 没有时区，按其他时间的偏移处理：{value}",
        ),
        "note.time-epoch": (
            "{field} is a number, read as time since 1970: {value}",
            "{field} 是数字，按 1970 年以来的时间读取：{value}",
        ),
        # times against each other
        "note.stale-finish": (
            "the finish time is older than the present pass and does not count",
            "结束时间属于更早的一轮，不计入",
        ),
        "note.finish-before-start": (
            "the finish lies before the start: the end is unknown",
            "结束早于开始：结束时间未知",
        ),
        "note.negative-elapsed": (
            "elapsed_time is negative ({value} s): the times count",
            "elapsed_time 为负（{value} 秒）：以时间为准",
        ),
        "note.elapsed-differs": (
            "elapsed_time ({value} s) does not fit start and finish ({times} s): the times count",
            "elapsed_time（{value} 秒）与起止时间（{times} 秒）不符：以时间为准",
        ),
        "note.no-start": ("a closed node has no start time", "已结束的节点没有开始时间"),
        "note.no-finish": (
            "a finished node has no finish time: its end is unknown",
            "已完成的节点没有结束时间：结束时间未知",
        ),
        "note.root-no-start": (
            "the task has no start time: the earliest start below is used",
            "任务没有开始时间：采用其下最早的开始时间",
        ),
        "note.child-outside": (
            "a child ran outside its parent's time (an earlier pass, or clocks that differ)",
            "子节点的时间在父节点之外（更早的一轮，或时钟不一致）",
        ),
        "note.state-contradicts": (
            "the state is {value} although a failed step stands below",
            "状态为 {value}，但其下有失败的步骤",
        ),
        "note.failing-while-running": (
            "shown as {value} although {count} steps are still running",
            "显示为 {value}，但仍有 {count} 个步骤在执行",
        ),
        "note.no-failure-text": (
            "the answer holds no text for the failure: fetch it with with_ex_data, or see the node log",
            "返回中没有失败信息：请带 with_ex_data 获取，或查看节点日志",
        ),
        "note.revoke-time": (
            "when the task was revoked is not in the answer: its last activity is taken as the end",
            "返回中没有终止时刻：以最后一次活动作为结束",
        ),
        "note.created-but-started": (
            "the answer says not started, yet an older snapshot shows it running: purged or an engine error",
            "返回显示未执行，但更早的快照显示曾执行：可能数据已清理或引擎出错",
        ),
    }
)
