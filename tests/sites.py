"""Sites to test against: the local one with real answers, and one that says what a test wants."""

import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sops_report.api.client import SopsClient
from sops_report.api.clockwork import Clockwork
from sops_report.api.retries import Patience
from sops_report.archive.archive import Archive, Saved
from sops_report.config import Credentials, make_site
from sops_report.server import LocalSite

DATA = Path(__file__).parent / "data" / "site"
TASK = {"site": "bk.example.com", "scope": "cmdb_biz", "biz": "2", "task_id": "515"}
SECRET = "canary-Zq7-secret"  # noqa: S105 - made up; must be found nowhere
FETCHED = 1_718_720_000_000_000
CREDENTIALS = Credentials(app_code="my-app", app_secret=SECRET, username="admin")


def saved(name: str) -> bytes:
    return (DATA / f"{name}.json").read_bytes()


def fill_archive(folder: Path) -> Archive:
    """Put one finished task with flow and histories into an archive."""
    archive = Archive(folder)
    for number, name in enumerate(("created", "failed", "finished")):
        keep(archive, saved(name), as_of_us=FETCHED + number * 60_000_000)
    for name in ("pipeline_tree", "histories"):
        archive.save_beside(f"{name}.json", saved(name), **TASK)
    return archive


def keep(
    archive: Archive,
    body: bytes,
    *,
    as_of_us: int | None = FETCHED,
    **changed: Any,  # noqa: ANN401
) -> Saved:
    """Save *body* as the test's task."""
    about = {**TASK, "fetched_at_us": FETCHED, "request": {}, "http_status": 200, **changed}
    return archive.save(body, as_of_us=as_of_us, **about)


class Naps:
    """A sleep that only writes down how long it would have slept."""

    def __init__(self) -> None:
        """Begin without a nap."""
        self.taken: list[float] = []

    def clocks(self) -> Clockwork:
        """Return clocks that sleep this way; no time passes but in such a sleep."""
        return Clockwork(
            monotonic=lambda: sum(self.taken), sleep=self.taken.append, chance=lambda: 1.0
        )


def client_of(
    url: str, door: str = "gateway", *, naps: Naps | None = None, tries: int = 4,
    credentials: Credentials = CREDENTIALS, **changed: Any,  # noqa: ANN401
) -> SopsClient:  # fmt: skip
    site = replace(make_site(url, door=door, biz="2"), rate=None, **changed)
    clocks = (naps or Naps()).clocks()
    return SopsClient(site, credentials, patience=Patience(tries=tries), clocks=clocks)


def door_url(site: LocalSite, door: str) -> str:
    return site.gateway_url if door == "gateway" else site.url


Script = Callable[[http.server.BaseHTTPRequestHandler, bytes], None]


def reply(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Script:
    """Return a script that answers every request with the same."""

    def answer(handler: http.server.BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


class ScriptedSite(http.server.ThreadingHTTPServer):
    """Runs one script for every request, and remembers what was asked."""

    daemon_threads = True

    def __init__(self, script: Script) -> None:
        """Take a free port."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.scheme = "http"

    @property
    def url(self) -> str:
        """The base address."""
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the client is meant to break off."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: ScriptedSite

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, self.path, headers, body))
        self.server.script(self, body)

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for


@contextmanager
def dead_port() -> Iterator[int]:
    """Give a port that refuses every line, and that nobody else can take meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def scripted(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedSite]:
    """Run a scripted site, over TLS where a context is given."""
    server = ScriptedSite(script)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
