"""Run the command line: in this process for speed, in one of its own where that is the point."""

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sops_report.cli import main

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
# Guards against a program that hangs, nothing else: a busy machine may take ten times as long.
PATIENCE_S = 300.0
FAILED = DATA / "corpus" / "fail_leaf_nested_siblings"
RETRIED = DATA / "corpus" / "fail_retry_ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a run came to."""

    code: int
    out: str
    err: str

    def is_one_line_and_a_hint(self) -> bool:
        """Tell whether the error is told as all of ours are: no traceback, nothing on stdout."""
        lines = self.err.splitlines()
        hints = [line for line in lines[1:] if re.match(r" hint: |提示：", line)]
        told = bool(lines) and lines[0].startswith(("error: ", "错误："))
        return told and len(lines) == 1 + len(hints) <= 2 and not self.out


def run(*words: object, stdin: bytes = b"", **environ: Any) -> Done:  # noqa: ANN401
    """Run the command line here, in English unless *environ* says otherwise."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    settings = {"SOPS_REPORT_LANG": "en"} | environ
    with (
        patch.dict(os.environ, settings),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin))),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main([str(word) for word in words])
        except SystemExit as end:
            code = end.code
        else:
            code = 0
    assert isinstance(code, int)
    return Done(code=code, out=_text(out), err=_text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def spawn(*words: object, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line as a program of its own, wherever the test stands."""
    return subprocess.run(
        [sys.executable, "-m", "sops_report", *map(str, words)],
        env=os.environ | {"SOPS_REPORT_LANG": "en", "PYTHONPATH": str(ROOT)} | environ,
        capture_output=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip
