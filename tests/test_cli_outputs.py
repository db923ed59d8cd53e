"""Where results go: names, formats, standard output, and nothing overwritten by surprise."""

import csv
import io
import json
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from commandline import DATA, FAILED, RETRIED, run, spawn
from faults import FullDisk, FullFile

PNG = b"\x89PNG\r\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def files() -> list[str]:
    return sorted(path.as_posix() for path in Path().rglob("*") if path.is_file())


def test_the_default_is_a_page_named_after_the_task() -> None:
    done = run("report", FAILED)
    assert done.code == 0
    assert files() == [done.out.strip()]
    assert done.out.startswith("sops-")
    assert "-failed-" in done.out
    assert Path(done.out.strip()).read_text("utf-8").startswith("<!doctype html>")


def test_the_default_name_follows_the_format() -> None:
    assert run("report", FAILED, "--to", "md").out.endswith(".md\n")


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.html", "<!doctype"), ("a.HTM", "<!doctype"), ("a.md", "<!-- "), ("a.markdown", "<!-- "),
     ("a.json", "{"), ("a.txt", "FAILED"), ("a.text", "FAILED")],
)  # fmt: skip
def test_the_suffix_is_the_format(name: str, start: str) -> None:
    done = run("report", FAILED, "-o", name)
    assert (done.code, done.out, done.err) == (0, f"{name}\n", "")
    assert Path(name).read_text("utf-8").startswith(start)


def test_several_outputs_one_path_a_line() -> None:
    done = run("report", FAILED, "-o", "a.html", "-o", "b.md", "-o", "c.json")
    assert done.out == "a.html\nb.md\nc.json\n"
    assert json.loads(Path("c.json").read_bytes())["schema"] == "sops-report/report/1"


def test_standard_output_beside_files_holds_the_document_only() -> None:
    done = run("report", FAILED, "-o", "-", "-o", "b.md", "--to", "json")
    assert json.loads(done.out)["verdict"]["outcome"] == "failed"
    assert done.err == "b.md\n"
    assert Path("b.md").read_text("utf-8").startswith("<!-- ")


def test_to_fills_in_where_no_suffix_tells() -> None:
    assert run("report", FAILED, "-o", "plain", "--to", "html").code == 0
    assert Path("plain").read_text("utf-8").startswith("<!doctype")


def test_a_folder_takes_the_default_name() -> None:
    Path("reports").mkdir()
    done = run("report", FAILED, "-o", "reports")
    assert files() == [done.out.strip()]
    assert done.out.startswith("reports/sops-")


@pytest.mark.parametrize(
    "words",
    [
        ("report", "-o", "new.html", "-o", "old.md"),
        ("report", "-o", "new.html", "-o", "no-such-folder/a.md"),
        ("report", "-o", "new.html", "-o", "new.html"),
        ("report", "-o", "new.html", "-o", "picture.png"),
        ("report", "-o", "new.html", "-o", "-"),
        ("report", "-o", "new.html", "-o", "/dev/null", "--force"),
        ("nodes", "-o", "old.csv"),
        ("nodes", "-o", "new.doc"),
        ("nodes", "-o", "new"),
        ("nodes", "-o", "no-such-folder/a.csv"),
        ("nodes", "-o", "-"),
        ("nodes", "-o", "-", "--to", "xlsx"),
        ("nodes", "--to", "xml"),
        ("chart", "-o", "old.png"),
        ("chart", "-o", "new.gif"),
        ("chart", "-o", "no-such-folder/a.png"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_a_bad_output_is_told_before_anything_is_written(words: tuple[str, ...], tag: str) -> None:
    old = ["old.csv", "old.md", "old.png"]
    for name in old:
        Path(name).write_text("mine")
    done = run(words[0], FAILED, *words[1:], SOPS_REPORT_LANG=tag)
    assert done.code == 2
    assert done.is_one_line_and_a_hint(), done
    assert files() == old
    assert {Path(name).read_text() for name in old} == {"mine"}


@pytest.mark.parametrize("words", [("report", "a.html"), ("nodes", "a.csv"), ("chart", "a.png")])
def test_force_overwrites_and_leaves_nothing_else(words: tuple[str, str]) -> None:
    command, name = words
    Path(name).write_text("mine")
    assert run(command, FAILED, "-o", name).code == 2
    assert run(command, FAILED, "-o", name, "--force").code == 0
    assert Path(name).read_bytes() != b"mine"
    assert files() == [name]


def test_the_node_table_in_every_format() -> None:
    for suffix in ("csv", "json", "jsonl", "parquet", "xlsx", "sqlite"):
        assert run("nodes", RETRIED, "-o", f"nodes.{suffix}").out == f"nodes.{suffix}\n"
    with Path("nodes.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    n_rows = len(rows)
    assert n_rows > 3
    assert {"node_id", "duration_s", "on_critical_path"} <= rows[0].keys()
    assert len(json.loads(Path("nodes.json").read_bytes())) == n_rows
    assert len(Path("nodes.jsonl").read_text("utf-8").splitlines()) == n_rows
    assert Path("nodes.xlsx").read_bytes()[:2] == b"PK"
    assert Path("nodes.parquet").read_bytes()[:4] == b"PAR1"
    connection = sqlite3.connect("nodes.sqlite")
    tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    counts = [connection.execute(f'select count(*) from "{t}"').fetchone()[0] for (t,) in tables]  # noqa: S608
    connection.close()
    assert n_rows in counts


def test_the_node_table_on_standard_output() -> None:
    plain = run("nodes", RETRIED, "--to", "csv").out
    assert plain == run("nodes", RETRIED, "-o", "-", "--to", "csv").out
    n_rows = len(list(csv.DictReader(io.StringIO(plain))))
    assert len(json.loads(run("nodes", RETRIED, "--to", "json").out)) == n_rows
    assert run("nodes", RETRIED, "--to", "csv", "--excel").out == f"\ufeff{plain}"
    terminal = run("nodes", RETRIED)
    assert len(terminal.out.splitlines()) == n_rows + 1
    assert files() == []


def test_formulas_are_guarded_unless_asked() -> None:
    source = DATA / "malformed" / "name_csv_formula.json"
    guarded, raw = (run("nodes", source, "--to", "csv", *w).out for w in ((), ("--raw",)))
    assert guarded != raw
    cells = [cell for row in csv.reader(io.StringIO(guarded)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]


@pytest.mark.parametrize(
    ("name", "start"), [("g.png", PNG), ("g.svg", b"<?xml"), ("g.pdf", b"%PDF")]
)
def test_charts(name: str, start: bytes) -> None:
    done = run("chart", RETRIED, "-o", name)
    assert (done.code, done.out) == (0, f"{name}\n")
    assert Path(name).read_bytes().startswith(start)


def test_a_folder_that_cannot_be_written_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "a.html")

    monkeypatch.setattr(Path, "touch", refuse)
    done = run("report", FAILED, "-o", "a.html")
    assert done.code == 2
    assert done.is_one_line_and_a_hint()


@pytest.mark.parametrize(
    ("command", "name", "n_writes"),
    [
        ("report", "a.html", 1), ("report", "a.json", 3),
        ("nodes", "a.csv", 2), ("nodes", "a.json", 2),
    ],
)  # fmt: skip
def test_a_full_disk_leaves_the_old_file_and_no_rest(
    command: str, name: str, n_writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(n_writes, stays_full=True)
    real = Path.open

    def open_(path: Path, mode: str = "r", *given: Any, **named: Any) -> Any:  # noqa: ANN401 - of the system
        file = real(path, mode, *given, **named)
        return FullFile(file, disk) if "w" in mode else file

    Path(name).write_text("precious")
    monkeypatch.setattr(Path, "open", open_)
    done = run(command, FAILED, "-o", name, "-f")
    assert disk.was_met
    assert done.code == 1
    assert done.is_one_line_and_a_hint()
    assert "No space left" in done.err
    assert Path(name).read_text() == "precious"
    assert files() == [name]


@pytest.mark.parametrize("words", [("report", "-o", "-"), ("nodes",)])
def test_a_full_standard_output_is_one_line(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "sops_report", words[0], FAILED, *words[1:], "--to", "json"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "error: the system refuses: No space left on device\n"


def test_a_report_tells_the_command_that_makes_it_again(tmp_path: Path) -> None:
    del tmp_path
    words = ("--tz", "UTC", "--lang", "zh-CN", "--dialect", "gitlab")
    first = run("report", FAILED, *words, "-o", "a.md", "-o", "a.html", "-o", "a.json", "--force")
    assert first.code == 0
    command = json.loads(Path("a.json").read_bytes())["provenance"]["command"]
    told = shlex.split(command)
    assert told[:3] == ["sops-report", "report", str(FAILED)]
    assert set(words) <= set(told)
    assert not {"-o", "--force", "a.md"} & set(told)
    assert f"复现命令：`{command}`" in Path("a.md").read_text("utf-8")
    assert "复现命令" in Path("a.html").read_text("utf-8")
    run(*told[1:], "-o", "b.md")
    assert Path("a.md").read_bytes() == Path("b.md").read_bytes()


def test_a_told_command_holds_no_secret() -> None:
    run("report", FAILED, "--redact-pattern", "hunter2secret", "--anonymise", "-o", "a.json")
    command = json.loads(Path("a.json").read_bytes())["provenance"]["command"]
    assert "hunter2secret" not in Path("a.json").read_text("utf-8")
    assert str(FAILED) not in command
    assert "--redact-pattern '***'" in command


def test_a_kit_tells_its_command() -> None:
    run("kit", FAILED, "-o", "kit", "--for", "gitlab", "--tz", "UTC")
    told = Path("kit/summary.md").read_text("utf-8")
    assert f"`sops-report kit {FAILED} --tz UTC --for gitlab`" in told


@pytest.mark.parametrize("form", ["md", "txt"])
def test_bars_may_be_of_plain_signs(form: str) -> None:
    blocks = re.compile("[█▉▊▋▌▍▎▏▓▒░]")
    assert blocks.search(run("report", FAILED, "-o", "-", "--to", form).out)
    plain = run("report", FAILED, "-o", "-", "--to", form, "--ascii").out
    assert not blocks.search(plain)
    assert "####" in plain


def test_a_terminal_without_blocks_gets_plain_bars() -> None:
    assert b"####" in spawn("show", FAILED, PYTHONIOENCODING="latin-1").stdout
    assert b"####" not in spawn("show", FAILED, PYTHONIOENCODING="utf-8").stdout
