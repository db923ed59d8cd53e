"""How long a running task may still take, by the earlier runs in the archive.

An earlier run is a finished task of the same place with the same template, or, where the template
is not known, the same name but for numbers at its end. What is measured is the time from the last
step that has finished here to the end of each earlier run; runs that took less than has passed
already can tell nothing any more and are only counted.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.clock import SECOND_US, finish_is_valid
from sops_report.api.envelope import outline
from sops_report.archive.archive import Archive
from sops_report.archive.layout import TaskFolder, snapshots_in
from sops_report.archive.shelf import read_files
from sops_report.errors import InputError
from sops_report.reading import read_bytes
from sops_report.snapshot import Snapshot
from sops_report.sources.archived import Place

FEWEST: Final = 5
_MOST_RUNS: Final = 30
_MOST_LOOKED_AT: Final = 300
_FLOW: Final = "pipeline_tree.json"
_NUMBERS_AT_END: Final = re.compile(r"[\s\d_:.\-/]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the earlier runs say of the time that is left.

    Attributes:
        middle_s, high_s: Half of them took at most that, nine of ten at most that; None where
            fewer than `FEWEST` lasted as long as this one has.
        n_longer: How many lasted as long as this one has.
        n: All that have the step from which is measured.
    """

    middle_s: float | None
    high_s: float | None
    n_longer: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One finished run: the seconds from the end of a step to its end, by the step's path.

    The path of the task itself is empty: from its start.
    """

    left_s: Mapping[str, float]


def past_runs(
    archive: Archive, place: Place, name: str | None, flow: bytes | None
) -> list[PastRun]:
    """Return the earlier runs of a task, the newest first; at most thirty.

    Args:
        archive: Where they lie.
        place: The task itself, which is left out.
        name: Its name.
        flow: Its answer of ``get_task_detail``; tells the template.
    """
    wanted = _template_in(flow), _bare(name)
    found: list[PastRun] = []
    for folder in _newest_first(archive, place)[:_MOST_LOOKED_AT]:
        try:
            run = _run_in(folder, wanted)
        except (InputError, OSError):
            continue  # a damaged answer is the business of `archive verify`
        if run is not None:
            found.append(run)
        if len(found) == _MOST_RUNS:
            break
    return found


def _newest_first(archive: Archive, place: Place) -> list[TaskFolder]:
    site = place["site"].lower().replace(":", "_")
    others = [
        task for task in archive.tasks(place["biz"])
        if (task.site, task.scope) == (site, place["scope"])
        and task.task_id.isdigit() and task.task_id != place["task_id"]
    ]  # fmt: skip
    return sorted(others, key=lambda task: -int(task.task_id))


def _run_in(folder: TaskFolder, wanted: tuple[str | None, str]) -> PastRun | None:
    series = snapshots_in(folder.path)
    if not series:
        return None
    files = read_files(folder.path, [series[-1].path.name, _FLOW])
    body = files.get(series[-1].path.name, b"")
    root = (outline(body) or {}).get("data")
    if not isinstance(root, dict) or root.get("state") != "FINISHED":
        return None
    template, name = _template_in(files.get(_FLOW)), _bare(root.get("name"))
    both = wanted[0] is not None and template is not None
    is_same = template == wanted[0] if both else bool(name) and name == wanted[1]
    return _measured(read_bytes(body)) if is_same else None


def _template_in(flow: bytes | None) -> str | None:
    """Return the template's id; None where a task has none or it is not known."""
    data = (outline(flow) or {}).get("data") if flow is not None else None
    template = data.get("template_id") if isinstance(data, dict) else None
    return str(template) if isinstance(template, int | str) and template else None


def _bare(name: object) -> str:
    """Return a name without the numbers at its end, as a moment that sites append."""
    return _NUMBERS_AT_END.sub("", name) if isinstance(name, str) else ""


def _measured(snapshot: Snapshot) -> PastRun | None:
    start, finish = snapshot.tree.start_us[0], snapshot.tree.finish_us[0]
    if start is None or finish is None or finish < start:
        return None
    left = {path: (finish - end) / SECOND_US for path, end in _finished_steps(snapshot)}
    return PastRun(left_s={**left, "": (finish - start) / SECOND_US})


def _finished_steps(snapshot: Snapshot) -> Iterator[tuple[str, int]]:
    """Yield path and finish of each finished leaf whose path is not another's as well."""
    tree, paths = snapshot.tree, snapshot.paths()
    often = Counter(paths)
    for position in range(1, len(tree)):
        finish = tree.finish_us[position]
        if (
            tree.is_leaf(position) and tree.state[position] == "FINISHED" and finish is not None
            and finish_is_valid(tree, position) and often[paths[position]] == 1
        ):  # fmt: skip
            yield paths[position], finish


def estimate_of(analysis: Analysis, runs: list[PastRun]) -> Estimate | None:
    """Return what is left of a running task; None without enough evidence.

    Measured from the newest finished step that at least `FEWEST` earlier runs have, else from the
    start of the task.
    """
    as_of, start = analysis.clock.as_of_us, analysis.clock.start_us
    if analysis.outcome != "running" or as_of is None or start is None:
        return None
    steps = sorted(_finished_steps(analysis.snapshot), key=lambda step: -step[1])
    for path, since_us in (*steps, ("", start)):
        known = [run.left_s[path] for run in runs if path in run.left_s]
        if len(known) >= FEWEST:
            return _estimate(known, (as_of - since_us) / SECOND_US)
    return None


def _estimate(known: list[float], passed_s: float) -> Estimate:
    left = [seconds - passed_s for seconds in known if seconds > passed_s]
    if len(left) < FEWEST:
        return Estimate(middle_s=None, high_s=None, n_longer=len(left), n=len(known))
    high = quantiles(left, n=10, method="inclusive")[-1]
    return Estimate(middle_s=median(left), high_s=high, n_longer=len(left), n=len(known))
