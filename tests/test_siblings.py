"""The sibling calls over real sockets: lists, batches, records, logs, our own rate limit."""

import json
from pathlib import Path
from typing import Any

import pytest
from series import FakeClock
from sites import (
    CREDENTIALS,
    SECRET,
    client_of,
    door_url,
    fill_archive,
    keep,
    reply,
    saved,
    scripted,
)

from sops_report.api.client import SopsClient
from sops_report.api.clockwork import Clockwork
from sops_report.api.rate import Bucket
from sops_report.config import make_site, read_settings
from sops_report.errors import NetworkError, SopsReportError, UsageError
from sops_report.server import LocalSite
from sops_report.sources.listing import Wish, listed_tasks

DOORS = ("gateway", "esb")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep 515 (finished, with flow), 516 and 517 (failed), 518 (created)."""
    archive = fill_archive(tmp_path_factory.mktemp("archive"))
    for task_id, name in (("516", "failed"), ("517", "failed"), ("518", "created")):
        keep(archive, saved(name), task_id=task_id)
    return archive.folder


def data_of(body: bytes) -> Any:  # noqa: ANN401 - JSON
    return json.loads(body)["data"]


@pytest.mark.parametrize("door", DOORS)
def test_states_of_many_tasks_in_one_call(folder: Path, door: str) -> None:
    with LocalSite(folder) as site, client_of(door_url(site, door), door) as client:
        answer = client.get_tasks_status([515, "516", 9])
        found = {item["id"]: item["status"]["state"] for item in data_of(answer.body)}
        assert found == {516: "FAILED", 515: "FINISHED"}
        assert "children" not in data_of(answer.body)[0]["status"]
        whole = client.get_tasks_status([515], with_children=True)
        assert data_of(whole.body)[0]["status"]["children"]
        assert answer.request["method"] == "POST"
        assert SECRET not in json.dumps(answer.request)
        assert site.n_requests == 2


@pytest.mark.parametrize("ids", [[], list(range(1, 52)), ["x"]])
def test_a_batch_of_a_wrong_size_is_not_sent(ids: list[int]) -> None:
    with scripted(reply(200, b"{}")) as site, client_of(site.url) as client:
        with pytest.raises(UsageError):
            client.get_tasks_status(ids)
        assert site.asked == []


@pytest.mark.parametrize("door", DOORS)
def test_the_list_is_turned_page_by_page(folder: Path, door: str) -> None:
    with LocalSite(folder) as site, client_of(door_url(site, door), door) as client:
        pages = [data_of(client.get_task_list(limit=3, offset=at).body) for at in (0, 3)]
        assert [[item["id"] for item in page] for page in pages] == [[518, 517, 516], [515]]
        for limit, offset in ((201, 0), (0, 0), (1, -1)):
            with pytest.raises(UsageError):
                client.get_task_list(limit=limit, offset=offset)


def test_records_logs_and_effective_time_are_asked_as_documented() -> None:
    def by_path(handler: Any, body: bytes) -> None:  # noqa: ANN401 - as Script
        data: object = {}
        data = "a log" if "node_log" in handler.path else data
        data = [{"operator": "x"}] if "operate" in handler.path else data
        reply(200, json.dumps({"result": True, "data": data}).encode())(handler, body)

    with scripted(by_path) as site, client_of(site.url) as client:
        record = client.get_task_operate_record(515, project_id=7)
        log = client.get_task_node_log(515, "n1", "v1", page=2)
        client.get_task_effective_time(515)
        paths = [path for _, path, _, _ in site.asked]
    assert paths == [
        "/get_task_operate_record/515/7/?scope=project",
        "/get_task_node_log/515/2/?scope=cmdb_biz&node_id=n1&version=v1&page=2&page_size=100",
        "/get_task_effective_time/515/2/?scope=cmdb_biz",
    ]
    assert data_of(record.body) == [{"operator": "x"}]
    assert data_of(log.body) == "a log"


def test_an_answer_of_the_wrong_kind_is_refused() -> None:
    odd = reply(200, b'{"result": true, "data": {}}')
    with (
        scripted(odd) as site,
        client_of(site.url) as client,
        pytest.raises(NetworkError) as refused,
    ):
        client.get_task_list()
    assert refused.value.key == "site-odd-answer"


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (Wish(), ["518", "517", "516", "515"]), (Wish(most=2), ["518", "517"]),
        (Wish(groups=frozenset({"failed"})), ["517", "516"]),
        (Wish(groups=frozenset({"failed"}), most=1), ["517"]),
        (Wish(groups=frozenset({"not_started", "success"})), ["518", "515"]),
        (Wish(since_us=0), ["517", "516", "515"]), (Wish(until_us=1), []),
        (Wish(template_id="no such"), []), (Wish(executor="nobody"), []),
    ],
)  # fmt: skip
def test_tasks_are_found_by_template_time_executor_and_state(
    folder: Path, wish: Wish, found: list[str]
) -> None:
    with LocalSite(folder) as site, client_of(site.gateway_url) as client:
        assert [task.task_id for task in listed_tasks(client, wish)] == found


def test_a_filter_that_the_site_ignores_is_applied_all_the_same() -> None:
    items = [
        {"id": number, "name": "x", "template_id": str(number % 3), "executor": "a"}
        for number in range(250, 0, -1)
    ]

    def pages(handler: Any, body: bytes) -> None:  # noqa: ANN401 - as Script
        at = int(handler.path.partition("offset=")[2].partition("&")[0])
        data = {"result": True, "data": items[at : at + 200], "count": len(items)}
        page = json.dumps(data).encode()
        reply(200, page)(handler, body)

    with scripted(pages) as site, client_of(site.url) as client:
        found = [task.task_id for task in listed_tasks(client, Wish(template_id="1"))]
        assert len(site.asked) == 2
    assert found == [str(number) for number in range(250, 0, -1) if number % 3 == 1]


def test_our_own_limit_spaces_the_calls(folder: Path) -> None:
    clock = FakeClock()
    clocks = Clockwork(monotonic=clock, sleep=clock.sleep)
    with LocalSite(folder) as site:
        where = make_site(site.gateway_url, biz="2", rate=0.5)
        with SopsClient(where, CREDENTIALS, clocks=clocks) as client:
            for _ in range(3):
                client.get_task_status(515)
    assert clock.slept == [2.0, 2.0]


def test_a_rest_earns_no_burst_and_a_wish_of_the_site_holds_everybody() -> None:
    clock = FakeClock(1000.0)
    bucket = Bucket(1.0, Clockwork(monotonic=clock, sleep=clock.sleep))
    clock.sleep(100)
    for _ in range(3):
        bucket.take()
    bucket.hold(30)
    bucket.take()
    unlimited = Bucket(None, Clockwork(monotonic=clock, sleep=clock.sleep))
    unlimited.take()
    unlimited.hold(7)
    unlimited.take()
    assert clock.slept[1:] == [1.0, 1.0, 30.0, 7.0]


@pytest.mark.parametrize("rate", ["fast", "0", "-1"])
def test_a_rate_that_is_none_is_refused(tmp_path: Path, rate: str) -> None:
    with pytest.raises(SopsReportError) as refused:
        read_settings({"SOPS_REPORT_RATE": rate}, config_file=tmp_path / "none")
    assert refused.value.key == "bad-setting"
