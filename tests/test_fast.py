"""The fast reader: what it reads is what the careful reader reads, the rest it leaves to it."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, get_args

import pytest
from builders import envelope, node
from hypothesis import given
from hypothesis import strategies as st
from readers import ANY_TIME, FAST, Json, assert_same, files, first, mutated, second

from benchmarks.generate import answer
from sops_report import reading
from sops_report.columns import Texts
from sops_report.errors import InputError
from sops_report.reading import fast, read_bytes
from sops_report.reading.fast_times import FastTimes
from sops_report.reading.times import TimeReader
from sops_report.states import GROUP_OF


def is_read_fast(data: bytes) -> bool:
    try:
        with suppress(InputError):
            fast.read_fast(data, "here", [].append)
    except fast.SteppedAsideError:
        return False
    return True


def test_the_plain_answers_of_both_engines_are_read_fast() -> None:
    for build in (first, second):
        root = build("n0", build("n1", build("n2")), build("n3", finish_time=None))
        for data in (envelope(root), json.dumps(root).encode()):
            assert is_read_fast(data)
            assert_same(data)


def test_a_node_with_the_id_of_the_root_is_noted_in_a_big_answer_too() -> None:
    steps = [node(f"n{number:031x}", 0, 1) for number in range(1500)]
    root = node(str(steps[7]["id"]), 0, 1, *steps)
    found = read_bytes(envelope(root))
    assert isinstance(found.tree.node_id, Texts)
    assert [(note.code, note.position) for note in found.notes] == [("id-twice", 8)]


def test_a_failed_answer_is_read_fast() -> None:
    texts = {"n1": 'File "a.py": <a href="https://job.example.com">定时</a>', "n9": None}
    root = second("n0", second("n1", state="FAILED"), state="FAILED", ex_data=texts)
    assert is_read_fast(envelope(root))
    assert_same(envelope(root))


def test_every_answer_of_the_test_data_is_read_the_same_way() -> None:
    contents = [path.read_bytes() for path in files()]
    for data in contents:
        assert_same(data)
    assert sum(map(is_read_fast, contents)) > 100


def test_a_generated_answer_is_read_fast_and_the_same_way() -> None:
    data = answer(3000)
    assert is_read_fast(data)
    assert_same(data)
    assert_same(json.dumps(json.loads(data), indent=4, ensure_ascii=False).encode())


def test_a_small_answer_needs_no_msgspec() -> None:
    assert len(answer(100)) < reading._WORTH_AN_IMPORT < len(answer(500))  # noqa: SLF001


def test_the_shared_state_words_are_ours() -> None:
    assert set(get_args(fast.StateWord)) == GROUP_OF.keys()


def spoil(change: Callable[[Json], object]) -> bytes:
    root = second("n0", second("n1", second("n2")), second("n3"))
    change(root["children"]["n1"])
    return envelope(root)


ODD = {
    "unknown field": {"foo": 1},
    "unknown text field": {"foo": "x"},
    "count as text": {"retry": "1"},
    "count as float": {"retry": 1.0},
    "count too large": {"loop": 2**31},
    "flag as number": {"skip": 1},
    "no flag": {"error_ignored": None},
    "new state": {"state": "BRAND_NEW"},
    "empty state": {"state": ""},
    "no state": {"state": None},
    "other id": {"id": "other"},
    "no id": {"id": None},
    "time without zone": {"start_time": "2024-06-18 21:30:01"},
    "time as number": {"start_time": 1718717401},
    "time of 1970": {"finish_time": "1970-01-01 08:00:01 +0800"},
    "no time": {"finish_time": "soon"},
    "impossible time": {"finish_time": "2024-02-30 21:30:01 +0800"},
    "impossible clock": {"finish_time": "2024-02-20 24:30:01 +0800"},
    "name as number": {"name": 5},
    "half a surrogate pair": {"name": "\ud800"},
    "length out of range": {"elapsed_time": 1e13},
    "length as text": {"elapsed_time": "3"},
    "children as list": {"children": []},
    "children as null": {"children": None},
    "child as text": {"children": {"x": "y"}},
    "texts below the root": {"ex_data": {"n1": "x"}},
}


@pytest.mark.parametrize("fields", ODD.values(), ids=ODD.keys())
def test_whatever_is_odd_is_left_to_the_careful_reader(fields: Json) -> None:
    data = spoil(lambda node: node.update(fields))
    assert not is_read_fast(data)
    assert_same(data)


@pytest.mark.parametrize("missing", second())
def test_whatever_is_missing_is_left_to_the_careful_reader(missing: str) -> None:
    data = spoil(lambda node: node.pop(missing))
    assert not is_read_fast(data)
    assert_same(data)


PLAIN = spoil(dict).decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"retry": 0', '"retry": 0, "retry": 0'),
        ('"retry": 0', '"retry": 0, "retry" : 0'),
        ('"name": "', '"name": "x", "name": "'),
        # A second child of the same key, and an escaped mark that could make up for it.
        ('"children": {"n1"', '"children": {"n3": {"state": "FAILED"}, "n1"'),
        ('"retry": 0', '"retry": 0, "retry": 0, "name": "a\\u0022b"'),
        ('"elapsed_time": 3', '"elapsed_time": NaN'),
        ('"elapsed_time": 3', f'"elapsed_time": {"9" * 5000}'),
        ('"name": "', '"name": "\x01'),
        ('"message"', '"unknown": {"a": 1, "a": 2}, "message"'),
        ('"result": true', '"result": true, "result": true'),
    ],
)
def test_what_a_decoder_would_drop_is_seen(old: str, new: str) -> None:
    assert old in PLAIN
    data = PLAIN.replace(old, new, 1).encode()
    assert not is_read_fast(data)
    assert_same(data)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"{}", b"null", b"\xff", PLAIN.encode() + b"x", PLAIN.encode() + b"\x00",
        b"\xef\xbb\xbf" + PLAIN.encode(), PLAIN.encode("utf-16"), f"[{PLAIN}]".encode(),
        PLAIN.encode()[:-9], PLAIN.replace("n3", "n2").encode(),
        PLAIN.replace('"result": true', '"result": false').encode(),
        PLAIN.replace('"result": true', '"result": "yes"').encode(),
        PLAIN.replace('"code": 0', '"code": 7').encode(),
        PLAIN.replace('"message": ""', '"message": {"a": 1, "a": 2}').encode(),
    ],
)  # fmt: skip
def test_other_documents_are_read_or_refused_the_same_way(data: bytes) -> None:
    assert_same(data)


def test_nesting_beyond_recursion_is_left_to_the_careful_reader() -> None:
    data = b'{"children":{"a":' * 3000 + b"{}" + b"}}" * 3000
    assert not is_read_fast(data)
    deep = second("n0")
    for _ in range(150):
        deep = second("n0", deep | {"id": "n1"})
    assert_same(envelope(deep))


@FAST
@given(mutated(), st.booleans())
def test_any_tree_is_read_the_same_way(root: Json, ascii_only: bool) -> None:  # noqa: FBT001
    data = json.dumps({"result": True, "data": root, "code": 0}, ensure_ascii=ascii_only)
    assert_same(data.encode("utf-8", "surrogatepass"))


@FAST
@given(mutated(), st.data())
def test_any_cut_or_doubled_piece_is_read_the_same_way(root: Json, data: st.DataObject) -> None:
    text = envelope(root)
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin, min(begin + 40, len(text))))
    times = data.draw(st.sampled_from([0, 2]))
    assert_same(text[:begin] + text[begin:end] * times + text[end:])


@FAST
@given(st.lists(ANY_TIME | st.text(max_size=30), max_size=6))
def test_times_in_parts_are_the_whole_times(texts: list[str | None]) -> None:
    odd: list[int] = []
    us = TimeReader().column(texts, lambda position, _code, _value: odd.append(position))
    try:
        found = FastTimes(TimeReader(), _refuse).column(texts)
    except ValueError:
        return  # more may be refused than is odd: blanks in front
    assert (found, odd) == (us, [])


def test_the_server_s_own_forms_are_read_in_parts() -> None:
    texts = ["2024-06-18 21:30:01 +0800", None, "", "2024-06-18T13:30:01.5Z"]
    assert FastTimes(TimeReader(), _refuse).column(texts) == [
        1_718_717_401_000_000, None, None, 1_718_717_401_500_000,
    ]  # fmt: skip


def _refuse(text: str) -> NoReturn:
    message = f"refused: {text}"
    raise ValueError(message)
