"""A user without a home, as in many containers: reports are made, and what needs a home is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commandline import run

import sops_report as sr
from sops_report.config import default_config_file, read_settings
from sops_report.errors import UsageError
from sops_report.rendering.templates import environment


@pytest.fixture(params=["refused", "tilde"])
def _homeless(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Newer releases of platformdirs refuse to name a folder, older ones write ~."""

    def folder(*_: Any, **__: Any) -> Path:  # noqa: ANN401 - as the real one
        if request.param == "refused":
            raise RuntimeError("could not determine the home directory")
        return Path("~/.cache/sops-report")

    def no_home(_: Path) -> Path:
        raise RuntimeError("could not determine the home directory")

    for purpose in ("config", "data", "cache"):
        monkeypatch.setattr(f"platformdirs.user_{purpose}_path", folder)
    monkeypatch.setattr(Path, "expanduser", no_home)
    environment.cache_clear()
    yield
    environment.cache_clear()


pytestmark = pytest.mark.usefixtures("_homeless")


def test_a_page_is_made(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = sr.build_report(sr.read(data / "corpus" / "fail_skip"))
    assert sr.render(report).startswith("<!doctype html>")
    made = run("report", str(data / "corpus" / "fail_skip"), "-o", "page.html")
    assert (made.code, made.err) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_what_needs_a_home_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (("archive", "list"), ("profile", "list")):
        told = run(*words)
        assert told.code == 2
        assert told.err.startswith("error: this user has no home folder")
        assert told.is_one_line_and_a_hint()
    assert not list(tmp_path.iterdir())


def test_the_doctor_goes_on() -> None:
    told = run("doctor")
    assert told.code == 1
    [line] = [line for line in told.out.splitlines() if "no home folder" in line]
    assert line.startswith("FAIL")
    assert "Chinese charts" in told.out.splitlines()[-1]


def test_an_archive_can_be_named() -> None:
    with pytest.raises(UsageError, match="no home"):
        default_config_file()
    with pytest.raises(UsageError, match="no home"):
        _ = read_settings({}).archive
    with pytest.raises(UsageError, match="no home"):
        _ = read_settings({}, archive=Path("~/kept")).archive
