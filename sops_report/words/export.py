"""Words: files we write."""
# fmt: off

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "error.exists": ("{path} exists already", "{path} 已存在"),
    "error.exists.hint": ("name another file, or overwrite it with --force", "请换一个文件名，或用 --force 覆盖"),
    "error.folder": ("{path} cannot be written: {why}", "{path} 无法写入：{why}"),
    "error.folder.hint": ("make the folder first, or name another one", "请先创建该目录，或换一个目录"),
    "error.table-format": ("a table cannot be written as {suffix}", "表格不支持 {suffix} 格式"),
    "error.table-format.hint": ("use one of {known}", "请使用以下格式之一：{known}"),
    "error.binary-format": ("{to} is not a text format", "{to} 不是文本格式"),
    "error.binary-format.hint": ("write it to a file with -o, or use one of {known}", "请用 -o 写入文件，或使用以下格式之一：{known}"),
    "error.no-parquet": ("nothing installed can write Parquet", "当前环境无法写入 Parquet"),
    "error.no-parquet.hint": ("pip install 'sops-report[parquet]'", "请安装：pip install 'sops-report[parquet]'"),
    "error.too-many-rows": ("{path}: an Excel sheet holds {most} rows, the table has {rows}", "{path}：Excel 工作表最多 {most} 行，本表有 {rows} 行"),
    "error.too-many-rows.hint": ("write .csv or .parquet", "请改用 .csv 或 .parquet"),
    "export.cut": ("[cut, {length} characters in all]", "［已截断，共 {length} 个字符］"),
})
# fmt: on
