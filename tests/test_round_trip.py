"""A page carries what it was made from: read back, it makes the same report."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from builders import envelope, node
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.generate import answer
from sops_report.errors import InputError
from sops_report.reading.flow import read_flow
from sops_report.reading.histories import read_histories
from sops_report.reading.times import TimeReader
from sops_report.redaction.embedding import Data, data_of
from sops_report.redaction.report import redact
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.html import render_page
from sops_report.report.as_json import as_json
from sops_report.report.build import build_report
from sops_report.snapshot import Attempt, Flow, FlowNode, Snapshot
from sops_report.sources import read
from sops_report.sources.packing import PackingError, pack, unpack_text
from sops_report.sources.page import page_of
from sops_report.sources.page_block import answer_in_page, page_in
from sops_report.words import Language
from sops_report.words.lengths import display_zone

CORPUS = Path(__file__).resolve().parent / "data" / "corpus"
TASKS = sorted(path.name for path in CORPUS.iterdir() if (path / "snapshots").is_dir())


def page(snapshot: Snapshot) -> str:
    return page_with(snapshot, data_of(snapshot))


def page_with(snapshot: Snapshot, data: Data | None) -> str:
    report, _ = redact(build_report(snapshot))
    return str(render_page(report, Language.EN, display_zone(480), PageOptions(data=data)))


def told(snapshot: Snapshot) -> dict[str, object]:
    """Return what the report says, apart from where it came from."""
    found = as_json(build_report(snapshot), Language.ZH)
    found.pop("provenance")
    return found


@pytest.mark.parametrize("task", TASKS)
def test_a_page_makes_the_same_report(task: str, tmp_path: Path) -> None:
    snapshot = read(CORPUS / task)
    path = tmp_path / "report.html"
    path.write_text(page(snapshot), "utf-8")
    assert told(read(path)) == told(snapshot)


def test_a_page_from_bytes_and_a_page_of_a_page(tmp_path: Path) -> None:
    snapshot = read(CORPUS / TASKS[0])
    again = read(page(snapshot).encode())
    assert told(again) == told(snapshot)
    path = tmp_path / "again.html"
    path.write_text(page(again), "utf-8")
    assert told(read(path)) == told(snapshot)


@pytest.mark.parametrize("task", TASKS)
def test_the_block_cannot_leave_its_element(task: str) -> None:
    block = data_of(read(CORPUS / task)).block
    assert block is not None
    assert not re.search("[<>&\u2028\u2029]", block)
    json.loads(block)


def test_hostile_names_stay_inside_the_block(tmp_path: Path) -> None:
    name = "</script><script>alert(1)</script><!-- \u2028 </body>"
    raw = json.dumps({"id": "n1", "name": name, "state": "FINISHED", "children": {}})
    snapshot = read(raw.encode())
    text = page(snapshot)
    inside = re.findall(r'<script type="application/json" id="sops-report-data">', text)
    assert len(inside) == 1
    assert "<script>alert" not in text
    path = tmp_path / "report.html"
    path.write_text(text, "utf-8")
    assert read(path).tree.name[0] == name


def test_secrets_are_not_carried() -> None:
    raw = json.dumps({"id": "n1", "name": "x password=hunter2secret", "state": "FAILED",
                      "children": {}, "ex_data": {"n1": "Bearer hunter2secret"}})  # fmt: skip
    text = page(read(raw.encode()))
    answer = answer_in_page(text.encode())
    assert answer is not None
    assert b"hunter2secret" not in answer
    assert b"password=***" in answer
    assert "hunter2secret" not in text


def test_equal_input_makes_equal_bytes() -> None:
    assert page(read(CORPUS / TASKS[0])) == page(read(CORPUS / TASKS[0]))


def test_older_answers_are_left_out_before_the_answer_itself() -> None:
    snapshot = next(s for task in TASKS if len((s := read(CORPUS / task)).earlier) > 2)
    whole = data_of(snapshot)
    assert whole.block is not None
    smaller = data_of(snapshot, budget=len(whole.block) - 1)
    assert smaller.block is not None
    assert len(smaller.block) < len(whole.block)
    assert smaller.n_left == whole.n_earlier - smaller.n_earlier > 0
    texts = [page_with(snapshot, data) for data in (smaller, whole)]
    assert len({answer_in_page(text.encode()) for text in texts}) == 1
    assert "left out for the size of the page" in texts[0]
    assert f"{whole.n_earlier} earlier answers are carried too" in texts[1]


def test_what_does_not_fit_is_said() -> None:
    snapshot = read(CORPUS / TASKS[0])
    data = data_of(snapshot, budget=300)
    assert (data.block, data.n_bytes) == (None, len(snapshot.origin.data or b""))
    text = page_with(snapshot, data)
    assert page_in(text.encode()) is None
    assert "of answer are too much for this page" in text
    unknown = data_of(replace(snapshot, origin=replace(snapshot.origin, data=None)))
    assert unknown == Data(block=None)
    assert "is not at hand" in page_with(snapshot, unknown)
    assert "is not at hand" not in page_with(snapshot, None)


def test_twenty_eight_answers_take_little_more_than_one() -> None:
    """Answers of one task are alike: each id, name and moment is written once."""
    snapshot = read(answer(150))
    origins = [replace(snapshot.origin, data=(snapshot.origin.data or b"") + b" " * n)
               for n in range(27)]  # fmt: skip
    many = replace(snapshot, earlier=tuple(replace(snapshot, origin=origin) for origin in origins))
    one, all_of_them = (data_of(made).block or "" for made in (snapshot, many))
    assert len(all_of_them) < 1.3 * len(one)
    assert len(one) < 90 * 151


@given(st.lists(st.text("0123456789abcdefn xyz", max_size=80)))
def test_packing_keeps_every_byte(texts: list[str]) -> None:
    data = json.dumps(texts).encode()
    assert unpack_text(pack(data)) == data


CUT, UNKNOWN = pack(b'"x"')[:-8], pack(b'"\xff\xff\xff"')


@pytest.mark.parametrize("packed", ["", "AAAA", "=", "é", CUT, UNKNOWN])
def test_damaged_packing_is_refused(packed: str) -> None:
    with pytest.raises(PackingError):
        unpack_text(packed)


@pytest.mark.parametrize(
    "block",
    ["", "{", "[]", "{}", '{"schema": "sops-report/page/1"}', '{"schema": "other", "answer": "{}"}',
     '{"xz": "!!"}', '{"xz": "/Td6WFoA"}', '{"xz": 3}', '{"xz": "AAAA"}',
     "[" * 100_000],
)  # fmt: skip
def test_a_damaged_page_is_like_any_page(block: str) -> None:
    text = f'<html><script type="application/json" id="sops-report-data">{block}</script></html>'
    assert page_in(text.encode()) is None
    with pytest.raises(InputError) as refusal:
        read(text.encode())
    assert refusal.value.key == "html-instead"


def test_a_report_without_its_answer_says_so(tmp_path: Path) -> None:
    snapshot = read(CORPUS / TASKS[0])
    bare = page_with(snapshot, data_of(snapshot, budget=10))
    damaged = page(snapshot).replace('"xz": "', '"xz": "!')
    path = tmp_path / "report.html"
    for text in (bare, damaged):
        path.write_text(text, "utf-8")
        for source in (path, text.encode()):
            with pytest.raises(InputError) as refusal:
                read(source)
            assert refusal.value.key == "page-without-data"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_page_saved_by_an_editor_or_a_shell_is_read(encoding: str) -> None:
    snapshot = read(CORPUS / TASKS[0])
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    again = read((mark + page(snapshot)).encode(encoding))
    assert again.tree.node_id == snapshot.tree.node_id


def test_a_page_is_about_one_task_of_its_answer(tmp_path: Path) -> None:
    trees = [node(name, 0, 5, node(f"{name}-1", 1, 2)) for name in "ab"]
    lines = tmp_path / "two.jsonl"
    lines.write_bytes(b"\n".join(map(envelope, trees)))
    path = tmp_path / "report.html"
    path.write_text(page(read(lines, task="a")), "utf-8")
    assert read(path).tree.node_id[0] == read(path.read_bytes()).tree.node_id[0] == "a"
    assert read(path, task="b").tree.node_id[0] == "b"


def test_what_is_no_page_is_none() -> None:
    assert answer_in_page(b"{}") is None
    assert answer_in_page(b"<html></html>") is None
    assert answer_in_page(b"") is None


def test_flow_and_attempts_come_back_as_they_were() -> None:
    snapshot = read(CORPUS / TASKS[0])
    text = "<b>x</b> & <stdin> &lt;y&gt;"
    attempts = {
        "n1": (
            Attempt(start_us=1_597_721_468_000_001, end_us=None, text=text),
            Attempt(start_us=1_597_721_469_000_000, end_us=1_597_721_470_500_000, skipped=True),
            Attempt(
                start_us=1_597_721_471_000_000, end_us=1_597_721_472_000_000, loop=2, failed=False
            ),
        )
    }  # fmt: skip
    nodes = {
        "s": FlowNode(kind="start_event", name="", parent_id=None, successors=("p",)),
        "p": FlowNode(kind="subprocess", name="子流程", parent_id=None, predecessors=("s",),
                      template_node_id="t1"),
        "a": FlowNode(kind="activity", name="a", parent_id="p", component="sleep_timer",
                      successors=("b",), predecessors=("b",)),
        "b": FlowNode(kind="exclusive_gateway", name="", parent_id="p", predecessors=("a",),
                      successors=("a",)),
    }  # fmt: skip
    flow = Flow(nodes=nodes, back_edges=frozenset({("b", "a")}))
    made = replace(snapshot, flow=flow, attempts=attempts, child_tasks={"n2": "77"})
    carried = page_of(made)
    assert carried is not None
    again = read(carried.answer, None, None)
    assert again.tree == snapshot.tree
    assert carried.flow is not None
    assert carried.histories is not None
    found = read_flow(json.loads(carried.flow))
    assert found is not None
    assert dict(found.nodes) == nodes
    assert found.back_edges == flow.back_edges
    document = json.loads(carried.histories)
    assert read_histories(document, TimeReader()) == attempts
    assert carried.child_tasks == {"n2": "77"}
