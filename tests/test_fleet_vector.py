"""Many answers gathered at once: the rows of `flatten` of each, whatever stands beside it."""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from builders import envelope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_fast import mutated, second
from test_flatten_many import assert_same, written

from benchmarks.generate import answer
from sops_report.fleet import flatten_many, shells, vector
from sops_report.fleet.rows import Document
from sops_report.fleet.sheet import Sheet
from sops_report.fleet.shells import read_shell
from sops_report.fleet.vector import Vector
from sops_report.reading.gather.batch import Finder, gather, learn_of_many
from sops_report.reading.gather.names import Names
from sops_report.reading.gather.template import Template
from sops_report.reading.read import SteppedAsideError
from sops_report.snapshot import Flow

SOME = settings(
    max_examples=12, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
PLAIN = [answer(6 + seed, seed) for seed in range(16)]
ODD = {
    "a field twice": (b'"retry": 0', b'"retry": 0, "retry": 3'),
    "another result": (b'"result": true', b'"result": false'),
    "no time": (b'"finish_time": "2025', b'"finish_time": null, "name": "2025'),
    "an odd time": (b'+0800"', b'+0860"'),
    "a state nobody knows": (b'"FINISHED"', b'"DREAMING"'),
    "an escaped quote": (b'"name": "\\u', b'"name": "\\"\\u'),
    "a control character": (b'"name": "\\u', b'"name": "\\u0007\\u'),
    "half a text": (b'"name": "\\u', b'"name": "\\ud83d\\u'),
    "not UTF-8": (b'"name": "\\u', b'"name": "\xff\\u'),
    "a long number": (b'"elapsed_time": ', b'"elapsed_time": 1000000000'),
    "no skip": (b'"skip": false, ', b""),
    "other blanks": (b'"loop": 1', b'"loop":1'),
    "more braces": (b"}}, ", b"}}}, "),
    "fewer braces": (b"}}, ", b"}, "),
    "cut off": (b'"state_refresh_at"', b""),
}


def mutated_answer(how: str, at: int, body: bytes) -> bytes:
    """Change the *at*-th place of an answer where it can be changed."""
    old, new = ODD[how]
    places = body.split(old)
    at = 1 + at % (len(places) - 1) if len(places) > 1 else 1
    return old.join(places[:at]) + new + old.join(places[at:])


def document(number: int, data: bytes, flow: Flow | None = None) -> Document:
    def unread() -> object:
        raise AssertionError(number)

    return Document(number, data, None, None, flow, unread)  # type: ignore[arg-type]


def gathered(bodies: list[bytes]) -> list[int]:
    """Return the numbers of the documents that are gathered."""
    sheets, left = Vector().read([document(n, body) for n, body in enumerate(bodies)])
    found = [one.number for sheet in sheets for one in sheet.documents]
    assert sorted([*found, *(one.number for one in left)]) == list(range(len(bodies)))
    return found


def test_answers_of_the_server_are_gathered_and_are_the_rows_of_flatten(tmp_path: Path) -> None:
    assert gathered(PLAIN) == list(range(16))
    sources = written(tmp_path, PLAIN)
    assert assert_same(flatten_many(sources), sources) == 16


@pytest.mark.parametrize("how", ODD)
@pytest.mark.parametrize("at", [0, 3])
def test_an_odd_document_leaves_its_neighbours_alone(tmp_path: Path, how: str, at: int) -> None:
    bodies = [*PLAIN[:9], mutated_answer(how, at, answer(12, 99)), *PLAIN[9:]]
    assert len(gathered(bodies)) >= 8
    sources = written(tmp_path, bodies)
    assert assert_same(flatten_many(sources), sources) >= 16


def test_batches_grow_while_all_are_alike_and_are_small_after_an_odd_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd = mutated_answer("an odd time", 2, answer(12, 99))
    batches = [PLAIN, [*PLAIN, odd, *PLAIN, *PLAIN], PLAIN]
    monkeypatch.setattr(vector, "_WITH_ODD_ONES", sum(map(len, PLAIN)) * 4 // 5)
    reader, asked, tried = Vector(), [], []
    real = reader._sheet  # noqa: SLF001

    def sheet(cuts: Sequence[Any], form: Template) -> Sheet:
        tried.append(len(cuts))
        return real(cuts, form)

    monkeypatch.setattr(reader, "_sheet", sheet)
    for bodies in batches:
        asked.append(reader.bytes_at_once)
        _, left = reader.read([document(number, body) for number, body in enumerate(bodies)])
        assert len(left) <= 8
    assert asked[0] < asked[1] > reader.bytes_at_once == asked[2] < asked[0]
    assert tried[:4] == [16, 49, 17, 17 // 2 + 1]  # in three, then in two


def test_what_was_gathered_holds_no_bytes() -> None:
    bodies = [*PLAIN, mutated_answer("an odd time", 2, answer(12, 99))]
    sheets, left = Vector().read([document(number, body) for number, body in enumerate(bodies)])
    made = [one for sheet in sheets for one in sheet.documents]
    assert {one.data for one in made} == {None}
    assert all(one.data for one in left)


@SOME
@given(
    st.lists(
        st.one_of(
            st.sampled_from(PLAIN),
            st.builds(
                mutated_answer,
                st.sampled_from(list(ODD)),
                st.integers(0, 9),
                st.sampled_from(PLAIN),
            ),
            mutated().map(envelope),
        ),
        min_size=2,
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_any_mixture_makes_the_rows_of_flatten(
    tmp_path: Path, odd: list[bytes], chance: Random
) -> None:
    bodies = [*odd, *PLAIN[:8]]
    chance.shuffle(bodies)
    sources = written(tmp_path, bodies)
    assert_same(flatten_many(sources), sources)


def test_the_same_ids_in_two_documents_are_two_nodes_in_one_document_an_odd_one() -> None:
    assert gathered([PLAIN[0]] * 9) == list(range(9))
    inner = second("node-id-2")
    twice = envelope(second("node-id-0", second("node-id-1", inner), second("node-id-3", inner)))
    plain = [
        envelope(second("node-id-0", second("node-id-1", second("node-id-2")), second("node-id-3")))
        for _ in range(31)
    ]
    assert gathered([*plain, twice]) == list(range(24))  # its neighbours are too few


def test_a_name_may_be_escaped_in_one_document_and_not_in_another(tmp_path: Path) -> None:
    def body(*names: str) -> bytes:
        below = (second(f"node-{at}", name=name) for at, name in enumerate(names, 1))
        return envelope(second("node-0", *below))

    bodies = [body("备份", "重启", "停服")] * 9 + [body("重启", "备份", "切换")]
    bodies[3:6] = [json.dumps(json.loads(one), ensure_ascii=False).encode() for one in bodies[3:6]]
    bodies[7] = bodies[7].replace(json.dumps("重启").encode(), '"备份"'.encode())
    assert gathered(bodies) == list(range(10))
    sources = written(tmp_path, bodies)
    assert assert_same(flatten_many(sources), sources) == 10


def test_a_long_id_of_a_root_makes_no_column_wide(tmp_path: Path) -> None:
    below = second("node-id-1", second("node-id-2"))
    bodies = [envelope(second("x" * length, below)) for length in (*[200] * 16, 201)]
    assert gathered(bodies) == list(range(9))  # its neighbours are too few
    sources = written(tmp_path, bodies)
    assert assert_same(flatten_many(sources), sources) == 17


def test_a_document_with_a_flow_is_read_by_itself() -> None:
    flow = Flow(nodes={})
    some = [document(number, body) for number, body in enumerate(PLAIN)]
    _, left = Vector().read([*some, document(16, PLAIN[0], flow)])
    assert [one.number for one in left] == [16]


def test_no_document_borrows_a_brace_of_its_neighbour() -> None:
    bodies = [
        envelope(second("node-id-0", second("node-id-1", second("node-id-2")), second("node-id-3")))
        for _ in range(3)
    ]
    form = learn_of_many(bodies)
    regions = []
    for body in bodies:
        members = Finder(form).find(body)
        assert members is not None
        regions.append(body[members.begin : members.end])
    assert gather([*map(memoryview, regions)], form, Names(0)).counts.tolist() == [3, 3, 3]
    end = regions[0].index(b"}, ") + 1
    torn = [regions[0][: end - 1] + regions[0][end:], regions[1] + b"}", regions[2]]
    for wrong in (torn, [regions[0] + b"}", *regions[1:]], [regions[0], b"", regions[2]]):
        with pytest.raises(SteppedAsideError):
            gather([*map(memoryview, wrong)], form, Names(0))


def test_children_that_are_not_the_roots_are_no_shell() -> None:
    body = envelope(second("node-id-0", ex_data={"children": {"node-id-1": second("node-id-1")}}))
    begin = body.index(b'"children": {"') + len(b'"children": {')
    assert read_shell(body, begin, body.index(b"}}", begin) + 1) is None
    good = envelope(second("node-id-0", second("node-id-1")))
    members = Finder(learn_of_many([good])).find(good)
    assert members is not None
    shell = read_shell(good, members.begin, members.end)
    assert shell is not None
    assert shell.root.id == json.loads(good)["data"]["id"]
    assert read_shell(good, members.begin, members.end - 1) is None


def test_what_stands_in_the_children_s_place_for_a_while_may_be_the_document_s_own() -> None:
    root = json.loads(PLAIN[1])["data"]
    nodes, root["children"] = root["children"], json.loads(b"{%s}" % shells.MARK)
    body = envelope({"ex_data": {"children": nodes, "elapsed_time": 3}, **root})
    assert 1 not in gathered([PLAIN[0], body, *PLAIN[2:8]])
