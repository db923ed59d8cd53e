"""A report whose nodes are columns is shown as one whose nodes are objects, for every tree."""

import json
from typing import Any

import numpy as np
import pytest
from builders import envelope
from hypothesis import given
from hypothesis import strategies as st
from test_arrays import MANY_EXAMPLES, named, trees

from benchmarks.analysis import looped, with_lists
from benchmarks.generate import answer
from sops_report.analysis import MANY, analyse
from sops_report.analysis.arrays.tree import with_columns
from sops_report.masking.rules import Rule
from sops_report.reading import read_bytes
from sops_report.redaction.columns import texts_of
from sops_report.redaction.own import own_rules
from sops_report.redaction.report import redact
from sops_report.rendering import render
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.events import events_of
from sops_report.rendering.explorer import explorer
from sops_report.rendering.folding import folds, ranks_of, shown_positions, slowest
from sops_report.rendering.groups import groups_of
from sops_report.rendering.html import render_page
from sops_report.rendering.listing import tones_used, words_used
from sops_report.rendering.overview import overview
from sops_report.rendering.scale import scale_of
from sops_report.rendering.voice import Voice
from sops_report.report.build import build_report, report_of
from sops_report.report.model import Node, Report
from sops_report.report.nodes import NodeColumns, nodes_at
from sops_report.snapshot import Snapshot
from sops_report.words import Language
from sops_report.words.lengths import display_zone

NAMES = st.sampled_from(["停服", "备份", "a", "", "password=hunter2secret", "mail ops@example.com"])


@st.composite
def reports_of(draw: st.DrawFn) -> tuple[Report, Report]:
    """Draw a tree; return the report of its objects, and that of its columns."""
    root = named(draw(trees()))
    for one in _every(root):
        one["name"] = draw(NAMES)
        one["id"] = draw(st.sampled_from([one["id"], one["id"], "n1"]))
    return both(read_bytes(envelope(root)))


def _every(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(one for child in node["children"].values() for one in _every(child))]


def both(snapshot: Snapshot) -> tuple[Report, Report]:
    """Return the report of a snapshot's objects, and that of its columns."""
    one = report_of(looped(with_lists(snapshot)))
    other = report_of(analyse(with_columns(snapshot)))
    assert isinstance(one.nodes, tuple)
    assert isinstance(other.nodes, NodeColumns)
    return one, other


def chosen(report: Report) -> list[object]:
    """Return what every renderer asks of all nodes."""
    voice, nodes = Voice(report=report, language=Language.EN, zone=ZONE), report.nodes
    ranks = ranks_of(nodes)
    found: list[object] = [
        [*ranks], slowest(nodes), groups_of(report), scale_of(report), events_of(voice),
        overview(voice, scale_of(report)), words_used(voice), tones_used(report),
        explorer(voice, PageOptions(explorer="only", max_bytes=1_000_000_000)),
    ]  # fmt: skip
    for limit, most in ((1, 1), (4, 2), (3, 9), (1000, 1000)):
        shown = shown_positions(nodes, limit, most, ranks)
        found += [shown, folds(nodes, shown), nodes_at(nodes, shown)]
    return found


ZONE = display_zone(480)


@pytest.mark.slow
@MANY_EXAMPLES
@given(reports_of())
def test_any_tree_is_shown_the_same_way(pair: tuple[Report, Report]) -> None:
    one, other = pair
    assert other == one
    assert chosen(other) == chosen(one)
    masked, counts = redact(one)
    assert redact(other) == (masked, counts)
    for form in ("json", "md", "html"):
        assert render(other, form) == render(one, form), form


def test_a_page_of_thousands_is_the_same_to_the_byte() -> None:
    one, other = both(read_bytes(answer(MANY)))
    assert chosen(other) == chosen(one)
    for options in (PageOptions(), PageOptions(max_bytes=150_000), PageOptions(full=True)):
        assert render_page(other, Language.ZH, ZONE, options) == render_page(
            one, Language.ZH, ZONE, options
        )


def test_only_what_is_shown_becomes_an_object(monkeypatch: pytest.MonkeyPatch) -> None:
    report, made = build_report(read_bytes(answer(20_000))), []
    monkeypatch.setattr("sops_report.report.nodes.Node", lambda **row: _counted(made, row))
    page = render_page(redact(report)[0], Language.ZH, ZONE, PageOptions())
    assert len(page) > 100_000
    assert len(made) < 2 * len(report.nodes) / 3


def _counted(made: list[object], row: dict[str, Any]) -> Node:
    made.append(row["position"])
    return Node(**row)


def test_one_node_some_nodes_and_all_nodes_are_the_same() -> None:
    one, other = both(read_bytes(answer(200)))
    assert other.nodes[7] == one.nodes[7]
    assert other.nodes[-1] == one.nodes[-1]
    assert other.nodes[3:9] == [*one.nodes[3:9]]
    assert [*other.nodes] == [*one.nodes]
    assert other.nodes != one.nodes[1:]
    with pytest.raises(IndexError):
        other.nodes[len(one.nodes)]


def test_twins_have_names_of_their_own() -> None:
    child = {"id": "same", "state": "FINISHED", "name": "a", "children": {}}
    root = {"id": "r", "state": "FINISHED", "name": "t", "children": {"x": child, "y": child}}
    for report in both(read_bytes(json.dumps({"result": True, "data": root}).encode())):
        assert len({node.anchor for node in report.nodes}) == 3


@pytest.mark.parametrize("rules", [(), own_rules([r"n[0-9a-f]{4}"])])
def test_ids_are_looked_through_where_somebody_asks_for_it(rules: tuple[Rule, ...]) -> None:
    one, other = both(read_bytes(answer(300)))
    assert redact(other, rules) == redact(one, rules)
    masked = redact(other, rules)[0].nodes[5].node_id
    assert (masked != one.nodes[5].node_id) is bool(rules)


def test_random_ids_are_not_searched() -> None:
    nodes = build_report(read_bytes(answer(MANY))).nodes
    assert isinstance(nodes, NodeColumns)
    few, all_of_them = (set(texts_of(nodes, with_ids=told)) for told in (False, True))
    left_out = all_of_them - few
    assert len(left_out) > MANY
    assert all(len(text) >= 31 for text in left_out)


def test_hostile_lengths_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = both(read_bytes(answer(50)))
    length = 2**60
    assert isinstance(other.nodes, NodeColumns)
    huge = np.full(len(other.nodes), length)
    from sops_report.rendering.arrays import folding  # noqa: PLC0415 - beside its only use

    monkeypatch.setattr(folding, "lengths_of", lambda _: huge)
    found = folds(other.nodes, [0])[0]
    leaves = sum(node.is_leaf for node in one.nodes)
    assert found.seconds == leaves * length / 1_000_000
