"""A real run as it was seen every twenty seconds: a step fails twice and recovers."""

import json
from datetime import datetime
from pathlib import Path

from sops_report.archive.archive import Archive
from sops_report.sources.archived import Place

SERIES = Path(__file__).parent / "data" / "series" / "fail_retry_ok"
MOVING: Place = {
    "site": "bk.example.com", "scope": "cmdb_biz", "biz": "2", "task_id": "515375",
}  # fmt: skip
TASK_ID = MOVING["task_id"]


class FakeClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self, now: float = 1_718_720_000.0) -> None:
        """Begin at a moment, in seconds since 1970."""
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return the moment."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.now += seconds


def answers() -> list[tuple[int, bytes]]:
    """Return the moment (microseconds since 1970) and the bytes of each answer."""
    truth = json.loads((SERIES / "truth.json").read_bytes())
    return [
        (_us(entry["taken_at"]), (SERIES / "snapshots" / entry["file"]).read_bytes())
        for entry in truth["snapshots"]
    ]


def _us(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1_000_000)


def moving_archive(folder: Path, *, first: int = 0, last: int = 25) -> Archive:
    """Put the run into an archive, each answer at the moment it was taken."""
    archive = Archive(folder)
    for taken_us, body in answers()[first:last]:
        archive.save(
            body, **MOVING, as_of_us=taken_us, fetched_at_us=taken_us, request={}, http_status=200
        )
    for name in ("pipeline_tree.json", "histories.json"):
        archive.save_beside(name, (SERIES / name).read_bytes(), **MOVING)
    return archive
