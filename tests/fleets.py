"""Small archives and the data sets that are made of them."""

import os
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.generate import answer
from sops_report.archive.archive import Archive
from sops_report.fleet import pieces
from sops_report.fleet.answers import Answers
from sops_report.fleet.dataset import flatten_archive
from sops_report.fleet.manifest import load_manifest
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


def add_one(archive: Archive, task: int, *, later: int = 0) -> None:
    save(archive, task, answer(4 + task % 5, task), later=later or task)


@pytest.fixture
def many(archive: Archive, root: Path) -> Archive:
    """An archive whose data set has eight small parts of a date, and a new task for a ninth."""
    flatten_archive(archive, root)
    for task in range(11, 18):
        add_one(archive, task)
        assert not flatten_archive(archive, root).merged.n_parts
    assert len(parts(root)) == 8
    add_one(archive, 18)
    return archive


def unmerged(archive: Archive, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the same data set in as many parts as there are answers."""
    with monkeypatch.context() as patch:
        patch.setattr(pieces, "_ITEMS_AT_ONCE", 1)
        flatten_archive(archive, root)
    return root


def is_told_of_rightly(root: Path) -> None:
    """Each part holds the answers that the manifest says, in that order, and no key is twice."""
    told = load_manifest(root).parts
    assert set(told) == {
        path.relative_to(root / "nodes").as_posix() for path in root.glob("nodes/*/*")
    }
    keys = [held.key for holds in told.values() for held in holds]
    assert len(keys) == len(set(keys))
    for part, holds in told.items():
        table = pd.read_parquet(root / "nodes" / part)
        roots = table[table["position"] == 0]
        assert [held.key.split("/")[2] for held in holds] == roots["task_id"].tolist()
        assert [held.sha256 for held in holds] == roots["sha256"].tolist()
        assert [held.is_latest for held in holds] == roots["is_latest"].tolist()
