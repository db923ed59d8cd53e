"""Walk through the texts of a JSON document without decoding it: its bytes stay as they are.

A document of any depth is one loop, not a recursion; what is not replaced keeps every blank. One
`Place` moves along with the walk: a path of its own for every text would cost the depth each time.
"""

import json
import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import Final

# 1: what stands inside the quotes of a text, 2: the colon behind it, 3: an opening, 4: a closing
# sign, 5: a number or a literal.
# Commas tell nothing new: the items of a list are counted as they begin.
_TOKEN: Final = re.compile(
    r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(\s*+:)?|([{\[])|([}\]])|([^\s{}\[\],:"]++)', re.DOTALL
)
# An id, a version or a moment as servers write them, or whatever else stands there, as a group.
_VALUE: Final = re.compile(
    r'"(?:[a-z]?[0-9a-f]{31,32}|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4}|Z))"|'
    r'("[^"\\]*+(?:\\.[^"\\]*+)*+"|[^\s{}\[\],:"]++)',
    re.DOTALL,
)
_COLON, _OPENING, _CLOSING, _BARE = 2, 3, 4, 5  # the last group of a token that matched
_DEEPEST_PLACE: Final = 12
_LONE: Final = re.compile("[\ud800-\udfff]")
_NO_PAIRS: Final[frozenset[int]] = frozenset()
_MANY_PIECES: Final = 4096

_decode: Final = json.JSONDecoder(strict=False).decode
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode
_encode_in_ascii: Final = json.JSONEncoder(ensure_ascii=True).encode


class Place:
    """Where the walk stands: it tells of one text only until that is answered.

    Attributes:
        is_key: The text is a key itself.
        is_bare: It is written without quotes: a number or a literal.
    """

    __slots__ = ("_keys", "_opened", "_paired", "_pairs", "_words", "is_bare", "is_key")

    def __init__(self, pairs: AbstractSet[int] = _NO_PAIRS) -> None:
        """Begin at the root.

        Args:
            pairs: The `container` of each object whose value is of special interest.
        """
        self.is_key = self.is_bare = False
        self._pairs = pairs
        self._keys: list[str | int] = []
        self._words: list[str] = []
        self._opened: list[int] = []
        self._paired: list[bool] = []

    def __str__(self) -> str:
        """Return the place as ``data.children.n1.name``, its middle left out where it is deep."""
        return ".".join(self.parts())

    def parts(self) -> list[str]:
        """Return the keys that name the place, the middle ones left out where it is deep."""
        keys = self._keys
        if len(keys) > _DEEPEST_PLACE:
            keys = [*keys[:3], "…", *keys[-6:]]
        return [str(key) for key in keys]

    @property
    def own(self) -> str | int:
        """The last key: a word in an object, a number in a list."""
        return self._keys[-1] if self._keys else ""

    @property
    def key(self) -> str:
        """The nearest key that is a word."""
        return self._words[-1] if self._words else ""

    @property
    def holder(self) -> str:
        """The word above `key`: the name of the object it stands in."""
        return self._words[-2] if len(self._words) > 1 else ""

    @property
    def container(self) -> int:
        """Where in the document the object or list began that the text stands in; -1 in none."""
        return self._opened[-1] if self._opened else -1

    @property
    def is_paired(self) -> bool:
        """The text is, or stands somewhere in, the ``value`` of one of the objects asked for."""
        if not self._pairs or not self._opened:
            return False
        return self._paired[-1] or (self.own == "value" and self.container in self._pairs)

    def open(self, sign: str, at: int) -> None:
        """Go into an object or a list that begins at *at*."""
        paired = self.is_paired
        if sign == "{":
            self._keys.append("")
            self._words.append("")
        else:
            self._keys.append(-1)
        self._opened.append(at)
        self._paired.append(paired)

    def close(self) -> None:
        """Leave the innermost object or list."""
        if self._keys:
            if isinstance(self._keys.pop(), str):
                self._words.pop()
            self._opened.pop()
            self._paired.pop()

    def begin_value(self, *, is_bare: bool) -> None:
        """Count an item, where the innermost is a list."""
        self.is_key, self.is_bare = False, is_bare
        if self._keys and isinstance(last := self._keys[-1], int):
            self._keys[-1] = last + 1

    def begin_key(self, key: str) -> None:
        """Stand at a key of the innermost object."""
        self.is_key, self.is_bare = True, False
        self._keys[-1] = self._words[-1] = key

    @property
    def takes_keys(self) -> bool:
        """The innermost is an object."""
        return bool(self._keys) and isinstance(self._keys[-1], str)


Change = Callable[[str, Place], str]


def replace_texts(document: str, change: Change, pairs: AbstractSet[int] = _NO_PAIRS) -> str:
    """Return a JSON document (or JSON Lines) with its texts and numbers changed by *change*.

    Args:
        document: Valid JSON.
        change: Gets a decoded text (a number as it is written) and its place, returns the new one.
        pairs: What `Place.is_paired` is about.
    """
    place, pieces = Place(pairs), _Pieces(document)
    for match in _TOKEN.finditer(document):
        group = match.lastindex
        if group == _CLOSING:
            place.close()
            continue
        if group == _COLON and place.takes_keys:
            text = _decoded(match[1])
            place.begin_key(text)
        elif group == _OPENING:
            place.begin_value(is_bare=False)
            place.open(match[0], match.start())
            continue
        else:
            place.begin_value(is_bare=group == _BARE)
            text = match[0] if group == _BARE else _decoded(match[1])
        changed = change(text, place)
        if changed != text:
            pieces.put(_span_of(match), _encoded(changed))
    return pieces.whole()


def texts_in(document: str) -> set[str]:
    """Return every text and number of a JSON document (or JSON Lines) once, keys among them.

    Ids, versions and moments as servers write them are left out: they are most of what differs, and
    none of our own rules is about them.
    """
    tokens: set[str | None] = set(map(itemgetter(1), _VALUE.finditer(document)))
    return {_decoded(token[1:-1]) if token[0] == '"' else token for token in tokens if token}


class _Pieces:
    """A document whose parts are exchanged from front to back."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.reached = 0
        self.made: list[str] = []
        self.pieces: list[str] = []

    def put(self, span: tuple[int, int], text: str) -> None:
        begin, end = span
        self.pieces += self.document[self.reached : begin], text
        self.reached = end
        if len(self.pieces) > _MANY_PIECES:  # small texts take several times their characters
            self.made.append("".join(self.pieces))
            self.pieces.clear()

    def whole(self) -> str:
        if not self.reached:
            return self.document
        return "".join([*self.made, *self.pieces, self.document[self.reached :]])


def _span_of(match: re.Match[str]) -> tuple[int, int]:
    """Return where a text stands with its quotes, or a number, without the colon behind it."""
    begin, end = match.span(1)
    return match.span() if begin < 0 else (begin - 1, end + 1)


def _decoded(inside: str) -> str:
    """Return the text that is written between two quotes."""
    return inside if "\\" not in inside else str(_decode(f'"{inside}"'))


def _encoded(text: str) -> str:
    return _encode_in_ascii(text) if _LONE.search(text) else _encode(text)
