"""How this document writes a node: the order of its keys, its separators, the usual widths.

Learned from one leaf; every other node is compared with it, byte for byte.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

from sops_report.reading.read import SteppedAsideError

CHILDREN: Final = "children"
IDENTITIES: Final = frozenset({"id", "parent_id"})
VERSION: Final = "version"
NAME: Final = "name"
LENGTH: Final = "elapsed_time"
TIMES: Final = frozenset({"start_time", "finish_time", "state_refresh_at"})
COUNTS: Final = frozenset({"loop", "retry"})

_FLAG: Final = rb"(true|false|null)"
_WORD: Final = rb'("[!#-\[\]-~]{1,200}")'
# Values of which an answer has few: they are part of the text between the others.
SMALL: Final = {
    "state": _WORD, "root_id:": _WORD, "root_id": _WORD,
    "skip": _FLAG, "error_ignorable": _FLAG, "error_ignored": _FLAG,
}  # fmt: skip
_KNOWN: Final = (
    frozenset({CHILDREN, VERSION, NAME, LENGTH}) | IDENTITIES | TIMES | COUNTS | SMALL.keys()
)
_BEGINNING: Final = re.compile(
    rb'"children"(?P<colon>: ?)\{"(?P<key>[^"\\]{1,200})"(?P=colon)'
    rb'\{"(?P<first>[a-z_:]+)"(?P=colon)'
)
_LEAF: Final = re.compile(rb'"children": ?\{\}')
_LONGEST_NODE: Final = 1 << 16
WIDEST: Final = 200  # of texts for which a column has room in every row


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The form of the nodes of one document.

    Attributes:
        begin: Where the root's children begin: the place of the first key's quote.
        mark: What every node begins with, up to its first key's colon.
        keys: The keys of a node in their order.
        separator, colon: With or without blanks.
        widths: The bytes of a text by its key; of the leaf that was looked at.
        identities: The keys whose texts differ from node to node and are all of one width.
    """

    begin: int
    mark: bytes
    keys: tuple[str, ...]
    separator: bytes
    colon: bytes
    widths: dict[str, int]
    identities: frozenset[str] = IDENTITIES

    def key(self, name: str) -> bytes:
        """Return a key as it is written, with its colon."""
        return b'"%s"%s' % (name.encode(), self.colon)


def learn(data: bytes) -> Template:
    """Return the form of the nodes below the root.

    Raises:
        SteppedAsideError: There is none, or it is not the server's.
    """
    found = data.find(b'"children"')
    match = _BEGINNING.match(data, found) if found >= 0 else None
    if match is None:
        raise SteppedAsideError
    colon = match["colon"]
    mark = b'{"%s"%s' % (match["first"], colon)
    begin = match.start("key") - 1
    text = _leaf_text(data, begin, mark)
    pairs = _leaf(text)
    keys = tuple(key for key, _ in pairs)
    separator = b", " if f', "{keys[1]}"' in text else b","
    widths = {key: len(value) for key, value in pairs if isinstance(value, str)}
    _check(keys, widths)
    return Template(
        begin=begin, mark=mark, keys=keys, separator=separator, colon=colon, widths=widths
    )


def _leaf_text(data: bytes, begin: int, mark: bytes) -> str:
    """Return the text from the first leaf's beginning on."""
    leaf = _LEAF.search(data, begin)
    at = data.rfind(mark, begin, leaf.start() + len(mark)) if leaf else -1
    if at < 0:
        raise SteppedAsideError
    return data[at : at + _LONGEST_NODE].decode("utf-8", "replace")


def _leaf(text: str) -> list[tuple[str, object]]:
    try:
        pairs, _ = json.JSONDecoder(object_pairs_hook=list).raw_decode(text)
    except (ValueError, RecursionError) as cause:
        raise SteppedAsideError from cause
    if len(pairs) < 2:  # noqa: PLR2004 - an id and children at least
        raise SteppedAsideError
    return pairs  # type: ignore[no-any-return]


def _check(keys: tuple[str, ...], widths: dict[str, int]) -> None:
    needed = {"id", "state", CHILDREN}
    if not needed <= set(keys) <= _KNOWN or len(set(keys)) < len(keys):
        raise SteppedAsideError(keys)
    texts = {key: widths.get(key, 0) for key in IDENTITIES & set(keys)}
    if not all(texts.values()) or max(*texts.values(), widths.get(VERSION, 0)) > WIDEST:
        raise SteppedAsideError(texts)
