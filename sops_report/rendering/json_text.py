"""`Report` → JSON, some hundred nodes at a time: a million dicts take ten times the text."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from sops_report.report.as_json import Json, as_json, nodes_as_json
from sops_report.report.model import Report
from sops_report.words import Language

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NODES: Final = '\n "nodes": []'  # on the first level only: texts have no line ends of their own
_LEVEL: Final = "\n  "
_AT_ONCE: Final = 512  # nodes, about half a megabyte
# The indenting encoder is written in Python; this one does a flat object in one call.
_flat: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(f",{_LEVEL} ", ": ")
).encode


def json_pieces(report: Report, language: Language) -> Iterator[str]:
    """Yield the JSON of *report*, piece by piece; no piece holds more than some hundred nodes."""
    before, nodes, after = _text(as_json(report, language, nodes=())).partition(_NODES)
    yield before + nodes.removesuffix("]")
    made = map(_node, nodes_as_json(report))
    separator = ""
    while some := f",{_LEVEL}".join(islice(made, _AT_ONCE)):
        yield f"{separator}{_LEVEL}{_writable(some)}"
        separator = ","
    yield f"\n ]{after}\n"


def _node(node: Json) -> str:
    """Return a node as it stands in the list of all; only one with attempts is not flat."""
    if node["attempts"]:
        return _indented(node).replace("\n", _LEVEL)
    return f"{{{_LEVEL} {_flat(node)[1:-1]}{_LEVEL}}}"


def _text(value: Json) -> str:
    return _writable(_indented(value))


def _indented(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)


def _writable(text: str) -> str:
    # half a character cannot be written as UTF-8, but JSON has an escape for it
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
