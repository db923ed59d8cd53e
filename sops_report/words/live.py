"""Words of following tasks while they run, of many tasks at once, and of the user's program."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# fmt: off
WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    # help
    "help.watch": ("Follow tasks live until they are over. Archives each change, and writes the report at the end; exit code 0 finished, 1 failed or revoked.", "实时跟踪任务直到结束。每次变化都会归档，结束时生成报告；退出码 0 表示完成，1 表示失败或已终止。"),
    "help.watch_tasks": ("Task ids, BIZ/TASK, or addresses of task pages.", "任务 ID、业务/任务，或任务页面的网址。"),
    "help.every": ("Seconds between two questions, at least 10: the site keeps an answer that long.", "两次查询的间隔秒数，至少 10：站点会缓存应答 10 秒。"),
    "help.until": ("Stop at the first failure (failed), or go on past all failures (finished). By default a failed task is over once it has stood still (--settle).", "failed：首次失败即停止；finished：失败后继续等待。默认在失败任务停滞一段时间（--settle）后结束。"),
    "help.settle": ("Seconds that a failed task has to stand still to count as failed for good.", "失败任务停滞多少秒后视为最终失败。"),
    "help.give_up": ("Seconds without any answer after which a task is given up; the report then tells what was known.", "连续多少秒没有应答就放弃跟踪；报告反映当时已知的情况。"),
    "help.on_change": ("A program to run at each change, without a shell; it is told by variables SOPS_WATCH_TASK, _NAME, _OUTCOME, _CHANGES, _FAILURE, _FILE.", "每次变化时运行的程序（不经过 shell）；信息通过环境变量 SOPS_WATCH_TASK、_NAME、_OUTCOME、_CHANGES、_FAILURE、_FILE 传入。"),
    "help.watch_out": ("Where the report goes; the suffix is the format (repeatable). Of several tasks: a folder.", "报告的输出位置，后缀决定格式（可重复）。跟踪多个任务时须为目录。"),
    "help.replay": ("Play the snapshots of a task from the first question on, this many times as fast.", "从首次查询开始按此倍速回放任务的快照。"),
    # many tasks
    "help.list": ("Fetch the tasks that the site lists, the newest first. What is archived for good is left alone, so a run that was broken off goes on.", "按站点的任务列表获取，从最新的开始。已完整归档的任务不再获取，因此中断后可继续。"),
    "help.template": ("Only tasks made from this template.", "只取由该流程模板创建的任务。"),
    "help.executor": ("Only tasks started by this user.", "只取由该用户执行的任务。"),
    "help.since": ("Only tasks started at or after this moment: 7d (ago), a date, or a full time.", "只取在此时刻及之后开始的任务：7d（7 天前）、日期或完整时刻。"),
    "help.until_start": ("Only tasks started at or before this moment, likewise.", "只取在此时刻及之前开始的任务，写法同上。"),
    "help.list_state": ("Only tasks in this group of states (repeatable): success, failed, running, waiting, revoked, not_started, unknown.", "只取处于该类状态的任务（可重复）：success、failed、running、waiting、revoked、not_started、unknown。"),
    "help.limit": ("At most so many tasks.", "最多获取的任务数。"),
    "help.again": ("Fetch again what is archived for good.", "已完整归档的也重新获取。"),
    "help.jobs": ("How many tasks at a time. The rate limit (SOPS_REPORT_RATE, 20 calls a second) holds for all together.", "同时获取的任务数。调用频率上限（SOPS_REPORT_RATE，默认每秒 20 次）对全部合计生效。"),
    "talk.bulk_found": ("{count} tasks fit; {known} of them are archived for good or unchanged", "符合条件的任务有 {count} 个，其中 {known} 个已完整归档或无变化"),
    "talk.refused_often": ("note: that holds for {count} tasks", "提示：共有 {count} 个任务如此"),
    "talk.more_not_fetched": ("and {count} more", "另有 {count} 个"),
    "talk.fetch_given_up": ("the site failed too often in a row: {count} tasks were not asked for; the same command goes on there", "站点连续失败次数过多，还有 {count} 个任务未查询；再次执行同一命令即可继续"),
    "talk.fetch_stopped": ("stopped; what was fetched is kept, and the same command goes on there", "已停止；已获取的内容均已保存，再次执行同一命令即可继续"),
    "error.fetch-nothing": ("no task is named", "没有指定任务"),
    "error.fetch-nothing.hint": ("name tasks, or take those that the site lists: --list", "请指定任务，或用 --list 获取站点列出的任务"),
    "error.fetch-list-or-tasks": ("tasks are either named or listed", "任务要么逐个指定，要么按列表获取"),
    "error.fetch-list-or-tasks.hint": ("filters (--template, --executor, --since, --until, --state, --limit, --again) belong to --list, without TASK", "筛选选项（--template、--executor、--since、--until、--state、--limit、--again）须与 --list 一起使用，且不带 TASK"),
    "error.no-biz-for-list": ("no business id is given whose tasks could be listed", "没有指定要列出任务的业务 ID"),
    "error.no-biz-for-list.hint": ("give --biz, or set SOPS_REPORT_BIZ", "请加上 --biz，或设置环境变量 SOPS_REPORT_BIZ"),
    # what happens
    "live.watching": ("tasks under watch: {count}, asked for every {every} s; Ctrl-C stops and writes the report", "正在跟踪 {count} 个任务，每 {every} 秒查询一次；按 Ctrl-C 停止并生成报告"),
    "live.event": ("{time}  {task}  {text}", "{time}  {task}  {text}"),
    "live.started": ("started: {label}", "开始执行：{label}"),
    "live.retried": ("retried: {label} (try {attempt})", "重试：{label}（第 {attempt} 次）"),
    "live.waits": ("waits for somebody: {label}", "等待处理：{label}"),
    "live.finished": ("finished: {label} ({length})", "执行完成：{label}（{length}）"),
    "live.failed": ("failed: {label}", "失败：{label}"),
    "live.failed_because": ("failed: {label}: {text}", "失败：{label}：{text}"),
    "live.skipped": ("skipped: {label}", "跳过：{label}"),
    "live.revoked": ("revoked: {label}", "终止：{label}"),
    "live.outcome": ("the task is now: {outcome}", "任务状态：{outcome}"),
    "live.outcome_progress": ("{text} ({progress})", "{text}（{progress}）"),
    "live.lost": ("no answer: {reason}; asked again in {wait}", "未取得应答：{reason}；{wait}后重试"),
    "live.returned": ("the site answers again after {length}", "站点已恢复应答，中断 {length}"),
    "live.interrupted": ("stopped; the report tells what was known", "已停止；报告反映的是当时已知的情况"),
    "live.given_up": ("{task} is not followed: {reason}", "未跟踪任务 {task}：{reason}"),
    "live.given_up_later": ("{task} is no longer followed: {reason}", "不再跟踪任务 {task}：{reason}"),
    # the view
    "live.progress": ("{done} of {expected} steps", "已完成 {done}/{expected} 个步骤"),
    "live.progress_at_most": ("{done} of at most {expected} steps", "已完成 {done} 个步骤，最多 {expected} 个"),
    "live.progress_open": ("{done} steps done", "已完成 {done} 个步骤"),
    "live.running": ("{label}  for {length}", "{label}  已执行 {length}"),
    "live.running_critical": ("{label}  for {length}  ← critical path so far", "{label}  已执行 {length}  ← 目前的关键路径"),
    "live.left": ("about {middle} left, 9 times of 10 at most {high} ({count} earlier runs)", "预计还需 {middle}，九成情况下不超过 {high}（参照 {count} 次历史执行）"),
    "live.late": ("has taken longer than {longer} of {count} earlier runs", "已超过 {count} 次历史执行中的 {longer} 次"),
    "live.and": ("{one}; {other}", "{one}；{other}"),
    "live.more": ("and {count} more", "另有 {count} 个"),
    "live.last_change": ("{change}  ({ago} ago)", "{change}（{ago}前）"),
    # errors
    "error.watch-too-often": ("a task may be asked for every {least} s at most", "对同一任务的查询间隔至少 {least} 秒"),
    "error.watch-too-often.hint": ("the site keeps an answer that long; give --every {least} or more", "站点会缓存应答；请使用 --every {least} 或更大的值"),
    "error.watch-one-folder": ("several tasks need a folder for their reports, not {path}", "跟踪多个任务时报告须输出到目录，而不是 {path}"),
    "error.watch-one-folder.hint": ("make the folder first, or leave out -o", "请先建好目录，或去掉 -o"),
    "error.bad-command": ("this is no program with arguments: {command}", "不是有效的命令：{command}"),
    "error.bad-command.hint": ("write it as you would type it; quotes have to be closed", "请按平时输入的方式书写，引号须成对"),
    "error.command-failed": ("the program {command} failed: {reason}", "程序 {command} 运行失败：{reason}"),
    "error.command-failed.hint": ("run it by hand; it is told everything by SOPS_WATCH_… variables", "请手动运行检查；所有信息都通过 SOPS_WATCH_… 环境变量传入"),
})
# fmt: on
