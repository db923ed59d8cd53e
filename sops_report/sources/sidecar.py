"""What the sidecar of a saved answer (``<name>.meta.json``) tells of its origin."""

import json
from pathlib import Path

from sops_report.reading.times import TimeReader
from sops_report.snapshot import Origin


def origin_of(path: Path) -> Origin:
    """Return where the answer in *path* came from; a missing or broken sidecar tells nothing."""
    about = _sidecar(path)
    fetched_at = TimeReader().read(about.get("fetched_at")).us
    return Origin(
        source=str(path),
        task_id=_text(about, "task_id"),
        site=_text(about, "site"),
        biz=_text(about, "biz"),
        scope=_text(about, "scope"),
        fetched_at_us=fetched_at,
    )


def _sidecar(path: Path) -> dict[str, object]:
    stem = path.name.removesuffix(".gz").removesuffix(".zst").removesuffix(".json")
    try:
        about = json.loads(path.with_name(f"{stem}.meta.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}


def _text(about: dict[str, object], name: str) -> str | None:
    value = about.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
