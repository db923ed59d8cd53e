"""The gathering reader: what it reads the careful one reads too, the rest it leaves alone."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import envelope
from hypothesis import given
from hypothesis import strategies as st
from readers import DATA, FAST, Json, assert_same, first, outcome, second, told

from benchmarks.generate import answer
from sops_report.columns import Coded, Numbers, Reals, Texts
from sops_report.errors import InputError
from sops_report.reading import read_bytes
from sops_report.reading.gather import names, nodes, read_gathered, shell, structure, variant
from sops_report.reading.read import SteppedAsideError
from sops_report.snapshot import Note
from sops_report.table import flatten


def is_gathered(data: bytes) -> bool:
    notes: list[object] = []
    try:
        read_gathered(data, "here", notes.append)
    except SteppedAsideError:
        assert not notes
        return False
    return True


def small(build: Callable[..., Json] = second) -> Json:
    """Return an answer with every kind of place a node can have."""
    inner = build("node-3", build("node-4", name="内"), build("node-5", finish_time=None))
    outer = build("node-2", inner, state="RUNNING", finish_time=None)
    return build(
        "node-0", build("node-1", name=""), outer, build("node-6", build("node-7", state="FAILED"))
    )


COMPACT = (",", ":")
USUAL = (", ", ": ")


@pytest.mark.parametrize("build", [first, second])
@pytest.mark.parametrize("separators", [COMPACT, USUAL])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("sort_keys", [True, False])
def test_every_plain_form_is_gathered(
    *,
    build: Callable[..., Json],
    separators: tuple[str, str],
    ascii_only: bool,
    sort_keys: bool,
) -> None:
    for document in (small(build), {"result": True, "data": small(build), "code": 0}):
        text = json.dumps(
            document, ensure_ascii=ascii_only, separators=separators, sort_keys=sort_keys
        )
        assert is_gathered(text.encode())
        assert_same(text.encode())


def test_a_big_answer_becomes_arrays() -> None:
    snapshot = read_bytes(answer(3000))
    tree = snapshot.tree
    for column in (tree.parent, tree.depth, tree.n_descendants, tree.start_us, tree.retry):
        assert isinstance(column, Numbers)
    for column in (tree.node_id, tree.version):
        assert isinstance(column, Texts)
    for column in (tree.name, tree.state, tree.skip, snapshot.label, snapshot.kind):
        assert isinstance(column, Coded)
    assert isinstance(tree.elapsed_s, Reals)
    assert len(snapshot.label.words) < 600


@pytest.mark.parametrize("indent", [None, 1])
def test_a_generated_answer_is_read_the_same_way(indent: int | None) -> None:
    data = json.dumps(json.loads(answer(3000, seed=5)), indent=indent).encode()
    assert is_gathered(data) is (indent is None)
    assert_same(data)


def test_more_nodes_than_a_block() -> None:
    assert is_gathered(answer(17_000))
    assert_same(answer(17_000))


@pytest.mark.parametrize("build", [first, second])
@pytest.mark.parametrize("n_nodes", [1, 3, 8192])
def test_what_is_read_at_a_time_is_of_no_account(
    monkeypatch: pytest.MonkeyPatch, build: Callable[..., Json], n_nodes: int
) -> None:
    monkeypatch.setattr(nodes, "_BLOCK", n_nodes)
    monkeypatch.setattr(variant, "_SCRATCH", 1 << 10)
    monkeypatch.setattr(names, "_FEW", 0)
    monkeypatch.setattr(structure, "_PIECE", 64)
    for root in (small(build), build("node-0", build("node-1", build("node-2")))):
        assert is_gathered(envelope(root))
        assert_same(envelope(root))


def n_calls(action: Callable[[], object]) -> int:
    """Count the calls of Python and C functions."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return calls


def test_a_node_costs_less_than_a_call() -> None:
    few, many = answer(10_000), answer(30_000)
    read_bytes(few)  # what is imported and cached counts for nobody
    assert n_calls(lambda: read_bytes(many)) - n_calls(lambda: read_bytes(few)) < 20_000


@pytest.mark.parametrize("first_state", ["FAILED", "RUNNING"])
def test_a_first_node_that_is_like_no_other_slows_nothing(first_state: str) -> None:
    usual = answer(30_000)
    envelope_, word, rest = usual.partition(b'"children"')
    odd = envelope_ + word + rest.replace(b"FINISHED", first_state.encode(), 1)
    assert is_gathered(odd)
    read_bytes(usual)
    assert n_calls(lambda: read_bytes(odd)) < n_calls(lambda: read_bytes(usual)) + 1000


def flows() -> list[Path]:
    return sorted((DATA / "corpus").glob("*/pipeline_tree.json"))


@pytest.mark.parametrize("flow", flows(), ids=lambda path: path.parent.name)
def test_kinds_and_labels_are_those_of_the_careful_reader(flow: Path) -> None:
    for answer_ in sorted(flow.parent.glob("snapshots/*.json"))[-3:]:
        data, tree = answer_.read_bytes(), flow.read_bytes()
        assert told(outcome(data, "gathered", tree)) == told(outcome(data, "careful", tree))


def test_the_flows_of_the_test_data_belong_to_answers_that_are_gathered() -> None:
    answers = [path for flow in flows() for path in flow.parent.glob("snapshots/*.json")]
    assert sum(is_gathered(path.read_bytes()) for path in answers) > 10


def chain(depth: int) -> bytes:
    nodes = [second(f"n{number:07}") for number in range(depth)]
    heads, tails = zip(*(json.dumps(node).split("{}") for node in nodes), strict=True)
    keys = [f'{{"{node["id"]}": ' for node in nodes[1:]]
    text = "".join(map("".join, zip(heads, [*keys, "{}"], strict=True)))
    return (text + "}".join(reversed(tails))).encode()


@pytest.mark.slow
def test_depth_is_no_limit() -> None:
    data = chain(100_000)
    snapshot = read_bytes(data)
    assert is_gathered(data)
    assert list(snapshot.tree.depth) == list(range(100_000))
    assert list(snapshot.tree.n_descendants) == list(range(99_999, -1, -1))
    assert flatten(snapshot)["depth"].tolist() == list(range(100_000))
    assert_same(chain(40))


def test_names_of_any_length_and_content_are_gathered() -> None:
    names = [
        "",
        "a",
        "x" * 63,
        "y" * 64,
        "z" * 700,
        "\\\\",
        "${ip}",
        "}}",
        '{"id',
        "é" * 40,
        "\x7f",
    ]
    root = second("node-0", *(second(f"n{n:02}", name=name) for n, name in enumerate(names, 1)))
    data = envelope(root).replace(b'"message": ""', b'"message": "%s"' % (b" " * 5000))
    assert is_gathered(data)
    assert_same(data)


def test_every_node_may_have_a_name_of_its_own() -> None:
    numbers = iter(range(10**6))
    data = re.sub(rb'"name": "[^"]*"', lambda _: b'"name": "%d"' % next(numbers), answer(20_000))
    assert is_gathered(data)
    assert len(set(read_bytes(data).tree.name)) == len(read_bytes(data).tree)
    assert_same(data)


def test_the_root_s_id_may_be_any_text() -> None:
    for root_id in ("a\nb", "", "x" * 99, "n\x00", "中"):
        assert_same(envelope(small() | {"id": root_id}))


@pytest.mark.parametrize("field", ["id", "version"])
def test_who_steps_aside_late_has_told_nothing(field: str) -> None:
    document = {"result": "yes", "data": small() | {field: "中"}, "code": 7}
    data = json.dumps(document).encode()
    assert not is_gathered(data)
    assert_same(data)


def test_a_node_may_have_no_name() -> None:
    root = small()
    root["children"]["node-1"]["name"] = None
    assert is_gathered(envelope(root))
    assert_same(envelope(root))


SPOILT = {
    "half a surrogate pair": {"name": "\ud800"},
    "name as number": {"name": 5},
    "other id": {"id": "node-X"},
    "longer id": {"id": "node-11"},
    "blank in an id": {"id": "node- "},
    "no id": {"id": None},
    "unknown field": {"foo": 1},
    "count as text": {"retry": "1"},
    "count as float": {"retry": 1.0},
    "count too large": {"loop": 2**31},
    "flag as number": {"skip": 1},
    "empty state": {"state": ""},
    "no state": {"state": None},
    "time without zone": {"start_time": "2024-06-18 21:30:01"},
    "time without zone of the same width": {"start_time": "2024-06-18 21:30:01.00000"},
    "time of another century": {"start_time": "1924-06-18 21:30:01 +0800"},
    "impossible day": {"finish_time": "2024-02-30 21:30:01 +0800"},
    "impossible hour": {"finish_time": "2024-02-20 24:30:01 +0800"},
    "impossible minute": {"finish_time": "2024-02-20 21:60:01 +0800"},
    "impossible zone": {"finish_time": "2024-02-20 21:30:01 +2500"},
    "time with a letter": {"finish_time": "2024-02-2O 21:30:01 +0800"},
    "time as number": {"start_time": 1718717401},
    "length as float": {"elapsed_time": 3.5},
    "length as text": {"elapsed_time": "3"},
    "length out of range": {"elapsed_time": 1e13},
    "children as list": {"children": []},
    "children as null": {"children": None},
    "version as number": {"version": 3},
    "texts below the root": {"ex_data": {"node-1": "x"}},
}


@pytest.mark.parametrize("fields", SPOILT.values(), ids=SPOILT.keys())
@pytest.mark.parametrize("at", ["node-1", "node-3"])
def test_whatever_is_odd_is_left_to_others(fields: Json, at: str) -> None:
    root = small()
    node = {
        "node-1": root["children"]["node-1"],
        "node-3": root["children"]["node-2"]["children"]["node-3"],
    }[at]
    node.update(fields)
    assert not is_gathered(envelope(root))
    assert_same(envelope(root))


RARE = {
    "no version": {"version": None},
    "empty version": {"version": ""},
    "no times": {"start_time": None, "finish_time": ""},
    "another zone": {"start_time": "2024-06-18 21:30:01 -0330"},
    "another form": {"start_time": "2024-06-18T13:30:01.123Z"},
    "no length": {"elapsed_time": None},
    "long length": {"elapsed_time": 123_456_789},
    "negative length": {"elapsed_time": -5},
    "new state": {"state": "BRAND_NEW"},
    "no flag": {"skip": None, "error_ignorable": None, "error_ignored": True},
    "no count": {"loop": None, "retry": -3},
}


@pytest.mark.parametrize("fields", RARE.values(), ids=RARE.keys())
def test_what_is_rare_but_sound_is_gathered(fields: Json) -> None:
    root = small()
    root["children"]["node-2"]["children"]["node-3"].update(fields)
    assert is_gathered(envelope(root))
    assert_same(envelope(root))


def test_the_root_may_be_odd() -> None:
    root = small() | {
        "foo": [1], "retry": "2", "start_time": "2024-06-18 21:30:01", "id": None, "name": '"x"',
        "ex_data": {"node-7": 'File "a.py": {}', "node-1": "late", "node-9": None}, "version": "",
    }  # fmt: skip
    data = json.dumps({"result": "yes", "data": root, "code": 7}).encode()
    assert is_gathered(data)
    assert_same(data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"retry": 0', '"retry": 0, "retry": 0'),
        ('"retry": 0', '"retry":  0'),
        ('"retry": 0', '"retry": 00'),
        ('"elapsed_time": 3', '"elapsed_time": 03'),
        ('"elapsed_time": 3', '"elapsed_time": 3e0'),
        ('"elapsed_time": 3', '"elapsed_time": NaN'),
        ('"name": "', '"name": "x", "name": "'),
        ('"name": "', '"name": "\x00'),
        ('"name": ""', '"name": "\x00"'),
        ('"name": "', '"name": "\\x'),
        ('"node-1": {"id": "node-1"', '"node-7": {"id": "node-7"'),
        ('"node-1": {"id": "node-1"', '"\\u006eode-1": {"id": "node-1"'),
        ('"node-1": {"id": "node-1"', '"node-\x01": {"id": "node-\x01"'),
        ('"node-1": {"id": "node-1"', '"node-"": {"id": "node-""'),
        ("node-5", "node-4"),
        ("node-5", "node-1"),
        ('"children": {}', '"children": {} '),
        ('"children": {}', '"children": {"children": {}'),
        ('"children": {"node-1', '"children": {}, "children": {"node-1'),
        ("}}, ", "}},, "),
        ("}}", "}"),
        ("}}", "}}}"),
        ('"code"', '"code": 1, "code"'),
        ('{"result"', '{"x": {"children": {"a": 1}}, "result"'),
        ('{"result"', '\ufeff{"result"'),
        ('{"result"', '[{"result"'),
    ],
)
def test_what_a_gatherer_could_overlook_is_seen(old: str, new: str) -> None:
    text = envelope(small()).decode()
    assert old in text
    for data in (text.replace(old, new, 1), text.replace(old, new)):
        assert_same(data.encode())


def test_only_the_root_s_children_are_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in their place for a while may stand elsewhere, escaped, and say nothing."""
    marks: list[str] = []
    decode = shell.decode

    def seen(data: bytes, source: str, remark: Callable[[Note], None]) -> object:
        found = decode(data, source, remark)
        marks.extend(found["children"])  # type: ignore[index]
        return found

    monkeypatch.setattr(shell, "decode", seen)
    root = small()
    assert is_gathered(json.dumps(root).encode())
    nodes_, root["children"] = root["children"], {marks[0]: {}}
    escaped = f"\\u{ord(marks[0][0]):04x}{marks[0][1:]}"
    text = json.dumps({"foo": {"children": nodes_}, **root}).replace(marks[0], escaped)
    assert not is_gathered(text.encode())


def test_a_leaf_of_deep_lists_is_left_to_others() -> None:
    deep = b"[" * 20_000 + b"]" * 20_000
    root = envelope(small()).replace(b'"node-1", "state"', b'%s, "state"' % deep, 1)
    assert deep in root
    assert not is_gathered(root)
    assert_same(root)


PIECES = re.compile(rb'"[^"]*"|[{}:,]|[^"{}:,]+')


@FAST
@given(st.data())
def test_any_piece_may_be_lost_doubled_or_exchanged(data: st.DataObject) -> None:
    build = data.draw(st.sampled_from([first, second]))
    pieces = PIECES.findall(envelope(small(build)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(pieces) - 1))
        other = data.draw(st.integers(0, len(pieces) - 1))
        match data.draw(st.sampled_from(["lose", "double", "exchange", "byte"])):
            case "lose":
                del pieces[at]
            case "double":
                pieces.insert(other, pieces[at])
            case "exchange":
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case _:
                byte = data.draw(st.binary(min_size=1, max_size=2))
                cut = data.draw(st.integers(0, len(pieces[at])))
                pieces[at] = pieces[at][:cut] + byte + pieces[at][cut + 1 :]
    assert_same(b"".join(pieces))


def test_a_refused_answer_is_refused_as_ever() -> None:
    data = envelope(small()).replace(b'"result": true', b'"result": false')
    with pytest.raises(InputError, match="error answer"):
        read_bytes(data)
    assert_same(data)
