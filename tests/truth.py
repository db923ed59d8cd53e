"""Our analysis against what really happened: ``python -m tests.truth FOLDER``.

A scenario folder holds ``snapshots/``, ``pipeline_tree.json``, ``histories.json`` and
``truth.json`` (from the engine's own tables). Compared are root causes, the retried, skipped and
ignored nodes, the wall time and the critical path.

The path is scored by F1 over leaves, weighted by the seconds of the newest attempt, once with the
flow and histories and once from times alone. The truth lets every open container last until the
moment of the snapshot; our definition lets a stopped task end with its last activity and so walks
back from another leaf. So runs that are not FINISHED are counted apart, and their wall time is not
compared: the truth has none for them.
"""

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sops_report.analysis import Analysis, analyse
from sops_report.reading import read_bytes
from sops_report.snapshot import Origin

LISTS = ("root_cause", "retried", "skipped", "ignored")

Truth = dict[str, Any]


@dataclass(kw_only=True)
class Score:
    """How one scenario compares.

    Attributes:
        name: The scenario.
        finished: The task is FINISHED: the truth's rules are ours.
        flow_f1, times_f1: The critical path with the flow, and from times alone.
        faults: What contradicts the truth; empty where all is well.
    """

    name: str
    finished: bool
    flow_f1: float
    times_f1: float
    faults: list[str] = field(default_factory=list)


def scenarios(folder: Path) -> list[Path]:
    """Return the scenario folders below *folder* that have a truth with a path."""
    return sorted(
        found.parent
        for found in folder.rglob("truth.json")
        if "critical_path" in json.loads(found.read_bytes())
    )


def newest(folder: Path) -> Path:
    """Return a scenario's last snapshot."""
    return max((folder / "snapshots").iterdir())


def analysis_of(answer: Path, *, with_flow: bool, with_histories: bool) -> Analysis:
    """Read and analyse one snapshot of a scenario."""
    folder = answer.parent.parent
    return analyse(
        read_bytes(
            answer.read_bytes(),
            Origin(source=answer.name),
            flow=_beside(folder, "pipeline_tree.json") if with_flow else None,
            histories=_beside(folder, "histories.json") if with_histories else None,
        )
    )


def score(folder: Path) -> Score:
    """Compare a scenario's last snapshot with its truth, and check all its snapshots."""
    truth = json.loads((folder / "truth.json").read_bytes())
    full = analysis_of(newest(folder), with_flow=True, with_histories=True)
    bare = analysis_of(newest(folder), with_flow=False, with_histories=False)
    with_flow = analysis_of(newest(folder), with_flow=True, with_histories=False)
    faults = [
        *_lists_that_differ(truth, full, full.incidents.retried),
        *_lists_that_differ(truth | {"retried": _counted(truth)}, bare, bare.incidents.retried),
        *_wall_that_differs(truth, bare),
        *_sure_misses(truth, bare),
        *_broken_partitions(folder),
    ]
    return Score(
        name=folder.name,
        finished=full.snapshot.tree.state[0] == "FINISHED",
        flow_f1=min(path_f1(truth, full), path_f1(truth, with_flow)),
        times_f1=path_f1(truth, bare),
        faults=faults,
    )


def path_f1(truth: Truth, found: Analysis) -> float:
    """Return the F1 of the leaves on the path, weighted by their true seconds."""
    weights = _seconds_of(truth)
    true, ours = _true_leaves(truth), _our_leaves(found)
    common = sum(weights.get(node, 0) for node in true & ours)
    total = sum(weights.get(node, 0) for node in [*true, *ours])
    return round(2 * common / total, 9) if total else 1.0  # sums of sets come in any order


def _beside(folder: Path, name: str) -> bytes | None:
    for path, unpack in ((folder / name, bytes), (folder / f"{name}.gz", gzip.decompress)):
        if path.exists():
            return unpack(path.read_bytes())
    return None


def _seconds_of(truth: Truth) -> dict[str, float]:
    parse = datetime.fromisoformat
    return {
        node["id"]: (
            parse(node["finish"] or truth["taken_at"]) - parse(node["start"])
        ).total_seconds()
        for node in truth["nodes"]
        if node["start"]
    }


def _true_leaves(truth: Truth) -> set[str]:
    return set(truth["critical_path"]) - {node["parent"] for node in truth["nodes"]}


def _our_leaves(found: Analysis) -> set[str]:
    tree = found.snapshot.tree
    return {
        str(tree.node_id[s.position])
        for s in found.sections
        if tree.is_leaf(s.position) and found.on_path[s.position]
    }


def _counted(truth: Truth) -> list[str]:
    """Return what an answer alone can tell of retries: its counter."""
    return [node["id"] for node in truth["nodes"] if node["retry"] > 0]


def _lists_that_differ(truth: Truth, found: Analysis, retried: Sequence[int]) -> Iterator[str]:
    lists = (found.incidents.root_causes, retried, found.incidents.skipped, found.incidents.ignored)
    for name, positions in zip(LISTS, lists, strict=True):
        ours = sorted(str(found.snapshot.tree.node_id[position]) for position in positions)
        theirs = sorted(truth.get(name, ()))
        if ours != theirs:
            yield f"{name}: {ours} instead of {theirs}"


def _wall_that_differs(truth: Truth, found: Analysis) -> Iterator[str]:
    if truth.get("finish") is None:
        return
    wall = (found.clock.wall_us or 0) / 1_000_000
    if abs(wall - truth["total_wall_seconds"]) > 1:
        yield f"wall: {wall} s instead of {truth['total_wall_seconds']} s"


def _sure_misses(truth: Truth, found: Analysis) -> Iterator[str]:
    """Yield the wrong leaves on a path from times alone that do not say that they may be wrong."""
    if found.snapshot.tree.state[0] != "FINISHED":
        return
    weights, true = _seconds_of(truth), _true_leaves(truth)
    ids = found.snapshot.tree.node_id
    for section in found.sections:
        node = str(ids[section.position])
        is_wrong = not section.is_gap and node not in true and weights.get(node, 0) > 1
        if is_wrong and section.certain and not section.co_critical:
            yield f"sure but wrong: {node}"


def _broken_partitions(folder: Path) -> Iterator[str]:
    for answer in sorted((folder / "snapshots").iterdir()):
        for beside in (False, True):
            found = analysis_of(answer, with_flow=beside, with_histories=beside)
            if not partitions(found):
                yield f"{answer.name}: sections do not partition the run"


def partitions(found: Analysis) -> bool:
    """Tell whether the sections follow each other from start to end, and the sums agree."""
    wall = found.clock.wall_us
    if wall is None:
        return not found.sections and not found.ledger
    ends = [found.clock.start_us, *(section.end_us for section in found.sections)]
    starts = [*(section.start_us for section in found.sections), found.clock.end_us]
    return (
        ends == starts
        and all(section.length_us >= 0 for section in found.sections)
        and sum(found.ledger.values()) == wall
    )


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.4f} ({len(values)})" if values else "–"


def say(*words: str) -> None:
    """Write a line for whoever runs this by hand."""
    sys.stdout.write(" ".join(words) + "\n")


def main(folder: Path) -> int:
    """Print a line a scenario and the sums; return 1 if anything contradicts the truth."""
    scores = [score(scenario) for scenario in scenarios(folder)]
    for found in scores:
        kind = "finished" if found.finished else "open"
        say(f"{found.name:30} {kind:9} {found.flow_f1:.4f} {found.times_f1:.4f}", *found.faults)
    for kind in (True, False):
        some = [found for found in scores if found.finished is kind]
        say(
            "finished:" if kind else "not finished:",
            "F1 with the flow", _mean([found.flow_f1 for found in some]),
            "from times", _mean([found.times_f1 for found in some]),
        )  # fmt: skip
    faults = sum(len(found.faults) for found in scores)
    say("contradictions:", str(faults))
    return int(faults > 0)


if __name__ == "__main__":
    default = Path(__file__).parent / "data" / "corpus"
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else default))
