"""Our analysis against what really happened, on answers of the real engine."""

import json
from pathlib import Path

import pytest
import truth

CORPUS = Path(__file__).parent / "data" / "corpus"
SCENARIOS = truth.scenarios(CORPUS)
# Where times alone must guess among branches that end in the same second, and say so.
GUESSED = {"queue_gap", "sync_same_second", "parallel_24_straggler"}


def test_the_corpus_is_there() -> None:
    assert len(SCENARIOS) >= 30


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_nothing_contradicts_the_truth(folder: Path) -> None:
    found = truth.score(folder)
    assert found.faults == []
    if found.finished:
        assert found.flow_f1 == 1.0
        assert found.times_f1 == 1.0 or folder.name in GUESSED


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_better_evidence_never_changes_the_wall_time(folder: Path) -> None:
    answer = truth.newest(folder)
    walls = {
        truth.analysis_of(answer, with_flow=flow, with_histories=histories).clock.wall_us
        for flow in (False, True)
        for histories in (False, True)
    }
    assert len(walls) == 1


def test_a_wrong_analysis_would_be_found(tmp_path: Path) -> None:
    folder = tmp_path / "lied"
    (folder / "snapshots").mkdir(parents=True)
    real = CORPUS / "fail_skip"
    lied = json.loads((real / "truth.json").read_bytes())
    lied |= {"skipped": [], "total_wall_seconds": 900.0}
    (folder / "truth.json").write_text(json.dumps(lied), encoding="utf-8")
    answer = truth.newest(real)
    (folder / "snapshots" / answer.name).write_bytes(answer.read_bytes())
    faults = " ".join(truth.score(folder).faults)
    assert "skipped:" in faults
    assert "wall:" in faults
