"""Which task an independent subprocess runs as: told by its node's outputs.

The component ``subprocess_plugin`` writes ``task_id`` and ``task_url`` among the outputs of its
node; where somebody renamed the output, the address still holds ``instance_id=``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

_INSTANCE: Final = re.compile(r"[?&]instance_id=(\d{1,18})\b")
_TASK_ID: Final = "task_id"
_TASK_URL: Final = "task_url"


def read_child_tasks(document: object) -> dict[str, str]:
    """Return the child tasks' ids by node id, from decoded ``get_task_node_detail`` answers."""
    if not isinstance(document, dict):
        return {}
    found = {
        str(node_id): task_id
        for node_id, value in document.items()
        for outputs in _outputs(value)
        if (task_id := _child_of(outputs)) is not None
    }
    return dict(sorted(found.items()))


def _outputs(value: object) -> Iterator[Mapping[str, object]]:
    for item in value if isinstance(value, list) else [value]:
        response = item.get("response", item) if isinstance(item, dict) else None
        details = response.get("data", response) if isinstance(response, dict) else None
        listed = details.get("outputs") if isinstance(details, dict) else None
        if isinstance(listed, list):
            yield {
                str(output.get("key")): output.get("value")
                for output in listed
                if isinstance(output, dict)
            }


def _child_of(outputs: Mapping[str, object]) -> str | None:
    if _TASK_URL not in outputs:  # many plugins have a task_id of some other system
        return None
    address = _INSTANCE.search(str(outputs[_TASK_URL]))
    if address is not None:
        return address.group(1)
    task_id = str(outputs.get(_TASK_ID, ""))
    return task_id if task_id.isdigit() else None
