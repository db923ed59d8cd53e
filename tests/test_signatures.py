"""The same fault has the same signature, in every task and in both languages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sops_report.analysis.signatures import signature_of
from sops_report.masking.text import redact_text

SAME = {
    "an address": ("host 10.0.0.1 is unreachable", "host 192.168.17.254 is unreachable"),
    "a number": ("exit code 137 after 3 tries", "exit code 1 after 12 tries"),
    "a decimal": ("load 0.75 too high", "load 12.5 too high"),
    "a time": ("at 2024-06-18 21:30:01 timed out", "at 2023-01-02 03:04:05 timed out"),
    "a clock": ("stopped at 21:30:01", "stopped at 03:04:05.123"),
    "a link": (
        "see https://job.example.com/1?a=2 for more",
        "see http://other.example.org/x/y#z for more",
    ),
    "a path": ("/data/app/a.log is missing", "/var/lib/other/b-2.log is missing"),
    "a request id": (
        "request_id=6f1c2c0e9d5b4c7aa9d51fbb3a0d2e11 failed",
        "request_id=0a1b2c3d4e5f60718293a4b5c6d7e8f9 failed",
    ),
    "a uuid": (
        "job 123e4567-e89b-12d3-a456-426614174000 lost",
        "job 00000000-1111-2222-3333-444455556666 lost",
    ),
    "a node id": (
        "node nb346e202d17387082189f95dd3f80ca failed",
        "node ndf194ddb9e6365da1902dbd51610e9a failed",
    ),
    "Chinese": (
        "主机 10.0.0.1 磁盘 /data/a/x 使用率 99%，请求 8812 失败",
        "主机 10.9.8.7 磁盘 /opt/b/y 使用率 100%，请求 7 失败",
    ),
    "a number beside Chinese": ("第3台主机超时", "第12台主机超时"),
    "a list of addresses": ("failed: 10.0.0.1, 10.0.0.2", "failed: 10.0.0.3, 10.0.0.4, 10.0.0.5"),
    "blanks": ("disk  full\n", "disk full"),
}
SECRET = (
    "login failed, password=hunter2",
    "tell ops@example.com or 13812345678",
    "GET https://a.example/x?token=abcdefgh1234 said 403, Authorization: Bearer abcdefgh1234",
)
OTHER = {
    "other words": ("disk full", "disk missing"),
    "other Chinese words": ("磁盘已满", "内存不足"),
    "another order": ("a before b", "b before a"),
}


@pytest.mark.parametrize("what", SAME)
def test_texts_that_differ_only_by(what: str) -> None:
    one, other = SAME[what]
    assert one != other
    assert signature_of(one, "activity") == signature_of(other, "activity")


@pytest.mark.parametrize("what", OTHER)
def test_texts_stay_apart_with(what: str) -> None:
    one, other = OTHER[what]
    assert signature_of(one, "activity") != signature_of(other, "activity")


def test_no_text_is_told_by_kind() -> None:
    kinds = ("activity", "end_event", "exclusive_gateway")
    assert len({signature_of(None, kind) for kind in kinds}) == 3
    assert signature_of(None, "activity") == signature_of(" \n", "activity")
    assert signature_of("boom", "activity") == signature_of("boom", "end_event")


def test_of_a_traceback_the_stack_does_not_count() -> None:
    head = "Traceback (most recent call last):\n"
    one = f'{head}  File "/a/b/c.py", line 3, in run\n    x()\nValueError: bad port 80'
    stack = '  File "/d/e/f.py", line 9, in go\n    y(1)\n  File "/g/h", line 1\n'
    other = f"{head}{stack}ValueError: bad port 81"
    assert signature_of(one, "activity") == signature_of(other, "activity")
    assert signature_of(one, "activity") != signature_of(other.replace("Value", "Type"), "activity")


@given(st.text(max_size=300))
def test_any_text_has_a_signature_of_one_form(text: str) -> None:
    assert re.fullmatch(r"E-[0-9a-z]{6}", signature_of(text, "activity"))


@given(st.text("ab 磁盘", min_size=1, max_size=20), st.integers(0, 10**9), st.integers(0, 10**9))
def test_numbers_never_count(words: str, one: int, other: int) -> None:
    texts = [f"{words}: {number} of {words}" for number in (one, other)]
    assert signature_of(texts[0], "activity") == signature_of(texts[1], "activity")


@pytest.mark.parametrize("text", SECRET)
def test_a_masked_text_has_the_signature_of_the_text_itself(text: str) -> None:
    masked, counts = redact_text(text)
    assert counts
    assert signature_of(masked, "activity") == signature_of(text, "activity")
