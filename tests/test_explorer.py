"""The explorer's data: what was packed is what the page's script unpacks."""

import json
import zlib
from base64 import b64decode
from collections.abc import Iterator

import numpy as np
import reports
from builders import node, snapshot
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.generate import answer
from sops_report.reading import read_bytes
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.explorer import explorer
from sops_report.rendering.html import render_page
from sops_report.rendering.planes import Columns, packed
from sops_report.rendering.voice import Voice
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.words import Language
from sops_report.words.lengths import display_zone

ZONE = display_zone(480)
LARGE = 1_000_000_000  # a budget that keeps everything


def unpacked(text: str) -> tuple[dict[str, object], dict[str, list[int]], bytes]:
    """Undo `packed`, byte by byte, as the script does."""
    raw = zlib.decompress(b64decode(text), -zlib.MAX_WBITS)
    size = int.from_bytes(raw[:4], "little")
    head = json.loads(raw[4 : 4 + size])
    at, columns = 4 + size, {}
    for name, width, signed in head["planes"]:
        planes = [raw[at + k * head["n"] : at + (k + 1) * head["n"]] for k in range(width)]
        columns[name] = [
            int.from_bytes(bytes(row), "little", signed=bool(signed))
            for row in zip(*planes, strict=True)
        ]
        at += width * head["n"]
    return head, columns, raw[at:]


def starts(depth: list[int], delta: list[int]) -> Iterator[int]:
    """Yield the starts again from what is told against the sibling before or the parent."""
    last = {0: 0}
    for level, step in zip(depth, delta, strict=True):
        last[level] = last[level + 1] = last[level] + step
        yield last[level]


@st.composite
def trees(draw: st.DrawFn) -> list[int]:
    """Draw the depths of a tree in document order."""
    depths = [0]
    for _ in range(draw(st.integers(0, 40))):
        depths.append(draw(st.integers(1, depths[-1] + 1)))
    return depths


@given(trees(), st.data())
def test_what_was_packed_comes_back(depth: list[int], data: st.DataObject) -> None:
    n = len(depth)
    some = st.lists(st.integers(-(2**46), 2**46), min_size=n, max_size=n)
    small = st.lists(st.integers(0, 70_000), min_size=n, max_size=n)
    start, label = data.draw(some), data.draw(small)
    ids = data.draw(
        st.lists(st.from_regex(r"[a-z][0-9a-z]{5}", fullmatch=True), min_size=n, max_size=n)
    )
    columns = Columns(
        depth=np.array(depth), label=np.array(label), tone=np.zeros(n, int), state=np.zeros(n, int),
        flags=np.ones(n, int), retry=np.zeros(n, int), start=np.array(start),
        took=np.array(label), ids=ids,
    )  # fmt: skip
    head, found, rest = unpacked(packed(columns, {"n": n}))
    assert found["depth"] == depth
    assert found["label"] == found["took"] == label
    assert found["flags"] == [1] * n
    assert list(starts(found["depth"], found["delta"])) == start
    assert ids_of(head, rest) == ids


def ids_of(head: dict[str, object], rest: bytes) -> list[str]:
    form, n = head["ids"], int(str(head["n"]))
    if form == "lines":
        return rest.decode().split("\n")
    digits = int(str(form))
    each = (digits + 1) // 2
    bodies = [rest[n + i * each : n + (i + 1) * each].hex()[:digits] for i in range(n)]
    return [chr(rest[i]) + body for i, body in enumerate(bodies)]


def made(report: Report, options: PageOptions) -> str:
    found = explorer(Voice(report=report, language=Language.EN, zone=ZONE), options)
    assert found is not None
    return found.data


def test_every_node_is_in_it() -> None:
    report = build_report(read_bytes(answer(3_000)))
    head, found, rest = unpacked(made(report, PageOptions(max_bytes=LARGE)))
    first = report.nodes[0].start_time
    assert first is not None
    told = list(starts(found["depth"], found["delta"]))
    labels = head["labels"]
    assert isinstance(labels, list)
    for one, start, took, code in zip(
        report.nodes, told, found["took"], found["label"], strict=True
    ):
        assert one.start_time is not None
        assert start == (one.start_time - first).total_seconds()
        assert took == (one.duration_s or 0)
        assert not one.named or labels[code] == one.label
    assert ids_of(head, rest) == [one.node_id for one in report.nodes]


def test_a_node_costs_a_few_bytes() -> None:
    report = build_report(read_bytes(answer(20_000)))
    assert len(made(report, PageOptions())) < 5 * 20_000
    assert len(made(report, PageOptions(max_bytes=LARGE))) < 27 * 20_000


def test_odd_ids_and_missing_times_are_packed_too() -> None:
    for report in (make() for make in reports.SAMPLES.values()):
        head, found, rest = unpacked(made(report, PageOptions(explorer="only", max_bytes=LARGE)))
        assert len(found["depth"]) == len(ids_of(head, rest)) == len(report.nodes)


def test_the_table_says_the_same() -> None:
    root = node(
        "go", 0, None,
        node("before", -90, 4),
        node("endless", 1, None, state="FAILED"),
        node("strange", 2, 3, state="finished"),
        node("stubborn", 3, 9, retry=300),
        state="SUSPENDED",
    )  # fmt: skip
    report = build_report(snapshot(root))
    voice = Voice(report=report, language=Language.EN, zone=ZONE)
    head, found, _ = unpacked(made(report, PageOptions(explorer="only")))
    states = head["states"]
    assert isinstance(states, list)
    assert [states[code] for code in found["state"]] == [voice.state(one) for one in report.nodes]
    assert [words for words in states if words in {"Paused", "finished"}] == ["Paused", "finished"]
    told = starts(found["depth"], found["delta"])
    assert list(told) == [voice.since_start(one.start_time) for one in report.nodes]
    assert found["retry"] == [one.retry for one in report.nodes]
    no_length = [bool(flags & 8) for flags in found["flags"]]
    assert no_length == [one.duration_s is None for one in report.nodes]
    assert no_length[2]


def test_small_runs_and_pages_without_script_have_none() -> None:
    small = reports.failed()
    page = render_page(small, Language.EN, ZONE, PageOptions())
    assert "explorer-data" not in page
    bare = PageOptions(explorer="only", js="none")
    assert "explorer-data" not in render_page(small, Language.EN, ZONE, bare)


def test_a_page_with_only_the_explorer_keeps_the_verdict_and_the_failures() -> None:
    report = build_report(read_bytes(answer(2_500)))
    page = render_page(report, Language.ZH, ZONE, PageOptions(explorer="only"))
    assert 'id="s-failures"' in page
    assert 'id="s-nodes"' not in page
    assert 'href="#s-nodes"' not in page
    assert len(page) < len(render_page(report, Language.ZH, ZONE, PageOptions())) / 2
