"""Slack, drag and waiting on small flows with known answers."""

from builders import analysed, by_name, event, flow, node

# in | a ─ 4 ┬ b ───── 9 ┬ d ── 12 | out
#            └ c ─ 6     ┘
DIAMOND = node(
    "go", 0, 12, event("in", 0), node("a", 0, 4), event("split", 4), node("b", 4, 9),
    node("c", 4, 6), event("join", 9), node("d", 9, 12), event("out", 12),
)  # fmt: skip
EDGES = flow(
    "in>a", "a>split", "split>b", "split>c", "b>join", "c>join", "join>d", "d>out",
    kinds={
        "in": "start_event", "split": "parallel_gateway", "join": "converge_gateway",
        "out": "end_event",
    },
)  # fmt: skip


def test_slack_of_a_diamond_with_and_without_the_flow() -> None:
    for edges in (None, EDGES):
        found = analysed(DIAMOND, flow=edges)
        assert by_name(found, found.slack.slack_us) == {
            "go": 0, "in": 0, "a": 0, "split": 0, "b": 0, "c": 3, "join": 0, "d": 0, "out": 0,
        }  # fmt: skip


def test_drag_is_what_the_task_would_gain() -> None:
    found = analysed(DIAMOND, flow=EDGES)
    drag = by_name(found, found.slack.drag_us)
    assert (drag["a"], drag["b"], drag["c"], drag["d"]) == (4, 3, 0, 3)
    # b at 0 s: the task waits for c and is 3 s shorter, not 5


def test_wait_is_from_the_last_predecessor_s_end() -> None:
    root = node("go", 0, 12, node("a", 1, 4), node("b", 6, 9), node("c", 4, 12))
    found = analysed(root, flow=flow("a>b", "a>c"))
    assert by_name(found, found.slack.wait_us) == {"go": None, "a": 1, "b": 2, "c": 0}


def test_a_node_in_a_container_has_the_container_s_slack_too() -> None:
    # sub 0 ─── 5          c 8 ── 9       slack of sub: 8 − 5; of x inside it: 5 − 3 more
    #   x 0 ─ 3
    #   y 0 ─── 5
    # b 0 ─────── 8
    sub = node("sub", 0, 5, node("x", 0, 3), node("y", 0, 5))
    found = analysed(
        node("go", 0, 9, sub, node("b", 0, 8), node("c", 8, 9)), flow=flow("sub>c", "b>c")
    )
    slack = by_name(found, found.slack.slack_us)
    assert (slack["sub"], slack["y"], slack["x"], slack["b"]) == (3, 3, 5, 0)


def test_open_and_never_started_nodes_off_the_path_have_none() -> None:
    inner = [
        node("a", 0, None, state="RUNNING"),
        node("b", 2, None, state="RUNNING"),
        node("c", None, None, state="READY"),
    ]
    found = analysed(node("go", 0, None, *inner, state="RUNNING", elapsed_time=9))
    slack = by_name(found, found.slack.slack_us)
    assert slack == {"go": 0, "a": 0, "b": None, "c": None}


def test_without_a_successor_the_rest_of_the_scope_is_slack() -> None:
    root = node("go", 0, 9, node("a", 0, 4), node("b", 0, 9))
    found = analysed(root)
    assert by_name(found, found.slack.slack_us) == {"go": 0, "a": 5, "b": 0}
