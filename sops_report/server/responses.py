"""One HTTP answer, and the refusals of gateway, ESB and bk-sops in their own words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP answer.

    Attributes:
        body: What is sent.
        status: The HTTP status.
        kind: Its ``Content-Type``.
        headers: More headers.
    """

    body: bytes
    status: int = 200
    kind: str = _JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(**values: object) -> bytes:
    """Return a JSON object of these members."""
    return json.dumps(values, ensure_ascii=False).encode()


def refusal_of_gateway(status: int, code: int, name: str, message: str) -> Response:
    """Return an error of the gateway itself: told by its headers."""
    headers = {"X-Bkapi-Error-Code": str(code), "X-Bkapi-Error-Message": message}
    body = as_json(code=code, code_name=name, message=message, result=False, data=None)
    return Response(body=body, status=status, headers=headers)


def refusal_of_site(code: int, message: str) -> Response:
    """Return an error of the ESB or of bk-sops: HTTP 200 all the same."""
    return Response(body=as_json(result=False, code=code, message=message, data=None))


def no_such_address() -> Response:
    """Return the answer to an address that is none, as one without its trailing slash."""
    return refusal_of_gateway(404, 1640401, "API_NOT_FOUND", "API not found")


def denied() -> Response:
    """Return the answer to a user who may not see the task."""
    message = "iam auth failed: no permission for action task_view"
    return refusal_of_site(3599999, message)
