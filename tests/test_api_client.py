"""The client over real sockets: both doors, every fault, retries, limits, TLS."""

import gzip
import http.server
import itertools
import json
import ssl
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from sites import (
    CREDENTIALS,
    SECRET,
    Naps,
    Script,
    client_of,
    dead_port,
    door_url,
    fill_archive,
    reply,
    saved,
    scripted,
)  # fmt: skip

from sops_report.api.client import SopsClient
from sops_report.api.retries import asked_wait
from sops_report.api.transport import Reply
from sops_report.config import Credentials, make_site
from sops_report.errors import NetworkError, NotAllowedError, SopsReportError, UsageError
from sops_report.server import LocalSite
from sops_report.words import Language

NEVER_S = 3600.0  # longer than any deadline here; a site that is stopped waits no longer
DOORS = ("gateway", "esb")
GOOD = b'{"result": true, "code": 0, "data": {"state": "EXPIRED", "name": "x"}}'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_archive(tmp_path_factory.mktemp("archive")).folder


def problem_with(client: SopsClient, task: int = 515) -> SopsReportError:
    with client, pytest.raises(SopsReportError) as caught:
        client.get_task_status(task)
    return caught.value


@pytest.mark.parametrize("door", DOORS)
def test_an_answer_comes_back_byte_for_byte(folder: Path, door: str) -> None:
    with LocalSite(folder) as site, client_of(door_url(site, door), door) as client:
        before = time.time_ns() // 1000
        answer = client.get_task_status("515")
        assert answer.body == saved("finished")
        assert answer.http_status == 200
        assert before <= answer.fetched_at_us <= time.time_ns() // 1000
        assert answer.request["host"] == site.url.removeprefix("http://")
        assert answer.request["door"] == door
        parameters = answer.request["parameters"]
        assert isinstance(parameters, dict)
        assert parameters["task_id"] == "515"
        assert parameters["with_ex_data"] == 1


@pytest.mark.parametrize("door", DOORS)
def test_the_sibling_calls_answer_what_is_saved(folder: Path, door: str) -> None:
    histories = json.loads(saved("histories"))
    node, entries = next(iter(histories.items()))
    with LocalSite(folder) as site, client_of(door_url(site, door), door) as client:
        assert client.get_task_detail(515).body == saved("pipeline_tree")
        detail = client.get_task_node_detail(515, node, component_code="c", subprocess_stack=["a"])
        assert json.loads(detail.body) == entries[0]["response"]
        with pytest.raises(NetworkError):
            client.get_task_node_detail(515, "n-unknown")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("fault", "key", "requests"),
    [
        ("short", "connection-lost", 4), ("429:always", "rate-limited", 4),
        ("502:always", "server-trouble", 4), ("html", "html-answer", 1),
        ("redirect", "redirected", 1), ("denied", "no-permission", 1),
    ],
)  # fmt: skip
def test_each_fault_is_one_error_after_counted_tries(
    folder: Path, door: str, fault: str, key: str, requests: int
) -> None:
    with LocalSite(folder, faults=[fault]) as site:
        problem = problem_with(client_of(door_url(site, door), door))
        assert problem.key == key
        assert problem.exit_code == (5 if key == "no-permission" else 4)
        assert site.n_requests == requests
        assert all(problem.hint(language) for language in Language)


@pytest.mark.parametrize("fault", ["429", "502", "502:1"])
def test_tries_help_when_the_trouble_passes(folder: Path, fault: str) -> None:
    naps = Naps()
    with LocalSite(folder, faults=[fault]) as site, client_of(site.url, "esb", naps=naps) as client:
        assert client.get_task_status(515).body == saved("finished")
        assert site.n_requests == len(naps.taken) + 1
    assert naps.taken == {"429": [1.0, 1.0], "502": [0.5, 1.0], "502:1": [0.5]}[fault]


def test_a_packed_answer_is_unpacked(folder: Path) -> None:
    with LocalSite(folder, faults=["gzip"]) as site, client_of(site.gateway_url) as client:
        assert client.get_task_status(515).body == saved("finished")


def test_a_bomb_is_stopped_early(folder: Path) -> None:
    with LocalSite(folder, faults=["bomb"]) as site:
        problem = problem_with(client_of(site.gateway_url, max_bytes=4 * 1024 * 1024))
    assert problem.key == "site-too-large"
    assert "4 MiB" in str(problem)


def test_a_large_plain_answer_is_stopped_too(folder: Path) -> None:
    with LocalSite(folder) as site:
        assert problem_with(client_of(site.url, "esb", max_bytes=100)).key == "site-too-large"


def test_silence_is_bounded(folder: Path) -> None:
    naps = Naps()
    with LocalSite(folder, faults=["slow"], slow_s=NEVER_S) as site:
        problem = problem_with(client_of(site.url, "esb", naps=naps, read_timeout_s=0.2, tries=2))
    assert problem.key == "no-answer"
    assert naps.taken == [0.5]


@pytest.mark.parametrize("door", DOORS)
def test_a_dripping_body_is_bounded_by_the_deadline(folder: Path, door: str) -> None:
    with LocalSite(folder, faults=["drip"]) as site:
        problem = problem_with(client_of(door_url(site, door), door, timeout_s=0.5))
    assert problem.key == "deadline"  # else the whole answer had come, byte by byte


def drip_head(handler: http.server.BaseHTTPRequestHandler, _: bytes) -> None:
    for byte in itertools.chain(b"HTTP/1.1 200 OK\r\nX-Long: ", itertools.repeat(ord("x"))):
        handler.wfile.write(bytes((byte,)))
        handler.wfile.flush()
        time.sleep(0.05)


def endless(handler: http.server.BaseHTTPRequestHandler, _: bytes) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + GOOD)
    handler.wfile.flush()
    handler.rfile.read()  # until the client has gone


@pytest.mark.parametrize("script", [drip_head, endless])
def test_what_no_read_timeout_bounds_the_deadline_does(script: Script) -> None:
    with scripted(script) as site:
        assert problem_with(client_of(site.url, timeout_s=0.5)).key == "deadline"


def test_a_wait_longer_than_the_time_left_is_not_begun() -> None:
    naps = Naps()
    with scripted(reply(429, b"{}", {"Retry-After": "3600"})) as site:
        problem = problem_with(client_of(site.url, naps=naps, timeout_s=30.0))
    assert problem.key == "rate-limited"
    assert naps.taken == []
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7), ({"retry-after": "Tue, 18 Jun 2024 14:13:30 GMT"}, 10),
        ({"retry-after": "Tue, 18 Jun 2024 14:13:10 GMT"}, 0), ({"retry-after": "soon"}, 0),
        ({"retry-after": "-3"}, 0), ({"retry-after": "9" * 400}, 0), ({}, 0),
        ({"x-bkapi-ratelimit-reset": "3"}, 3), ({"x-bkapi-ratelimit-reset": "1718720005"}, 5),
        ({"retry-after": "2", "x-bkapi-ratelimit-reset": "4"}, 4),
    ],
)  # fmt: skip
def test_what_the_site_asks_for_is_understood(headers: dict[str, str], seconds: float) -> None:
    assert asked_wait(Reply(status=429, headers=headers, body=b""), 1_718_720_000.0) == seconds


def test_a_dead_port_is_tried_again_then_told() -> None:
    naps = Naps()
    with dead_port() as port:
        problem = problem_with(client_of(f"http://127.0.0.1:{port}", naps=naps))
    assert problem.key == "unreachable"
    assert str(port) in str(problem)
    assert naps.taken == [0.5, 1.0, 2.0]


def test_the_esb_codes_for_passing_trouble_are_tried_again() -> None:
    body = b'{"result": false, "code": 1306201, "message": "timeout", "data": null}'
    with scripted(reply(200, body)) as site:
        assert problem_with(client_of(site.url, "esb", tries=3)).key == "server-trouble"
        assert len(site.asked) == 3


def test_switches_that_are_off_are_left_out_and_those_on_are_sent() -> None:
    with scripted(reply(200, GOOD)) as site:
        with client_of(site.url) as client:
            client.get_task_status(515, biz=9, scope="project", with_ex_data=False)
            client.get_task_status(
                515, subprocess_id="n1", with_failed_node_info=True, with_auto_retry_status=True
            )
        with client_of(site.url, "esb") as client:
            client.get_task_status(515)
        (_, off, _, _), (_, on, _, _), (method, path, headers, body) = site.asked
    assert off == "/get_task_status/515/9/?scope=project"
    assert "with_failed_node_info=1&with_auto_retry_status=1&subprocess_id=n1" in on
    assert (method, path) == ("POST", "/api/c/compapi/v2/sops/get_task_status/")
    assert headers["content-type"] == "application/json"
    sent = json.loads(body)
    assert sent["with_ex_data"] == "1"
    assert "with_failed_node_info" not in sent
    assert json.loads(headers["x-bkapi-authorization"])["bk_app_secret"] == SECRET
    assert SECRET not in body.decode()


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        (CREDENTIALS, {"bk_app_code": "my-app", "bk_app_secret": SECRET, "bk_username": "admin"}),
        (replace(CREDENTIALS, bk_token=SECRET),
         {"bk_app_code": "my-app", "bk_app_secret": SECRET, "bk_token": SECRET}),
        (Credentials(access_token=SECRET), {"access_token": SECRET}),
    ],
)  # fmt: skip
def test_the_header_names_app_and_user(credentials: Credentials, expected: dict[str, str]) -> None:
    with scripted(reply(200, GOOD)) as site:
        with client_of(site.url, credentials=credentials) as client:
            client.get_task_status(515)
        (_, path, headers, _), = site.asked  # fmt: skip
    assert json.loads(headers["x-bkapi-authorization"]) == expected
    assert SECRET not in path


def test_an_old_esb_that_knows_no_header_is_told_by_parameters_from_then_on() -> None:
    refused = {"result": False, "code": 1306000, "message": "app_code cannot be empty"}

    def old(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        is_told = json.loads(body).get("bk_app_secret") == SECRET
        reply(200, GOOD if is_told else json.dumps(refused).encode())(handler, body)

    with scripted(old) as site:
        with client_of(site.url, "esb") as client:
            for _ in range(3):
                assert client.get_task_status(515).body == GOOD
        assert len(site.asked) == 4
        assert all(SECRET not in path for _, path, _, _ in site.asked)
    with scripted(reply(200, json.dumps(refused).encode())) as site:
        with client_of(site.url, "esb") as client:
            for _ in range(2):
                with pytest.raises(NotAllowedError):
                    client.get_task_status(515)
        assert len(site.asked) == 4


@pytest.mark.parametrize("door", DOORS)
def test_extras_are_left_out_where_a_task_cannot_tell(door: str) -> None:
    def stub(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        refused = b'{"result": false, "code": 3599999, "message": "\'id\'", "data": null}'
        extras = "with_failed_node_info" in handler.path + body.decode()
        reply(200, refused if extras else saved("created"))(handler, body)

    with scripted(stub) as site:
        with client_of(site.url, door) as client:
            answer = client.get_task_status(515, with_failed_node_info=True)
        assert len(site.asked) == 2
    assert answer.body == saved("created")
    assert "with_failed_node_info" not in str(answer.request)


def test_ids_are_checked_before_anything_is_sent() -> None:
    with scripted(reply(200, GOOD)) as site:
        with client_of(site.url) as client:
            for bad in ("../1", "n12", "", "1?x=1", "9" * 30):
                with pytest.raises(UsageError):
                    client.get_task_status(bad)
            with pytest.raises(UsageError):
                client.get_task_status(1, scope="other")
        with (
            SopsClient(make_site(site.url), CREDENTIALS) as client,
            pytest.raises(UsageError) as no,
        ):
            client.get_task_status(1)
        assert no.value.key == "no-biz"
        assert site.asked == []


def test_wrong_and_missing_credentials_and_tasks_are_told_apart(folder: Path) -> None:
    wrong = replace(CREDENTIALS, app_secret="another")  # noqa: S106 - made up
    with LocalSite(folder, credentials=CREDENTIALS) as site:
        for door in DOORS:
            url = door_url(site, door)
            assert problem_with(client_of(url, door, credentials=wrong)).key == "bad-credentials"
            nobody = problem_with(client_of(url, door, credentials=Credentials()))
            assert isinstance(nobody, NotAllowedError)
            assert problem_with(client_of(url, door), task=9).key == "no-such-task"
            with client_of(url, door) as client:
                assert client.get_task_status(515).http_status == 200


def test_a_proxy_in_the_environment_is_not_asked_for_this_machine(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted(reply(200, b"<html>the proxy</html>")) as proxy, LocalSite(folder) as site:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with client_of(site.gateway_url) as client:
            assert client.get_task_status(515).body == saved("finished")
        assert proxy.asked == []
        with client_of("http://sops.invalid/api/bk-sops/prod", tries=1) as client:
            with pytest.raises(NetworkError) as caught:
                client.get_task_status(515)
            assert caught.value.key == "html-answer"
        assert len(proxy.asked) == 1


@pytest.fixture(scope="module")
def tls() -> tuple[trustme.CA, ssl.SSLContext]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return authority, context


def test_an_own_ca_is_trusted_and_another_is_not(
    tls: tuple[trustme.CA, ssl.SSLContext], tmp_path: Path
) -> None:
    right, wrong = tmp_path / "right.pem", tmp_path / "wrong.pem"
    tls[0].cert_pem.write_to_path(str(right))
    trustme.CA().cert_pem.write_to_path(str(wrong))
    with scripted(reply(200, GOOD), tls[1]) as site:
        with client_of(site.url, ca_bundle=str(right)) as client:
            assert client.get_task_status(515).body == GOOD
        naps = Naps()
        for bundle in (str(wrong), None):
            problem = problem_with(client_of(site.url, ca_bundle=bundle, naps=naps))
            assert problem.key == "certificate"
        assert naps.taken == []


def test_the_deadline_cuts_a_tls_line_too(
    tls: tuple[trustme.CA, ssl.SSLContext], tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    tls[0].cert_pem.write_to_path(str(bundle))
    with scripted(drip_head, tls[1]) as site:
        problem = problem_with(client_of(site.url, ca_bundle=str(bundle), timeout_s=0.6))
    assert problem.key == "deadline"


def test_a_ca_bundle_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("no certificate")
    for bundle in (tmp_path / "missing.pem", tmp_path / "bad.pem"):
        with pytest.raises(UsageError) as caught:
            client_of("https://h.example", ca_bundle=str(bundle))
        assert caught.value.key == "bad-ca-bundle"


def test_a_body_that_is_not_what_its_encoding_says_is_told() -> None:
    with scripted(reply(200, b"not packed", {"Content-Encoding": "gzip"})) as site:
        assert problem_with(client_of(site.url)).key == "site-bad-encoding"
    packed = gzip.compress(GOOD)[:-20]
    with scripted(reply(200, packed, {"Content-Encoding": "gzip"})) as site:
        assert problem_with(client_of(site.url)).key == "site-not-json"


def test_many_threads_may_share_a_client(folder: Path) -> None:
    found: list[bytes] = []
    with LocalSite(folder) as site, client_of(site.gateway_url) as client:

        def ask() -> None:
            found.append(client.get_task_status(515).body)

        threads = [threading.Thread(target=ask) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [saved("finished")] * 12
