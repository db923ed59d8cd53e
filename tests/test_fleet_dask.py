"""A running Dask cluster makes the same table and the same data set as this process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import PATIENCE_S, ROOT, run
from fleets import rows, save
from pandas.testing import assert_frame_equal

from benchmarks.generate import answer
from sops_report.archive.archive import Archive
from sops_report.fleet import flatten_archive, workers

# In a process of its own: Dask keeps threads and loops of its own alive.
_SCRIPT = """
import sys
from dask.distributed import Client, LocalCluster
import sops_report as sr
from sops_report.archive.archive import Archive
from sops_report.cli import main
from sops_report.fleet import many, pieces

if __name__ == "__main__":
    folder, root = sys.argv[1:]
    pieces._ITEMS_AT_ONCE = many._SOURCES_AT_ONCE = 2
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        words = ["archive", "flatten", folder, "-o", root, "--scheduler", cluster.scheduler_address]
        main(words)
        paths = sorted(str(s[-1].path) for _, s in Archive(folder).all_snapshots())
        with Client(cluster) as client:
            frame = sr.flatten_many(paths, client.get_executor())
    assert frame.equals(sr.flatten_many(paths)), "another table"
    assert not frame.attrs["errors"]
"""


@pytest.mark.slow
def test_a_local_cluster_makes_the_same(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for task in range(1, 8):
        save(archive, task, answer(10 + task, task))
    (tmp_path / "script.py").write_text(_SCRIPT, encoding="utf-8")
    command = [
        sys.executable,
        str(tmp_path / "script.py"),
        str(archive.folder),
        str(tmp_path / "dask"),
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=_here(),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    flatten_archive(archive, tmp_path / "here")
    assert len(list((tmp_path / "dask").glob("nodes/*/*"))) == 4
    assert_frame_equal(rows(tmp_path / "dask"), rows(tmp_path / "here"))


def _here() -> dict[str, str]:
    """A busy machine starts a worker slowly; Dask would give it half a minute."""
    patience = {f"DASK_DISTRIBUTED__COMM__TIMEOUTS__{name}": "300s" for name in ("CONNECT", "TCP")}
    return {**os.environ, **patience, "PYTHONPATH": str(ROOT)}


def test_a_scheduler_s_address_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    words = ("archive", "flatten", tmp_path / "archive", "-o", tmp_path / "set", "--scheduler")
    done = run(*words, "nonsense://x")
    assert (done.code, done.is_one_line_and_a_hint()) == (2, True), done.err


def test_without_dask_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> object:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(workers, "import_module", find)
    (tmp_path / "archive").mkdir()
    done = run(
        "archive",
        "flatten",
        tmp_path / "archive",
        "-o",
        tmp_path / "set",
        "--scheduler",
        "tcp://x:1",
    )
    assert (done.code, done.is_one_line_and_a_hint()) == (2, True), done.err
    assert "sops-report[dask]" in done.err
