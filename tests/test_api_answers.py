"""What a reply means: every layer's way to say no, and the exit code it leads to."""

import json

import pytest

from sops_report.api.answers import is_temporary, problem_of, wants_plain_question
from sops_report.api.envelope import members, outline
from sops_report.api.transport import Reply
from sops_report.errors import NetworkError, NotAllowedError
from sops_report.words import Language

GATEWAY = {"x-bkapi-error-code": "1"}


def envelope(code: int, message: object = "", **more: object) -> bytes:
    refused = {"result": False, "code": code, "message": message, "data": None, **more}
    return json.dumps(refused).encode()


REFUSALS = [
    # layer 1: the gateway
    (400, envelope(1640001, "[reason=app authentication failed]"), "bad-credentials"),
    (400, envelope(1640001, "please provide a valid user identity"), "bad-credentials"),
    (400, envelope(1640001, "Parameters error"), "site-error"),
    (401, envelope(1640100, "unauthorized"), "bad-credentials"),
    (403, envelope(1640301, "no permission for the resource"), "app-not-granted"),
    (403, envelope(1640302, "ip not allowed"), "place-not-allowed"),
    (407, b"<html>who are you?</html>", "proxy"),
    (404, envelope(1640401, "API not found"), "no-such-address"),
    (429, envelope(1642902, "limit"), "rate-limited"),
    (200, envelope(1642901, "limit"), "rate-limited"),
    (502, envelope(1650200, "bad gateway"), "server-trouble"),
    (504, envelope(1650401, "timeout"), "server-trouble"),
    (200, envelope(1650401, "timeout"), "server-trouble"),
    (508, envelope(1650801, "recursive"), "server-trouble"),
    # layer 2: the ESB, HTTP 200
    (200, envelope(1306000, "app_secret is wrong"), "bad-credentials"),
    (200, envelope(1306000, "用户认证失败，请提供有效的用户身份"), "bad-credentials"),
    (200, envelope(1306000, "Task matching query does not exist."), "no-such-task"),
    (200, envelope(1306000, "something else"), "site-error"),
    (200, envelope(1306000, "x", permission={"system_id": "bk_sops"}), "no-permission"),
    (200, envelope(1306201, "request to sops failed"), "server-trouble"),
    (200, envelope(1306402, "user"), "no-permission"),
    (200, envelope(1306403, "app"), "app-not-granted"),
    (200, envelope(1306404, "component missing"), "no-such-address"),
    (200, envelope(1306406, "bk_biz_id is required"), "site-error"),
    (200, envelope(1306429, "often"), "rate-limited"),
    # layer 3: bk-sops, HTTP 200
    (200, envelope(3540400, "task does not exist"), "no-such-task"),
    (200, envelope(3599999, "TaskFlowInstance matching query does not exist."), "no-such-task"),
    (200, envelope(3599999, "iam: you need task_view"), "no-permission"),
    (200, envelope(3599999, "您没有权限"), "no-permission"),
    (200, envelope(3599999, "engine failed"), "site-error"),
    (200, envelope(9900403, "", permission={"actions": []}), "no-permission"),
    (499, envelope(9900403, "", permission={"actions": []}), "no-permission"),
    (200, envelope(3540000, {"limit": ["too long"]}), "site-error"),
    # no envelope at all
    (403, b"no jwt", "bad-credentials"),
    (404, b"<html>not found</html>", "html-answer"),
    (500, b"<html>Server Error</html>", "server-trouble"),
    (200, b"  <!DOCTYPE html><html>login</html>", "html-answer"),
    (200, b"", "site-not-json"),
    (200, b'{"result": tr', "site-not-json"),
    (200, b"[1, 2]", "site-not-json"),
    (200, b'{"hello": "world"}', "site-odd-answer"),
    (200, b'{"result": true, "data": []}', "site-odd-answer"),
    (200, b'{"result": true}', "site-odd-answer"),
    (302, b"", "redirected"),
]  # fmt: skip
NOT_ALLOWED = {"bad-credentials", "no-permission", "app-not-granted", "place-not-allowed"}


@pytest.mark.parametrize(("status", "body", "key"), REFUSALS)
def test_each_refusal_has_its_error_its_exit_code_and_words(
    status: int, body: bytes, key: str
) -> None:
    problem = problem_of(Reply(status=status, headers={}, body=body), host="h", api="a")
    assert problem is not None
    assert problem.key == key
    assert isinstance(problem, NotAllowedError if key in NOT_ALLOWED else NetworkError)
    assert problem.exit_code == (5 if key in NOT_ALLOWED else 4)
    for language in Language:
        assert "\n" not in problem.text(language)
        assert "{" not in problem.hint(language)


def test_a_good_answer_is_no_problem_even_if_it_is_too_deep_for_json() -> None:
    deep = b'{"children": {"n": ' * 5_000 + b"{}" + b"}}" * 5_000
    body = b'{"result": true, "data": ' + deep + b', "code": 0}'
    with pytest.raises(RecursionError):
        json.loads(body)
    assert problem_of(Reply(status=200, headers={}, body=body), host="h", api="a") is None


def test_a_message_too_deep_for_json_is_still_an_error_of_ours() -> None:
    body = b'{"result": false, "code": 1306000, "message": ' + b"[" * 9_000 + b"]" * 9_000 + b"}"
    problem = problem_of(Reply(status=200, headers={}, body=body), host="h", api="a")
    assert problem is not None
    assert problem.key == "site-error"


def test_the_sites_words_are_cleaned_cut_and_masked() -> None:
    hostile = "\x1b[31mcanary\u202eevil\n<script>" + "x" * 1_000
    reply = Reply(status=200, headers={}, body=envelope(1, hostile))
    problem = problem_of(reply, host="h", api="a", hide=lambda text: text.replace("canary", "***"))
    assert problem is not None
    assert "\x1b" not in str(problem)
    assert "\u202e" not in str(problem)
    assert "canary" not in str(problem)
    assert len(str(problem)) < 400


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, b"", True), (502, b"<html>", True), (503, b"", True), (504, b"", True),
        (500, envelope(0), False), (500, envelope(1650000), False), (400, envelope(1640001), False),
        (200, envelope(1306201), True), (200, envelope(1306429), True),
        (200, envelope(1650401), True), (200, envelope(3599999), False),
        (200, b'{"result": true, "code": 1306201}', False), (200, b"", False),
    ],
)  # fmt: skip
def test_only_passing_troubles_are_worth_another_try(
    status: int,
    body: bytes,
    expected: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    assert is_temporary(Reply(status=status, headers={}, body=body)) is expected


def test_a_missing_id_asks_for_the_plain_question() -> None:
    assert wants_plain_question(
        Reply(status=200, headers={}, body=envelope(3599999, "error: 'id'"))
    )
    assert not wants_plain_question(Reply(status=200, headers={}, body=envelope(3599999, "no id")))
    assert not wants_plain_question(Reply(status=200, headers={}, body=b"<html>"))


@pytest.mark.parametrize(
    "body",
    [b"", b"[1]", b'{"a": [}', b'{"a": "x}', b'{"a": 1} x', b"}{", b'{"a": 1}{', b"\xff{}", b"  "],
)
def test_what_is_no_whole_object_has_no_members(body: bytes) -> None:
    assert members(body) is None
    assert outline(body) is None


def test_members_agree_with_json_where_json_can_read() -> None:
    body = b'\xef\xbb\xbf {"a": [1, {"b": "}]"}], "c": "d:,\\"e", '
    body += b'"f\\u0041": {}, "g": -1.5e3, "h":null}'
    raw = members(body)
    assert raw is not None
    assert {key: json.loads(text) for key, text in raw.items()} == json.loads(body)


@pytest.mark.parametrize(
    ("api", "body", "action"),
    [
        ("get_task_status", envelope(3599999, "no permission: iam"), "task_view"),
        ("get_task_list", envelope(3599999, "no permission: iam"), "project_view"),
        ("get_task_status", envelope(3599999, "iam: flow_view is needed"), "flow_view"),
        ("get_task_node_log",
         envelope(9900403, "", permission={"actions": [{"id": "task_operate"}]}), "task_operate"),
    ],
)  # fmt: skip
def test_a_denial_names_the_action_to_ask_for(api: str, body: bytes, action: str) -> None:
    problem = problem_of(Reply(status=200, headers={}, body=body), host="h", api=api)
    assert problem is not None
    assert problem.key == "no-permission"
    assert all(action in problem.hint(language) for language in Language)
