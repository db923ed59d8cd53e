"""Root causes in order of time, and the containers that only echo them."""

from builders import analysed, moment, names, node, seconds

BAD = {"state": "FAILED"}


def test_the_first_failure_is_the_earliest_not_the_first_row() -> None:
    root = node("go", 0, None, node("late", 0, 9, **BAD), node("early", 2, 5, **BAD), **BAD)
    found = analysed(root)
    assert names(found.snapshot, [f.position for f in found.failures]) == ["early", "late"]


def test_failed_at_takes_the_best_evidence() -> None:
    refresh = "2024-06-18T13:30:07.500Z"
    inner = [
        node("finish", 0, 3, state_refresh_at=refresh, **BAD),
        node("refresh", 0, None, state_refresh_at=refresh, **BAD),
        node("start", 4, None, **BAD),
        node("none", None, None, **BAD),
    ]
    found = analysed(node("go", 0, None, *inner, **BAD))
    assert [seconds(f.failed_at_us) for f in found.failures] == [3, 4, 7.5, None]
    assert moment(7.5) == "2024-06-18 21:30:07 +0800"


def test_failures_of_one_second_keep_the_order_of_the_document() -> None:
    root = node("go", 0, None, node("a", 0, 3, **BAD), node("b", 1, 3, **BAD), **BAD)
    found = analysed(root)
    assert [f.position for f in found.failures] == [1, 2]


def test_echoes_are_the_failed_containers_above_innermost_first() -> None:
    inner = node("x", 0, 1, node("y", 0, 1, node("a", 0, 1, **BAD), **BAD), state="SUSPENDED")
    found = analysed(node("go", 0, None, inner, **BAD))
    (failure,) = found.failures
    assert names(found.snapshot, failure.echoes) == ["y", "go"]


def test_the_text_is_plain_and_the_kind_stands_for_a_missing_one() -> None:
    texts = {"a": "<b>磁盘</b> &lt;sda&gt; 已满", "b": None}
    root = node("go", 0, None, node("a", 0, 1, **BAD), node("b", 0, 2, **BAD), ex_data=texts, **BAD)
    found = analysed(root)
    assert [f.text for f in found.failures] == ["磁盘 <sda> 已满", None]
    assert len({f.signature for f in found.failures}) == 2
