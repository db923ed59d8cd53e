"""Small archives and the data sets that are made of them."""

import os
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.generate import answer
from sops_report.archive import Archive
from sops_report.fleet.answers import Answers
from sops_report.fleet.query import query

SECOND = 1_000_000
BEGIN_US = 1_748_745_000 * SECOND  # 2025-06-01, where the generated answers begin
WHERE = {"site": "bk.example.com", "scope": "cmdb_biz", "biz": "2"}


def save(archive: Archive, task: int, body: bytes, *, later: int = 0) -> Path:
    at = BEGIN_US + later * SECOND
    saved = archive.save(
        body, **WHERE, task_id=str(task), as_of_us=at, fetched_at_us=at, request={},
        http_status=200,
    )  # fmt: skip
    return saved.path


def grown_old(archive: Archive) -> None:
    """Make the folders older than any doubt about their times."""
    for task in archive.tasks():
        os.utime(task.path, (1_700_000_000, 1_700_000_000))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = Archive(tmp_path / "archive")
    for task in range(1, 7):
        save(made, task, answer(10 + task, task))
    grown_old(made)
    return made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "set"


def rows(root: Path) -> pd.DataFrame:
    found = query(root, "SELECT * FROM nodes ORDER BY task_id, snapshot, position")
    return found.drop(columns="date")


def in_the_folder(root: Path) -> pd.DataFrame:
    """Read the parts as any other program would: by the folder, not by the manifest."""
    found = pd.read_parquet(root / "nodes").drop(columns="date")
    return found.sort_values(["task_id", "snapshot", "position"], ignore_index=True)


def parts(root: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in root.glob("nodes/*/*")}


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count the answers that are opened."""
    opened: list[str] = []
    real = Answers._load  # noqa: SLF001

    def load(self: Answers, number: int, key: str) -> object:
        opened.append(key)
        return real(self, number, key)

    monkeypatch.setattr(Answers, "_load", load)
    return opened
