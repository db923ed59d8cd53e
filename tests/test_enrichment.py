"""Live tasks made truer: records, logs and child tasks over real sockets, refusals as notes."""

import json
from collections import Counter
from datetime import UTC
from pathlib import Path

import pytest
from commandline import ROOT, run
from enriched import ALONE, CANARY, PLACE, PROJECT, fill, settings_for

from sops_report.analysis.clock import read_clock
from sops_report.api.client import Answer
from sops_report.archive.archive import Archive
from sops_report.errors import NetworkError, SopsReportError, UsageError
from sops_report.reading import read_bytes
from sops_report.redaction.embedding import data_of
from sops_report.redaction.pseudonyms import anonymise
from sops_report.rendering import Format, render
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.html import render_page
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.server import LocalSite
from sops_report.server.faults import read_fault
from sops_report.snapshot import Origin, Snapshot
from sops_report.sources import Live, read
from sops_report.sources.allowance import Allowance
from sops_report.sources.errand import named_after
from sops_report.sources.live import Wanted
from sops_report.sources.refusals import read_refusals
from sops_report.watching.polling import Poller
from sops_report.words import Language

COMPANIONS = ("operate_records.json", "node_logs.json")
OPTIONAL = {
    "get_task_detail": "flow", "get_task_node_detail": "histories",
    "get_task_operate_record": "operations", "get_task_node_log": "logs",
}  # fmt: skip


@pytest.fixture
def served(tmp_path: Path) -> Archive:
    """An archive to be served."""
    return fill(tmp_path / "served")


def fetched(  # noqa: PLR0913 - options
    served: Archive, folder: Path, *, operations: bool = True, logs: bool = True,
    most_calls: int | None = None, faults: tuple[str, ...] = (), names: bool = False,
    asked: list[str] | None = None,
) -> Snapshot:  # fmt: skip
    """Read the task live, with everything that can be had."""
    with LocalSite(
        served, faults=faults, slow_s=2, listener=(asked if asked is not None else []).append
    ) as site:
        options = Live(
            settings=settings_for(site.gateway_url, folder), with_operations=operations,
            with_logs=logs, most_calls=most_calls, archived_as=PLACE["site"],
        )  # fmt: skip
        return read("515", live_options=options, names=names)


def again(folder: Path, *, names: bool = False) -> Snapshot:
    """Read the same task from the archive, without any site."""
    settings = settings_for("http://127.0.0.1:9", folder)
    return read("2/515", live_options=Live(settings=settings), names=names)


def kept(folder: Path, task_id: str = "515") -> dict[str, bytes]:
    paths = (folder / "kept").glob(f"*/*/{task_id}/*.json")
    return {path.name: path.read_bytes() for path in paths}


def calls(asked: list[str]) -> Counter[str]:
    return Counter(path.split("/")[4] for path in asked)


def page_of(snapshot: Snapshot) -> bytes:
    """Return a page that carries what the snapshot was read from."""
    report, options = build_report(snapshot), PageOptions(data=data_of(snapshot))
    return render_page(report, Language.EN, UTC, options).encode()


def notes(report: Report) -> list[str]:
    return [f"{n.code} {n.text[Language.EN]}" for n in report.notes if n.code.startswith("call-")]


def test_what_is_asked_for_is_shown_archived_and_read_back(served: Archive, tmp_path: Path) -> None:
    live, stored = build_report(fetched(served, tmp_path)), build_report(again(tmp_path))
    raw = {name: served.tasks("2", "515")[0].path / name for name in COMPANIONS}
    assert kept(tmp_path)["operate_records.json"] == raw["operate_records.json"].read_bytes()
    assert [(op.what, op.person, op.name) for op in live.operations] == [
        ("start", 1, None), ("retry", 2, None),
    ]  # fmt: skip
    left = next(f.evidence for f in live.failures if f.label == "p-fail")
    assert left is not None
    assert left.is_cut
    assert left.log is not None
    assert left.log.endswith("the end")
    assert [setting.key for setting in left.inputs] == ["plain", "vars.pwd"]
    assert (live.operations, live.failures) == (stored.operations, stored.failures)
    assert notes(live) == []


def test_only_the_end_of_a_long_log_is_fetched(served: Archive, tmp_path: Path) -> None:
    asked: list[str] = []
    fetched(served, tmp_path, asked=asked)
    assert calls(asked)["get_task_node_log"] == 2 * (2 + 1)  # of each task a long and a short one
    entry = json.loads(kept(tmp_path)["node_logs.json"])["p-fail"][0]
    assert entry["query"]["page"] == 3
    assert entry["response"]["data"].startswith("line 200\n")


def test_a_log_that_is_gone_does_not_keep_the_next_one_back(
    served: Archive, tmp_path: Path
) -> None:
    path = served.tasks("2", "515")[0].path / "node_logs.json"
    logs = json.loads(path.read_bytes())
    del logs["p-fail"]  # the first to fail, so the first to be asked for
    path.write_text(json.dumps(logs), "utf-8")
    report = build_report(fetched(served, tmp_path))
    assert json.loads(kept(tmp_path)["node_logs.json"]).keys() == {"p-fail", "p-sub"}
    assert json.loads(kept(tmp_path)["node_logs.json"])["p-sub"] != []
    assert [note.partition(":")[0] for note in notes(report)] == [
        "call-failed get_task_node_log could not be had"
    ]


def test_nothing_of_it_without_the_options(served: Archive, tmp_path: Path) -> None:
    asked: list[str] = []
    found = fetched(served, tmp_path, operations=False, logs=False, asked=asked)
    assert (found.operations, found.evidence) == (None, {})
    assert not set(COMPANIONS) & kept(tmp_path).keys()
    assert not {"get_task_operate_record", "get_task_node_log"} & calls(asked).keys()
    for to in Format:
        assert "Who did what" not in render(build_report(found), to)


def test_the_record_is_asked_for_by_the_projects_own_id(served: Archive, tmp_path: Path) -> None:
    asked: list[str] = []
    fetched(served, tmp_path, asked=asked)
    records = {path for path in asked if "get_task_operate_record/515" in path}
    assert {path.rstrip("/").rpartition("/")[2] for path in records} == {str(PROJECT)}


FAULTS = {
    "denied": "call-denied", "html:always": "call-failed", "502:always": "call-failed",
    "short": "call-failed", "slow": "call-failed", "redirect": "call-failed",
}  # fmt: skip


@pytest.mark.parametrize("api", OPTIONAL)
@pytest.mark.parametrize("fault", ["denied", "html"])
def test_an_optional_call_that_fails_costs_its_own_facts_only(
    served: Archive, tmp_path: Path, api: str, fault: str
) -> None:
    report = build_report(fetched(served, tmp_path, faults=(f"{fault}@{api}",)))
    told = [note for note in notes(report) if api in note.partition(":")[0]]
    assert len(told) == 1
    assert told[0].startswith(FAULTS.get(fault, "call-failed"))
    assert "permission" in told[0] or fault != "denied"
    later = build_report(again(tmp_path))  # from the archive alone, and from a page of it
    assert notes(later) == notes(report)
    assert notes(build_report(read(page_of(again(tmp_path))))) == notes(report)
    assert report.provenance.has_flow is (api != "get_task_detail")
    assert report.provenance.has_operations is (
        api not in {"get_task_operate_record", "get_task_detail"}
    )
    assert {failure.label for failure in report.failures} >= {"p-fail"}


@pytest.mark.parametrize("fault", ["502:always", "short", "slow", "redirect", "bomb", "drip"])
def test_whatever_goes_wrong_with_a_log_the_report_is_made(
    served: Archive, tmp_path: Path, fault: str
) -> None:
    kind, colon, times = fault.partition(":")
    fault = f"{kind}@get_task_node_log{colon}{times}"
    report = build_report(fetched(served, tmp_path, operations=False, faults=(fault,)))
    # one note for each reason: a busy machine may take a large answer for none
    assert {note.partition(":")[0] for note in notes(report) if "node_log" in note} == {
        "call-failed get_task_node_log could not be had"
    }
    left = next(f.evidence for f in report.failures if f.label == "p-fail")
    assert left is not None  # inputs and outputs are there all the same
    assert (left.log, len(left.inputs)) == (None, 2)


# -- refusals that are kept ----------------------------------------------------------------------


def test_a_refusal_stands_in_each_task_and_is_said_once(served: Archive, tmp_path: Path) -> None:
    live = build_report(fetched(served, tmp_path, faults=("denied@get_task_node_log",)))
    assert len(notes(live)) == 1
    for task_id in ("515", "77"):
        (one,) = json.loads(kept(tmp_path, task_id)["refusals.json"])["refused"]
        assert (one["call"], one["kind"]) == ("get_task_node_log", "denied")
    settings = settings_for("http://127.0.0.1:9", tmp_path)
    child = build_report(read("2/77", live_options=Live(settings=settings)))
    assert notes(child) == notes(live)
    shown = build_report(anonymise(again(tmp_path)))
    assert [note.partition(" ")[0] for note in notes(shown)] == ["call-denied"]
    assert Archive(tmp_path / "kept").verify() == []
    fetched(served, tmp_path)
    assert notes(build_report(again(tmp_path))) == []


ENTRY = {
    "call": "get_task_detail", "kind": "network", "key": "unreachable", "values": {"host": "h"},
}  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"call": "rm"}, {"call": 3}, {"call": ["get_task_detail"]}, {"kind": "worst"},
        {"kind": None}, {"key": "no-such-key"}, {"key": "site-error"}, {"values": {"key": 1}},
        {"values": {"self": 1}}, {"values": 3}, {"values": {"host": {}}}, {"values": {}},
    ],
)  # fmt: skip
def test_a_kept_refusal_of_other_hands_costs_itself_only(changed: dict[str, object]) -> None:
    whole = json.dumps({"refused": [ENTRY | changed, 3, None, ENTRY]})
    (note,) = read_refusals(whole.encode())
    assert (note.code, note.values["call"]) == ("call-failed", "get_task_detail")
    assert "h cannot be reached" in str(note.values["reason"])


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"refused": 3}', b"[" * 99_999, b"\xff"])
def test_what_is_no_file_of_refusals_is_a_note(data: bytes) -> None:
    assert [note.code for note in read_refusals(data)] == ["refusals-unreadable"]


# -- child tasks ---------------------------------------------------------------------------------


def test_child_tasks_are_followed_once_each_and_stitched(served: Archive, tmp_path: Path) -> None:
    asked: list[str] = []
    report = build_report(fetched(served, tmp_path, operations=False, logs=False, asked=asked))
    status = [path.split("/")[5] for path in asked if "get_task_status" in path]
    assert status == ["515", "77", "78"]
    assert {failure.label for failure in report.failures} == {"p-fail", "q-fail"}
    assert set(report.seams.values()) == {"77", "78"}
    assert notes(report) == []
    assert kept(tmp_path, "77")
    assert sum(piece.seconds for piece in report.critical_path) == report.task.wall_s


@pytest.mark.parametrize("most", [0, 1, 3, 4, 6])
def test_calls_beside_the_status_are_bounded(served: Archive, tmp_path: Path, most: int) -> None:
    asked: list[str] = []
    report = build_report(fetched(served, tmp_path, most_calls=most, asked=asked))
    assert len(asked) == most + 1
    assert any("--max-calls" in n or "were allowed" in n for n in notes(report))


def test_a_child_that_is_denied_is_a_note_of_both_kinds(served: Archive, tmp_path: Path) -> None:
    path = served.tasks("2", "77")[0].path
    path.rename(path.with_name("79"))
    report = build_report(fetched(served, tmp_path, operations=False, logs=False))
    assert [n.code for n in report.notes if n.code in {"child-task-missing", "call-failed"}] == [
        "call-failed", "child-task-missing",
    ]  # fmt: skip
    assert {failure.label for failure in report.failures} == {"p-sub", "p-fail"}


def test_no_histories_means_no_child_tasks(served: Archive, tmp_path: Path) -> None:
    asked: list[str] = []
    with LocalSite(served, listener=asked.append) as site:
        settings = settings_for(site.gateway_url, tmp_path)
        read("515", live_options=Live(settings=settings, with_histories=False))
    assert calls(asked) == {"get_task_status": 1, "get_task_detail": 1}


def test_time_runs_for_all_calls_together() -> None:
    now = [0.0]
    allowance = Allowance(calls=9, seconds=10, monotonic=lambda: now[0])
    allowance.take("a")
    now[0] = 10.0
    with pytest.raises(NetworkError) as refused:
        allowance.take("b")
    assert (refused.value.key, allowance.made) == ("time-used-up", 1)


def test_watch_ends_with_child_tasks_records_and_logs(served: Archive, tmp_path: Path) -> None:
    with LocalSite(served) as site:
        poller = Poller(
            Wanted(task_id="515"), settings_for(site.gateway_url, tmp_path), with_operations=True,
            with_logs=True, names=True,
        )  # fmt: skip
        poller.ask()
        found = poller.final()
        poller.close()
    assert found is not None
    report = build_report(found)
    assert set(report.seams.values()) == {"77", "78"}
    assert [op.name for op in report.operations] == ["annabel", "bo-x"]
    assert found.evidence["p-fail"].log is not None


# -- names of files ------------------------------------------------------------------------------


def test_an_answer_without_a_clock_is_named_by_the_sites_clock(
    served: Archive, tmp_path: Path
) -> None:
    with LocalSite(served, replay_speed=1) as site:
        settings = settings_for(site.gateway_url, tmp_path)
        read("78", live_options=Live(settings=settings, with_histories=False))
    (name,) = [name for name in kept(tmp_path, "78") if name.startswith("2") and "meta" not in name]
    assert name.startswith("20240618T14132")  # as the site said, whenever this test runs


@pytest.mark.parametrize(
    ("site_s", "expected"), [(None, 90), (50, 50), (5, 10)], ids=["unknown", "behind", "stale"]
)
def test_the_name_is_never_before_the_last_activity(site_s: int | None, expected: int) -> None:
    times = {"start_time": "1990-01-01 00:00:00 +0000", "finish_time": "1990-01-01 00:00:10 +0000"}
    leaf = {"id": "a", "state": "FINISHED", **times}
    root = {"id": "r", "state": "FINISHED", **times, "children": {"a": leaf}}
    zero = 631_152_000_000_000
    origin = Origin(source="x", fetched_at_us=zero + 90_000_000)
    clock = read_clock(read_bytes(json.dumps(root).encode(), origin), "finished")
    answer = Answer(
        body=b"", http_status=200, fetched_at_us=0, request={},
        site_time_us=None if site_s is None else zero + site_s * 1_000_000,
    )  # fmt: skip
    assert named_after(clock, answer) == zero + expected * 1_000_000


# -- secrets -------------------------------------------------------------------------------------


def test_no_planted_secret_leaves_the_archive(
    served: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name, value in (("APP_CODE", "a"), ("APP_SECRET", "s"), ("USERNAME", "u"), ("BIZ", "2")):
        monkeypatch.setenv(f"SOPS_REPORT_{name}", value)
    monkeypatch.setenv("SOPS_REPORT_ARCHIVE", "kept")
    with LocalSite(served) as site:
        where = ("--url", site.gateway_url, "--operations", "--logs", "--names")
        outs = [word for suffix in Format for word in ("-o", f"out/a.{suffix}")]
        Path("out").mkdir()
        done = [
            run("report", ALONE, *outs, *where),
            run("report", "515", "--bundle", "out/bundle", "--email", "out/mail.html", *where),
            run("kit", ALONE, "-o", "out/kit", *where), run("show", "515", *where),
            run("nodes", "515", "-o", "out/nodes.csv", *where),
        ]  # fmt: skip
    assert [(one.code, one.err) for one in done] == [(0, "")] * 5
    said = "".join(one.out + one.err for one in done)
    written = [path for path in Path("out").rglob("*") if path.is_file()]
    everything = said + "".join(path.read_bytes().decode("utf-8", "replace") for path in written)
    assert "annabel" in everything
    assert CANARY not in everything
    page = build_report(read("out/a.html"))
    assert CANARY not in repr(page)
    assert page.provenance.has_operations
    assert CANARY in "".join(p.read_text() for p in Path("kept").rglob("*.json"))


@pytest.mark.parametrize("text", ["denied@", "denied@get_everything", "@get_task_detail", "x@y"])
def test_a_fault_of_no_api_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_fault(text)


def test_a_reason_is_told_once_for_all_tasks(served: Archive, tmp_path: Path) -> None:
    told: list[str] = []
    with LocalSite(served, faults=["denied@get_task_node_log"]) as site:
        settings = settings_for(site.gateway_url, tmp_path)
        options = Live(settings=settings, with_logs=True, tell=lambda what, _: told.append(what))
        read("515", live_options=options)
    assert told == ["logs"]


def test_an_unknown_project_is_told(served: Archive, tmp_path: Path) -> None:
    path = served.tasks("2", "515")[0].path / "pipeline_tree.json"
    detail = json.loads(path.read_bytes())
    del detail["data"]["project_id"]
    path.write_text(json.dumps(detail), "utf-8")
    told: list[tuple[str, SopsReportError]] = []
    with LocalSite(served) as site:
        settings = settings_for(site.gateway_url, tmp_path)
        options = Live(settings=settings, with_operations=True, tell=lambda *one: told.append(one))
        found = read("515", live_options=options)
    assert [(what, refusal.key) for what, refusal in told] == [("operations", "no-project-id")]
    assert found.operations is None
