"""Which hosts failed, as far as a failure's text says it: job platforms answer for many at once.

Three forms are understood: JSON with one object a host or module, JSON that maps hosts to results,
and lines that name one address and an exit code. Anything else yields nothing: an address in a
message may be a target as well as a culprit.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 200_000
_MOST: Final = 500
_LONGEST_TEXT: Final = 200
_HOST_KEYS: Final = (
    "ip", "inner_ip", "bk_host_innerip", "host", "hostname", "server", "host_name", "module",
)  # fmt: skip
_CODE_KEYS: Final = ("exit_code", "exitCode", "exitcode", "error_code", "errcode")
_TEXT_KEYS: Final = ("log", "error", "error_msg", "err", "message", "msg", "log_content", "reason")
_FAIL_KEYS: Final = ("fail", "failed", "fail_count", "failed_count")
_OK_KEYS: Final = ("ok", "success", "succeeded", "success_count")
_ADDRESS: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)", re.ASCII)
_EXIT_CODE: Final = re.compile(
    r"(?<![A-Za-z])(?:exit[ _-]?(?:code|status)|return[ _-]?code|rc|退出码|返回码|错误码)"
    r"[ \t\"']*[:=：]?[ \t]*(-?\d{1,9})(?!\d|\.\d)",
    re.ASCII | re.IGNORECASE,
)
_PARTS: Final = re.compile(r"[\n;；]")

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFailure:
    """One host (or module) that failed. All texts are hostile.

    Attributes:
        host: Its address or name, as written.
        exit_code: None where the text does not tell.
        text: The first line that says why, cut at 200 characters; where only counts are given
            ``failed / all``; empty if there is nothing.
    """

    host: str
    exit_code: int | None
    text: str


def host_failures(text: str | None) -> tuple[HostFailure, ...]:
    """Return the failed hosts that a failure's plain text names, in its order.

    Args:
        text: As in ``tree.ex_data``.

    Example:
        >>> host_failures('{"hosts": [{"ip": "10.0.0.1", "exit_code": 127, "log": "not found"}]}')
        (HostFailure(host='10.0.0.1', exit_code=127, text='not found'),)
        >>> host_failures("connect to 10.0.0.1 failed")
        ()
    """
    if not text or len(text) > _LONGEST:
        return ()
    found = list(_from_json(text)) or list(_from_lines(text))
    return tuple(dict.fromkeys(found))[:_MOST]


def _from_json(text: str) -> Iterator[HostFailure]:
    for document in _documents(text):
        stack = [document]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                yield from _of_object(value)
                stack.extend(reversed(value.values()))
            elif isinstance(value, list):
                stack.extend(reversed(value))


def _documents(text: str) -> Iterator[object]:
    """Yield the whole text as JSON, else its last line (behind a plugin's own message)."""
    for part in (text.strip(), text.strip().rpartition("\n")[2]):
        if part[:1] in ("{", "["):
            try:
                yield json.loads(part)
            except (ValueError, RecursionError):
                continue
            return


def _of_object(value: Json) -> Iterator[HostFailure]:
    names = (value.get(key) for key in _HOST_KEYS)
    host = next((name.strip() for name in names if isinstance(name, str) and name.strip()), None)
    if host is not None:
        failure = _judged(host, value)
        if failure is not None:
            yield failure
        return
    for key, result in value.items():
        if _ADDRESS.fullmatch(key) and isinstance(result, dict):
            failure = _judged(key, result)
            if failure is not None:
                yield failure


def _judged(host: str, value: Json) -> HostFailure | None:
    """Return a failure if the object proves one: a code that is not 0, or a count of failures."""
    code = next((c for key in _CODE_KEYS if (c := _whole(value.get(key))) is not None), None)
    failed = next((n for key in _FAIL_KEYS if (n := _whole(value.get(key))) is not None), None)
    if not code and not failed:
        return None
    return HostFailure(host=host[:_LONGEST_TEXT], exit_code=code, text=_reason(value, failed))


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) else None


def _reason(value: Json, failed: int | None) -> str:
    for key in _TEXT_KEYS:
        text = value.get(key)
        if isinstance(text, str) and text.strip():
            return text.strip().splitlines()[0][:_LONGEST_TEXT]
    done = next((n for key in _OK_KEYS if (n := _whole(value.get(key))) is not None), None)
    if failed is None:
        return ""
    return str(failed) if done is None else f"{failed} / {failed + done}"


def _from_lines(text: str) -> Iterator[HostFailure]:
    for part in _PARTS.split(text):
        addresses = set(_ADDRESS.findall(part))
        codes = _EXIT_CODE.findall(part)
        if len(addresses) == 1 and len(codes) == 1 and int(codes[0]):
            yield HostFailure(
                host=addresses.pop(), exit_code=int(codes[0]), text=part.strip()[:_LONGEST_TEXT]
            )
