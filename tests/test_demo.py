"""``demo``: the whole way with no site of one's own, tidy, and the same every time."""

from pathlib import Path

import pytest
from commandline import run, spawn

from sops_report.archive.archive import Archive

MADE = ["report.html", "report.md", "gantt.png", "archive"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_prints_one_path_a_line_and_leaves_nothing_else() -> None:
    done = run("demo")
    assert done.code == 0
    assert done.out.splitlines() == [f"sops-report-demo/{name}" for name in MADE]
    assert all(Path(line).exists() for line in done.out.splitlines())
    assert [path.name for path in Path().iterdir()] == ["sops-report-demo"]
    assert sorted(path.name for path in Path("sops-report-demo").iterdir()) == sorted(MADE)


def test_a_second_run_changes_nothing() -> None:
    run("demo")
    first = contents(Path("sops-report-demo"))
    assert run("demo").code == 0
    second = contents(Path("sops-report-demo"))
    assert second.keys() == first.keys()
    assert {name for name in first if first[name] != second[name]} == set()


def test_what_is_not_its_own_stays() -> None:
    Path("sops-report-demo").mkdir()
    Path("sops-report-demo/mine.txt").write_text("mine")
    run("demo")
    assert Path("sops-report-demo/mine.txt").read_text() == "mine"


def test_paths_are_relative_or_absolute_as_given(tmp_path: Path) -> None:
    assert run("demo", "-o", "a/b").out.splitlines()[0] == "a/b/report.html"
    absolute = tmp_path / "c"
    assert run("demo", "-o", absolute).out.splitlines()[0] == f"{absolute}/report.html"


def test_a_file_in_the_way_is_one_line() -> None:
    Path("taken").write_text("mine")
    done = run("demo", "-o", "taken")
    assert done.code in {1, 2}
    assert done.is_one_line_and_a_hint()
    assert Path("taken").read_text() == "mine"


def test_its_archive_is_whole_and_a_source() -> None:
    run("demo")
    folder = Path("sops-report-demo/archive")
    assert Archive(folder).verify() == []
    assert len(Archive(folder).tasks()) == 1
    done = run("show", folder)
    assert done.code == 0
    assert "FAILED" in done.out


def test_its_verdict_is_told_in_both_languages() -> None:
    assert "failed" in run("demo").err
    assert "失败" in run("demo", "--lang", "zh-CN").err
    assert 'lang="zh-CN"' in Path("sops-report-demo/report.html").read_text("utf-8")


def test_neither_proxy_nor_settings_of_the_user_are_in_the_way() -> None:
    done = spawn(
        "demo", HTTP_PROXY="http://127.0.0.1:9", HTTPS_PROXY="http://127.0.0.1:9",
        SOPS_REPORT_URL="https://real.example.com", SOPS_REPORT_BIZ="77", SOPS_REPORT_DOOR="esb",
        SOPS_REPORT_PROFILE="",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"real.example.com" not in Path("sops-report-demo/report.html").read_bytes()
