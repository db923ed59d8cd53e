"""Words of the verdict: one sentence that says what happened, when and why; never who."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        # titles: at most 80 characters; the names in them are cut to fit
        "title.node": ("{outcome} · {task} · {node}", "{outcome} · {task} · {node}"),
        "title.task": ("{outcome} · {task}", "{outcome} · {task}"),
        "title.task_id": ("task {task_id}", "任务 {task_id}"),
        "title.unnamed": ("unnamed task", "未命名任务"),
        # what happened
        "sentence.expired": (
            "The run data has expired on the server; only the state is left.",
            "服务器上的执行数据已过期，仅剩状态。",
        ),
        "sentence.not_started": ("The task had not started.", "任务尚未执行。"),
        "sentence.unknown": (
            "The server sent the state {state}, whose meaning is not known.",
            "服务器返回了含义未知的状态 {state}。",
        ),
        "sentence.revoked": (
            "Revoked {wall} after the start{moment}; steps finished: {done}{rest}.",
            "启动 {wall}后{moment}被终止；{done} 个步骤已完成{rest}。",
        ),
        "sentence.revoked_sometime": (
            "Revoked; its last activity was {wall} after the start{moment}; steps finished: {done}{rest}.",
            "已被终止；最后一次活动在启动 {wall}后{moment}；{done} 个步骤已完成{rest}。",
        ),
        "sentence.failed": (
            "“{node}” failed {after} after the start{moment}{attempt}: {text}{more}{idle}.",
            "启动 {after}后{moment}，节点「{node}」{attempt}失败：{text}{more}{idle}。",
        ),
        "sentence.failed_undated": (
            "“{node}” failed{attempt}: {text}{more}{idle}.",
            "节点「{node}」{attempt}失败：{text}{more}{idle}。",
        ),
        "sentence.failed_nowhere": (
            "The task failed, but no failed step is in the answer{idle}.",
            "任务失败，但返回中没有失败的步骤{idle}。",
        ),
        "sentence.running": (
            "Running for {wall}; steps under way: {count}{longest}.",
            "已执行 {wall}；{count} 个步骤正在执行{longest}。",
        ),
        "sentence.running_undated": (
            "Running; steps under way: {count}; the answer has no times.",
            "正在执行；{count} 个步骤正在执行；返回中没有时间。",
        ),
        "sentence.waiting": (
            "Paused; its last activity was {wall} after the start; steps finished: {done}{idle}.",
            "已暂停；最后一次活动在启动 {wall}后；{done} 个步骤已完成{idle}。",
        ),
        "sentence.waiting_at": (
            "Waiting at “{node}” after {wall}; steps finished: {done}{idle}.",
            "执行 {wall}后停在节点「{node}」等待；{done} 个步骤已完成{idle}。",
        ),
        "sentence.finished": (
            "Finished cleanly in {wall}{longest}.",
            "顺利完成，用时 {wall}{longest}。",
        ),
        "sentence.finished_with_issues": (
            "Finished in {wall}, but not cleanly: {issues}{longest}.",
            "完成，用时 {wall}，但过程有瑕疵：{issues}{longest}。",
        ),
        # parts of a sentence
        "part.moment": (" ({moment})", "（{moment}）"),
        "part.attempt": (" (attempt {number})", "（第 {number} 次尝试）"),
        "part.no_text": ("no message was recorded", "没有记录失败信息"),
        "part.more_failures": ("; {count} more failed", "；另有 {count} 个步骤失败"),
        "part.still_running": ("; {count} still running", "；仍有 {count} 个步骤在执行"),
        "part.retry_due": ("; it will be retried automatically", "；将自动重试"),
        "part.idle": ("; the task has stood still for {idle}", "；任务已停滞 {idle}"),
        "part.running_at_revoke": (", {count} still running", "，{count} 个仍在执行"),
        "part.failed_before": (
            ", {count} failed (first “{node}”)",
            "，{count} 个已失败（首个为「{node}」）",
        ),
        "part.longest": (
            "; the longest step was “{node}” with {length}",
            "；最长的步骤是「{node}」，{length}",
        ),
        "part.longest_running": ("; “{node}” for {length}", "；「{node}」已执行 {length}"),
        "part.retried": ("{count} retried", "重试 {count} 个"),
        "part.skipped": ("{count} skipped", "跳过 {count} 个"),
        "part.ignored": ("{count} with an ignored error", "忽略失败 {count} 个"),
        "part.separator": (", ", "、"),
    }
)
