"""A JSON reader without recursion, for answers nested deeper than the interpreter allows.

About ten times slower than the standard library's; used only where that one gives up.
"""

import json
import re
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Final

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"(-?(?:0|[1-9]\d*))(\.\d+)?([eE][-+]?\d+)?")
_WORDS: Final = {"true": True, "false": False, "null": None}
_CONSTANTS: Final = ("NaN", "Infinity", "-Infinity")

Pairs = Callable[[list[tuple[str, object]]], dict[str, object]]


def parse(
    text: str,
    pairs: Pairs,
    constant: Callable[[str], object],
    integer: Callable[[str], object],
    *,
    strict: bool = True,
) -> object:
    """Return the JSON value of *text* at any depth.

    Args:
        text: One JSON document.
        pairs: Makes an object of its (key, value) pairs.
        constant: Makes a value of ``NaN`` and ``Infinity``.
        integer: Makes a value of a whole number's digits.
        strict: Refuse raw control characters inside texts.

    Raises:
        json.JSONDecodeError: With the place of the fault.

    Example:
        >>> value = parse('{"a": [1, 2.5, null]}', dict, float, int)
        >>> value
        {'a': [1, 2.5, None]}
        >>> len(parse("[" * 5000 + "]" * 5000, dict, float, int))
        1
    """
    return _Parser(text, pairs, constant, integer, strict=strict).parse()


class _Parser:
    """The state of one reading: where we are, and the containers that are still open."""

    def __init__(
        self,
        text: str,
        pairs: Pairs,
        constant: Callable[[str], object],
        integer: Callable[[str], object],
        *,
        strict: bool,
    ) -> None:
        self.text = text
        self.pairs = pairs
        self.constant = constant
        self.integer = integer
        self.strict = strict
        self.at = 0
        # One entry an open container: its items so far, and whether it is an object.
        self.open: list[tuple[list[object], bool]] = []
        self.keys: list[str] = []

    def parse(self) -> object:
        while True:
            value, complete = self._begin()
            while complete:
                if not self.open:
                    return self._finish(value)
                complete, value = self._add(value)

    def _begin(self) -> tuple[object, bool]:
        """Read a scalar (complete) or enter a container; an empty one is complete at once."""
        self._skip()
        mark = self.text[self.at : self.at + 1]
        if mark in ("{", "["):
            self.at += 1
            self._skip()
            is_object = mark == "{"
            if self.text[self.at : self.at + 1] == ("}" if is_object else "]"):
                self.at += 1
                return (self.pairs([]) if is_object else []), True
            self.open.append(([], is_object))
            if is_object:
                self._key()
            return None, False
        return self._scalar(mark), True

    def _add(self, value: object) -> tuple[bool, object]:
        """Add a complete value to the innermost container; tell whether that is complete now."""
        items, is_object = self.open[-1]
        items.append((self.keys.pop(), value) if is_object else value)
        self._skip()
        mark = self.text[self.at : self.at + 1]
        if mark == ",":
            self.at += 1
            if is_object:
                self._skip()
                self._key()
            return False, None
        if mark != ("}" if is_object else "]"):
            raise self._fault("Expecting ',' delimiter")
        self.at += 1
        self.open.pop()
        return True, self.pairs(items) if is_object else items  # type: ignore[arg-type]

    def _key(self) -> None:
        if self.text[self.at : self.at + 1] != '"':
            raise self._fault("Expecting property name enclosed in double quotes")
        key, self.at = scanstring(self.text, self.at + 1, self.strict)
        self._skip()
        if self.text[self.at : self.at + 1] != ":":
            raise self._fault("Expecting ':' delimiter")
        self.at += 1
        self.keys.append(key)

    def _scalar(self, mark: str) -> object:
        if mark == '"':
            value, self.at = scanstring(self.text, self.at + 1, self.strict)
            return value
        for word in _CONSTANTS:
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return self.constant(word)
        for word, meaning in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meaning
        return self._number()

    def _number(self) -> object:
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            raise self._fault("Expecting value")
        self.at = match.end()
        whole, fraction, exponent = match.groups()
        if fraction is None and exponent is None:
            return self.integer(whole)
        return float(match.group())

    def _finish(self, value: object) -> object:
        self._skip()
        if self.at != len(self.text):
            raise self._fault("Extra data")
        return value

    def _skip(self) -> None:
        match = _BLANK.match(self.text, self.at)
        if match is not None:
            self.at = match.end()

    def _fault(self, message: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(message, self.text, self.at)
