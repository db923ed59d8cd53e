"""Answers of both engines, odd ones too, and the readers held against each other."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from sops_report import reading
from sops_report.errors import InputError
from sops_report.reading import fast, gather, read_snapshots
from sops_report.reading.read import SteppedAsideError
from sops_report.snapshot import Origin, Snapshot, Tree
from sops_report.states import GROUP_OF
from sops_report.table import flatten

Json = dict[str, Any]

DATA = Path(__file__).parent / "data"
HERE = Origin(source="here")
FAST = settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip


READERS = ("careful", "typed", "gathered")


def outcome(
    data: bytes, reader: str, flow: bytes | None = None
) -> list[Snapshot] | tuple[str, str]:
    """Read by one reader, or the careful one where it steps aside; a refusal is key and text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_WORTH_AN_IMPORT", float("inf") if reader == "careful" else 0)
        patch.setattr(reading, "_MANY_NODES", 1)
        if reader == "typed":
            patch.setattr(gather, "read_gathered", _step_aside)
        if reader == "gathered":
            patch.setattr(fast, "read_fast", _step_aside)
        try:
            return read_snapshots(data, HERE, flow=flow)
        except InputError as refusal:
            return refusal.key, str(refusal)


def _step_aside(*_: object, **__: object) -> NoReturn:
    raise SteppedAsideError


def plain(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot with lists for columns."""
    lists = {field.name: list(getattr(snapshot.tree, field.name)) for field in fields(Tree)}
    names = ("label", "named", "kind", "kind_source")
    return replace(
        snapshot,
        tree=Tree(**lists),
        **{name: list(getattr(snapshot, name)) for name in names},  # type: ignore[arg-type]
    )


def told(read: list[Snapshot] | tuple[str, str]) -> str:
    """Return all that a reader found; a text tells 1 from 1.0 and True."""
    if isinstance(read, tuple):
        return repr(read)
    every = [name.name for name in fields(Snapshot)]
    return "\n".join(
        f"{name}: {getattr(plain(snapshot), name)!r}" for snapshot in read for name in every
    )


def assert_same(data: bytes) -> None:
    """Hold the fast readers against the careful one."""
    careful = outcome(data, "careful")
    for reader in READERS[1:]:
        quick = outcome(data, reader)
        assert told(quick) == told(careful), reader
        for one, other in zip(quick, careful, strict=True):
            if isinstance(one, Snapshot) and isinstance(other, Snapshot):
                assert one == other
                assert_frame_equal(flatten(one), flatten(other))


def second(node_id: str = "n1", /, *below: Json, **fields: object) -> Json:
    """Build a node as the second engine sends it."""
    return {
        "id": node_id, "state": "FINISHED", "root_id:": "n0", "parent_id": "n0", "version": "v1",
        "loop": 1, "retry": 0, "skip": False, "error_ignorable": False, "error_ignored": False,
        "children": {child["id"]: child for child in below}, "elapsed_time": 3,
        "start_time": "2024-06-18 21:30:01 +0800", "finish_time": "2024-06-18 21:30:04 +0800",
        "name": "步骤",
    } | fields  # fmt: skip


def first(node_id: str = "n1", /, *below: Json, **fields: object) -> Json:
    """Build a node as the first engine sends it."""
    made = second(node_id, *below) | {"state_refresh_at": "2024-06-18T13:30:04.123Z"}
    return {
        key: value for key, value in made.items()
        if key not in ("root_id:", "parent_id", "error_ignored")
    } | fields  # fmt: skip


def files() -> list[Path]:
    return sorted(p for p in DATA.rglob("*") if p.is_file() and ".meta." not in p.name)


TIMES = st.sampled_from([
    None, "", "2024-06-18 21:30:01 +0800", "2024-06-18T13:30:01.5Z", "2024-06-18 21:30:01 -0330",
    "2024-06-18 21:30:01", "1718717401", "2024-13-18 21:30:01 +0800", " 2024-06-18 21:30:01 +0800",
    "2024-06-18 21:30:01,25+08:00", "2024-06-18 21:60:01 +0800", "2250-06-18 21:30:01 +0800",
])  # fmt: skip
ANY_TIME = TIMES | st.from_regex(
    r"20[0-9]{2}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-9]{2}:[0-9]{2} [+-][01][0-9][03]0",
    fullmatch=True,
)
FIELDS = {
    "state": st.sampled_from([*GROUP_OF, "NEW", ""]),
    "name": st.none() | st.text(max_size=8) | st.sampled_from(["", " ", "<class 'x.SubProcess'>"]),
    "retry": st.integers(0, 3) | st.integers() | st.floats(),
    "loop": st.integers(0, 3),
    "skip": st.booleans() | st.sampled_from([0, 1, "true"]),
    "error_ignorable": st.booleans(),
    "error_ignored": st.booleans() | st.none(),
    "elapsed_time": st.none() | st.integers(0, 90) | st.integers() | st.floats(),
    "start_time": ANY_TIME, "finish_time": ANY_TIME, "state_refresh_at": ANY_TIME,
    "id": st.sampled_from(["a", "b", ""]), "ex_data": st.none() | st.text(max_size=5),
}  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, depth: int = 2) -> Json:
    """Draw a tree of either engine with some fields of other values."""
    build = draw(st.sampled_from([first, second]))

    def grow(name: str, depth: int) -> Json:
        width = draw(st.integers(0, 3)) if depth else 0
        node = build(name, *(grow(f"{name}.{i}", depth - 1) for i in range(width)))
        if draw(st.integers(0, 2)) == 0:
            key = draw(st.sampled_from(sorted(FIELDS)))
            node[key] = draw(FIELDS[key])
        return node

    return grow("n", depth)
