"""What an answer says of itself as a whole: its engine, its offset from UTC, due retries."""

from collections.abc import Sequence

from sops_report.reading.layout import Json
from sops_report.reading.times import TimeReader


def first_offset(nodes: Sequence[Json]) -> int | None:
    """Return the offset of the root's start, else of the first time found below it."""
    times = TimeReader()
    for node in nodes:
        for key in ("start_time", "finish_time"):
            moment = times.read(node.get(key))
            if moment.us is not None and moment.offset_minutes is not None:
                return moment.offset_minutes
    return None


def engine_of(nodes: Sequence[Json]) -> str:
    """Tell the engine by the keys of any node: each dialect has its own."""
    for node in nodes:
        if "root_id:" in node or "root_id" in node or "parent_id" in node:
            return "v2"
        if "state_refresh_at" in node:
            return "v1"
    return "unknown"


def auto_retry_ids(root: Json) -> frozenset[str]:
    """Return the failed nodes that the engine will try again by itself."""
    status = root.get("auto_retry_status")
    listed = status.get("auto_retry_nodes") if isinstance(status, dict) else None
    named = {item for item in _listed(listed) if isinstance(item, str)}
    for key in ("failed_node_info", "auto_retry_infos"):
        infos = root.get(key)
        if isinstance(infos, dict):
            named.update(str(name) for name, info in infos.items() if _has_tries_left(info))
    return frozenset(named)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _has_tries_left(info: object) -> bool:
    if not isinstance(info, dict):
        return False
    done, most = info.get("auto_retry_times"), info.get("max_auto_retry_times")
    return isinstance(done, int) and isinstance(most, int) and done < most
