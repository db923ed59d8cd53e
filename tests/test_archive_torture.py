"""The archive under fire: kills, rivals and a full disk."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from archive_work import MAY_GO, WORKS, Work, a_guest, a_small_archive, answers_of, do_unpack
from commandline import PATIENCE_S
from faults import full_disk
from sites import FETCHED, keep

from sops_report.archive.archive import Archive
from sops_report.archive.packing import pack
from sops_report.errors import SopsReportError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and limits")

# Saves answer after answer, each of some 200 kB, and prints the number of each that is kept.
WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[5])
from sops_report.archive.archive import Archive
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
    bodies = [stored.read() for stored in archive.snapshots("2", "515")]
    return [json.loads(body)["data"] for body in bodies]


@pytest.mark.slow
def test_kills_at_random_moments_lose_and_break_nothing(checkout: Path) -> None:
    kills = os.environ.get("SOPS_REPORT_TORTURE", "20")
    ran = subprocess.run(
        [sys.executable, "tests/torture.py", "--kills", kills], cwd=checkout,
        capture_output=True, text=True, check=False, timeout=3600,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = ran.stdout.splitlines()
    assert told[0].startswith(f"random kills {kills}, ")
    assert {"lost 0", "findings 0"} <= set(told)
    assert int(told[0].split(" within an operation ")[1].split()[0]) > int(kills) // 2
    assert int(told[1].removeprefix("kills at every step ").split()[0]) > 300


def test_two_writers_at_once_lose_nothing(tmp_path: Path, checkout: Path) -> None:
    writers = [start_writer(tmp_path, checkout, name, 0, 20) for name in ("a", "b")]
    for writer in writers:
        with writer:
            assert writer.communicate(timeout=PATIENCE_S)[0].split()[-1] == "19"
    archive = Archive(tmp_path)
    expected = sorted((name, number) for name in "ab" for number in range(20))
    assert sorted((one["who"], one["n"]) for one in contents(archive)) == expected
    assert archive.verify() == []


def test_two_writers_of_one_answer_keep_it_once(tmp_path: Path, checkout: Path) -> None:
    writers = [start_writer(tmp_path, checkout, "same", 0, 3) for _ in range(2)]
    for writer in writers:
        with writer:
            writer.communicate(timeout=PATIENCE_S)
    assert sorted(one["n"] for one in contents(Archive(tmp_path))) == [0, 1, 2]
    assert Archive(tmp_path).verify() == []


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path, checkout: Path) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
    program = [sys.executable, "-c", limited + WRITER, str(tmp_path), "a", "0", "1", str(checkout)]
    ran = subprocess.run(program, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    last_line = ran.stderr.strip().splitlines()[-1]
    assert ran.returncode == 1
    assert "SopsReportError" in last_line
    assert "cannot be written" in last_line
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("stays_full", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("work", WORKS)
def test_a_disk_that_is_full_at_any_step_loses_nothing(
    tmp_path: Path,
    work: Work,
    stays_full: bool,  # noqa: FBT001 - a parameter
    packed: bool,  # noqa: FBT001
) -> None:
    guest = a_guest(tmp_path)
    model = a_small_archive(tmp_path / "model", packed=packed)
    stays = answers_of(model) - MAY_GO[work]
    for step in range(1, 1_000):
        archive = Archive(shutil.copytree(model.folder, tmp_path / "a", copy_function=shutil.copy2))
        refused: str | None = None
        with full_disk(step, stays_full=stays_full) as disk:
            try:
                work(archive, guest)
            except SopsReportError as error:
                refused = error.key
        assert refused in {None, "archive-write"}
        archive.tidy()
        assert archive.verify() == [], step
        assert stays <= answers_of(archive), step
        work(archive, guest)
        assert archive.verify() == []
        if not disk.was_met:
            assert refused is None
            break
        shutil.rmtree(archive.folder)
    assert 1 < step < 999 or (not packed and work is do_unpack)


def test_a_really_full_disk_is_one_line_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs to mount a small tmpfs")
    try:
        fill_until_full(Archive(disk / "archive"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)  # noqa: S607 - the system's own


def fill_until_full(archive: Archive) -> None:
    kept: set[bytes] = set()
    reserve = archive.folder / "reserve"
    archive.folder.mkdir()
    reserve.write_bytes(bytes(40_000))
    for number in range(1_000):
        body = b'{"data": {"n": %d, "pad": "%s"}}' % (number, b"x" * 9_000)
        try:
            keep(archive, body, as_of_us=FETCHED + number * 1_000_000)
        except SopsReportError as refusal:
            reason = str(refusal)
            break
        kept.add(body)
    assert len(kept) > 5
    assert "No space left" in reason
    folder = archive.tasks()[0].path
    with reserve.open("ab", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    with pytest.raises(SopsReportError, match="cannot be written"):
        pack(folder)
    assert archive.verify() == []
    assert answers_of(archive) == kept
    reserve.unlink()
    pack(folder)
    assert archive.verify() == []
    assert answers_of(archive) == kept
    assert keep(archive, b'{"data": "there is room again"}', as_of_us=FETCHED * 2).is_new
