"""Starting is cheap because of what is not imported; counted in modules, never in seconds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.generate import answer

HEAVY = ("pandas", "numpy", "matplotlib", "httpx2", "duckdb", "xlsxwriter", "msgspec", "IPython")
SCRIPT = """
import json, sys
from sops_report.cli import main
sys.argv[0] = "sops-report"
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


@pytest.fixture
def folder(tmp_path: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(checkout))
    (tmp_path / "answer.json").write_bytes(answer(100))
    return tmp_path


def modules_of(folder: Path, *arguments: str) -> set[str]:
    command = [sys.executable, "-c", SCRIPT, *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


def roots(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        (("--help",), {"jinja2", "pydantic", "hashlib"}),
        (("show", "answer.json"), {"jinja2", "http.server", "pydantic"}),
        (("report", "answer.json", "-o", "a.html", "-o", "a.md"), {"pydantic"}),
    ],
    ids=["help", "show", "report"],
)
def test_what_a_command_does_not_need_is_not_imported(
    folder: Path, arguments: tuple[str, ...], more: set[str]
) -> None:
    found = modules_of(folder, *arguments)
    assert "sops_report.cli" in found
    assert not roots(found) & set(HEAVY)
    assert not found & more


def test_a_page_of_help_reads_no_answer(folder: Path) -> None:
    ours = {name for name in modules_of(folder, "--help") if name.startswith("sops_report.")}
    rooms = {name.split(".")[1] for name in ours}
    assert not rooms & {"analysis", "reading", "rendering", "report", "archive", "api", "server"}
