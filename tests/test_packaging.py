"""What is built holds everything that the program needs."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

BUILD = "import hatchling.build as b, sys; print(getattr(b, f'build_{sys.argv[1]}')(sys.argv[2]))"
PARTS = ("sops_report", "templates", "tests", "docs", "notebooks", "benchmarks")
FILES = (
    "pyproject.toml", "README.md", "README.zh-CN.md", "LICENSE", "CHANGELOG.md", "Makefile",
    "constraints.txt",
)  # fmt: skip


def _build(kind: str, source: Path, target: Path) -> Path:
    """Call the build backend in a fresh process, as pip does, without its download of it."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD, kind, str(target)],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return target / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def source(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout without what git ignores."""
    copy = tmp_path_factory.mktemp("source")
    for name in PARTS:
        shutil.copytree(checkout / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(checkout / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel built from the checkout."""
    return _build("wheel", source, tmp_path_factory.mktemp("wheel"))


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_code_templates_schema_and_types(wheel: Path, source: Path) -> None:
    names = _names(wheel)
    wanted = {
        f"sops_report/{path.relative_to(source).as_posix()}"
        for path in (source / "templates").rglob("*")
        if path.is_file()
    } | {
        path.relative_to(source).as_posix()
        for path in (source / "sops_report").rglob("*")
        if path.is_file()
    }
    assert "sops_report/py.typed" in wanted
    assert any(name.endswith("schema.json") for name in wanted)
    assert any(name.endswith(".html.j2") for name in wanted)
    assert wanted <= names
    assert not any(name.startswith("tests/") for name in names)


def test_a_source_archive_builds_the_same_wheel(
    wheel: Path, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(_build("sdist", source, folder)) as archive:
        archive.extractall(folder, filter="data")
    unpacked = next(path for path in folder.iterdir() if path.is_dir())
    again = _build("wheel", unpacked, tmp_path_factory.mktemp("again"))
    assert _names(again) == _names(wheel)


@pytest.mark.slow
def test_the_wheel_renders_a_report_far_from_the_checkout(
    wheel: Path, data: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)  # noqa: S202 - we have just built it
    answer = data / "site" / "failed.json"
    script = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import sops_report as sr\n"
        f"assert sr.__file__.startswith({str(site)!r}), sr.__file__\n"
        f"print(sr.render(sr.build_report(sr.read({str(answer)!r})), to='html'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.lstrip().lower().startswith("<!doctype html>")
