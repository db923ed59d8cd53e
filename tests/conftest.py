"""What all tests share: where things lie, and that a skipped browser test is a failure on CI."""

import os
import socket
from collections.abc import Generator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from browsing import browser, visit  # noqa: F401 - fixtures
from fleets import archive, many, root  # noqa: F401 - fixtures
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
_TESTS = count()

# How long an example takes depends on who else uses the machine: no property of ours.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Return the folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of the saved answers."""
    return ROOT / "tests" / "data"


@pytest.fixture(autouse=True)
def _own_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No test reads the settings or the archive of whoever runs it, or of the test before."""
    for name in [name for name in os.environ if name.startswith("SOPS_REPORT_")]:
        if name != "SOPS_REPORT_BROWSER":
            monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / "home"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(home / f"{name.lower()}-{next(_TESTS)}"))


@pytest.fixture(autouse=True)
def _no_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that never exists is known not to at once, however slow the network's answer is."""
    real = socket.getaddrinfo

    def known(host: Any, *rest: Any, **named: Any) -> Any:  # noqa: ANN401 - as the real one
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", known)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """On CI a browser test that was skipped has failed: a missing browser must not look green."""
    report = yield
    if report.skipped and "CI" in os.environ and item.get_closest_marker("browser"):
        report.outcome = "failed"
        report.longrepr = f"skipped on CI: {report.longrepr}"
    return report
