"""Start-up: whole processes against one that imports pandas and ends."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.generate import answer

_ROOT = Path(__file__).parents[1]
PANDAS = "python -c 'import pandas'"
_FILES = ("-o", "page.html", "-o", "page.md", "--force")


def contenders(folder: Path) -> Mapping[str, Callable[[], object]]:
    """Return what is timed: our commands on an answer of a hundred nodes, written to *folder*."""
    (folder / "answer.json").write_bytes(answer(100))
    ours = [sys.executable, "-m", "sops_report"]
    commands = {
        PANDAS: [sys.executable, "-c", "import pandas"],
        "sops-report --help": [*ours, "--help"],
        "sops-report show": [*ours, "show", "answer.json"],
        "sops-report report: HTML and Markdown": [*ours, "report", "answer.json", *_FILES],
    }
    return {name: _process(command, folder) for name, command in commands.items()}


def _process(command: list[str], folder: Path) -> Callable[[], object]:
    environ = os.environ | {"PYTHONPATH": str(_ROOT)}  # the checkout, installed or not
    return lambda: subprocess.run(  # noqa: S603
        command, cwd=folder, env=environ, check=True, capture_output=True
    )
