"""The local site plays a series of snapshots in scaled time."""

import json
from pathlib import Path

import pytest
from series import TASK_ID, FakeClock, answers, moving_archive
from sites import client_of, door_url

from sops_report.api.client import SopsClient
from sops_report.errors import UsageError
from sops_report.server import LocalSite

RETRIED = "n04fce799782e42ce2933b960ae87a57"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving_archive(tmp_path_factory.mktemp("series")).folder


def n_attempts(client: SopsClient) -> int:
    body = client.get_task_node_detail(TASK_ID, RETRIED).body
    return len(json.loads(body)["data"]["histories"])


@pytest.mark.parametrize("door", ["gateway", "esb"])
def test_each_snapshot_is_answered_when_its_moment_has_come(folder: Path, door: str) -> None:
    clock, series = FakeClock(), answers()
    start_us = series[0][0] // 1_000_000 * 1_000_000  # a moment in a name is a whole second
    with (
        LocalSite(folder, replay_speed=10, monotonic=clock) as site,
        client_of(door_url(site, door), door) as client,
    ):
        clock.sleep(1000)  # the task waits for the first question
        assert client.get_task_status(TASK_ID).body == series[0][1]
        for taken_us, body in series:
            clock.now += max(0.0, (taken_us - start_us) / 1e7 - elapsed(clock)) + 1e-3
            assert client.get_task_status(TASK_ID).body == body
        clock.sleep(3600)
        assert client.get_task_status(TASK_ID).body == series[-1][1]


def elapsed(clock: FakeClock) -> float:
    return clock.now - FakeClock().now - 1000


def test_the_first_question_starts_the_clock_and_the_date_tells_it(folder: Path) -> None:
    clock = FakeClock()
    with LocalSite(folder, replay_speed=60, monotonic=clock) as site:
        for waited_s in (0, 2, 3):
            clock.now += waited_s
            with client_of(site.gateway_url) as client:
                told = client.get_task_status(TASK_ID).site_time_us
            passed = (clock.now - FakeClock().now) * 60
            assert told == answers()[0][0] // 1_000_000 * 1_000_000 + passed * 1_000_000


def test_an_attempt_is_not_told_before_it_is_over(folder: Path) -> None:
    clock = FakeClock()
    with (
        LocalSite(folder, replay_speed=1, monotonic=clock) as site,
        client_of(site.gateway_url) as client,
    ):
        found = [n_attempts(client)]
        for waited_s in (40, 80, 200):
            clock.sleep(waited_s)
            found.append(n_attempts(client))
    assert found == [0, 0, 1, 2]


def test_without_a_replay_the_newest_answer_stands(folder: Path) -> None:
    with LocalSite(folder) as site, client_of(site.gateway_url) as client:
        assert client.get_task_status(TASK_ID).body == answers()[-1][1]
        assert n_attempts(client) == 2


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(folder: Path, speed: float) -> None:
    with pytest.raises(UsageError) as refused:
        LocalSite(folder, replay_speed=speed)
    assert refused.value.key == "bad-replay"
