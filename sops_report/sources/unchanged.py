"""Whether a task stands as it was archived, by the site's own word.

A failed task may go on at any time, and its state word stays the same while nodes below it are
retried. What proves rest is the whole tree: fifty of them come in one answer.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from sops_report.api.client import MOST_IDS, SopsClient
from sops_report.api.envelope import outline
from sops_report.errors import NetworkError
from sops_report.sources.listing import statuses_of

# Whatever happens to a node changes one of these; clocks that run on are not among them.
_FACTS: Final = (
    "state", "start_time", "finish_time", "state_refresh_at", "retry", "loop", "skip", "version",
    "error_ignored",
)  # fmt: skip
_MOST_BYTES: Final = 4_000_000  # of answers whose trees are asked for in one call

Facts = dict[str, tuple[object, ...]]


def unchanged(client: SopsClient, archived: Mapping[str, bytes]) -> set[str]:
    """Return the ids of the tasks whose trees the site shows exactly as they were archived.

    Args:
        client: Who asks; a site that cannot answer has proved nothing.
        archived: The newest archived answers by task id.
    """
    found: set[str] = set()
    for batch in _batches(archived):
        try:
            shown = statuses_of(client, [*batch], with_children=True)
        except NetworkError:
            return found
        found |= {
            task_id
            for task_id, answer in batch.items()
            if (known := _facts((outline(answer) or {}).get("data"))) is not None
            and known == _facts(shown.get(task_id))
        }
    return found


def _batches(archived: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    """Yield the answers in as few calls as the site allows; a large answer has one of its own."""
    batch: dict[str, bytes] = {}
    for task_id, answer in archived.items():
        n_bytes = sum(map(len, chain(batch.values(), [answer])))
        if batch and (len(batch) == MOST_IDS or n_bytes > _MOST_BYTES):
            yield batch
            batch = {}
        batch[task_id] = answer
    if batch:
        yield batch


def _facts(status: object) -> Facts | None:
    """Return what tells the nodes' doings, by id; None of what is no plain tree."""
    found: Facts = {}
    waiting: list[tuple[str, Any]] = [("", status)]
    while waiting:
        key, node = waiting.pop()
        children = node.get("children") or {} if isinstance(node, dict) else None
        if not isinstance(children, dict):
            return None
        found[str(node.get("id") or key)] = tuple(node.get(name) for name in _FACTS)
        waiting += children.items()
    return found
