"""The archive under fire: kills, rivals and a full disk."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sites import FETCHED, TASK

from sops_report.archive import Archive

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and limits")

# Saves answer after answer, each of some 200 kB, and prints the number of each that is kept.
WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[5])
from sops_report.archive import Archive
archive, name = Archive(Path(sys.argv[1])), sys.argv[2]
start, count = int(sys.argv[3]), int(sys.argv[4])
where = dict(site="bk.example.com", scope="cmdb_biz", biz="2", task_id="515")
for number in range(start, start + count):
    body = b'{"result": true, "data": {"who": "%s", "n": %d, "pad": "%s"}}' % (
        name.encode(), number, b"x" * 200_000)
    archive.save(body, **where, as_of_us=FETCHED + number % 3 * 1_000_000,
                 fetched_at_us=FETCHED, request={}, http_status=200)
    print(number, flush=True)
""".replace("FETCHED", str(FETCHED))


def start_writer(
    folder: Path, checkout: Path, name: str, start: int, count: int
) -> subprocess.Popen[str]:
    arguments = [str(folder), name, str(start), str(count), str(checkout)]
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True
    )


def contents(archive: Archive) -> list[dict[str, object]]:
    paths = [stored.path for stored in archive.snapshots("2", "515")]
    return [json.loads(path.read_bytes())["data"] for path in paths]


@pytest.mark.slow
def test_a_kill_at_any_instant_loses_and_breaks_nothing(tmp_path: Path, checkout: Path) -> None:
    archive, confirmed = Archive(tmp_path), set()
    dice = random.Random(20_240_618)  # noqa: S311 - moments, not secrets
    for round_ in range(20):
        first = round_ * 1_000
        with start_writer(tmp_path, checkout, "a", first, 1_000) as writer:
            assert writer.stdout is not None
            confirmed.add(int(writer.stdout.readline()))
            time.sleep(dice.uniform(0, 0.03))
            writer.send_signal(signal.SIGKILL)
            confirmed.update(int(line) for line in writer.stdout if line.endswith("\n"))
    kept = [number["n"] for number in contents(archive)]
    assert confirmed <= set(kept)
    assert len(kept) == len(set(kept))
    assert {finding.code for finding in archive.verify()} <= {"leftover", "missing-sidecar"}
    saved = archive.save(
        b'{"result": true, "data": {"n": -1}}', **TASK, as_of_us=FETCHED, fetched_at_us=FETCHED,
        request={}, http_status=200,
    )  # fmt: skip
    assert saved.is_new


def test_two_writers_at_once_lose_nothing(tmp_path: Path, checkout: Path) -> None:
    writers = [start_writer(tmp_path, checkout, name, 0, 20) for name in ("a", "b")]
    for writer in writers:
        with writer:
            assert writer.communicate(timeout=60)[0].split()[-1] == "19"
    archive = Archive(tmp_path)
    expected = sorted((name, number) for name in "ab" for number in range(20))
    assert sorted((one["who"], one["n"]) for one in contents(archive)) == expected
    assert archive.verify() == []


def test_two_writers_of_one_answer_keep_it_once(tmp_path: Path, checkout: Path) -> None:
    writers = [start_writer(tmp_path, checkout, "same", 0, 3) for _ in range(2)]
    for writer in writers:
        with writer:
            writer.communicate(timeout=60)
    assert sorted(one["n"] for one in contents(Archive(tmp_path))) == [0, 1, 2]
    assert Archive(tmp_path).verify() == []


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path, checkout: Path) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
    program = [sys.executable, "-c", limited + WRITER, str(tmp_path), "a", "0", "1", str(checkout)]
    ran = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    last_line = ran.stderr.strip().splitlines()[-1]
    assert ran.returncode == 1
    assert "SopsReportError" in last_line
    assert "cannot be written" in last_line
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
