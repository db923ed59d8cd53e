"""Child tasks in the page's data: read back stitched, masked and under the same pseudonyms."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import Visit
from builders import envelope, event, moment, node
from commandline import run
from enriched import CANARY, PLACE, US, fill, settings_for

from sops_report.archive.archive import Archive
from sops_report.errors import InputError
from sops_report.masking.rules import BUILT_IN
from sops_report.redaction.embedding import Data, data_of
from sops_report.redaction.own import own_rules
from sops_report.redaction.pseudonyms import anonymise
from sops_report.redaction.report import redact
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.html import render_page
from sops_report.report.as_json import as_json
from sops_report.report.build import build_report
from sops_report.snapshot import Snapshot
from sops_report.sources import Live, read
from sops_report.sources.page import Page, page_of
from sops_report.sources.page_block import block_of, page_in
from sops_report.words import Language
from sops_report.words.lengths import display_zone

SECRET = f"password={CANARY}"
SHARED = "restart the gateway"


@pytest.fixture
def archived(tmp_path: Path) -> Archive:
    """A task whose step ran as 77, whose step ran as 78; secrets and people in all of them."""
    archive = fill(tmp_path / "kept")
    failing = node("q-fail", 1, 8, state="FAILED") | {"name": SHARED}
    root = node(
        "q", 0, None, event("q-start", 0), node("q-sub", 1, 10, state="FAILED"), failing,
        node("q-odd", 2, 3) | {"name": f"q {SECRET}"}, state="FAILED",
        ex_data={"q-fail": f"{SECRET} at https://db-1.example.com/x, see https://bk.example.com/"
                           "execute/2/?instance_id=77"},
    )  # fmt: skip
    _keep(archive, "77", envelope(root))
    record = [(3, "pause", "cleo"), (6, "retry", "bo-x"), (7, "skip", "cleo")]
    rows = [
        {
            "operate_date": moment(seconds), "operate_type": what, "node_id": "q-fail",
            "operator": who, "operate_source": "app", "extra_info": {"password": CANARY},
        }
        for seconds, what, who in record
    ]  # fmt: skip
    body = json.dumps({"result": True, "data": rows}).encode()
    archive.save_beside("operate_records.json", body, **PLACE, task_id="77")
    return archive


def _keep(archive: Archive, task_id: str, body: bytes) -> None:
    archive.save(
        body, **PLACE, task_id=task_id, as_of_us=US + 60_000_000, fetched_at_us=US + 60_000_000,
        request={}, http_status=200,
    )  # fmt: skip


def stitched(archive: Archive, *, names: bool = False) -> Snapshot:
    folder = archive.folder.parent
    settings = settings_for("http://127.0.0.1:9", folder)
    return read("2/515", live_options=Live(settings=settings), names=names)


def page(snapshot: Snapshot, data: Data | None = None) -> str:
    report, _ = redact(build_report(snapshot))
    options = PageOptions(data=data or data_of(snapshot))
    return str(render_page(report, Language.EN, display_zone(480), options))


def told(snapshot: Snapshot) -> dict[str, object]:
    """Return what the masked report says, apart from where it came from."""
    found = as_json(redact(build_report(snapshot))[0], Language.ZH)
    return {key: value for key, value in found.items() if key not in {"provenance", "redactions"}}


def test_a_page_of_stitched_tasks_makes_the_same_report(archived: Archive) -> None:
    snapshot = stitched(archived)
    assert set(snapshot.seams.values()) == {"77", "78"}
    text = page(snapshot)
    again = read(text.encode())
    assert told(again) == told(snapshot)
    assert told(read(page(again).encode())) == told(snapshot)
    assert "answers of child tasks carried too: 2" in text


def test_people_have_one_number_over_all_tasks(archived: Archive) -> None:
    snapshot = stitched(archived)
    people = [(op.what, op.person) for op in build_report(snapshot).operations]
    assert people == [("start", 1), ("pause", 2), ("retry", 3), ("retry", 3), ("skip", 2)]
    again = read(page(snapshot).encode())
    assert [(op.what, op.person) for op in build_report(again).operations] == people
    carried = page_of(snapshot)
    assert carried is not None
    assert not any(who in repr(carried) for who in ("annabel", "bo-x", "cleo"))
    named = page_of(stitched(archived, names=True))
    assert all(who in repr(named) for who in ("annabel", "bo-x", "cleo"))


def test_without_the_parents_record_the_childs_is_not_carried(archived: Archive) -> None:
    (archived.tasks("2", "515")[0].path / "operate_records.json").unlink()
    snapshot = stitched(archived, names=True)
    assert snapshot.operations is None
    assert "cleo" not in repr(page_of(snapshot))
    assert told(read(page(snapshot).encode())) == told(snapshot)


def test_a_child_that_was_not_found_is_told_again(archived: Archive) -> None:
    path = archived.tasks("2", "78")[0].path
    path.rename(path.with_name("79"))
    snapshot = stitched(archived)
    again = read(page(snapshot).encode())
    assert [n.code for n in again.notes].count("child-task-missing") == 1
    assert told(again) == told(snapshot)


SPOILT = {
    "pipeline_tree.json": "flow-unreadable", "histories.json": "histories-unreadable",
    "operate_records.json": "operations-unreadable", "node_logs.json": "logs-unreadable",
    "refusals.json": "refusals-unreadable",
}  # fmt: skip


@pytest.mark.parametrize(("name", "code"), SPOILT.items())
@pytest.mark.parametrize("task_id", ["515", "77"])
def test_a_companion_that_could_not_be_read_is_told_again(
    archived: Archive, task_id: str, name: str, code: str
) -> None:
    (archived.tasks("2", task_id)[0].path / name).write_bytes(b'{"cut')
    snapshot = stitched(archived)
    assert [note.code for note in snapshot.notes].count(code) == 1
    assert told(read(page(snapshot).encode())) == told(snapshot)
    assert code in {note.code for note in anonymise(snapshot).notes}


def test_a_companion_of_another_kind_is_told_again(archived: Archive) -> None:
    for name in ("pipeline_tree.json", "histories.json", "operate_records.json", "node_logs.json"):
        (archived.tasks("2", "515")[0].path / name).write_bytes(b"3")
    snapshot = stitched(archived)
    assert len([note for note in snapshot.notes if note.code.endswith("-inside")]) == 4
    assert told(read(page(snapshot).encode())) == told(snapshot)


@pytest.mark.parametrize(
    "remarks",
    [
        b"{", b"3", b"[3, null, []]", b"[" * 9_999, b'[{"code": []}]',
        b'[{"code": "file-refused"}]', b'[{"code": "flow-unreadable"}]',
        b'[{"code": "flow-unreadable", "values": {}}]',
        b'[{"code": "flow-unreadable", "values": 3}]',
    ],
)  # fmt: skip
def test_remarks_by_other_hands_cost_nothing_else(archived: Archive, remarks: bytes) -> None:
    carried = page_of(stitched(archived))
    assert carried is not None
    found = block_of(replace(carried, remarks=remarks), 400_000)
    assert found is not None
    again = read(page(stitched(archived), Data(block=found[0])).encode())
    assert told(again) == told(stitched(archived))


def test_where_nobody_looked_for_children_none_is_missed(archived: Archive) -> None:
    alone = read(archived.find("2", "515").path)
    assert alone.child_tasks
    again = read(page(alone).encode())
    assert "child-task-missing" not in {note.code for note in again.notes}
    assert told(again) == told(alone)
    assert again.child_tasks == alone.child_tasks


def test_older_answers_are_left_out_and_child_tasks_never(archived: Archive) -> None:
    newer = json.loads(archived.find("2", "515").path.read_bytes())
    newer["data"]["children"]["p-sub"]["retry"] = 1
    _keep(archived, "515", json.dumps(newer).encode())
    snapshot = stitched(archived)
    whole = data_of(snapshot)
    assert whole.block is not None
    assert (whole.n_earlier, whole.n_children) == (1, 2)
    smaller = data_of(snapshot, budget=len(whole.block) - 1)
    assert (smaller.n_left, smaller.n_children) == (1, 2)
    assert smaller.block is not None
    assert (
        build_report(read(page(snapshot, smaller).encode())).seams == build_report(snapshot).seams
    )
    none = data_of(snapshot, budget=len(smaller.block) - 1)
    carried = page_of(snapshot)
    assert carried is not None
    assert none == Data(block=None, n_bytes=sum(map(len, carried.answers)))
    assert len(carried.answers) == 3


def test_what_a_child_keeps_secret_is_not_carried(archived: Archive) -> None:
    text = page(stitched(archived))
    assert CANARY not in text
    carried = page_in(text.encode())
    assert carried is not None
    assert CANARY not in repr(carried)
    assert "password=***" in repr(carried.children)


def test_what_names_tasks_and_nodes_beside_the_answers_is_masked_too(archived: Archive) -> None:
    plain = archived.find("2", "515").path.read_bytes().replace(b"p-sub", f"p {SECRET}".encode())
    _keep(archived, "515", plain)
    beside = archived.tasks("2", "515")[0].path / "histories.json"
    beside.write_bytes(beside.read_bytes().replace(b"p-sub", f"p {SECRET}".encode()))
    snapshot = stitched(archived)
    assert set(snapshot.seams.values()) == {"77", "78"}
    rules = (*BUILT_IN, *own_rules([r"bk\.example\.com", r"\b7[78]\b"]))
    data = data_of(snapshot, rules)
    carried = page_in(page(snapshot, data).encode())
    everything = repr(carried) + page(snapshot, data)
    assert CANARY not in everything
    assert carried is not None
    for hidden in ("bk.example.com", "'77'", "'78'", "instance_id=77"):
        assert hidden not in repr(carried)
    again = read(page(snapshot, data).encode())
    assert len(set(again.seams.values())) == 2
    assert list(again.seams) == list(snapshot.seams)


def test_a_root_that_is_masked_still_names_its_task() -> None:
    root = node(f"p {SECRET}", 0, None, event("p-start", 0), state="FAILED")
    made = read(envelope(root))
    text = page(made)
    assert CANARY not in repr(page_in(text.encode()))
    again = read(text.encode(), task="p password=***")
    assert again.label[0] == "p password=***"


def test_parent_and_children_share_their_pseudonyms(archived: Archive) -> None:
    plain = json.loads(archived.find("2", "515").path.read_bytes())
    plain["data"]["ex_data"] = {"p-fail": f"{SHARED} failed on db-1.example.com"}
    _keep(archived, "515", json.dumps(plain).encode())
    snapshot = stitched(archived)
    before, after = build_report(snapshot), build_report(anonymise(snapshot))
    new = {old.label: new.label for old, new in zip(before.nodes, after.nodes, strict=True)}
    texts = {old.label: new.ex_data for old, new in zip(before.nodes, after.nodes, strict=True)}
    assert (texts["p-fail"] or "").startswith(f"{new[SHARED]} failed on host-")
    host = (texts["p-fail"] or "").rpartition(" ")[2]
    assert host in (texts[SHARED] or "")
    assert [n.duration_s for n in after.nodes] == [n.duration_s for n in before.nodes]
    assert (after.counts, after.ledger) == (before.counts, before.ledger)
    assert len(set(after.seams.values())) == len(before.seams) == 2
    assert list(after.seams) == list(before.seams)
    assert len({op.person for op in after.operations}) == len(
        {op.person for op in before.operations}
    )


def test_no_name_and_no_task_number_of_a_child_is_left(archived: Archive) -> None:
    snapshot = anonymise(stitched(archived))
    text = page(snapshot)
    carried = page_in(text.encode())
    everything = text + repr(carried)
    for known in (SHARED, "q-fail", "q-sub", "r-start", "db-1", "instance_id=77", "=78", CANARY):
        at = everything.find(known)
        assert at < 0, everything[max(0, at - 200) : at + 100]
    assert told(read(text.encode())) == told(snapshot)


def test_free_text_tells_no_number_of_a_task(archived: Archive) -> None:
    for task_id, number in (("515", "515395"), ("77", "7712")):
        folder = archived.tasks("2", task_id)[0].path
        for path in folder.glob("*"):
            text = path.read_bytes().replace(b"instance_id=77", b"instance_id=7712")
            path.write_bytes(text.replace(b'"value": 77}', b'"value": 7712}'))
        folder.rename(folder.with_name(number))
    plain = json.loads(archived.find("2", "515395").path.read_bytes())
    said = "task 7712 of 515395 failed after 7712.5 s, see 77123 任务515395失败"
    plain["data"]["ex_data"] = {"p-fail": said}
    _keep(archived, "515395", json.dumps(plain).encode())
    settings = settings_for("http://127.0.0.1:9", archived.folder.parent)
    snapshot = read("2/515395", live_options=Live(settings=settings))
    assert "7712" in snapshot.seams.values()
    (text,) = (
        one.ex_data for one in build_report(anonymise(snapshot)).nodes
        if (one.ex_data or "").startswith("task ")
    )  # fmt: skip
    words = (text or "").split()
    assert words[1].startswith("id-")
    assert words[3].startswith("id-")
    assert words[4:] == ["failed", "after", "7712.5", "s,", "see", "77123", f"任务{words[3]}失败"]


Spoil = Callable[[Page], Page]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda child: replace(child, answer=b'{"no": "answer"}'),
        lambda child: replace(child, answer=b"{"),
        lambda child: replace(child, task_id=None),
    ],
    ids=["no answer", "cut off", "nameless"],
)
def test_a_damaged_child_costs_its_own_facts_only(archived: Archive, spoil: Spoil) -> None:
    carried = page_of(stitched(archived))
    assert carried is not None
    assert carried.children is not None
    found = block_of(replace(carried, children=tuple(map(spoil, carried.children))), 400_000)
    assert found is not None
    again = read(page(stitched(archived), Data(block=found[0])).encode())
    assert again.seams == {}
    assert [n.values for n in again.notes if n.code == "child-task-missing"] == [{"task": "77"}]


@pytest.mark.parametrize("children", ["3", '"x"', "[3]", "[null]", '{"a": 1}', "[{}]", "[[]]"])
def test_children_that_are_none_make_no_page(children: str) -> None:
    block = f'{{"schema": "sops-report/page/1", "answer": "{{}}", "children": {children}}}'
    text = f'<html><script type="application/json" id="sops-report-data">{block}</script></html>'
    assert page_in(text.encode()) is None


def test_answers_joined_by_other_hands_are_not_carried(archived: Archive) -> None:
    snapshot = stitched(archived)
    child = snapshot.parts[1]
    without = replace(child, origin=replace(child.origin, data=None))
    for made in (
        replace(snapshot, parts=()),
        replace(snapshot, parts=(snapshot.parts[0], without)),
    ):
        assert data_of(made) == Data(block=None)
        with pytest.raises(InputError, match="not at hand"):
            anonymise(made)


def test_the_command_line_passes_on_a_stitched_page(
    archived: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPS_REPORT_ARCHIVE", str(archived.folder))
    for options in ((), ("--anonymise",)):
        first, second = tmp_path / f"a{len(options)}.html", tmp_path / f"b{len(options)}.json"
        assert run("report", "2/515", "-o", str(first), *options).code == 0
        assert run("report", str(first), "-o", str(second)).code == 0
        seams = json.loads(second.read_bytes())["child_tasks"]
        assert len(seams) == 2
        assert CANARY.encode() not in first.read_bytes() + second.read_bytes()
        is_named = {seam["task_id"] for seam in seams} == {"77", "78"}
        assert is_named is not bool(options)


@pytest.mark.browser
@pytest.mark.parametrize("is_anonymous", [False, True])
def test_what_a_browser_saves_is_read_back_stitched(
    archived: Archive, visit: Visit, *, is_anonymous: bool
) -> None:
    snapshot = anonymise(stitched(archived)) if is_anonymous else stitched(archived)
    shown, events = visit(page(snapshot))
    assert events == []
    shown.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    assert shown.get_by_text("answers of child tasks carried too: 2").is_visible()
    assert told(read(shown.content().encode())) == told(snapshot)
