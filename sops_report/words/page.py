"""Words: what only the page, its bundle and the mail say."""
# fmt: off

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "page.rough": ("{h} h {m:02} m", "{h} 小时 {m:02} 分"),
    "page.folded.one": ("+1 node", "+1 个节点"),
    "page.folded.one_long": ("+1 node, {length}", "+1 个节点，{length}"),
    "page.folded": ("+{n} nodes, {length}", "+{n} 个节点，{length}"),
    # timeline
    "page.concurrency": ("Leaves at work", "并发执行的叶子节点"),
    "page.peak": ("at most {n}", "最多 {n} 个"),
    "page.legend.wait": ("Waiting before a node", "节点之前的等待"),
    "page.legend.attempt": ("Narrow bar: an earlier attempt", "较窄的条：历史尝试"),
    "page.legend.doubt": ("± 1 s: times are whole seconds", "± 1 秒：时间只精确到秒"),
    "page.legend.break": ("≈ Standing still, not to scale", "≈ 停滞，未按比例绘制"),
    "page.legend.idle": ("Standing still", "停滞"),
    "page.legend.failed": ("✕ failed", "✕ 失败"),
    "page.legend.skipped": ("» skipped", "» 跳过"),
    "page.legend.retried": ("↻ retried", "↻ 重试"),
    "page.legend.running": ("▶ still running", "▶ 仍在执行"),
    "page.zoom": ("Drag across the bars to zoom, double-click to see all", "在条形图上拖动可放大，双击还原"),
    # flow
    "page.flow": ("Flow", "流程图"),
    "page.flow.title": ("Flow of the task", "任务流程图"),
    "page.flow.title.inner": ("Flow of {name}", "「{name}」的流程图"),
    "page.flow.desc": ("The canvas with the states of this run. Thick lines lead between executed nodes; dashed nodes never ran. A click on a node leads to its row, on a subprocess into it.", "画布上的流程与本次执行的状态。粗线连接已执行的节点，虚线框表示未执行。点击节点跳到明细，点击子流程进入其内部。"),
    "page.flow.counts": ("{n} nodes, failed: {failed}, never ran: {never}", "{n} 个节点，失败 {failed}，未执行 {never}"),
    "page.flow.left": ("{n} subprocesses are not drawn here to keep the page small; their nodes stand in the table.", "为控制页面大小，有 {n} 个子流程未画出；其节点见节点明细。"),
    "page.flow.never": ("Never ran", "未执行"),
    "page.flow.route": ("Route taken", "执行过的路线"),
    "page.flow.other": ("Not taken", "未执行的路线"),
    # nodes
    "page.nodes.hint": ("no kind: a step; no self time: the same as the duration", "类型为空即标准插件节点，自身耗时为空即与总耗时相同"),
    # budget
    "page.shrunk": ("This page was kept within {size} by folding more rows than usual.", "为控制在 {size} 以内，本页折叠的行比平时多。"),
    "page.telling_left": ("{n} of the folded nodes failed, were retried or skipped, or were slow; there was no room for a row each. Their counts and times are in the sums.", "折叠的节点中有 {n} 个失败、重试、跳过或较慢，因篇幅所限没有单独成行，其数量和耗时已计入合计。"),
    "page.budget": ("Folding", "折叠"),
    "page.budget.none": ("nothing is folded: {n} of {n} nodes have a row", "没有折叠：{n} 个节点全部列出"),
    "page.budget.some": ("{shown} of {n} nodes have a row, the others are counted in the rows above them", "{n} 个节点中列出 {shown} 个，其余计入所属的行"),
    "page.data": ("Data", "随页数据"),
    "page.data.whole": ("this page carries the answer it was made from, secrets masked; any command takes the page as SOURCE", "本页携带生成所用的原始应答（敏感信息已脱敏），任何命令都可将本页作为 SOURCE"),
    "page.data.earlier": ("{n} earlier answers are carried too", "另携带 {n} 份较早的应答"),
    "page.data.left": ("{n} older answers were left out for the size of the page", "为控制页面大小，未携带 {n} 份更早的应答"),
    "page.data.large": ("left out, {size} of answer are too much for this page; keep the answer, or make room by --max-bytes", "未携带：原始应答 {size}，超出本页大小；请另存应答，或用 --max-bytes 放宽"),
    "page.data.absent": ("left out, this report was made from more than one answer or from none at hand", "未携带：报告由多份应答合成，或原始应答不在手边"),
    # findings
    "page.next": ("Next: {step}", "下一步：{step}"),
    "page.next_for": ("Next, for {label}: {step}", "下一步（{label}）：{step}"),
    "page.advice": ("What to do about it", "改进建议"),
    "page.saving": ("up to {length} shorter", "最多可缩短 {length}"),
    "page.people": ("Waited for people: {on} on the critical path, {off} beside it.", "等待人工：关键路径上 {on}，其余 {off}。"),
    "page.reactions": ("From a failure to the reaction", "失败后的响应"),
    "page.reactions.caption": ("How long each failure waited until it was retried or skipped", "每次失败到被重试或跳过的等待时间"),
    "page.reactions.failed": ("Failed at", "失败于"),
    "page.reactions.until": ("Reaction at", "响应于"),
    "page.reactions.how": ("What was done", "处理方式"),
    "page.reactions.retry": ("retried", "重试"),
    "page.reactions.skip": ("skipped", "跳过"),
    "page.reactions.automatic": ("maybe by the engine", "可能由引擎自动重试"),
    "page.blocks": ("Parallel blocks", "并行分支"),
    "page.blocks.caption": ("What each join waited for", "每个汇聚点在等待哪个分支"),
    "page.blocks.join": ("Join", "汇聚点"),
    "page.blocks.branches": ("Branches", "分支数"),
    "page.blocks.last": ("Last branch ends with", "最后一个分支的末节点"),
    "page.blocks.waited": ("Others waited, together", "其余分支合计等待"),
    "page.blocks.imbalance": ("Imbalance", "不均衡度"),
    "page.steps": ("Steps done: {done} of {all}.", "步骤已完成 {done} / {all}。"),
    "page.steps.at_most": ("Steps done: {done} of at most {all}.", "步骤已完成 {done}，最多共 {all}。"),
    "page.blocked": ("Steps that could not run because of it", "因此未能执行的步骤"),
    "page.hosts": ("Failed hosts in the message ({n})", "异常信息中失败的主机（{n}）"),
    "page.host": ("Host or module", "主机或模块"),
    "page.exit_code": ("Exit code", "退出码"),
    # controls
    "page.open_all": ("Open all", "全部展开"),
    "page.close_all": ("Close all", "全部折叠"),
    "page.keys": ("Keys: / search, j and k next and previous failure, o open all, c close all, ? this help, Esc switches these keys off", "快捷键：/ 搜索，j、k 下一个、上一个失败，o 全部展开，c 全部折叠，? 显示此帮助，Esc 停用快捷键"),
    "page.reset_zoom": ("Whole time", "显示全部时间"),
    # bundle and mail
    "page.charts": ("Pictures beside this page", "随附图片"),
    "page.mail.cut": ("… {n} more in the attached report", "……其余 {n} 项见所附报告"),
    "page.mail.foot": ("Made by {tool} from {source}.", "由 {tool} 根据 {source} 生成。"),
})
# fmt: on
