"""The outermost members of an answer, without reading what lies deeper.

`json` gives up on a tree of some hundred levels. Whoever only wants to know ``result``, ``code``
and ``message`` need not: the members are cut out by counting brackets.
"""

import json
import re
from collections.abc import Iterator, Mapping

# A string, a bracket, a separator, a run of anything else, or a quote that nothing closes.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:,]|[^"{}\[\]:,\s]+|"', re.DOTALL)
_CLOSING = {"}": "{", "]": "["}


def members(body: bytes) -> Mapping[str, str] | None:
    """Return the members of a JSON object, each value as it is written.

    Args:
        body: An answer; UTF-8, with or without a byte order mark.

    Returns:
        The raw text of each value by key, or None if the body is not one object with balanced
        brackets. What lies below the first level is not checked.

    Example:
        >>> members(b'{"result": true, "data": {"children": {}}}')
        {'result': 'true', 'data': '{"children": {}}'}
        >>> members(b'[1]') is members(b'{"a": [}') is None
        True
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    found: dict[str, str] = {}
    try:
        for key, start, end in _spans(text):
            found[str(json.loads(key))] = text[start:end].strip()
    except ValueError:
        return None
    return found


def _spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield key, start and end of each member of the outermost object."""
    key, last_word, start = "", "", -1
    for word, begin, end in _outer_tokens(text):
        if word == ":" and start < 0:
            key, start = last_word, end
        elif word in {",", "}"}:
            if start >= 0:
                yield key, start, begin
            start = -1
        elif start < 0:
            last_word = word


def _outer_tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the tokens between the outermost brackets, the closing one included."""
    open_brackets: list[str] = []
    for token in _TOKEN.finditer(text):
        word = token.group()
        is_outside = not open_brackets and (word != "{" or text[: token.start()].strip())
        if is_outside or word == '"':
            raise ValueError("not one object")
        if word in "{[":
            open_brackets.append(word)
            continue
        if len(open_brackets) == 1:
            yield word, token.start(), token.end()
        if word in "}]" and open_brackets.pop() != _CLOSING[word]:
            raise ValueError("brackets do not match")
    if open_brackets or not text.strip():
        raise ValueError("not whole")


def outline(body: bytes) -> Mapping[str, object] | None:
    """Return an answer as `json` reads it; of one too deep for that, the plain outer members.

    Returns:
        The members by key; None if the body is no JSON object. In an answer that is too deep, a
        member that is itself too deep is given as an empty dict or list.
    """
    try:
        value = json.loads(body)
    except RecursionError:
        return _plain_members(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _plain_members(body: bytes) -> Mapping[str, object] | None:
    raw = members(body)
    return None if raw is None else {key: _plain(text) for key, text in raw.items()}


def _plain(text: str) -> object:
    if text.startswith("{"):
        return {}
    if text.startswith("["):
        return []
    try:
        return json.loads(text)
    except ValueError:
        return None
