"""Names, certificates and proxies between us and a site, as the command line tells them."""

import http.server
import os
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from commandline import Done, run
from sites import SECRET, dead_port, reply, saved, scripted

from sops_report.words import Language

GOOD = reply(200, saved("finished"))
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in {
        "APP_CODE": "my-app", "APP_SECRET": SECRET, "USERNAME": "admin", "BIZ": "2",
        "ARCHIVE": "kept",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SOPS_REPORT_{name}", value)


def fetch(url: str, *words: object, **environ: str) -> Done:
    return run("fetch", "515", "--no-detail", "--no-histories", "--url", url, *words, **environ)


def is_told(done: Done, *words: str) -> bool:
    """Tell whether a run failed for the line, said so in one line, and kept no half answer."""
    assert done.code == 4, done.err
    assert done.is_one_line_and_a_hint(), done.err
    assert SECRET not in done.err
    assert not Path("kept").exists()
    return all(word in done.err for word in words)


def test_a_name_that_does_not_resolve_is_told() -> None:
    done = fetch("https://nowhere.invalid/api/bk-sops/prod")
    assert is_told(done, "nowhere.invalid", "DNS")
    assert "无法解析" in fetch("https://nowhere.invalid", SOPS_REPORT_LANG=Language.ZH).err


def test_a_host_that_can_be_no_name_is_told_likewise() -> None:
    assert is_told(fetch(f"http://{'a' * 100}.example.com"), "aaaa", "DNS")
    assert is_told(fetch("http://a..example.com"), "a..example.com", "DNS")


def test_a_name_server_that_says_nothing_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    real = socket.getaddrinfo

    def slow(host: Any, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - as the real one
        if "slow" in str(host):
            never.wait()
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    done = fetch("http://slow.invalid", "--timeout", "0.7")
    never.set()
    assert is_told(done, "slow.invalid", "0.7 s")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    own, path = trustme.CA(), tmp_path_factory.mktemp("tls") / "ca.pem"
    own.cert_pem.write_to_path(str(path))
    return own, path


def server_side(own: trustme.CA, name: str, **about: datetime) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.issue_cert(name, **about).configure_cert(context)
    return context


def test_the_sites_own_ca_works_by_option_environment_and_profile(
    authority: tuple[trustme.CA, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, pem = authority
    with scripted(GOOD, server_side(own, "127.0.0.1")) as site:
        assert fetch(site.url, "--ca-bundle", pem, "--archive", "a").code == 0
        assert fetch(site.url, "--archive", "b", REQUESTS_CA_BUNDLE=str(pem)).code == 0
        monkeypatch.setenv("XDG_CONFIG_HOME", str(Path.cwd() / "config"))
        added = run("profile", "add", "own", "--url", site.url, "--ca-bundle", pem)
        assert added.code == 0
        done = run("fetch", "515", "--no-detail", "--no-histories", "--profile", "own")
        assert done.code == 0, done.err


def test_an_untrusted_an_expired_and_a_foreign_certificate_are_told_apart(
    authority: tuple[trustme.CA, Path],
) -> None:
    own, pem = authority
    past = datetime.now(UTC) - timedelta(days=3)
    other = trustme.CA()
    cases = {
        "is not trusted": server_side(other, "127.0.0.1"),
        "clock": server_side(own, "127.0.0.1", not_before=past, not_after=past + timedelta(days=1)),
        "name that stands in the certificate": server_side(own, "sops.example.com"),
    }
    for words, context in cases.items():
        with scripted(GOOD, context) as site:
            assert is_told(fetch(site.url, "--ca-bundle", pem), words, "127.0.0.1"), words
            assert site.asked == []


def test_plain_http_behind_https_is_told() -> None:
    with scripted(GOOD) as site:
        done = fetch(site.url.replace("http:", "https:"))
    assert is_told(done, "does not speak TLS", "http://")


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that joins two lines, or refuses with a status of its own."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, status: int, target: int) -> None:
        """Take a free port; every CONNECT leads to *target*, whatever name it has."""
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.status, self.target, self.asked = status, target, list[str]()

    @property
    def url(self) -> str:
        """The address for HTTPS_PROXY, with a user."""
        return f"http://someone:{SECRET}@127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: lines break off."""


class _Tunnel(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        self.server.asked.append(self.rfile.readline().decode().split()[1])
        while self.rfile.readline().strip():
            pass
        self.wfile.write(f"HTTP/1.1 {self.server.status} x\r\nContent-Length: 0\r\n\r\n".encode())
        if self.server.status == http.HTTPStatus.OK:
            with socket.create_connection(("127.0.0.1", self.server.target)) as onward:
                _join(self.connection, onward)


def _join(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes both ways until a side has nothing more to say."""
    to = {one: other, other: one}
    while True:
        ready, _, _ = select.select(list(to), [], [])
        for line in ready:
            data = line.recv(65536)
            if not data:
                return
            to[line].sendall(data)


@contextmanager
def proxy(status: int, target: int = 0) -> Iterator[Proxy]:
    server = Proxy(status, target)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_proxy_is_used_and_its_password_is_in_nothing(
    authority: tuple[trustme.CA, Path],
) -> None:
    own, pem = authority
    with scripted(GOOD, server_side(own, "sops.example.com")) as site:
        port = int(site.url.rpartition(":")[2])
        with proxy(200, port) as between:
            done = fetch(
                "https://sops.example.com", "--ca-bundle", pem, HTTPS_PROXY=between.url
            )  # fmt: skip
            assert done.code == 0, done.err
            assert between.asked == ["sops.example.com:443"]
    assert "sops.example.com" in done.out
    kept = b"".join(path.read_bytes() for path in Path("kept").rglob("*.json"))
    assert SECRET.encode() not in kept
    assert Path(done.out.strip()).read_bytes() == saved("finished")


@pytest.mark.parametrize(
    ("status", "words"), [(407, "refuses (HTTP 407)"), (502, "cannot reach sops.example.com")]
)
def test_a_proxy_that_says_no_is_told(status: int, words: str) -> None:
    with proxy(status) as between:
        done = fetch("https://sops.example.com", HTTPS_PROXY=between.url)
        assert len(between.asked) == (1 if status == 407 else 4)
        plain = fetch("http://sops.example.com", HTTP_PROXY=between.url)
    assert is_told(done, words, "NO_PROXY", "127.0.0.1:")
    assert is_told(plain, "sops.example.com", str(status))
    assert os.environ["SOPS_REPORT_APP_SECRET"] == SECRET


def test_a_dead_proxy_is_not_taken_for_a_dead_site() -> None:
    with dead_port() as port:
        gone = f"http://someone:{SECRET}@127.0.0.1:{port}"
        done = fetch("https://sops.example.com", HTTPS_PROXY=gone)
    assert is_told(done, f"the proxy 127.0.0.1:{port}", "sops.example.com")
    wrong = fetch("https://sops.example.com", HTTPS_PROXY="http://nowhere.invalid:8080")
    assert is_told(wrong, "nowhere.invalid:8080", "DNS")
