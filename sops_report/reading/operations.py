"""``get_task_operate_record`` → who did what to the task, and when.

Only what a person did is recorded: automatic retries, time-outs and callbacks are not. What an
operation carried along (``extra_info``) can hold secrets and is never kept.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from sops_report.reading.texts import scrub
from sops_report.reading.times import TimeReader
from sops_report.snapshot import Operation

_LONGEST: Final = 200

Json = Mapping[str, object]


def read_operations(document: object, times: TimeReader) -> tuple[Operation, ...] | None:
    """Return the operations in a decoded answer, by time; None if there is no list of them.

    Args:
        document: The answer, or its ``data``.
        times: Reads the times in it.
    """
    listed = document.get("data") if isinstance(document, Mapping) else document
    if not isinstance(listed, list):
        return None
    found = dict.fromkeys(_operations(listed, times))
    return tuple(sorted(found, key=lambda operation: operation.at_us))


def _operations(listed: list[object], times: TimeReader) -> Iterator[Operation]:
    for item in listed:
        if not isinstance(item, Mapping):
            continue
        at_us, what = times.read(item.get("operate_date")).us, _text(item, "operate_type")
        if at_us is not None and what:
            yield Operation(
                at_us=at_us,
                what=what,
                node_id=_text(item, "node_id") or None,
                operator=_text(item, "operator"),
                source=_text(item, "operate_source"),
            )


def _text(item: Json, name: str) -> str:
    value = item.get(name)
    return scrub(value[:_LONGEST]) if isinstance(value, str) else ""
