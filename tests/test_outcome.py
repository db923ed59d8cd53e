"""The outcome word, and who failed, was retried, skipped or ignored."""

from typing import Any

import pytest
from builders import analysed, attempt, histories, names, node

RUN = {"state": "RUNNING"}
BAD = {"state": "FAILED"}


def leaf(name: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as builders.node
    return node(name, 0, None if fields.get("state") == "RUNNING" else 1, **fields)


@pytest.mark.parametrize(
    ("root", "outcome"),
    [
        ({"state": "EXPIRED"}, "expired"),
        ({"state": "CREATED"}, "not_started"),
        (node("go", 0, None, leaf("a", **BAD), state="REVOKED"), "revoked"),
        (node("go", 0, None, leaf("a", **BAD), leaf("b", **RUN), **BAD), "failing"),
        (node("go", 0, None, leaf("a", **BAD), leaf("b", **RUN), **RUN), "failing"),
        (node("go", 0, None, leaf("a", **BAD), state="SUSPENDED"), "failed"),
        (node("go", 0, None, leaf("a", **BAD), **BAD), "failed"),
        (node("go", 0, None, **BAD), "failed"),
        (node("go", 0, None, leaf("a", **RUN), state="SUSPENDED"), "running"),
        (node("go", 0, None, leaf("a"), **RUN), "running"),
        (node("go", 0, None, leaf("a"), state="SUSPENDED"), "waiting"),
        (node("go", 0, None, leaf("a"), state="BLOCKED"), "waiting"),
        (node("go", 0, 1, leaf("a", skip=True)), "finished_with_issues"),
        (node("go", 0, 1, leaf("a", error_ignored=True)), "finished_with_issues"),
        (node("go", 0, 1, leaf("a", retry=1)), "finished_with_issues"),
        (node("go", 0, 1, leaf("a"), error_ignored=True), "finished"),
        (node("go", 0, 1, leaf("a")), "finished"),
        (node("go", 0, 1, leaf("a"), state="WHAT"), "unknown"),
        ({"state": None}, "unknown"),
    ],
)
def test_the_first_word_that_fits(root: dict[str, Any], outcome: str) -> None:
    assert analysed(root).outcome == outcome


def test_a_due_retry_means_failing() -> None:
    due = {"exist_auto_retry_nodes": True, "auto_retry_nodes": ["a"]}
    root = node("go", 0, None, leaf("a", **BAD), auto_retry_status=due, **BAD)
    assert analysed(root).outcome == "failing"
    spent = {"a": {"node_id": "a", "auto_retry_times": 3, "max_auto_retry_times": 3}}
    root = node("go", 0, None, leaf("a", **BAD), failed_node_info=spent, **BAD)
    assert analysed(root).outcome == "failed"


def test_a_container_is_an_echo_and_a_failed_leaf_the_cause() -> None:
    inner = node("sub", 0, None, leaf("a", **BAD), leaf("ok"), **BAD)
    found = analysed(node("go", 0, None, inner, leaf("entry", **BAD), **BAD))
    assert names(found.snapshot, found.incidents.root_causes) == ["a", "entry"]
    assert names(found.snapshot, found.incidents.echoes) == ["go", "sub"]


def test_histories_know_retries_that_a_loop_has_reset() -> None:
    root = node("go", 0, 9, node("a", 7, 9, loop=2, retry=0), node("b", 0, 1))
    assert analysed(root).incidents.retried == ()
    found = analysed(root, histories=histories(a=[attempt(0, 1, loop=1)]))
    assert names(found.snapshot, found.incidents.retried) == ["a"]


def test_listed_nodes_are_not_failed() -> None:
    root = node("go", 0, 1, leaf("a", skip=True), leaf("b", error_ignored=True), leaf("c", retry=2))
    incidents = analysed(root).incidents
    assert (incidents.skipped, incidents.ignored, incidents.retried) == ((1,), (2,), (3,))
    assert incidents.root_causes == ()
