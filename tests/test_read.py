"""Reading: wrappings, encodings, both dialects, and what the flow and the histories add."""

import codecs
import gzip
import json
import sys
from pathlib import Path

import pytest
from backports import zstd
from builders import (
    START_US,
    attempt,
    envelope,
    event,
    flow,
    histories,
    moment,
    names,
    node,
    snapshot,
    us,
)

from sops_report.analysis import analyse
from sops_report.errors import InputError
from sops_report.reading import read_bytes, read_snapshots
from sops_report.snapshot import Origin, Snapshot
from sops_report.table import flatten

CORPUS = Path(__file__).parent / "data" / "corpus"
VARIANTS = CORPUS / "variants"
ROOT = node("go", 0, 10, event("in", 0), node("步骤", 0, 10), event("out", 10))
ANSWER = envelope(ROOT)
HERE = Origin(source="here")


def newest(scenario: str) -> bytes:
    return max((CORPUS / scenario / "snapshots").iterdir()).read_bytes()


def ids(found: Snapshot) -> list[str | None]:
    return list(found.tree.node_id)


# Wrappings and encodings


@pytest.mark.parametrize(
    "data",
    [
        ANSWER,
        json.dumps(ROOT).encode(),
        json.dumps([json.loads(ANSWER)]).encode(),
        json.dumps({"result": True, "data": [{"id": 7, "name": "go", "status": ROOT}]}).encode(),
        codecs.BOM_UTF8 + ANSWER,
        ANSWER.decode().encode("utf-16"),
        ANSWER.decode().encode("utf-32"),
        codecs.BOM_UTF16_BE + ANSWER.decode().encode("utf-16-be"),
        json.dumps(json.loads(ANSWER), ensure_ascii=False, indent=4).encode(),
        json.dumps(json.loads(ANSWER), indent=1).replace("\n", "\r\n").encode(),
        json.dumps(json.loads(ANSWER), separators=(" , ", " : ")).encode(),
        gzip.compress(ANSWER),
        zstd.compress(ANSWER),
    ],
    ids=[
        "envelope", "bare data", "list", "batch", "utf-8 with mark", "utf-16", "utf-32",
        "utf-16 big endian", "indented", "windows", "blanks", "gzip", "zstd",
    ],
)  # fmt: skip
def test_one_answer_is_one_tree_however_it_was_saved(data: bytes) -> None:
    found = read_bytes(data, HERE)
    assert ids(found) == ["go", "in", "步骤", "out"]
    assert list(found.label) == ["go", "(start)", "步骤", "(end)"]
    assert list(found.tree.start_us) == [us(0), us(0), us(0), us(10)]
    assert found.notes == ()


def test_json_lines_are_snapshots_of_one_task() -> None:
    later = envelope(node("go", 0, 20, node("a", 0, 20)))
    found = read_snapshots(ANSWER + b"\n\n" + later + b"\n", HERE, lines=True)
    assert [len(one.tree) for one in found] == [4, 2]


def test_a_bad_line_is_named() -> None:
    with pytest.raises(InputError, match=r"here:2"):
        read_snapshots(ANSWER + b"\n{broken\n", HERE, lines=True)


def test_of_a_list_the_newest_is_the_subject_and_the_rest_its_history() -> None:
    early = node("go", 0, None, node("a", 0, None, state="RUNNING"), state="RUNNING")
    late = node("go", 0, 9, node("a", 0, 9))
    found = read_bytes(json.dumps([late, early]).encode())
    assert found.tree.state[0] == "FINISHED"
    assert [older.tree.state[0] for older in found.earlier] == ["RUNNING"]


def test_two_tasks_in_one_file_are_refused_by_name() -> None:
    with pytest.raises(InputError) as refused:
        read_bytes(json.dumps([node("one", 0, 1), node("two", 0, 1)]).encode())
    assert refused.value.key == "several-tasks"
    assert "one, two" in str(refused.value)


def test_the_outer_name_and_id_of_a_batch_are_the_task_s() -> None:
    inner = node("go", 0, 1, name="<class 'pipeline.core.pipeline.Pipeline'>")
    found = read_bytes(
        json.dumps({"result": True, "data": [{"id": 42, "name": "发布", "status": inner}]}).encode()
    )
    assert (found.origin.task_id, found.task_name, found.label[0]) == ("42", "发布", "发布")


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (gzip.compress(ANSWER)[:-20], "damaged-gzip"),
        (zstd.compress(ANSWER)[:-9], "damaged-zstd"),
        (b"\x1f\x8bno gzip", "damaged-gzip"),
        (ANSWER + ANSWER, "extra-data"),
        (b'{"result": false, "message": {"a": "b"}}', "refused"),
        (b'{"result": true, "data": {"count": 1}}', "no-status-in-data"),
        (b"[]", "no-status"),
        (b"{}", "no-status"),
        (b"[" * 5000, "not-json"),
    ],
)
def test_no_answer_is_refused_with_its_reason(data: bytes, key: str) -> None:
    with pytest.raises(InputError) as refused:
        read_bytes(data, HERE)
    assert refused.value.key == key


def test_a_key_that_stands_twice_is_noted_and_a_text_like_a_key_is_not() -> None:
    twice = ANSWER.replace(b'"retry": 0', b'"retry": 0, "retry": 1', 1)
    assert [note.code for note in read_bytes(twice).notes] == ["key-twice"]
    alike = snapshot(node("go", 0, 1, node("a", 0, 1, name='": ":')))
    assert alike.notes == ()


# Depth: neither decoding nor reading nor analysis may recurse


@pytest.mark.parametrize("depth", [3_000, 100_000])
def test_depth_has_no_limit(depth: int) -> None:
    before = sys.getrecursionlimit()
    times = f'"start_time":"{moment(0)}","finish_time":"{moment(5)}"'
    head = f'{{"state":"FINISHED","name":"x",{times},"children":{{"k":'
    data = head * depth + '{"state":"FINISHED","children":{}}' + "}}" * depth
    found = read_bytes(data.encode())
    assert len(found.tree) == depth + 1
    assert found.tree.depth[-1] == depth
    assert found.tree.n_descendants[0] == depth
    assert analyse(found).clock.wall_us == 5_000_000
    assert sys.getrecursionlimit() == before


def test_deep_nesting_where_a_value_belongs_is_a_note() -> None:
    deep = "[" * 50_000 + "]" * 50_000
    data = '{"result": X, "code": X, "data": {"state": X, "name": X, "ex_data": X}}'
    found = read_bytes(data.replace("X", deep).encode())
    assert {note.code for note in found.notes} == {
        "envelope-result", "envelope-code", "state-missing", "not-text", "ex-data-odd",
    }  # fmt: skip


# Dialects


def test_the_second_engine_is_told_by_its_keys() -> None:
    assert read_bytes(ANSWER).engine == "v2"
    assert snapshot({"state": "CREATED", "children": {}}).engine == "unknown"


def test_the_example_of_the_documentation() -> None:
    found = analyse(read_bytes((VARIANTS / "documentation_example.json").read_bytes()))
    snap = found.snapshot
    assert (snap.engine, found.outcome, snap.task_name) == ("v1", "failed", None)
    assert found.clock.wall_us == 0
    assert found.clock.idle_us == 55_035 * 1_000_000
    assert found.clock.as_of_source == "server_clock"
    (failure,) = found.failures
    assert snap.label[failure.position] == "定时"
    assert failure.text == "定时时间需晚于当前时间"
    assert [snap.kind[1], snap.kind_source[1]] == ["start_event", "name"]
    assert not any("class" in label for label in snap.label)


@pytest.mark.parametrize("variant", ["pretty_crlf_bom", "pretty_utf8", "data_only"])
def test_another_form_of_an_answer_is_the_same_table(variant: str) -> None:
    ours = flatten(read_bytes((VARIANTS / f"{variant}.json").read_bytes()))
    assert ours.equals(flatten(read_bytes(newest("release_60"))))


def test_sorted_keys_are_the_same_table_but_for_the_order_of_rows() -> None:
    columns = ["parent_id", "state", "kind", "start_time", "finish_time", "label", "n_descendants"]
    tables = [
        flatten(read_bytes(data)).set_index("node_id").sort_index()[columns]
        for data in ((VARIANTS / "sorted_keys.json").read_bytes(), newest("release_60"))
    ]
    assert tables[0].equals(tables[1])


@pytest.mark.parametrize(
    "path", sorted(VARIANTS.glob("v1_doc_style__*.json")), ids=lambda path: path.stem
)
def test_the_older_form_of_the_first_engine_is_the_same_task(path: Path) -> None:
    ours = read_bytes(path.read_bytes())
    assert ours.engine == "v1"
    assert not any("class" in label for label in ours.label)
    assert "control" not in ours.kind, "every class name is known"
    source = CORPUS / path.stem.removeprefix("v1_doc_style__")
    if source.exists():
        theirs = read_bytes(newest(source.name))
        for column in ("node_id", "parent", "state", "start_us", "skip", "error_ignored"):
            assert list(getattr(ours.tree, column)) == list(getattr(theirs.tree, column))


def test_a_class_name_cut_at_64_characters_is_still_none() -> None:
    cut = "<class 'pipeline.core.flow.activity.service_activity.ServiceActiv"
    found = snapshot(node("go", 0, 1, node("n0123456789", 0, 1, name=cut), node("b", 0, 1)))
    assert (found.kind[1], found.label[1]) == ("activity", "(activity n0123456)")


def test_the_browser_s_own_status_has_no_names_and_more_words() -> None:
    due = {"n1": {"node_id": "n1", "auto_retry_times": 1, "max_auto_retry_times": 3}}
    root = node(
        "go", 0, None,
        node("n1", 0, 4, state="FAILED", subprocess_state="FAILED"),
        node("n2", 0, None, state="PENDING_CONFIRMATION"),
        state="PENDING_PROCESSING", auto_retry_infos=due,
    )  # fmt: skip
    for one in (root, *root["children"].values()):
        del one["name"]
    found = snapshot(root)
    assert list(found.kind) == ["root", "unknown", "unknown"]
    assert found.auto_retry_ids == {"n1"}
    assert analyse(found).outcome == "failing"


def test_stubs_have_no_id_and_no_times() -> None:
    for root in ({"state": "EXPIRED", "name": "x"}, {"state": "CREATED", "skip": 0, "retry": 0}):
        found = snapshot(root)
        assert (len(found.tree), found.tree.node_id[0]) == (1, None)
        assert found.notes == ()


# Odd fields


def test_twins_keep_their_rows_and_a_text_goes_to_the_one_that_failed() -> None:
    inner = node("b", 0, 1, node("twin", 0, 1, state="FAILED"), state="FAILED")
    root = node("go", 0, 1, node("twin", 0, 1), inner, state="FAILED", ex_data={"twin": "boom"})
    found = snapshot(root)
    assert ids(found) == ["go", "twin", "b", "twin"]
    assert list(found.tree.ex_data) == [None, None, None, "boom"]
    assert [note.code for note in found.notes] == ["id-twice"]


def test_half_a_character_is_replaced_and_noted() -> None:
    found = snapshot(node("go", 0, 1, node("a", 0, 1, name="a\ud800b")))
    assert found.label[1] == "a\ufffdb"
    assert [note.code for note in found.notes] == ["lone-surrogate"]


@pytest.mark.parametrize(
    ("field", "value", "column", "expected"),
    [
        ("retry", "--5", "retry", None),
        ("retry", " 3 ", "retry", 3),
        ("retry", True, "retry", None),
        ("retry", 2**31, "retry", None),
        ("loop", 1.5, "loop", None),
        ("elapsed_time", "1e999", "elapsed_s", None),
        ("elapsed_time", "7.5", "elapsed_s", 7.5),
        ("elapsed_time", 10**400, "elapsed_s", None),
        ("skip", "False", "skip", False),
        ("skip", 1, "skip", True),
        ("skip", 2, "skip", None),
        ("name", 10**4290, "name", None),
        ("name", 1.5, "name", "1.5"),
        ("name", ["x"], "name", None),
        ("version", None, "version", None),
        ("state", "", "state", None),
    ],
)
def test_an_odd_field_is_read_safely_or_missing(
    field: str, value: object, column: str, expected: object
) -> None:
    found = snapshot(node("go", 0, 1, node("a", 0, 1, **{field: value})))
    got = getattr(found.tree, column)[1]
    assert got == expected or (field == "name" and isinstance(value, int) and got)
    assert type(got) is type(expected) or field == "name"


def test_notes_come_in_the_order_of_the_document() -> None:
    found = snapshot(
        node("go", 0, 1, node("a", 0, 1, skip="x"), node("b", 0, 1, name=5, retry="y"))
    )
    assert [(n.position, n.values["field"]) for n in found.notes] == [
        (1, "skip"), (2, "name"), (2, "retry"),
    ]  # fmt: skip


def test_error_ignored_of_the_root_is_noise_and_either_name_tells() -> None:
    inner = [
        node("a", 0, 1, error_ignorable=True, error_ignored=False),
        node("b", 0, 1, error_ignorable=False, error_ignored=True),
        node("c", 0, 1),
    ]
    del inner[2]["error_ignored"]
    found = snapshot(node("go", 0, 1, *inner, error_ignored=True))
    assert list(found.tree.error_ignored) == [None, True, True, False]


# Companions


def test_the_flow_tells_kinds_names_edges_and_components() -> None:
    root = node("go", 0, 5, node("p", 0, 0, name=""), node("ask", 0, 5, name=""))
    found = snapshot(root, flow=flow("p>ask", kinds={"p": "parallel_gateway"}, ask="pause_node"))
    assert found.flow is not None
    assert list(found.kind) == ["root", "parallel_gateway", "activity"]
    assert list(found.kind_source) == ["shape", "flow", "flow"]
    assert found.label[2] == "ask"
    assert found.flow.nodes["ask"].component == "pause_node"
    assert found.flow.nodes["ask"].predecessors == ("p",)
    assert found.flow.nodes["ask"].template_node_id == "t-ask"


def test_a_loop_s_edge_back_is_known() -> None:
    found = snapshot(node("go", 0, 1, node("b", 0, 1)), flow=flow("a>b", "b>c", "c>b", "c>d"))
    assert found.flow is not None
    assert found.flow.back_edges == {("c", "b")}


def test_a_third_party_plugin_is_called_by_its_own_code() -> None:
    document = json.loads(flow("a>b"))
    activity = document["data"]["pipeline_tree"]["activities"]["a"]
    activity["component"] = {"code": "remote_plugin", "data": {"plugin_code": {"value": "bk-x"}}}
    found = snapshot(node("go", 0, 1, node("a", 0, 1)), flow=json.dumps(document).encode())
    assert found.flow is not None
    assert found.flow.nodes["a"].component == "bk-x"


@pytest.mark.parametrize(
    ("companion", "code"),
    [
        ({"flow": flow("other>one")}, "flow-of-another-task"),
        ({"flow": b"{"}, "flow-unreadable"),
        ({"flow": b"{}"}, "no-flow-inside"),
        ({"histories": b"\xff"}, "histories-unreadable"),
    ],
)
def test_a_bad_companion_is_a_note(companion: dict[str, bytes], code: str) -> None:
    found = snapshot(node("go", 0, 1, node("a", 0, 1)), **companion)
    assert [note.code for note in found.notes] == [code]
    assert found.flow is None


def test_histories_are_attempts_oldest_first() -> None:
    rows = [attempt(0, 2, text="<b>boom</b>"), attempt(4, 5)]
    found = snapshot(node("go", 0, 9, node("a", 7, 9, retry=2)), histories=histories(a=rows))
    assert found.attempts is not None
    first, second = found.attempts["a"]
    assert (first.start_us, first.end_us, first.text) == (us(0), us(2), "boom")
    assert (second.start_us, second.failed) == (START_US + 4_000_000, True)


def test_names_of_the_flow_do_not_reach_a_node_that_has_its_own() -> None:
    found = snapshot(node("go", 0, 1, node("a", 0, 1, name="mine")), flow=flow("a>b"))
    assert (names(found, [1]), found.label[1]) == (["a"], "mine")


# Cost: seconds vary from machine to machine, the number of calls does not


def test_reading_costs_few_calls_a_node() -> None:
    def calls(size: int) -> int:
        data = envelope(node("go", 0, 9, *(node(f"n{i}", i % 60, i % 60) for i in range(size))))
        made = 0

        def count(_frame: object, event: str, _arg: object) -> None:
            nonlocal made
            made += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            read_bytes(data)
        finally:
            sys.setprofile(None)
        return made

    small, large = calls(1_000), calls(3_000)
    assert (large - small) / 2_000 < 50  # a note or a closure a node would be many more
