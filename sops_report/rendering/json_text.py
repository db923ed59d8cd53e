"""`Report` → JSON, node by node: a million dicts at once would take ten times the text."""

import json
import re
from collections.abc import Iterator
from typing import Final

from sops_report.report.as_json import Json, as_json, nodes_as_json
from sops_report.report.model import Report
from sops_report.words import Language

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NODES: Final = '\n "nodes": []'  # on the first level only: texts have no line ends of their own
_LEVEL: Final = "\n  "


def json_pieces(report: Report, language: Language) -> Iterator[str]:
    """Yield the JSON of *report*, piece by piece."""
    before, nodes, after = _text(as_json(report, language, nodes=())).partition(_NODES)
    yield before + nodes.removesuffix("]")
    separator = _LEVEL
    for node in nodes_as_json(report):
        yield separator + _text(node).replace("\n", _LEVEL)
        separator = f",{_LEVEL}"
    yield f"\n ]{after}\n"


def _text(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    # half a character cannot be written as UTF-8, but JSON has an escape for it
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
