"""Starting is cheap because of what is not imported; counted in modules, never in seconds."""

import json
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import sops_report as sr
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


# what only some commands, options and sources need
ON_DEMAND = {
    "pydantic", "tarfile", "tomllib", "zoneinfo",
    "sops_report.archive.archive", "sops_report.archive.packs", "sops_report.kit",
    "sops_report.postmortem", "sops_report.redaction.own", "sops_report.redaction.pseudonyms",
    "sops_report.rendering.json_text", "sops_report.analysis.whatif",
    "sops_report.sources.archived",
}  # fmt: skip
FILES_ONLY = {
    "jinja2", "sops_report.sources.page", "sops_report.redaction.answer",
    "sops_report.rendering.dialects", "sops_report.rendering.blocks",
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        (("--help",), {"jinja2", "pydantic", "hashlib"}),
        (("show", "answer.json"), {"http.server", *ON_DEMAND, *FILES_ONLY}),
        (("report", "answer.json", "-o", "a.html", "-o", "a.md"), ON_DEMAND),
        (("report", "answer.json", "-o", "a.md"), {"jinja2", *ON_DEMAND}),
    ],
    ids=["help", "show", "report", "markdown"],
)
def test_what_a_command_does_not_need_is_not_imported(
    folder: Path, arguments: tuple[str, ...], more: set[str]
) -> None:
    found = modules_of(folder, *arguments)
    assert "sops_report.cli" in found
    assert not roots(found) & set(HEAVY)
    assert sorted(found & more) == []


def test_a_page_of_help_reads_no_answer(folder: Path) -> None:
    ours = {name for name in modules_of(folder, "--help") if name.startswith("sops_report.")}
    rooms = {name.split(".")[1] for name in ours}
    assert not rooms & {"analysis", "reading", "rendering", "report", "archive", "api", "server"}


@pytest.mark.parametrize("name", ["Report", "Snapshot", "Archive", "SopsClient"])
def test_what_is_imported_late_is_no_part_of_public_values(name: str) -> None:
    assert typing.get_type_hints(getattr(sr, name)) is not None
