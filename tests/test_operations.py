"""The record of operations and what failed nodes left behind: read, believed, shown, masked."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from builders import START_US, attempt, envelope, histories, moment, node, us

from sops_report.analysis import analyse
from sops_report.analysis.people import people_waits
from sops_report.reading import read_snapshots
from sops_report.reading.evidence import MOST_LINES, MOST_LOG, read_evidence
from sops_report.redaction.embedding import data_of
from sops_report.redaction.pseudonyms import anonymise
from sops_report.redaction.report import redact
from sops_report.rendering import Format, render
from sops_report.report.build import build_report
from sops_report.snapshot import Origin, Snapshot
from sops_report.sources import read
from sops_report.sources.page_block import BLOCK_ID
from sops_report.words import Language

CORPUS = Path(__file__).parent / "data" / "corpus"
CANARY = "kanarie7Qx"
Json = dict[str, Any]


def done(seconds: float, what: str, node_id: str = "", who: str = "ann", **more: str) -> Json:
    """Return one entry of the record, as the site writes it."""
    return {
        "project_id": 1, "instance_id": 7, "operator": who, "operate_type": what,
        "operate_date": moment(seconds), "operate_source": "app", "node_id": node_id,
        "extra_info": {"password": CANARY},
    } | more  # fmt: skip


def seen(root: Json, *entries: Json, data: bytes | None = None, **beside: bytes) -> Snapshot:
    record = json.dumps({"result": True, "data": list(entries)}).encode()
    answer = data or envelope(root)
    origin = Origin(source="x", task_id="7", fetched_at_us=us(2000), data=answer)
    return read_snapshots(answer, origin, operations=record, **beside)[0]


def codes(snapshot: Snapshot) -> list[str]:
    return [note.code for note in analyse(snapshot).notes]


# -- the record ----------------------------------------------------------------------------------


def test_operations_are_in_order_of_time_and_odd_ones_are_left_out() -> None:
    root = node("go", 0, 9, node("a", 0, 9))
    found = seen(root, done(5, "skip", "a"), done(0, "start"), {"operate_type": "x"}, done(5, ""))
    assert [(op.at_us, op.what, op.node_id) for op in found.operations or ()] == [
        (START_US, "start", None), (us(5), "skip", "a"),
    ]  # fmt: skip
    assert CANARY not in repr(found.operations)
    assert "ann" not in repr(found.operations)


@pytest.mark.parametrize("record", [b"{", b'{"data": 7}', b'"x"'])
def test_a_record_that_is_none_is_a_note(record: bytes) -> None:
    found = read_snapshots(envelope(node("go", 0, 9)), Origin(source="x"), operations=record)[0]
    assert found.operations is None
    assert found.notes[0].code in {"no-operations-inside", "operations-unreadable"}


def test_the_end_of_a_revoked_task_is_the_recorded_moment() -> None:
    running = node("b", 20, None, state="RUNNING", elapsed_time=500)
    root = node("go", 0, None, node("a", 0, 20), running, state="REVOKED", elapsed_time=520)
    bare, told = analyse(seen(root)), analyse(seen(root, done(100, "revoke")))
    assert (bare.clock.end_us, told.clock.end_us) == (us(20), us(100))
    assert sum(told.ledger.values()) == told.clock.wall_us
    assert "revoke-time" in [note.code for note in bare.notes]
    assert "revoke-time" not in [note.code for note in told.notes]


def test_the_corpus_run_that_was_revoked_ends_when_its_truth_says() -> None:
    folder = CORPUS / "revoke_running"
    truth = json.loads((folder / "truth.json").read_bytes())
    at = next(op["at"] for op in truth["operations"] if op["op"] == "revoke")
    entry = done(0, "revoke", operate_date=at)
    answer = max((folder / "snapshots").iterdir()).read_bytes()
    report = build_report(seen({}, entry, data=answer))
    assert report.task.end_time == datetime.fromisoformat(at)
    assert sum(piece.seconds for piece in report.critical_path) == pytest.approx(report.task.wall_s)


def test_operations_after_the_answer_are_left_out_and_counted() -> None:
    root = node("go", 0, None, node("a", 0, 9, state="FAILED"), state="FAILED", elapsed_time=60)
    report = build_report(seen(root, done(1, "start"), done(900, "revoke"), done(901, "delete")))
    assert [op.what for op in report.operations] == ["start"]
    assert [n.code for n in report.notes if "oper" in n.code] == ["operations-later"]


FAILED = node("go", 0, None, node("a", 0, 9, state="FAILED"), state="FAILED", elapsed_time=1000)
GOOD = node("go", 0, 9, node("a", 0, 9))


@pytest.mark.parametrize(
    ("root", "entries", "code"),
    [
        (FAILED, [done(20, "revoke")], "revoke-unseen"),
        (GOOD, [done(5, "revoke")], "revoke-too-late"),
        (GOOD, [done(5, "skip", "a")], "skip-unseen"),
        (GOOD, [done(5, "retry", "gone")], "operation-elsewhere"),
        (GOOD, [], "operations-empty"),
    ],
)
def test_where_the_record_contradicts_the_tree_a_note_says_so(
    root: Json, entries: list[Json], code: str
) -> None:
    assert code in codes(seen(root, *entries))


def test_two_witnesses_that_agree_are_no_note() -> None:
    skipped = node("go", 0, 90, node("a", 0, 90, skip=True))
    assert codes(seen(skipped, done(0, "start"), done(89, "skip", "a"))) == []
    stub = {"state": "CREATED"}
    assert "operations-empty" not in codes(seen(stub))


def test_a_recorded_retry_is_no_automatic_one() -> None:
    root = node("go", 0, 99, node("a", 40, 99, retry=1))
    rows = histories(a=[attempt(0, 10)])
    by_hand = people_waits(analyse(seen(root, done(39, "retry", "a"), histories=rows)))
    unknown = people_waits(analyse(seen(root, done(0, "start"), histories=rows)))
    assert [r.maybe_automatic for r in by_hand.reactions] == [False]
    assert [r.maybe_automatic for r in unknown.reactions] == [True]
    assert (by_hand.on_path_us, by_hand.reactions[0].operation) != (unknown.on_path_us, None)


# -- people --------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", list(Format))
@pytest.mark.parametrize("language", list(Language))
def test_people_are_numbered_and_named_on_request_only(to: Format, language: Language) -> None:
    entries = [done(0, "start", who="annabel"), done(1, "skip", "a", who="bo-x"), done(2, "pause")]
    snapshot = seen(node("go", 0, 9, node("a", 0, 9, skip=True)), *entries)
    report = build_report(snapshot)
    assert [(op.person, op.name) for op in report.operations] == [(1, None), (2, None), (3, None)]
    assert not {"annabel", "bo-x"} & set(render(report, to, language).split())
    assert "annabel" not in render(report, to, language)
    assert "annabel" in render(build_report(replace(snapshot, names=True)), to, language)


def page_with(block: str | None) -> str:
    assert block is not None
    return f'<script type="application/json" id="{BLOCK_ID}">{block}</script>'


def test_a_page_carries_names_only_where_they_were_asked_for(tmp_path: Path) -> None:
    snapshot = seen(GOOD, done(0, "start", who="annabel"), done(3, "pause", who="bo-x"))
    for names in (False, True):
        subject = replace(snapshot, names=names)
        page = tmp_path / f"{names}.html"
        page.write_text(page_with(data_of(subject).block), "utf-8")
        again = replace(read(page), names=names)
        assert build_report(again).operations == build_report(subject).operations
        assert ("annabel" in repr([op.operator for op in again.operations or ()])) is names


def test_pseudonyms_are_given_to_operators_and_nodes_alike() -> None:
    snapshot = replace(seen(GOOD, done(3, "skip", "a", who="annabel")), names=True)
    found = anonymise(snapshot).operations or ()
    assert found[0].operator == "user-1"
    assert build_report(anonymise(snapshot)).operations[0].position == 1


# -- logs, inputs, outputs -----------------------------------------------------------------------


def log(text: object, **more: object) -> Json:
    return {"query": {"version": "v-a"}, "response": {"result": True, "data": text}} | more


def test_the_end_of_a_log_is_kept_without_colours() -> None:
    lines = "\n".join(f"\x1b[32mline {n}\x1b[0m" for n in range(500))
    found = (read_evidence({"a": [log(lines)]}, None) or {})["a"]
    assert found.log is not None
    assert found.is_cut
    assert found.log.endswith("line 499")
    assert "\x1b" not in found.log
    assert len(found.log.split("\n")) == MOST_LINES
    long = (read_evidence({"a": [log("x" * 10**6)]}, None) or {})["a"]
    assert (len(long.log or ""), long.is_cut) == (MOST_LOG, True)


@pytest.mark.parametrize("items", [[], [log(None)], [log({"a": 1})], ["x"], [{"response": 7}]])
def test_a_log_that_is_none_leaves_inputs_and_outputs(items: list[object]) -> None:
    details = {"a": [{"query": {}, "response": {"data": {"inputs": {"x": 1}, "outputs": []}}}]}
    found = (read_evidence({"a": items}, details) or {})["a"]
    assert (found.log, found.inputs, found.outputs) == (None, (("x", "1"),), ())


def test_values_stand_beside_the_name_that_tells_what_they_are() -> None:
    inputs = {
        "_loop": 1, "ips": ["10.0.0.1"], "empty": "", "account": {"user": "a", "password": "b"},
        "job_global_var": [{"name": "db_password", "value": "c", "category": 1}, {"other": 2}],
    }  # fmt: skip
    outputs = [{"key": "token", "value": "d", "preset": True}, {"key": "_result", "value": True}]
    found = read_evidence({"a": []}, {"a": [{"data": {"inputs": inputs, "outputs": outputs}}]})
    assert found is not None
    assert dict(found["a"].inputs) == {
        "ips": '["10.0.0.1"]', "account.user": "a", "account.password": "b",
        "job_global_var.db_password": "c", "job_global_var.1.other": "2",
    }  # fmt: skip
    assert dict(found["a"].outputs) == {"token": "d"}


def test_a_file_that_holds_no_logs_is_a_note() -> None:
    for logs, code in ((b"[]", "no-logs-inside"), (b"{", "logs-unreadable")):
        found = read_snapshots(envelope(GOOD), Origin(source="x"), logs=logs)[0]
        assert [note.code for note in found.notes] == [code]


def left_behind() -> Snapshot:
    """A failed node whose log, inputs, outputs and record are full of secrets."""
    inputs = {
        "script": f"mysql -uroot -p {CANARY}1 db", "plain": "kept",
        "vars": [{"name": "db_password", "value": f"{CANARY}2"}], "api_key": f"{CANARY}3",
        "nested": [[{"secret_token": f"{CANARY}4"}]], "url": f"https://u:{CANARY}5@h.example/x",
    }  # fmt: skip
    outputs = [{"key": "bk_token", "value": f"{CANARY}6"}]
    text = f"start\npassword={CANARY}7\nAuthorization: Bearer {CANARY}8\nend"
    detail = {"result": True, "data": {"inputs": inputs, "outputs": outputs, "histories": []}}
    return seen(
        FAILED, done(1, "start"), done(2, f"password={CANARY}9"),
        logs=json.dumps({"a": [log(text)]}).encode(),
        histories=json.dumps({"a": [{"query": {"loop": None}, "response": detail}]}).encode(),
    )  # fmt: skip


@pytest.mark.parametrize("to", list(Format))
def test_no_secret_of_log_inputs_outputs_or_record_reaches_a_document(to: Format) -> None:
    text = render(build_report(left_behind()), to)
    assert CANARY not in text
    assert "kept" in text
    assert CANARY in render(build_report(left_behind()), to, rules=())


def test_no_secret_is_in_the_data_that_a_page_carries(tmp_path: Path) -> None:
    block = data_of(left_behind()).block
    page = tmp_path / "page.html"
    page.write_text(page_with(block), "utf-8")
    again = read(page)
    assert CANARY not in repr(again.evidence) + repr(again.operations)
    before, _ = redact(build_report(left_behind()))
    after, _ = redact(build_report(again))
    assert after.failures == before.failures
    assert after.operations == before.operations


def test_a_log_is_folded_and_its_node_is_named() -> None:
    page = render(build_report(left_behind()), "html")
    head, _, tail = page.partition("start\npassword=***")
    assert tail
    assert head.rstrip().endswith('<pre wrap tabindex="0">')
    assert '<details class="evidence"><summary>Log</summary>' in head
