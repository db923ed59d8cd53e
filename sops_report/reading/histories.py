"""``get_task_node_detail`` answers → earlier attempts by node.

A saved file maps a node id to a list of ``{query, response}`` (one response a pass). An attempt is
recorded when it is left, so a skip adds one that ends where the failure ended: the true time of the
failure, which the status answer has overwritten.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from sops_report.reading.texts import plain
from sops_report.reading.times import TimeReader
from sops_report.snapshot import Attempt

_PASSED: Final = "FINISHED"

Json = Mapping[str, object]
Attempts = dict[str, tuple[Attempt, ...]]


def read_histories(document: object, times: TimeReader) -> Attempts | None:
    """Return the earlier attempts by node id, oldest first; None if *document* holds none.

    Args:
        document: The decoded file.
        times: Reads the times in it.
    """
    if not isinstance(document, dict) or (document and not _are_histories(document)):
        return None
    return {
        str(node_id): attempts
        for node_id, value in document.items()
        if (attempts := _attempts_of(value, times))
    }


def _are_histories(document: Mapping[str, object]) -> bool:
    """Tell whether at least one value is a node's answer; another file names no histories."""
    items = (
        item
        for value in document.values()
        for item in (value if isinstance(value, list) else [value])
        if isinstance(item, dict)
    )
    return any("response" in item or "histories" in item or _is_detail(item) for item in items)


def _is_detail(item: Mapping[str, object]) -> bool:
    details = item.get("data")
    return isinstance(details, dict) and "histories" in details


def _attempts_of(value: object, times: TimeReader) -> tuple[Attempt, ...]:
    found = [
        attempt
        for details, is_earlier_pass in _details(value)
        for attempt in _of_pass(details, times, is_earlier_pass=is_earlier_pass)
    ]
    unique = dict.fromkeys(found)  # two queries may answer for the same pass
    return tuple(sorted(unique, key=lambda attempt: (attempt.loop, attempt.start_us or 0)))


def _details(value: object) -> Iterator[tuple[Json, bool]]:
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict):
            continue
        response = item.get("response", item)
        details = response.get("data", response) if isinstance(response, dict) else None
        if isinstance(details, dict):
            query = item.get("query")
            asked = query.get("loop") if isinstance(query, dict) else None
            yield details, asked is not None


def _of_pass(details: Json, times: TimeReader, *, is_earlier_pass: bool) -> Iterator[Attempt]:
    histories = details.get("histories")
    rows = (
        [row for row in histories if isinstance(row, dict)] if isinstance(histories, list) else []
    )
    skipped = details.get("skip") is True
    for number, row in enumerate(rows, start=1):
        yield _attempt(row, times, failed=True, skipped=skipped and number == len(rows))
    if is_earlier_pass and not skipped:
        yield _attempt(details, times, failed=details.get("state") != _PASSED, skipped=False)


def _attempt(row: Json, times: TimeReader, *, failed: bool, skipped: bool) -> Attempt:
    loop = row.get("loop")
    return Attempt(
        start_us=times.read(row.get("start_time")).us,
        end_us=times.read(row.get("finish_time")).us,
        loop=loop if isinstance(loop, int) and not isinstance(loop, bool) else 1,
        failed=failed,
        skipped=skipped,
        text=plain(row.get("ex_data")) if failed else None,
    )
