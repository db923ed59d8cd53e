"""Words: the charts."""
# fmt: off

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "chart.axis": ("Time ({zone})", "时间（{zone}）"),
    "chart.left_out": ("{left} of {all} nodes are not drawn: quiet ones", "共 {all} 个节点，其中 {left} 个未画出（无异常且耗时短）"),
    "chart.no_names": ("Names are left out, there are too many rows ({rows})", "行数过多（{rows} 行），未显示名称"),
    "chart.no_times": ("Nothing has started: the answer holds no times", "尚未开始执行：返回数据中没有时间"),
    "chart.no_ledger": ("No time to account for", "没有可归类的时间"),
    "chart.no_work": ("No leaf was at work for a measurable time", "没有可统计的执行时间"),
    "chart.peak": ("at most {n} at once", "最多同时 {n} 个"),
    "chart.numbered": ("#N is a row of the node table: no font here can draw its name", "#N 为节点表中的行号：当前字体无法显示该名称"),
    "chart.missing_glyphs": ("no font has the characters {characters}, texts drawn as numbers: {count}", "没有字体包含这些字符：{characters}，以编号代替的文字：{count} 处"),
    "chart.missing_glyphs.hint": ("install a Chinese font or sops-report[cjk], or name a font file with --font", "请安装中文字体或 sops-report[cjk]，或用 --font 指定字体文件"),
    "error.chart-font": ("{path} is not a font that can be read", "{path} 不是可读取的字体文件"),
    "error.chart-font.hint": ("name a .ttf, .otf or .ttc file", "请指定 .ttf、.otf 或 .ttc 文件"),
    "error.chart-suffix": ("a chart cannot be written as {suffix}", "图表不支持 {suffix} 格式"),
    "error.chart-suffix.hint": ("end the name with .png, .svg or .pdf", "文件名请以 .png、.svg 或 .pdf 结尾"),
})
# fmt: on
