"""Walk through the texts of a JSON document without decoding it: its bytes stay as they are.

A document of any depth is one loop, not a recursion; what is not replaced keeps every blank.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_VALUE: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}\[\],:"]+', re.DOTALL)
_KEY_AHEAD: Final = re.compile(r"\s*:")
_DEEPEST_PLACE: Final = 12
_LONE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands.

    Attributes:
        keys: The keys from the document's root, list items as numbers; the last is its own.
        is_key: The text is a key itself.
    """

    keys: tuple[str | int, ...]
    is_key: bool = False

    def __str__(self) -> str:
        """Return the place as ``data.children.n1.name``, its middle left out where it is deep."""
        return ".".join(self.parts())

    def parts(self) -> list[str]:
        """Return the keys that name the place, the middle ones left out where it is deep."""
        keys = self.keys
        if len(keys) > _DEEPEST_PLACE:
            keys = (*keys[:3], "…", *keys[-6:])
        return [str(key) for key in keys]

    @property
    def key(self) -> str:
        """The nearest key that is a word."""
        return next((key for key in reversed(self.keys) if isinstance(key, str)), "")

    @property
    def holder(self) -> str:
        """The word above `key`: the name of the object it stands in."""
        words = [key for key in self.keys if isinstance(key, str)]
        return words[-2] if len(words) > 1 else ""


Change = Callable[[str, Place], str]


def replace_texts(document: str, change: Change) -> str:
    """Return a JSON document (or JSON Lines) with its texts and numbers changed by *change*.

    Args:
        document: Valid JSON.
        change: Gets a decoded text (a number as it is written) and its place, returns the new one.
    """
    return _Walk(document, change).result()


def texts_in(document: str) -> set[str]:
    """Return every text and number of a JSON document (or JSON Lines) once, keys among them."""
    tokens = set(map(itemgetter(0), _VALUE.finditer(document)))
    texts = [token for token in tokens if token[0] == '"']
    numbers = tokens.difference(texts)
    return numbers.union(json.loads(f"[{','.join(texts)}]", strict=False))


class _Walk:
    """One walk through one document."""

    def __init__(self, document: str, change: Change) -> None:
        self.document = document
        self.change = change
        self.keys: list[str | int] = []
        self.pieces: list[str] = []
        self.reached = 0

    def result(self) -> str:
        for match in _TOKEN.finditer(self.document):
            sign = match[0][0]
            if sign == '"':
                self._text(match)
            elif sign in "{[":
                self.keys.append("" if sign == "{" else 0)
            elif sign in "}]":
                self.keys[-1:] = []
            elif sign == ",":
                self._next_item()
            elif sign != ":":
                self._scalar(match)
        return "".join([*self.pieces, self.document[self.reached :]])

    def _next_item(self) -> None:
        if self.keys and isinstance(last := self.keys[-1], int):
            self.keys[-1] = last + 1

    def _text(self, match: re.Match[str]) -> None:
        text = json.loads(match[0], strict=False)
        is_key = (
            bool(self.keys)
            and isinstance(self.keys[-1], str)
            and _KEY_AHEAD.match(self.document, match.end()) is not None
        )
        if is_key:
            self.keys[-1] = text
        changed = self.change(text, Place(tuple(self.keys), is_key=is_key))
        if changed != text:
            self._put(match, json.dumps(changed, ensure_ascii=_LONE.search(changed) is not None))

    def _scalar(self, match: re.Match[str]) -> None:
        changed = self.change(match[0], Place(tuple(self.keys)))
        if changed != match[0]:
            self._put(match, json.dumps(changed, ensure_ascii=False))

    def _put(self, match: re.Match[str], text: str) -> None:
        self.pieces += [self.document[self.reached : match.start()], text]
        self.reached = match.end()
