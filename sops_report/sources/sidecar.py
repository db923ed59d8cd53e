"""What the sidecar of a saved answer (``<name>.meta.json``) tells of its origin."""

from collections.abc import Mapping
from pathlib import Path

from sops_report.archive.layout import SIDECAR_SUFFIX, read_sidecar
from sops_report.reading.times import TimeReader
from sops_report.snapshot import Origin


def origin_of(path: Path) -> Origin:
    """Return where the answer in *path* came from; a missing or broken sidecar tells nothing."""
    stem = path.name.removesuffix(".gz").removesuffix(".zst").removesuffix(".json")
    return origin_told(path, read_sidecar(path.with_name(f"{stem}{SIDECAR_SUFFIX}")))


def origin_told(path: Path, about: Mapping[str, object]) -> Origin:
    """Return where the answer in *path* came from, as its sidecar tells it."""
    fetched_at = TimeReader().read(about.get("fetched_at")).us
    return Origin(
        source=str(path),
        task_id=_text(about, "task_id"),
        site=_text(about, "site"),
        biz=_text(about, "biz"),
        scope=_text(about, "scope"),
        fetched_at_us=fetched_at,
    )


def _text(about: Mapping[str, object], name: str) -> str | None:
    value = about.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
