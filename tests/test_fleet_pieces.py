"""How the work on a data set is cut into pieces, and when they are given out."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fleets import BEGIN_US, SECOND, WHERE, rows, save
from pandas.testing import assert_frame_equal

from benchmarks.generate import answer
from sops_report.archive.archive import Archive
from sops_report.errors import UsageError
from sops_report.fleet import pieces
from sops_report.fleet.census import Census
from sops_report.fleet.dataset import flatten_archive
from sops_report.fleet.manifest import Manifest


@pytest.mark.parametrize("size", [0, 1, 249, 1100, 1101, 10_000, 33_333])
def test_pieces_are_the_whole_and_get_smaller(size: int) -> None:
    for smaller in (False, True):
        cut = list(pieces.shares(range(size), smaller=smaller))  # type: ignore[arg-type]
        assert [number for piece in cut for number in piece] == list(range(size))
        sizes = [len(piece) for piece in cut]
        assert sizes == sorted(sizes, reverse=True)
        assert max(sizes, default=0) <= 1100
        assert not smaller or size < 1100 or sizes[-1] <= 250


def test_work_is_given_out_while_the_census_goes_on_and_none_is_lost(
    archive: Archive, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "_ITEMS_AT_ONCE", 1)
    monkeypatch.setattr(pieces, "_FEWEST_AT_ONCE", 1)
    monkeypatch.setattr(pieces, "_AHEAD", 3)
    work = pieces.Pieces(Census(archive.folder, Manifest(root), every=False), ahead=True)
    given = [(item.key, work.is_counted) for piece in work.cut() for item in piece]
    assert [is_counted for _, is_counted in given] == [False] * 3 + [True] * 3
    assert len({key for key, _ in given}) == 6
    with ThreadPoolExecutor(2) as executor:
        flatten_archive(archive, root, executor=executor)
    flatten_archive(archive, tmp_path / "other")
    assert_frame_equal(rows(root), rows(tmp_path / "other"))


def test_nothing_is_given_out_of_an_archive_that_may_be_another_one(
    archive: Archive, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flatten_archive(archive, root)
    monkeypatch.setattr(pieces, "_FEWEST_AT_ONCE", 1)
    other = Archive(tmp_path / "other")
    for task in range(70, 76):
        save(other, task, answer(5))
    before = (root / "manifest.jsonl").read_bytes()
    with ThreadPoolExecutor(2) as executor, pytest.raises(UsageError, match="none of the answers"):
        flatten_archive(other, root, executor=executor)
    assert (root / "manifest.jsonl").read_bytes() == before


def test_tasks_of_all_businesses_are_gone_through_by_their_moments(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for task, biz, later in ((9, "2", 0), (10, "3", 10), (11, "2", 20), (100, "3", 30)):
        at = BEGIN_US + later * SECOND
        archive.save(
            answer(3, task), **(WHERE | {"biz": biz}), task_id=str(task), as_of_us=at,
            fetched_at_us=at, request={}, http_status=200,
        )  # fmt: skip
    census = Census(archive.folder, Manifest(tmp_path / "set"), every=False)
    assert [folder.rpartition("/")[2] for _, folder, _ in census.tasks()] == [
        "9",
        "10",
        "11",
        "100",
    ]
