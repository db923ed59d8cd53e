"""What proves that a task stands as it was archived: the site shows the very same tree."""

import json
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from builders import envelope, node

from sops_report.api.client import Answer, SopsClient
from sops_report.errors import NetworkError
from sops_report.sources.unchanged import unchanged

Json = dict[str, Any]


def tree() -> Json:
    inner = node("b", 2, 5, node("c", 2, 4, state="FAILED"), state="FAILED")
    return node("a", 0, None, inner, state="FAILED")


class Site:
    """Shows trees; of more than *most* at once it makes no answer."""

    def __init__(self, shown: dict[str, Json], *, most: int = 50, refusal: str = "") -> None:
        """Begin unasked."""
        self.shown = shown
        self.most = most
        self.refusal = refusal
        self.asked: list[int] = []

    def get_tasks_status(self, task_ids: Sequence[str], *, with_children: bool = False) -> Answer:
        """Answer as the client does."""
        assert with_children
        self.asked.append(len(task_ids))
        if self.refusal or len(task_ids) > self.most:
            key = self.refusal or "site-too-large"
            raise NetworkError(key, host="h", limit=1, code=1, message="m", seconds=1, reason="r")
        data = [
            {"id": int(task_id), "status": self.shown[task_id]}
            for task_id in reversed(task_ids) if task_id in self.shown
        ]  # fmt: skip
        body = json.dumps({"result": True, "data": data}).encode()
        return Answer(body=body, http_status=200, fetched_at_us=0, request={})


def found(site: Site, archived: dict[str, bytes]) -> set[str]:
    return unchanged(cast("SopsClient", site), archived)


def changed(change: Callable[[Json], object]) -> Json:
    made = tree()
    change(made)
    return made


def test_the_same_tree_with_later_clocks_is_unchanged() -> None:
    later = changed(lambda root: root.update(elapsed_time=99_999, name="other", trace_id="x"))
    assert found(Site({"7": later}), {"7": envelope(tree())}) == {"7"}


CHANGES: dict[str, Callable[[Json], object]] = {
    "retried": lambda root: root["children"]["b"]["children"]["c"].update(retry=1),
    "skipped": lambda root: root["children"]["b"]["children"]["c"].update(skip=True),
    "later": lambda root: root["children"]["b"].update(finish_time="2024-06-18 22:00:00 +0800"),
    "running": lambda root: root["children"]["b"].update(state="RUNNING"),
    "other version": lambda root: root["children"]["b"].update(version="w"),
    "one more": lambda root: root["children"].update(d=node("d", 5, 6)),
    "one less": lambda root: root["children"]["b"].update(children={}),
    "no children told": lambda root: root.pop("children"),
    "odd children": lambda root: root.update(children=[1]),
    "odd child": lambda root: root["children"].update(b=3),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_happened_to_a_node_is_a_change(change: Callable[[Json], object]) -> None:
    assert found(Site({"7": changed(change)}), {"7": envelope(tree())}) == set()


def test_a_site_that_does_not_tell_has_proved_nothing() -> None:
    archived = {"7": envelope(tree()), "8": envelope(tree())}
    assert found(Site({"8": tree()}), archived) == {"8"}
    for refusal in ("site-error", "site-too-large", "unreachable"):
        assert found(Site({"7": tree(), "8": tree()}, refusal=refusal), archived) == set()


def test_too_much_for_one_answer_is_asked_for_in_parts() -> None:
    archived = {str(number): envelope(tree()) for number in range(1, 8)}
    site = Site(dict.fromkeys(archived, tree()), most=2)
    assert found(site, archived) == set(archived)
    assert max(site.asked) == 7
    large = {task_id: body + b" " * 3_000_000 for task_id, body in archived.items()}
    site = Site(dict.fromkeys(large, tree()))
    assert found(site, large) == set(large)
    assert site.asked == [1] * 7


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"data": 3}', b"[" * 9_999])
def test_what_is_no_tree_is_never_unchanged(answer: bytes) -> None:
    assert found(Site({"7": tree()}), {"7": answer}) == set()
