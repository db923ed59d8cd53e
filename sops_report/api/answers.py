"""What a reply means: the gateway, the ESB and bk-sops each have their own way to say no.

HTTP 200 may be an error, and the old ESB replaces every code by 1306000; so ``result`` counts
before the status, and codes are read together with the message.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from sops_report.api.envelope import outline
from sops_report.api.transport import Reply
from sops_report.errors import NetworkError, NotAllowedError, SopsReportError

Envelope = Mapping[str, object]
Hide = Callable[[str], str]

_TEMPORARY_STATUS: Final = frozenset({429, 502, 503, 504})
_RATE_CODES: Final = frozenset({1642901, 1642902, 1642903, 1642904, 1306429})
_TROUBLE_CODES: Final = frozenset({
    1306201, 1650000, 1650001, 1650002, 1650070, 1650200, 1650201, 1650300, 1650401,
})  # fmt: skip
_AUTH_CODES: Final = frozenset({1640100, 1640101, 1640102, 1306401, 1306408})
_PERMISSION_CODES: Final = frozenset({
    9900403, 1640301, 1640302, 1640303, 1640304, 1306402, 1306403, 3540100,
})  # fmt: skip
_UNKNOWN_API_CODES: Final = frozenset({1640401, 1306404, 1306405})
# These stand for many things: the words decide.
_GATEWAY_BAD_ARGUMENTS: Final = 1640001
_CATCH_ALL: Final = frozenset({1306000, 3599999})
_NO_PERMISSION: Final = re.compile(
    r"\biam\b|\b(task|project|flow|common_flow)_(view|operate|create)\b|权限|permission|forbidden",
    re.IGNORECASE,
)
_NO_AUTH: Final = re.compile(
    r"bk_?app_?(code|secret)|app_?(code|secret)|bk_token|access_token|bk_username|login"
    r"|(app|user) (auth|verif)|authenticat|unauthori[sz]ed|认证|鉴权|登录|白名单|whitelist",
    re.IGNORECASE,
)
_ACTION: Final = re.compile(
    r"\b(?:task|project|flow|common_flow|mini_app|periodic_task|clocked_task)_[a-z]+\b"
)
# What each read needs, where the site does not say it.
_PROJECT_READS: Final = frozenset({"get_tasks_status", "get_task_list"})
_APP_CODES: Final = frozenset({1640301, 1306403})
_PLACE_CODE: Final = 1640302
_PROXY_REFUSES: Final = 407
_APP_OR_USER: Final = re.compile(r"\b(app|user)\b|应用|用户", re.IGNORECASE)
_NO_TASK: Final = re.compile(r"does not exist|not exist|matching query|不存在", re.IGNORECASE)
_NO_CONTENT: Final = 3540400
_OLD_ESB: Final = 1306000
_NOT_ALLOWED: Final = frozenset({401, 403})
_NOT_FOUND: Final = 404
_TOO_MANY: Final = 429
_IAM_STATUS: Final = 499
_SERVER_ERROR: Final = 500
_SHOWN: Final = 300


def is_temporary(reply: Reply) -> bool:
    """Tell whether asking again may help: too many calls, or a passing trouble of the site."""
    if reply.status in _TEMPORARY_STATUS:
        return True
    envelope = outline(reply.body) or {}
    if envelope.get("result") is True:
        return False
    return _code(envelope) in _RATE_CODES | _TROUBLE_CODES and reply.status < _SERVER_ERROR


def problem_of(
    reply: Reply, *, host: str, api: str, hide: Hide = str, data: type = dict
) -> SopsReportError | None:
    """Return what is wrong with *reply*, None if it is a good answer.

    Args:
        reply: What came back.
        host: The site's name for the message.
        api: The API's name for the message.
        hide: Masks our secrets in the site's words; a site may echo what it was sent.
        data: What a good answer's ``data`` is: a dict, a list or a text.

    Returns:
        A `NotAllowedError` for credentials and permissions, a `NetworkError` for everything else.
        The site's own words are in it, cleaned of control characters and cut.
    """
    if 300 <= reply.status < 400:  # noqa: PLR2004 - the HTTP range
        return NetworkError("redirected", host=host, where=hide(_target(reply)))
    envelope = outline(reply.body)
    if envelope is None:
        return _problem_without_envelope(reply, host, hide)
    if envelope.get("result") is True and reply.status < 300:  # noqa: PLR2004
        good = isinstance(envelope.get("data"), data)
        return None if good else NetworkError("site-odd-answer", host=host)
    if "result" not in envelope and "code" not in envelope and reply.status < 400:  # noqa: PLR2004
        return NetworkError("site-odd-answer", host=host)
    message = message_of(envelope, hide) or "-"
    return _problem_of_refusal(reply, envelope, message, host=host, api=api)


def wants_plain_question(reply: Reply) -> bool:
    """Tell whether the task has no runtime data yet and so cannot answer the extras.

    Asked for failed nodes or automatic retries, the site fails on such a task for lack of a key:
    its message ends in ``'id'``.
    """
    envelope = outline(reply.body)
    if envelope is None or envelope.get("result") is not False:
        return False
    return message_of(envelope).rstrip(' ."\\').endswith("'id'")


def rejects_credentials(reply: Reply) -> bool:
    """Tell whether a reply says that app or user are not known."""
    problem = problem_of(reply, host="–", api="–")
    return problem is not None and problem.key == "bad-credentials"


def message_of(envelope: Envelope, hide: Hide = str) -> str:
    """Return the message as one clean line; it may be a text, a dict or a list, and is hostile."""
    message = envelope.get("message")
    if message is None:
        return ""
    if not isinstance(message, str):
        try:
            message = json.dumps(message, ensure_ascii=False)
        except RecursionError:
            message = "…"
    return clean(hide(message))


def clean(text: str) -> str:
    r"""Return *text* on one line, without control and direction characters, cut to 300.

    Example:
        >>> clean("no\x1b[31m\npermission")
        'no [31m permission'
    """
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * _SHOWN])
    line = " ".join(printable.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _code(envelope: Envelope) -> int:
    code = envelope.get("code")
    text = str(code) if isinstance(code, int | str) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _target(reply: Reply) -> str:
    """Return scheme and host of a redirect; the rest of the address may hold a token."""
    found = re.match(r"(https?://[A-Za-z0-9.:\[\]-]+)", reply.headers.get("location", ""))
    return found.group(1)[:100] if found else "another address"


def _problem_without_envelope(reply: Reply, host: str, hide: Hide) -> SopsReportError:
    message = clean(hide(reply.headers.get("x-bkapi-error-message", "")))
    code = clean(hide(reply.headers.get("x-bkapi-error-code", ""))) or reply.status
    if reply.status == _PROXY_REFUSES:
        return NetworkError("proxy", host=host, proxy="–", status=reply.status)
    if reply.status == _TOO_MANY:
        return NetworkError("rate-limited", host=host, code=code)
    if reply.status in _NOT_ALLOWED:
        said = message or "HTTP " + str(reply.status)
        return NotAllowedError("bad-credentials", host=host, code=code, message=said)
    if reply.status >= _SERVER_ERROR:
        said = message or "-"
        return NetworkError(
            "server-trouble", host=host, status=reply.status, code=code, message=said
        )
    is_page = reply.body.lstrip()[:1] == b"<"
    return NetworkError(
        "html-answer" if is_page else "site-not-json", host=host, status=reply.status
    )


def _problem_of_refusal(
    reply: Reply, envelope: Envelope, message: str, *, host: str, api: str
) -> SopsReportError:
    code = _code(envelope)
    shown = code or reply.status
    if _denies(reply, envelope, code, message):
        denied = {"host": host, "code": shown, "message": message, "api": api}
        return NotAllowedError(_denial(code), **denied, action=_action(envelope, api))
    if _rejects_credentials(reply, code, message):
        return NotAllowedError("bad-credentials", host=host, code=shown, message=message)
    trouble = {"host": host, "code": shown}
    if reply.status == _TOO_MANY or code in _RATE_CODES:
        return NetworkError("rate-limited", **trouble)
    if code in _UNKNOWN_API_CODES or (reply.status == _NOT_FOUND and not code):
        return NetworkError("no-such-address", **trouble, api=api)
    return _trouble(reply, code, message, trouble)


def _trouble(reply: Reply, code: int, message: str, trouble: Mapping[str, object]) -> NetworkError:
    if code == _NO_CONTENT or (code in _CATCH_ALL and _NO_TASK.search(message)):
        return NetworkError("no-such-task", **trouble, message=message)
    if reply.status >= _SERVER_ERROR or code in _TROUBLE_CODES:
        return NetworkError("server-trouble", **trouble, status=reply.status, message=message)
    return NetworkError("site-error", **trouble, message=message)


def _denies(reply: Reply, envelope: Envelope, code: int, message: str) -> bool:
    if reply.status == _IAM_STATUS or code in _PERMISSION_CODES or envelope.get("permission"):
        return True
    return code in _CATCH_ALL and bool(_NO_PERMISSION.search(message))


def _denial(code: int) -> str:
    """Tell the app's permission, the place we ask from, and the user's permission apart."""
    if code in _APP_CODES:
        return "app-not-granted"
    return "place-not-allowed" if code == _PLACE_CODE else "no-permission"


def _action(envelope: Envelope, api: str) -> str:
    """Return the action to ask for: named by the site, else the one that the API needs."""
    told = json.dumps(envelope.get("permission"), default=str) + message_of(envelope)
    found = _ACTION.search(told)
    if found is not None:
        return found.group()
    return "project_view" if api in _PROJECT_READS else "task_view"


def _rejects_credentials(reply: Reply, code: int, message: str) -> bool:
    if reply.status in _NOT_ALLOWED or code in _AUTH_CODES:
        return True
    if code == _GATEWAY_BAD_ARGUMENTS:
        return bool(_NO_AUTH.search(message) or _APP_OR_USER.search(message))
    return code == _OLD_ESB and bool(_NO_AUTH.search(message))
