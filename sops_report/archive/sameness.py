"""Whether two answers say the same: equal ``data``, whatever the ids of the two calls."""

import json
import re
from typing import Final

from sops_report.api.envelope import members

# These differ in each call.
_CALL_IDS: Final = frozenset({"request_id", "trace_id"})
_ELAPSED: Final = re.compile(r'"elapsed_time"\s*:\s*-?[0-9.]+\s*,?')


def says_the_same(one: bytes, other: bytes, *, ignore_elapsed: bool = False) -> bool:
    """Tell whether two answers hold equal data.

    Args:
        one: An answer as saved.
        other: Another.
        ignore_elapsed: Leave the running clocks (``elapsed_time``) out of it.

    Returns:
        True only if they are known to be equal: of what is no JSON, only equal bytes are; of a
        tree too deep for `json`, only equally written data.

    Example:
        >>> says_the_same(b'{"data": {"a": 1, "b": 2}, "trace_id": "x"}',
        ...               b'{"data": {"b": 2, "a": 1}, "trace_id": "y"}')
        True
    """
    return one == other or _essence(one, ignore_elapsed) == _essence(other, ignore_elapsed)


def _essence(body: bytes, ignore_elapsed: bool) -> object:  # noqa: FBT001 - private
    """Return what counts of an answer, in a form that compares without recursion."""
    try:
        text = _canonical(json.loads(body), ignore_elapsed)
    except RecursionError:
        return _essence_of_deep(body, ignore_elapsed)
    except ValueError:
        return body
    return text


def _canonical(answer: object, ignore_elapsed: bool) -> str:  # noqa: FBT001 - private
    """Write the data down again with sorted keys: 1, 1.0 and true stay three things."""
    kept = answer
    if isinstance(answer, dict):
        is_good = answer.get("result", True) is True and "data" in answer
        kept = answer["data"] if is_good else _without_ids(answer)
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return _ELAPSED.sub("", text) if ignore_elapsed else text


def _without_ids(answer: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in answer.items() if key not in _CALL_IDS}


def _essence_of_deep(body: bytes, ignore_elapsed: bool) -> object:  # noqa: FBT001 - private
    raw = members(body)
    if raw is None:
        return body
    kept = raw["data"] if "data" in raw else repr(sorted(_without_ids(dict(raw)).items()))
    return _ELAPSED.sub("", kept) if ignore_elapsed else kept
