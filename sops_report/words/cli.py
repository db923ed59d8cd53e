"""Words of the command line: help texts (``help.…``), what it tells beside the data (``talk.…``)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "help.app": (
            "Post-mortems of BlueKing Standard OPS (bk-sops) tasks: what happened, when, why, and where the time went.",
            "蓝鲸标准运维（bk-sops）任务复盘：发生了什么、何时、为何，以及时间花在了哪里。",
        ),
        "help.version": ("Show the version and exit.", "显示版本并退出。"),
        # commands
        "help.demo": (
            "Show it all on a bundled task. A local site is started, the task fetched, archived and reported; prints one path a line.",
            "用内置任务完整演示。启动本地站点，获取、归档并生成报告；每行打印一个路径。",
        ),
        "help.fetch": (
            "Save raw answers in the archive.",
            "获取任务的原始返回并存入归档。",
        ),
        "help.report": (
            "Write the post-mortem. By default an HTML file named after the task; -o and --to say otherwise.",
            "生成复盘报告。默认是以任务命名的 HTML 文件，也可用 -o 和 --to 指定。",
        ),
        "help.show": (
            "Show it in the terminal. Verdict, failures, ledger, critical path and tree.",
            "在终端查看。结论、失败、时间去向、关键路径和节点树。",
        ),
        "help.nodes": (
            "Write the node table. To the terminal, a file (-o), or standard output (--to).",
            "输出节点表。到终端、文件（-o）或标准输出（--to）。",
        ),
        "help.chart": (
            "Paint a chart as PNG, SVG or PDF: the Gantt, where the time went, or how much ran at once.",
            "绘制图表（PNG、SVG 或 PDF）：甘特图、时间去向或并发数。",
        ),
        "help.serve": (
            "Run a local site from an archive. It speaks get_task_status over HTTP, for demos and tests.",
            "用归档在本机模拟站点。通过 HTTP 应答 get_task_status，用于演示和测试。",
        ),
        "help.archive_group": ("List and verify what is archived.", "查看和校验归档。"),
        "help.archive_list": (
            "List the tasks: BIZ/TASK, snapshots, newest, place.",
            "列出任务：业务/任务、快照数、最新时刻、位置。",
        ),
        "help.archive_verify": (
            "Check every file against its sidecar; exit code 1 if anything is amiss.",
            "逐一校验归档文件；有问题时退出码为 1。",
        ),
        "help.explain": (
            "Say what a word means. A state, class, kind, column or term; without a word, all are listed.",
            "解释一个词。状态、时间类别、节点类型、列名或术语；不带参数时列出全部。",
        ),
        # arguments and options
        "help.source": (
            "A saved answer, a folder, - (standard input), a task id, BIZ/TASK[@TIME] in the archive, or the address of a task page.",
            "已保存的返回、目录、-（标准输入）、任务 ID、归档中的 业务/任务[@时刻]，或任务页面的网址。",
        ),
        "help.fetch_tasks": (
            "Task ids, BIZ/TASK, or addresses of task pages.",
            "任务 ID、业务/任务，或任务页面的网址。",
        ),
        "help.lang": (
            "Language of all words; by default that of the locale.",
            "语言；默认取自系统语言环境。",
        ),
        "help.tz": (
            "Zone of all times, as Asia/Shanghai; by default the snapshot's own offset.",
            "显示时间的时区，如 Asia/Shanghai；默认用快照自身的偏移。",
        ),
        "help.quiet": ("Say nothing but errors beside the data.", "除数据和错误外不输出其他信息。"),
        "help.force": ("Overwrite files that exist.", "覆盖已存在的文件。"),
        "help.tree": (
            "The flow (answer of get_task_detail); found by itself beside the source.",
            "流程文件（get_task_detail 的返回）；在来源旁边时自动找到。",
        ),
        "help.histories": (
            "Earlier attempts (answers of get_task_node_detail); found by itself likewise.",
            "执行历史（get_task_node_detail 的返回）；同样自动找到。",
        ),
        "help.task": (
            "Which task, where the source holds several.",
            "来源含多个任务时，指明是哪一个。",
        ),
        "help.no_detail": ("Do not ask the site for the flow.", "不向站点请求流程。"),
        "help.no_histories": (
            "Do not ask the site for earlier attempts.",
            "不向站点请求执行历史。",
        ),
        "help.biz": (
            "Business id (or project id, see --scope).",
            "业务 ID（或项目 ID，见 --scope）。",
        ),
        "help.scope": ("What --biz means.", "--biz 的含义。"),
        "help.url": (
            "The site, or the gateway base that ends with the stage.",
            "站点地址，或以环境名结尾的网关地址。",
        ),
        "help.door": (
            "Which API door; told from the URL by default.",
            "使用哪种接口；默认由地址判断。",
        ),
        "help.archive": ("The archive folder.", "归档目录。"),
        "help.profile": ("A profile of the config file.", "配置文件中的 profile。"),
        "help.ca_bundle": ("Certificates of your own CA.", "自有 CA 的证书文件。"),
        "help.debug": (
            "Tell each call to the site on standard error: address, status, bytes, seconds; never credentials.",
            "在标准错误输出每次调用的地址、状态码、字节数和耗时，不含凭据。",
        ),
        "help.timeout": (
            "Most seconds for one call, retries included.",
            "单次调用的最长秒数（含重试）。",
        ),
        "help.out": (
            "Where to write; the suffix is the format (.html .md .json .txt). A folder takes the default name, - is standard output. May be given several times.",
            "输出文件，后缀即格式（.html .md .json .txt）； 目录表示使用默认文件名，- 为标准输出；可重复。",
        ),
        "help.to": ("The format, where no suffix tells it.", "没有后缀时的格式。"),
        "help.bundle": (
            "Write page, style sheet and charts as files into a folder, for hosts with a strict policy such as Jenkins.",
            "把页面、样式和图表写成目录中的多个文件，适合 Jenkins 等限制严格的环境。",
        ),
        "help.email": (
            "Write the body of a mail (HTML of at most 90 kB).",
            "输出邮件正文（不超过 90 kB 的 HTML）。",
        ),
        "help.css": (
            "The page's style: inside it (inline, as if not given), or as report.css beside it.",
            "页面样式：内联，或作为旁边的 report.css。",
        ),
        "help.js": (
            "The page's small script: inside it (as if not given), or none.",
            "页面脚本：内联，或不带。",
        ),
        "help.explorer": (
            "A canvas with every node: on large runs (auto), as the main part (only), or none.",
            "全部节点浏览器：大任务时附带（auto）、作为主体（only）或不带（none）。",
        ),
        "help.full": (
            "Give every node a row, as far as --max-bytes allows.",
            "尽可能显示每个节点，受 --max-bytes 限制。",
        ),
        "help.max_bytes": (
            "The page's budget in bytes; quiet rows are folded and counted.",
            "页面的字节上限；不重要的行会折叠并计数。",
        ),
        "error.bad-word": ("{option} does not know {word}", "{option} 不支持 {word}"),
        "error.bad-word.hint": ("use one of {known}", "可用：{known}"),
        "help.nodes_out": (
            "Where to write: .csv .json .jsonl .parquet .xlsx .sqlite, or -.",
            "输出文件：.csv .json .jsonl .parquet .xlsx .sqlite，或 -。",
        ),
        "help.nodes_to": (
            "Write to standard output as csv, json or jsonl.",
            "以 csv、json 或 jsonl 写到标准输出。",
        ),
        "help.excel": (
            "CSV only: begin with a byte order mark, as Excel needs it for Chinese.",
            "仅 CSV：写入 BOM，便于 Excel 显示中文。",
        ),
        "help.raw": (
            "CSV only: no quote before cells that a spreadsheet would compute.",
            "仅 CSV：不在可能被当作公式的单元格前加引号。",
        ),
        "help.chart_out": ("The picture: .png, .svg or .pdf.", "图片文件：.png、.svg 或 .pdf。"),
        "help.chart_kind": (
            "Which chart: gantt (the default), ledger (where the time went) or concurrency.",
            "图表类型：gantt（默认，甘特图）、ledger（时间去向）或 concurrency（并发数）。",
        ),
        "help.ascii": (
            "Bars of # and . in Markdown and text, for fonts without blocks.",
            "Markdown 与文本中的条形改用 # 和 .，适用于没有方块字符的字体。",
        ),
        "help.max_rows": (
            "The most rows to draw; what is left out is said below.",
            "最多绘制的行数；略去的会在图下说明。",
        ),
        "help.font": ("A font file to prefer.", "优先使用的字体文件。"),
        "help.serve_archive": ("The archive to answer from.", "用来应答的归档目录。"),
        "help.port": ("The port; 0 takes a free one.", "端口；0 表示任选空闲端口。"),
        "help.fault": (
            "Misbehave as asked, as 502:3 (three times), slow or denied@get_task_detail; repeatable.",
            "按要求制造故障，如 502:3（三次）、slow 或 denied@get_task_detail；可重复。",
        ),
        "help.explain_words": (
            "Words of a report, in English or Chinese.",
            "报告中的词，中英文均可。",
        ),
        "help.demo_out": ("Where to write.", "输出目录。"),
        "help.install_completion": (
            "Install completion for the current shell.",
            "为当前 shell 安装命令补全。",
        ),
        "help.show_completion": (
            "Show the completion script of the current shell.",
            "显示当前 shell 的命令补全脚本。",
        ),
        # typer's own words on a help page, as it writes them in English
        "chrome.usage": ("Usage: ", "用法："),
        "chrome.options_metavar": ("[OPTIONS]", "[选项]"),
        "chrome.command_metavar": ("COMMAND [ARGS]...", "命令 [参数]..."),
        "chrome.arguments": ("Arguments:\n", "参数：\n"),
        "chrome.options": ("Options:\n", "选项：\n"),
        "chrome.commands": ("Commands:\n", "命令：\n"),
        "chrome.required": ("[required]", "[必填]"),
        "chrome.default": ("[default: ", "[默认："),
        "chrome.env_var": ("[env var: ", "[环境变量："),
        "chrome.help": ("Show this message and exit.", "显示本帮助并退出。"),
        # what is told beside the data
        "talk.error": ("error: {text}", "错误：{text}"),
        "talk.hint": (" hint: {text}", "提示：{text}"),
        "talk.without_flow": (
            "note: going on without the flow: {reason}",
            "提示：未能取得流程，继续处理：{reason}",
        ),
        "talk.without_histories": (
            "note: going on without the nodes' histories: {reason}",
            "提示：未能取得节点的执行历史，继续处理：{reason}",
        ),
        "talk.unchanged": (
            "{task}: unchanged, nothing new was stored",
            "{task}：无变化，未重复存储",
        ),
        "talk.not_fetched": ("{task}: not fetched: {reason}", "{task}：未获取：{reason}"),
        "talk.no_font": (
            "note: no font has all characters; some names are drawn as numbers with a key. Install a Chinese font or sops-report[cjk], or name one with --font",
            "提示：没有字体能显示全部字符，部分名称以编号和对照表代替。请安装中文字体或 sops-report[cjk]，或用 --font 指定",
        ),
        "talk.archive_listed": ("tasks in {folder}: {count}", "{folder} 中有 {count} 个任务"),
        "talk.archive_clean": ("{folder} is as it was saved", "{folder} 与保存时一致"),
        "talk.demo_site": ("local site: {url}", "本地站点：{url}"),
        "talk.demo_verdict": ("{sentence}", "{sentence}"),
        "talk.demo_next": (
            "next: open {page} in a browser, or run: sops-report show {archive}",
            "接下来：用浏览器打开 {page}，或执行 sops-report show {archive}",
        ),
        "talk.fetching": ("fetching", "正在获取"),
        "talk.explained": ("{name} ({short}): {text}", "{name}（{short}）：{text}"),
        "talk.group_of_words": ("{group}: {names}", "{group}：{names}"),
        "talk.group.state": ("states", "状态"),
        "talk.group.group": ("state groups", "状态分组"),
        "talk.group.outcome": ("outcomes", "结论"),
        "talk.group.class": ("classes of sections", "时间类别"),
        "talk.group.kind": ("kinds of nodes", "节点类型"),
        "talk.group.column": ("columns", "列"),
        "talk.group.label": ("headings and labels", "标题与标签"),
        "talk.group.term": ("terms", "术语"),
        # errors of the command line itself
        "error.no-such-command": ("there is no command {name}", "没有命令 {name}"),
        "error.no-such-command.hint": (
            "{command} --help lists all",
            "{command} --help 可列出全部命令",
        ),
        "error.no-such-command-but": (
            "there is no command {name}; did you mean {near}?",
            "没有命令 {name}，是不是 {near}？",
        ),
        "error.no-such-command-but.hint": (
            "{command} --help lists all",
            "{command} --help 可列出全部命令",
        ),
        "error.no-such-option": ("there is no option {option}", "没有选项 {option}"),
        "error.no-such-option.hint": ("see {command} --help", "请看 {command} --help"),
        "error.missing": ("{what} is missing", "缺少 {what}"),
        "error.missing.hint": ("see {command} --help", "请看 {command} --help"),
        "error.needs-value": ("the option {option} needs a value", "选项 {option} 需要一个值"),
        "error.needs-value.hint": ("write it as {option} VALUE", "请写成 {option} 值"),
        "error.takes-no-value.hint": ("write it as {option} alone", "请只写 {option}"),
        "error.takes-no-value": ("the option {option} takes no value", "选项 {option} 不带值"),
        "error.bad-value": ("bad value of {what}: {reason}", "{what} 的值无效：{reason}"),
        "error.bad-value.hint": ("see {command} --help", "请看 {command} --help"),
        "error.not-an-integer": ("{what} takes a whole number", "{what} 需要整数"),
        "error.not-an-integer.hint": ("see {command} --help", "请看 {command} --help"),
        "error.not-a-number": ("{what} takes a number", "{what} 需要数字"),
        "error.not-a-number.hint": ("see {command} --help", "请看 {command} --help"),
        "error.below-limit": ("{what} must be at least {limit}", "{what} 不能小于 {limit}"),
        "error.below-limit.hint": ("see {command} --help", "请看 {command} --help"),
        "error.above-limit": ("{what} must be at most {limit}", "{what} 不能大于 {limit}"),
        "error.above-limit.hint": ("see {command} --help", "请看 {command} --help"),
        "error.not-one-of": ("{what} does not take that value", "{what} 不支持该值"),
        "error.not-one-of.hint": ("use one of {known}", "可用：{known}"),
        "error.too-many-words": ("there is nothing to do with: {words}", "多余的参数：{words}"),
        "error.too-many-words.hint": ("see {command} --help", "请看 {command} --help"),
        "error.usage": ("{reason}", "命令行有误：{reason}"),
        "error.usage.hint": ("see {command} --help", "请看 {command} --help"),
        "error.bad-language": ("{tag} is not spoken here", "不支持语言 {tag}"),
        "error.bad-language.hint": (
            "use --lang en or --lang zh-CN",
            "请用 --lang en 或 --lang zh-CN",
        ),
        "error.system": ("{path}: {reason}", "{path}：{reason}"),
        "error.system-only": ("the system refuses: {reason}", "系统拒绝：{reason}"),
        "error.bad-zone": ("{zone} is no time zone", "{zone} 不是时区"),
        "error.bad-zone.hint": ("write it as Asia/Shanghai or UTC", "请写成 Asia/Shanghai 或 UTC"),
        "error.unknown-format": (
            "{path} ends with no format of a report",
            "{path} 的后缀不是报告格式",
        ),
        "error.unknown-format.hint": (
            "use one of {known}, or --to",
            "请使用 {known} 之一，或 --to",
        ),
        "error.to-needed": (
            "standard output needs a format",
            "写到标准输出需要指定格式",
        ),
        "error.to-needed.hint": ("add --to with one of {known}", "请加 --to，可用：{known}"),
        "error.output-twice.hint": ("name each output once", "每个输出只需指定一次"),
        "error.system.hint": (
            "check the path, its permissions and the space on the disk",
            "请检查路径、权限和磁盘空间",
        ),
        "error.archive-findings.hint": (
            "restore them from a copy, or delete them and fetch again",
            "请从备份恢复，或删除后重新获取",
        ),
        "error.output-twice": ("{path} is named twice", "{path} 指定了两次"),
        "error.no-plain-file": (
            "{path} is there and is no plain file",
            "{path} 已存在，且不是普通文件",
        ),
        "error.no-plain-file.hint": ("name another file, or -o -", "请换一个文件名，或用 -o -"),
        "error.no-folder": ("there is no folder {path}", "目录 {path} 不存在"),
        "error.no-folder.hint": ("make it first, or name another one", "请先创建，或换一个目录"),
        "error.archive-missing": ("there is no archive {folder}", "没有归档 {folder}"),
        "error.archive-missing.hint": (
            "name it with --archive or SOPS_REPORT_ARCHIVE; sops-report fetch TASK makes one",
            "请用 --archive 或 SOPS_REPORT_ARCHIVE 指定；执行 sops-report fetch 任务ID 可新建",
        ),
        "error.unknown-word": ("the glossary has no word {word}", "词汇表中没有 {word}"),
        "error.unknown-word.hint": (
            "sops-report explain lists all words",
            "执行 sops-report explain 可列出全部词",
        ),
        "error.some-not-fetched": (
            "{count} of {total} tasks were not fetched",
            "{total} 个任务中有 {count} 个未获取",
        ),
        "error.archive-findings": (
            "{folder}: {count} files are not as they were saved",
            "{folder}：{count} 个文件与保存时不一致",
        ),
    }
)
