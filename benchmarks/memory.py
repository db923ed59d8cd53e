"""Peak memory of bytes → table, each in a process of its own, told as a multiple of the bytes."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_SCRIPT = """
import resource, sys
from benchmarks import flatten
from benchmarks.generate import answer

name = sys.argv[1]
flatten.contenders(answer(50))[name]()  # what is imported and cached counts for nobody
data = sys.stdin.buffer.read()
open("/proc/self/clear_refs", "w").write("5")


def status(key):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))


before = status("VmRSS") - len(data)
kept = flatten.contenders(data)[name]()
print((status("VmHWM") - before) / len(data))
"""


def peaks(names: tuple[str, ...], data: bytes) -> Mapping[str, float]:
    """Return the peak resident memory of each contender, the bytes included, per byte of *data*.

    Linux only: nothing else tells the peak of a part of a process' life.
    """
    return {name: _peak(name, data) for name in names}


def _peak(name: str, data: bytes) -> float:
    command = [sys.executable, "-c", _SCRIPT, name]
    done = subprocess.run(  # noqa: S603
        command, input=data, cwd=_ROOT, check=True, capture_output=True
    )
    return float(done.stdout)
