"""A merge of small parts that is broken off at any step reads right, and is finished later."""

from pathlib import Path

import pytest
from fleets import add_one, in_the_folder, is_told_of_rightly, parts, rows, unmerged
from pandas.testing import assert_frame_equal

from sops_report.archive.archive import Archive
from sops_report.fleet import manifest as manifests
from sops_report.fleet import rewriting
from sops_report.fleet.dataset import flatten_archive
from sops_report.fleet.manifest import Line, Manifest


class PowerCutError(BaseException):
    """What nobody catches, as nobody could catch a kill."""


def killed_at(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run end at a step of its merging."""
    write, append, unlink = rewriting.write_part, Manifest.append, Path.unlink
    gone: list[Path] = []

    def killed_write(*args: object) -> None:
        if step == "after the part":
            write(*args)
        raise PowerCutError

    def killed_append(self: Manifest, *lines: Line) -> None:
        append(self, *lines)
        if any(line.instead_of for line in lines):
            raise PowerCutError

    def killed_unlink(self: Path, missing_ok: bool = False) -> None:  # noqa: FBT001, FBT002 - as it is
        if self.suffix == ".parquet":
            gone.append(self)
            if len(gone) > int(step[0]):
                raise PowerCutError
        unlink(self, missing_ok)

    if "part" in step:
        monkeypatch.setattr(rewriting, "write_part", killed_write)
    elif step == "after the manifest":
        monkeypatch.setattr(Manifest, "append", killed_append)
    else:
        monkeypatch.setattr(Path, "unlink", killed_unlink)


@pytest.mark.parametrize(
    "step",
    [
        "before the part",
        "after the part",
        "after the manifest",
        "0 removed",
        "4 removed",
        "8 removed",
    ],
)
def test_a_merge_killed_at_any_step_reads_right_and_is_finished(
    many: Archive, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    wanted = rows(unmerged(many, tmp_path / "other", monkeypatch))
    with monkeypatch.context() as patch:
        killed_at(step, patch)
        with pytest.raises(PowerCutError):
            flatten_archive(many, root)
    assert_frame_equal(rows(root), wanted)
    flatten_archive(many, root)
    assert_frame_equal(rows(root), wanted)
    assert len(in_the_folder(root)) == len(wanted)
    is_told_of_rightly(root)
    add_one(many, 19)
    assert flatten_archive(many, root).n_new == 1
    assert len(parts(root)) == (1 if "part" in step else 2)
    assert rows(root)["task_id"].nunique() == 15
    is_told_of_rightly(root)


def test_a_manifest_cut_anywhere_in_what_it_tells_of_a_merge_reads_right(
    many: Archive, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killed_at("0 removed", patch)
        with pytest.raises(PowerCutError):
            flatten_archive(many, root)
    wanted, data = rows(root), (root / "manifest.jsonl").read_bytes()
    before = data.index(b'"instead_of"')
    begin = data.rindex(b"\n", 0, before) + 1
    cuts = [begin, begin + 9, before, data.index(b"\n", before) + 1, len(data) - 70, len(data) - 1]
    for cut in cuts:
        (root / "manifest.jsonl").write_bytes(data[:cut])
        assert_frame_equal(rows(root), wanted)
    flatten_archive(many, root)
    assert_frame_equal(rows(root), wanted)
    assert len(in_the_folder(root)) == len(wanted)
    is_told_of_rightly(root)


def test_a_kill_while_the_manifest_is_written_anew_loses_nothing(
    many: Archive, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "_LITTLE", -1000)
    real = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if self.suffix == ".jsonl":
            (root / ".left.jsonl").write_bytes(self.read_bytes())  # a kill runs no clean-up
            raise PowerCutError
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(PowerCutError):
            flatten_archive(many, root)
    assert rows(root)["task_id"].nunique() == 14
    assert flatten_archive(many, root).n_kept == 14
    assert {path.name for path in root.iterdir()} == {".lock", "manifest.jsonl", "nodes"}
    is_told_of_rightly(root)
