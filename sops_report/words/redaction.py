"""Words of masking: what was masked, and the command that cleans a raw answer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "report.redactions": ("Masked", "已脱敏"),
    "redaction.count": ("{rule}: {n}", "{rule} {n} 处"),
    "redaction.rule.pem": ("key blocks", "密钥块"),
    "redaction.rule.header": ("HTTP headers", "HTTP 请求头"),
    "redaction.rule.url": ("credentials in addresses", "网址中的凭据"),
    "redaction.rule.secret": ("passwords and secrets", "密码与密钥"),
    "redaction.rule.token": ("tokens", "令牌"),
    "redaction.rule.email": ("e-mail addresses", "邮箱"),
    "redaction.rule.mobile": ("mobile numbers", "手机号"),
    "redaction.rule.identity": ("identity numbers", "身份证号"),
    "redaction.rule.ip": ("IP addresses", "IP 地址"),
    "redaction.rule.own": ("own patterns", "自定义规则"),
    "help.redact": (
        "Make a cleaned copy of a raw answer. --preview first lists what would be masked.",
        "生成脱敏后的原始返回副本。先用 --preview 查看将被遮盖的内容。",
    ),
    "help.redact_out": ("Where to write the cleaned copy, - for standard output.", "脱敏副本的路径，- 为标准输出。"),
    "help.preview": ("Only list what would be masked: rule, place, the text around it.", "只列出将被遮盖的内容：规则、位置、上下文。"),
    "help.redact_ips": ("Mask IP addresses too.", "同时遮盖 IP 地址。"),
    "help.redact_pattern": ("A regular expression of your own; may be given several times.", "自定义正则表达式；可重复。"),
    "help.redact_rules": ("A TOML file with [[rule]] tables of name and pattern.", "含 [[rule]]（name、pattern）的 TOML 文件。"),
    "help.anonymise": (
        "Give nodes, hosts, people and ids consistent pseudonyms: node-1, host-1 …",
        "为节点、主机、人员和 ID 使用一致的化名：node-1、host-1……",
    ),
    "help.no_embed": ("Do not let the page carry its data.", "不在页面中附带数据。"),
    "help.no_redact": ("Do not mask anything.", "不做脱敏。"),
    "talk.redacted": ("masked: {counts}", "已遮盖：{counts}"),
    "talk.nothing_redacted": ("nothing to mask was found", "没有发现需要遮盖的内容"),
    "error.redact-what": ("say where to write, or ask for a preview", "请指明输出位置，或使用预览"),
    "error.redact-what.hint": ("add -o FILE or --preview", "请加 -o 文件 或 --preview"),
    "error.no-raw-answer": (
        "the raw answer of {source} is not at hand",
        "手头没有 {source} 的原始返回",
    ),
    "error.no-raw-answer.hint": (
        "name the file of the answer itself",
        "请直接指定原始返回文件",
    ),
    "error.rules-unreadable": ("the rules in {path} cannot be read: {reason}", "{path} 中的规则无法读取：{reason}"),
    "error.bad-rule": ("{pattern} is no rule: {reason}", "{pattern} 不是有效规则：{reason}"),
    "error.slow-rule": ("the pattern {pattern} could take for ever on some texts", "规则 {pattern} 在某些文本上可能耗时过长"),
    "error.slow-rule.hint": (
        "do not repeat a group that itself repeats or chooses",
        "不要让本身含重复或分支的分组再次重复",
    ),
})  # fmt: skip
