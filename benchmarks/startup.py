"""Start-up: whole processes against one that imports pandas and ends."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.generate import answer

_ROOT = Path(__file__).parents[1]
PANDAS = "python -c 'import pandas'"
SIZES = (100, 10_000, 100_000)  # nodes of what is reported; the first is shown as well
_FILES = ("-o", "page.html", "-o", "page.md", "--force")


def contenders(folder: Path, sizes: Sequence[int] = SIZES) -> Mapping[str, Callable[[], object]]:
    """Return what is timed: our commands on answers of these *sizes*, written to *folder*."""
    ours = [sys.executable, "-m", "sops_report"]
    commands = {
        PANDAS: [sys.executable, "-c", "import pandas"],
        "sops-report --help": [*ours, "--help"],
        f"sops-report show, {sizes[0]:,} nodes": [*ours, "show", f"{sizes[0]}.json"],
    }
    for size in sizes:
        (folder / f"{size}.json").write_bytes(answer(size))
        command = [*ours, "report", f"{size}.json", *_FILES]
        commands[f"sops-report report, HTML and Markdown, {size:,} nodes"] = command
    return {name: _process(command, folder) for name, command in commands.items()}


def _process(command: list[str], folder: Path) -> Callable[[], object]:
    """Return how *command* is run, once it has run: everybody's modules are compiled then.

    Where Python is told to keep no compiled modules, what pip compiled would start several times
    as fast as a checkout.
    """
    kept = {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "XDG_CACHE_HOME": str(folder)}
    # the checkout, installed or not
    environ = {**os.environ, **kept, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": ""}

    def run() -> object:
        return subprocess.run(  # noqa: S603
            command, cwd=folder, env=environ, check=True, capture_output=True
        )

    run()
    return run
