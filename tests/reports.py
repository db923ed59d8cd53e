"""Sample reports for the tests of the renderers: small, made by hand, all cases that differ."""

# ruff: noqa: ANN401, E501 - literals of samples stand one node a line

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sops_report.report.findings import Evidence, Operation, Setting
from sops_report.report.model import (
    Counts,
    Failure,
    Node,
    NodeRef,
    NoteLine,
    Provenance,
    Report,
    Section,
    Task,
    Verdict,
)
from sops_report.states import group_of
from sops_report.words import Language, say

START = datetime(2020, 8, 18, 3, 31, 8, tzinfo=UTC)
HOSTILE_NAME = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\x1b[31m\u202eevil\x00 @all #12 |"
)
HOSTILE_TEXT = (
    "</style></script><script>fetch('http://evil.example/x')</script>\n"
    "```\n| a | b |\n\x1b]0;title\x07\x1b[2J \u202egnp.exe\ud800\uffff\n=HYPERLINK(1)\n"
    '<a href="javascript:alert(1)">x</a> {{ 7*7 }} ${7*7} '
) + "long" * 2000


@dataclass(kw_only=True)
class N:
    """A node literal: name, state, seconds after the start, children."""

    label: str
    state: str = "FINISHED"
    start: float | None = 0
    end: float | None = 0
    kind: str = "activity"
    inside: tuple["N", ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


def at(seconds: float | None) -> datetime | None:
    """Return a moment so many seconds after the start of every sample."""
    return None if seconds is None else START + timedelta(seconds=seconds)


def node_id(position: int, label: str) -> str:
    """Return an id as the engine makes them."""
    return "n" + sha256(f"{position}{label}".encode("utf-8", "replace")).hexdigest()[:31]


def lay_out(root: N) -> tuple[Node, ...]:
    """Return the literal as rows in document order."""
    nodes: list[Node] = []
    stack = [(root, -1, 0, "")]
    while stack:
        item, parent, depth, above = stack.pop()
        position = len(nodes)
        path = "" if depth == 0 else f"{above} / {item.label}".removeprefix(" / ")
        nodes.append(_node(item, position, parent, depth, path))
        stack.extend((child, position, depth + 1, path) for child in reversed(item.inside))
    inside = [0] * len(nodes)
    for node in reversed(nodes):
        if node.parent >= 0:
            inside[node.parent] += inside[node.position] + 1
    return tuple(replace(node, n_descendants=inside[node.position]) for node in nodes)


def _node(item: N, position: int, parent: int, depth: int, path: str) -> Node:
    group = group_of(item.state)
    took = None if item.start is None or item.end is None else max(0.0, item.end - item.start)
    failed_leaf = group == "failed" and not item.inside
    made_id = node_id(position, item.label)
    values: dict[str, Any] = {
        "position": position, "node_id": made_id, "anchor": f"n-{made_id[1:9]}",
        "parent": parent, "depth": depth, "n_descendants": 0, "label": item.label,
        "named": True, "path": path, "kind": item.kind, "kind_source": "shape",
        "state": item.state, "state_group": group, "start_time": at(item.start),
        "finish_time": None if group == "running" else at(item.end), "end_time": at(item.end),
        "duration_s": took, "self_s": took, "wait_before_s": None, "slack_s": None,
        "drag_s": None, "retry": 0, "loop": 1, "skip": False, "error_ignored": False,
        "is_leaf": not item.inside, "is_root_cause": failed_leaf,
        "is_echo": group == "failed" and bool(item.inside), "on_critical_path": False,
        "version": None, "ex_data": None,
    }  # fmt: skip
    return Node(**values | item.more)


def section(
    nodes: tuple[Node, ...], position: int, start: float, end: float, **more: Any
) -> Section:
    """Return a piece of the path."""
    values: dict[str, Any] = {
        "position": position, "node_id": nodes[position].node_id,
        "label": nodes[position].label, "start_time": at(start), "end_time": at(end),
        "seconds": end - start, "section_class": "work", "is_gap": False, "certain": True,
        "co_critical": (),
    }  # fmt: skip
    return Section(**values | more)


def failure(nodes: tuple[Node, ...], position: int, **more: Any) -> Failure:
    """Return the failure of the node at *position*."""
    node = nodes[position]
    values: dict[str, Any] = {
        "position": position, "node_id": node.node_id, "label": node.label, "path": node.path,
        "failed_at": node.end_time, "signature": "E-3f9a1c", "text": node.ex_data, "links": (),
        "attempt": 1, "auto_retry": False, "echoes": (),
    }  # fmt: skip
    return Failure(**values | more)


def ref(nodes: tuple[Node, ...], position: int, **more: Any) -> NodeRef:
    """Return a node as a list names it."""
    node = nodes[position]
    return NodeRef(
        position=position, node_id=node.node_id, label=node.label, path=node.path, **more
    )


def make(nodes: tuple[Node, ...], outcome: str, sentence: tuple[str, str], **more: Any) -> Report:
    """Return a report about *nodes*; *more* replaces any of its fields."""
    root = nodes[0]
    name = more.pop("name", root.label)
    sections = more.get("critical_path", ())
    ledger: dict[str, float] = {}
    for piece in sections:
        ledger[piece.section_class] = ledger.get(piece.section_class, 0) + piece.seconds
    groups: dict[str, int] = {}
    for node in nodes:
        if node.is_leaf:
            groups[node.state_group] = groups.get(node.state_group, 0) + 1
    facts = {"task_id": "10", "idle_s": 0.0, "end_time": root.end_time, "as_of": root.end_time}
    facts |= more.pop("task", {})
    values: dict[str, Any] = {
        "task": Task(**{
            "root_id": root.node_id, "name": name, "state": root.state, "engine": "v2",
            "start_time": root.start_time, "as_of_source": "server_clock",
            "wall_s": root.duration_s, "offset_minutes": 480, **facts,
        }),
        "verdict": Verdict(
            outcome=outcome,
            sentence={Language.EN: sentence[0], Language.ZH: sentence[1]},
            title={
                language: f"{say(f'outcome.{outcome}', language)} · {name or root.label}"
                for language in Language
            },
        ),
        "order_source": "times", "critical_path": (), "failures": (), "retried": (),
        "skipped": (), "ignored": (), "nodes": nodes, "notes": (),
        "ledger": dict(sorted(ledger.items(), key=lambda item: -item[1])),
        "provenance": Provenance(
            source="status.json", sha256="ab" * 32, n_bytes=4321, fetched_at=None,
            has_flow=False, has_histories=False, n_earlier=0, tool_version="1.0.0",
        ),
    }  # fmt: skip
    values |= more
    values["counts"] = Counts(
        nodes=len(nodes), leaves=sum(groups.values()), by_state_group=groups,
        retried=len(values["retried"]), skipped=len(values["skipped"]),
        ignored=len(values["ignored"]),
    )  # fmt: skip
    return Report(**values)


def failed() -> Report:
    """A release that failed in a subprocess of a subprocess, with a skip, a retry and a wait."""
    critical = {"on_critical_path": True, "slack_s": 0.0}
    text = (
        'Traceback (most recent call last):\n  File "deploy.py", line 88, in push\n'
        "ConnectionError: host 10.0.3.17 refused port 8443 after 3 tries\n详情 <https://job.example.com/run/881>"
    )
    nodes = lay_out(N(label="生产发布 release-2.4", state="FAILED", end=4210, kind="root", inside=(
        N(label="开始", kind="start_event", more={"named": False}),
        N(label="申请变更单", end=35, more=critical | {"drag_s": 35.0}),
        N(label="负责人审批", start=36, end=1840, more=critical | {"drag_s": 1804.0}),
        N(label="并行网关", start=1840, end=1840, kind="parallel_gateway", more={"named": False}),
        N(label="数据库变更", start=1841, end=2300, kind="subprocess", inside=(
            N(label="备份 orders 库", start=1841, end=2105, more={"slack_s": 1910.0}),
            N(label="执行 DDL", start=2106, end=2300, more={"skip": True, "retry": 1, "slack_s": 1910.0}),
        )),
        N(label="灰度发布", state="FAILED", start=1841, end=4210, kind="subprocess", more=critical, inside=(
            N(label="拉取镜像", start=1841, end=2010, more=critical | {"drag_s": 169.0}),
            N(label="滚动更新", state="FAILED", start=2011, end=4210, kind="subprocess", more=critical, inside=(
                N(label="摘除流量", start=2011, end=2030, more=critical | {"drag_s": 19.0}),
                N(label="更新第一批主机", start=2700, end=3900, more=critical | {"retry": 2, "drag_s": 1200.0}),
                N(label="健康检查", state="FAILED", start=3901, end=4210,
                  more=critical | {"ex_data": text, "drag_s": 309.0, "retry": 1}),
            )),
        )),
        N(label="通知值班群", start=1841, end=1843, more={"error_ignored": True, "slack_s": 2367.0}),
    )))  # fmt: skip
    pieces = (
        section(nodes, 2, 0, 35),
        section(nodes, 3, 35, 36, section_class="dispatch", is_gap=True),
        section(nodes, 3, 36, 1840, section_class="manual"),
        section(nodes, 4, 1840, 1841, section_class="control"),
        section(nodes, 9, 1841, 2010, certain=False, co_critical=(6,)),
        section(nodes, 11, 2010, 2011, section_class="dispatch", is_gap=True),
        section(nodes, 11, 2011, 2030),
        section(nodes, 12, 2030, 2700, section_class="retry_gap", is_gap=True),
        section(nodes, 12, 2700, 3900),
        section(nodes, 13, 3900, 3901, section_class="retry_gap", is_gap=True),
        section(nodes, 13, 3901, 4210),
    )
    return make(
        nodes, "failed",
        ("Failed 1 h 10 m 10 s after the start at 健康检查 (attempt 2): host 10.0.3.17 refused port 8443.",
         "启动后 1 小时 10 分 10 秒，节点「健康检查」（第 2 次）失败：host 10.0.3.17 refused port 8443。"),
        critical_path=pieces,
        task={"idle_s": 55035.0, "as_of": at(4210 + 55035), "site": "sops.example.com", "biz": "2"},
        failures=(failure(nodes, 13, attempt=2, echoes=(8, 10), links=("https://job.example.com/run/881",)),),
        retried=(ref(nodes, 12, times=2, text="Exit code 1"), ref(nodes, 7), ref(nodes, 13)),
        skipped=(ref(nodes, 7, true_failed_at=at(2200)),),
        ignored=(ref(nodes, 14),),
        notes=(
            NoteLine(code="stale-finish", node_id=nodes[10].node_id, position=10, text={
                Language.EN: "the finish time of 滚动更新 is left over from an earlier pass",
                Language.ZH: "「滚动更新」的结束时间是上一轮遗留的，未采用"}),
            NoteLine(code="whole-seconds", node_id=None, position=None, text={
                Language.EN: "times are whole seconds", Language.ZH: "时间只精确到秒"}),
        ),
    )  # fmt: skip


def operated() -> Report:
    """The failed release with the record of operations and what the failed node left behind."""
    made = failed()
    done = (
        (0, "start", None, 1, "app"), (2310, "skip", 7, 2, "app"), (2690, "retry", 12, 1, "api"),
        (3000, "rename_all", None, None, ""),
    )  # fmt: skip
    left = Evidence(
        log="[INFO] push\npassword=kanarie-log\n[ERROR] host 10.0.3.17 refused port 8443",
        is_cut=True,
        inputs=(
            Setting(key="bk_thread_num", value="5"),
            Setting(key="job_global_var.db_password", value="kanarie-input"),
        ),
        outputs=(Setting(key="job_inst_id", value="881"),),
    )
    return replace(
        made,
        operations=tuple(
            Operation(
                at=START + timedelta(seconds=seconds), what=what, position=position,
                node_id=None if position is None else made.nodes[position].node_id,
                person=person, name="ops@example.com" if person == 2 else None, source=source,
            )
            for seconds, what, position, person, source in done
        ),
        failures=(replace(made.failures[0], evidence=left), *made.failures[1:]),
        provenance=replace(made.provenance, has_operations=True),
    )  # fmt: skip


def clean() -> Report:
    """A nightly run in which nothing went wrong, across midnight and two days long."""
    day = 86400
    on = {"on_critical_path": True, "slack_s": 0.0}
    nodes = lay_out(N(label="Nightly export", end=2 * day + 600, kind="root", inside=(
        N(label="Start", kind="start_event"),
        N(label="Collect", end=3600, more=on),
        N(label="Export", start=3600, end=2 * day, more=on),
        N(label="Notify", start=2 * day, end=2 * day + 600, more=on),
        N(label="End", start=2 * day + 600, end=2 * day + 600, kind="end_event"),
    )))  # fmt: skip
    pieces = (
        section(nodes, 2, 0, 3600), section(nodes, 3, 3600, 2 * day),
        section(nodes, 4, 2 * day, 2 * day + 600),
    )  # fmt: skip
    return make(
        nodes, "finished",
        ("Finished after 2 d 00 h; nothing was skipped or retried.", "执行完成，用时 2 天 00 小时，没有跳过或重试。"),
        critical_path=pieces, order_source="flow",
        ledger={"work": 2.0 * day + 600},
    )  # fmt: skip


def running() -> Report:
    """A task that still runs."""
    on = {"on_critical_path": True}
    nodes = lay_out(N(label="扩容", state="RUNNING", end=95, kind="root", inside=(
        N(label="创建主机", end=60, more=on),
        N(label="等待就绪", state="RUNNING", start=61, end=95, more=on),
    )))  # fmt: skip
    pieces = (
        section(nodes, 1, 0, 60),
        section(nodes, 2, 60, 61, section_class="dispatch", is_gap=True),
        section(nodes, 2, 61, 95, section_class="running"),
    )
    return make(
        nodes, "running",
        ("Running for 1 m 35 s, now at 等待就绪.", "已执行 1 分 35 秒，当前节点「等待就绪」。"), critical_path=pieces,
    )  # fmt: skip


def stub(state: str = "CREATED") -> Report:
    """An answer that holds nothing but a state word."""
    nodes = lay_out(N(label="Task", state=state, start=None, end=None, kind="root",
                      more={"node_id": None, "named": False, "anchor": "n-root"}))  # fmt: skip
    outcome = "not_started" if state == "CREATED" else "expired"
    facts = {"as_of": None, "as_of_source": None, "wall_s": None, "idle_s": None, "engine": "unknown",
             "root_id": None, "offset_minutes": None, "task_id": None}  # fmt: skip
    return make(nodes, outcome, ("Nothing has run yet.", "尚未执行。"), name=None, task=facts)


def hostile() -> Report:
    """Every text of the answer attacks its reader."""
    nodes = lay_out(N(label=HOSTILE_NAME, state="FAILED", end=9, kind="root", inside=(
        N(label=HOSTILE_NAME, state="FAILED<b>", end=4, more={"version": HOSTILE_NAME}),
        N(label="=cmd|' /C calc'!A0\nsecond\tline", state="FAILED", start=4, end=9,
          more={"ex_data": HOSTILE_TEXT, "on_critical_path": True}),
    )))  # fmt: skip
    return make(
        nodes, "failed", (f"Failed at {HOSTILE_NAME}", f"失败于 {HOSTILE_NAME}"),
        critical_path=(section(nodes, 1, 0, 4), section(nodes, 2, 4, 9)),
        task={"task_id": '"><svg onload=alert(3)>', "site": HOSTILE_NAME},
        failures=(failure(nodes, 2, links=('https://ok.example/"onmouseover=alert(1)',)),),
        task_text=HOSTILE_TEXT,
        notes=(NoteLine(code="unknown-state", node_id=nodes[1].node_id, position=1, text={
            Language.EN: HOSTILE_NAME, Language.ZH: HOSTILE_NAME}),),
    )  # fmt: skip


def large(n_subprocesses: int, n_steps: int) -> Report:
    """Many subprocesses one after the other, one of them with a failure deep inside."""
    groups = []
    for g in range(n_subprocesses):
        begin = g * n_steps
        bad = g == n_subprocesses // 2
        steps = tuple(
            N(label=f"步骤 {g}-{s}", start=begin + s, end=begin + s + 1,
              state="FAILED" if bad and s == 1 else "FINISHED")
            for s in range(n_steps)
        )  # fmt: skip
        groups.append(
            N(label=f"批次 {g}", kind="subprocess", start=begin, end=begin + n_steps, inside=steps)
        )
    end = n_subprocesses * n_steps
    nodes = lay_out(N(label="大任务", state="FAILED", end=end, kind="root", inside=tuple(groups)))
    found = next(node for node in nodes if node.is_root_cause)
    return make(
        nodes, "failed", (f"Failed at {found.label}.", f"节点「{found.label}」失败。"),
        critical_path=(section(nodes, found.position, 0, end),),
        failures=(failure(nodes, found.position),),
    )  # fmt: skip


SAMPLES = {
    "failed": failed, "clean": clean, "running": running, "stub": stub, "hostile": hostile,
    "operated": operated,
}  # fmt: skip
