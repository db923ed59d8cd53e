"""Words of the errors about input, and their hints (``<key>.hint``: what to do next)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# One pair a key, English then Chinese; a pair that does not fit one line takes two.
WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        # what the system refuses; the English is its own
        "system.missing": ("No such file or directory", "文件或目录不存在"),
        "system.denied": ("Permission denied", "没有权限"),
        "system.full": ("No space left on device", "磁盘空间不足"),
        "system.quota": ("Disk quota exceeded", "超出磁盘配额"),
        "system.read_only": ("Read-only file system", "文件系统为只读"),
        "system.no_folder": ("Not a directory", "不是目录"),
        "system.folder": ("Is a directory", "这是一个目录"),
        "system.exists": ("File exists", "文件已存在"),
        "system.long_name": ("File name too long", "文件名过长"),
        "system.open_files": ("Too many open files", "打开的文件过多"),
        "system.address": ("Address already in use", "地址已被占用"),
        "system.io": ("Input/output error", "读写错误"),
        "error.empty": ("{source} is empty", "{source} 是空的"),
        "error.empty.hint": (
            "save the whole answer of get_task_status, then try again",
            "请保存 get_task_status 的完整返回后重试",
        ),
        "error.not-text": (
            "{source} is not UTF-8 text (byte {byte})",
            "{source} 不是 UTF-8 文本（第 {byte} 字节）",
        ),
        "error.not-text.hint": (
            "save the answer as UTF-8, or fetch it with: sops-report fetch TASK",
            "请以 UTF-8 保存，或用 sops-report fetch 任务ID 直接获取",
        ),
        "error.not-json": (
            "{source} is not JSON: line {line}, column {column}: {reason}",
            "{source} 不是 JSON：第 {line} 行第 {column} 列：{reason}",
        ),
        "error.not-json.hint": (
            "was the file cut or edited? fetch it again with: sops-report fetch TASK",
            "文件可能被截断或改动过，请用 sops-report fetch 任务ID 重新获取",
        ),
        "error.html-instead": (
            "{source} is an HTML page, not JSON",
            "{source} 是 HTML 页面，不是 JSON",
        ),
        "error.html-instead.hint": (
            "the login may have run out, or a gateway answered instead of bk-sops",
            "可能登录已过期，或是网关代替标准运维作了应答",
        ),
        "error.page-without-data": (
            "{source} is a report that does not carry the answer it was made from",
            "{source} 是报告页面，但未携带生成所用的原始应答",
        ),
        "error.page-without-data.hint": (
            "give the answer itself; a report of a large run carries it where --max-bytes leaves room",
            "请直接使用原始应答；大任务的报告需用 --max-bytes 放宽大小才会携带",
        ),
        "error.python-repr": (
            "{source} looks like Python's print() of an answer, not JSON (line {line}, column {column})",
            "{source} 像是 Python print() 的输出，不是 JSON（第 {line} 行第 {column} 列）",
        ),
        "error.python-repr.hint": (
            "write it with json.dump(answer, file) instead",
            "请改用 json.dump(answer, file) 保存",
        ),
        "error.extra-data": (
            "{source} goes on after the JSON ends: line {line}, column {column}",
            "{source} 在 JSON 结束后还有内容：第 {line} 行第 {column} 列",
        ),
        "error.extra-data.hint": (
            "several answers, one a line? then name the file .jsonl",
            "如果是一行一个返回，请把文件命名为 .jsonl",
        ),
        "error.damaged-gzip": (
            "{source} is damaged gzip data: {reason}",
            "{source} 的 gzip 数据已损坏：{reason}",
        ),
        "error.damaged-zstd": (
            "{source} is damaged zstd data: {reason}",
            "{source} 的 zstd 数据已损坏：{reason}",
        ),
        "error.zstd-missing": (
            "{source} is zstd data, which needs an extra package",
            "{source} 是 zstd 数据，需要附加组件",
        ),
        "error.zstd-missing.hint": (
            "run: pip install 'sops-report[zstd]'",
            "请执行：pip install 'sops-report[zstd]'",
        ),
        "error.too-large": (
            "{source} is larger than {limit} bytes",
            "{source} 超过 {limit} 字节",
        ),
        "error.out-of-memory": ("the memory does not suffice", "内存不足"),
        "error.out-of-memory.hint": (
            "is the source really a saved answer? else try a machine with more memory",
            "来源确实是已保存的返回吗？否则请换用内存更大的机器",
        ),
        "error.no-status": (
            "{source} holds no task status (found: {found})",
            "{source} 里没有任务状态（内容是：{found}）",
        ),
        "error.no-status.hint": (
            "give the answer of get_task_status, or its data object",
            "请提供 get_task_status 的返回，或其中的 data 对象",
        ),
        "error.no-status-in-data": (
            "{source} is an answer, but its data holds no task status (found: {found})",
            "{source} 是接口返回，但 data 里没有任务状态（内容是：{found}）",
        ),
        "error.no-status-in-data.hint": (
            "it looks like the answer of another call; get_task_status is needed",
            "看起来是其他接口的返回；这里需要 get_task_status",
        ),
        "error.refused": (
            "{source} is an error answer (code {code}): {message}",
            "{source} 是一条错误返回（code {code}）：{message}",
        ),
        "error.refused.hint": (
            "no status is in it: mend the cause and fetch again",
            "其中没有任务状态：请解决原因后重新获取",
        ),
        "error.several-tasks": (
            "{source} holds {count} tasks: {ids}",
            "{source} 里有 {count} 个任务：{ids}",
        ),
        "error.several-tasks.hint": ("say which with --task ID", "请用 --task ID 指明其中一个"),
        "error.unreadable-file.hint": ("check the path and its permissions", "请检查路径和权限"),
        "error.no-such-task-here.hint": (
            "leave out --task to see which tasks are there",
            "去掉 --task 可查看其中有哪些任务",
        ),
        "error.damaged-gzip.hint": ("copy or fetch it again", "请重新复制或获取"),
        "error.damaged-zstd.hint": ("copy or fetch it again", "请重新复制或获取"),
        "error.unreadable-file": (
            "{source} cannot be read: {reason}",
            "{source} 无法读取：{reason}",
        ),
        "error.empty-folder": (
            "{source} holds no saved answer",
            "{source} 里没有已保存的返回",
        ),
        "error.empty-folder.hint": (
            "give one task's folder, an archive, or BIZ/TASK (sops-report archive list)",
            "请提供某个任务的目录、归档目录，或 业务/任务（见 sops-report archive list）",
        ),
        "error.no-such-task-here": (
            "{source} does not hold the task {task}",
            "{source} 里没有任务 {task}",
        ),
        "error.no-such-source": (
            "{source} is no file, folder, task id, BIZ/TASK or address of a task page",
            "{source} 不是文件、目录、任务 ID、业务/任务，也不是任务页面的网址",
        ),
        "error.no-such-source.hint": (
            "check the path; sops-report archive list shows what is archived",
            "请检查路径；sops-report archive list 可查看归档内容",
        ),
        "error.no-task-in-url": (
            "the address {url} names no task (instance_id=… is missing)",
            "网址 {url} 没有指明任务（缺少 instance_id=…）",
        ),
        "error.no-task-in-url.hint": (
            "copy the address of the task's own page, or give its id",
            "请复制任务执行页面的完整网址，或直接给出任务 ID",
        ),
        "error.no-task-id": ("{source} is no task id", "{source} 不是任务 ID"),
        "error.no-task-id.hint": (
            "give digits, or the address of a task page",
            "请提供数字 ID，或任务页面的网址",
        ),
        "error.bad-moment": ("{value} is no moment", "{value} 不是时刻"),
        "error.bad-moment.hint": (
            "write it as 2024-06-18T13:30:00Z or 20240618T133000Z",
            "请写成 2024-06-18T13:30:00Z 或 20240618T133000Z",
        ),
        "error.histories-unreadable": (
            "{source}: a node's history is not JSON",
            "{source}：节点的执行历史不是 JSON",
        ),
    }
)
