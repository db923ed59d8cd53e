"""A seeded generator of `get_task_status` answers: equal arguments make equal bytes.

The shape is that of a large release: stages one after the other, every fifth a parallel group,
subprocesses inside subprocesses, Chinese names escaped as the server escapes them. Each node has
16 fields: the 15 of the second engine and ``state_refresh_at`` of the first, as the harder case.

    python -m benchmarks.generate 10000 > big.json
"""

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

Node = dict[str, object]

_START: Final = int(datetime(2025, 6, 1, 2, tzinfo=UTC).timestamp())
_SERVER_ZONE: Final = timezone(timedelta(hours=8))
_WHERE: Final = (
    "华南一区",
    "华北二区",
    "灰度环境",
    "预发布",
    "生产集群",
    "海外节点",
    "zone-7",
    "idc-12",
)
_WHAT: Final = (
    "登录服务",
    "订单服务",
    "网关",
    "数据库",
    "缓存集群",
    "消息队列",
    "配置文件",
    "agent",
)
_DOES: Final = ("停止", "备份", "下发", "重启", "健康检查", "扩容", "切换流量", "rollback check")
_FANS: Final = ((3, 15), (3, 15), (15, 60), (100, 400))
_DEEPEST: Final = 30
_SMALLEST_SUBPROCESS: Final = 6
_SUBPROCESS, _PARALLEL = 0.12, 0.2  # how often
_FAILED, _RUNNING, _RETRIED = 0.004, 0.007, 0.027  # cumulated


@dataclass
class _Grower:
    """Grows one answer; holds the random numbers and the root's id."""

    rng: random.Random
    root: str = field(init=False)

    def __post_init__(self) -> None:
        self.root = self.identity()

    def identity(self) -> str:
        return f"n{self.rng.getrandbits(124):031x}"

    def node(self, parent: str, name: str, begin: int, took: int) -> Node:
        """Return a finished leaf, or one that failed, still runs or was retried."""
        luck = self.rng.random() if name else 1.0
        state = "FAILED" if luck < _FAILED else "RUNNING" if luck < _RUNNING else "FINISHED"
        end = begin + took
        return {
            "id": self.identity(),
            "state": state,
            "root_id:": self.root,
            "parent_id": parent,
            "version": f"v{self.rng.getrandbits(128):032x}",
            "loop": 1,
            "retry": self.rng.randint(1, 3) if _RUNNING <= luck < _RETRIED else 0,
            "skip": False,
            "error_ignorable": False,
            "error_ignored": False,
            "children": {},
            "elapsed_time": took,
            "start_time": _moment(begin),
            "finish_time": None if state == "RUNNING" else _moment(end),
            "name": name,
            "state_refresh_at": f"{datetime.fromtimestamp(end, UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        }

    def fill(self, container: Node, size: int, begin: int, depth: int) -> int:
        """Put exactly *size* nodes below *container*; return when the last one ended."""
        own = str(container["id"])
        children: dict[str, Node] = {}
        at, left = begin, size
        while left:
            if left in (size, 1):  # a start and an end event
                pieces, at = [self.node(own, "", at, 0)], at + 1
            elif left > _SMALLEST_SUBPROCESS and depth < _DEEPEST and self._happens(_SUBPROCESS):
                inside = self.rng.randint(_SMALLEST_SUBPROCESS, left - 1) - 1
                subprocess = self.node(own, self._name(), at, 0)
                at = self.fill(subprocess, inside, at + 1, depth + 1)
                pieces, left = [subprocess], left - inside
            else:
                width = self._width(left - 1)
                pieces = [
                    self.node(own, self._name(), at, self.rng.randint(1, 90)) for _ in range(width)
                ]
                at += max(int(str(piece["elapsed_time"])) for piece in pieces) + 1
            left -= len(pieces)
            children.update({str(piece["id"]): piece for piece in pieces})
        container.update(
            state="FINISHED",
            children=children,
            elapsed_time=at - begin,
            finish_time=_moment(at),
        )
        return at

    def _width(self, most: int) -> int:
        return (
            min(self.rng.randint(*self.rng.choice(_FANS)), most) if self._happens(_PARALLEL) else 1
        )

    def _happens(self, chance: float) -> bool:
        return self.rng.random() < chance

    def _name(self) -> str:
        where, what, does = (self.rng.choice(words) for words in (_WHERE, _WHAT, _DOES))
        return f"{where}-{what}-{does}"


def _moment(second: int) -> str:
    return f"{datetime.fromtimestamp(second, _SERVER_ZONE):%Y-%m-%d %H:%M:%S} +0800"


def answer(n_nodes: int, seed: int = 1) -> bytes:
    """Return an answer with exactly *n_nodes* nodes below the root.

    Args:
        n_nodes: At least 2.
        seed: Another one, another answer.
    """
    grower = _Grower(random.Random(seed))
    root = grower.node(grower.root, "", _START, 0) | {"id": grower.root, "name": "版本发布 release"}
    grower.fill(root, n_nodes, _START, 1)
    return json.dumps({"result": True, "data": root, "code": 0, "message": ""}).encode()


def nodes(data: bytes) -> Iterator[Node]:
    """Yield the nodes of an answer, parents first."""
    waiting = [json.loads(data)["data"]]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node["children"].values())


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(int(sys.argv[1])))
