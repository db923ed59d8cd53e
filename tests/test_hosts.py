"""Failed hosts are read from texts only where these prove the failure."""

import json

import pytest

from sops_report.analysis.hosts import host_failures


def told(text: str | None) -> list[tuple[str, int | None, str]]:
    return [(found.host, found.exit_code, found.text) for found in host_failures(text)]


def test_objects_with_hosts() -> None:
    hosts = [
        {"ip": "10.0.1.15", "exit_code": 1, "log": "rsync: closed\nrsync error"},
        {"ip": "10.0.1.16", "exit_code": "127", "log": ""},
        {"ip": "10.0.1.17", "exit_code": 0, "log": "done"},
    ]
    text = json.dumps({"code": 1306201, "message": "目标机器不可达", "hosts": hosts})
    expected = [("10.0.1.15", 1, "rsync: closed"), ("10.0.1.16", 127, "")]
    assert told(text) == expected
    assert told(f"failed, see the log\n{text}") == expected  # behind a plugin's own message


def test_counts_by_module() -> None:
    modules = [{"module": "zone", "ok": 3, "fail": 1}, {"module": "login", "ok": 4, "fail": 0}]
    assert told(json.dumps(modules)) == [("zone", None, "1 / 4")]


def test_results_by_address() -> None:
    text = json.dumps({"10.0.0.1": {"exit_code": 2, "error": "no"}, "10.0.0.2": {"exit_code": 0}})
    assert told(text) == [("10.0.0.1", 2, "no")]


def test_lines_with_one_address_and_one_exit_code() -> None:
    text = "10.0.0.1 exit code: 127\n10.0.0.2 退出码：0\n10.0.0.3 返回码 5；10.0.0.4, rc=9"
    assert [(host, code) for host, code, _ in told(text)] == [
        ("10.0.0.1", 127),
        ("10.0.0.3", 5),
        ("10.0.0.4", 9),
    ]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "connect to 10.0.0.1 failed",
        'params={"ip_list":[{"ip":"10.0.1.15"}]}, error=主机不存在',
        "10.0.0.1 timeout exit code 10.0.23.68",
        "10.0.0.1 and 10.0.0.2: exit code 1",
        "10.0.0.1 src = 1",
        "1.10.0.0.1 exit code 1",
        '{"hosts": [{"ip": "10.0.0.1", "exit_code": true}]}',
        '{"hosts": [',
        "[" * 100_000,
        '{"ip": "10.0.0.1", "exit_code": 1}' + " " * 300_000,
    ],
)
def test_anything_else_yields_nothing(text: str | None) -> None:
    assert host_failures(text) == ()


def test_a_hostile_number_of_hosts_is_cut() -> None:
    text = json.dumps([{"ip": f"h{number}", "exit_code": 1} for number in range(2_000)])
    assert len(host_failures(text)) == 500
