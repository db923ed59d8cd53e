"""Budgets of the page: bytes and elements, and that what is folded is counted to the second."""

import re
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest
import reports

from benchmarks.generate import answer
from sops_report.reading import read_bytes
from sops_report.redaction.embedding import BUDGET, data_of
from sops_report.rendering import render
from sops_report.rendering.budget import PageOptions, limits_for
from sops_report.rendering.folding import folds, shown_positions, slowest
from sops_report.rendering.html import asset, render_page
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.sources import read
from sops_report.words import Language
from sops_report.words.lengths import display_zone

ZONE = display_zone(480)
CORPUS = Path(__file__).resolve().parent / "data" / "corpus"


@pytest.fixture(scope="module")
def thousands() -> Report:
    """Return a run of 10,001 nodes as the generator of the benchmarks makes it."""
    return build_report(read_bytes(answer(10_000)))


def n_bytes(report: Report, options: PageOptions | None = None) -> int:
    return len(render_page(report, Language.ZH, ZONE, options or PageOptions()).encode())


def test_an_empty_page_is_small() -> None:
    assert n_bytes(reports.stub()) < 60_000
    assert len(asset("report.js").encode()) <= 15_000


def test_a_hundred_and_fifty_nodes() -> None:
    assert n_bytes(build_report(read_bytes(answer(150)))) < 150_000


def test_a_page_with_its_data_and_its_flow() -> None:
    snapshot = read(CORPUS / "dr_drill_failed_open")  # 69 nodes, two answers, 18 levels of flow
    assert n_bytes(build_report(snapshot), PageOptions(data=data_of(snapshot))) < 112_000


@pytest.mark.slow
def test_ten_thousand_nodes(thousands: Report) -> None:
    """With all data that a page may carry by itself."""
    assert n_bytes(thousands) < 1_000_000 - BUDGET
    assert n_bytes(thousands, PageOptions(full=True)) < 4_000_000 - BUDGET


@pytest.mark.slow
@pytest.mark.parametrize("budget", [150_000, 250_000, 500_000])
def test_a_budget_is_kept_and_told(thousands: Report, budget: int) -> None:
    options = PageOptions(max_bytes=budget)
    text = render_page(thousands, Language.EN, ZONE, options)
    assert len(text.encode()) <= budget
    assert "This page was kept within" in text


@pytest.mark.slow
def test_a_full_page_has_every_node(thousands: Report) -> None:
    text = render_page(thousands, Language.EN, ZONE, PageOptions(full=True))
    assert all(f'<tr id="{node.anchor}">' in text for node in thousands.nodes)
    assert "nothing is folded: 10,001 of 10,001 nodes have a row" in text


@pytest.mark.slow
def test_telling_nodes_have_a_row_in_the_usual_page(thousands: Report) -> None:
    text = render_page(thousands, Language.EN, ZONE, PageOptions())
    slow = slowest(thousands.nodes)
    telling = [
        node
        for node in thousands.nodes
        if node.state_group in ("failed", "running")
        or node.retry
        or node.skip
        or (node.on_critical_path and node.is_leaf)
        or node.position in slow
    ]
    assert len(telling) > 100
    assert not [node.label for node in telling if f'<tr id="{node.anchor}">' not in text]


@pytest.mark.slow
@pytest.mark.parametrize(("limit", "most"), [(1, 1), (50, 50), (300, 1500), (2000, 20_000)])
def test_folds_add_up_to_the_second(thousands: Report, limit: int, most: int) -> None:
    nodes = thousands.nodes
    shown = shown_positions(nodes, limit, most)
    found = folds(nodes, shown)
    assert len(shown) + sum(fold.n for fold in found.values()) == len(nodes)
    leaves = sum(node.duration_s or 0 for node in nodes if node.is_leaf)
    seen = sum(nodes[at].duration_s or 0 for at in shown if nodes[at].is_leaf)
    assert seen + sum(fold.seconds for fold in found.values()) == pytest.approx(leaves)
    assert all(nodes[at].parent in set(shown) for at in shown if at)


def test_each_fold_says_how_many_and_how_long() -> None:
    text = render_page(reports.large(30, 100), Language.EN, ZONE, PageOptions(max_bytes=150_000))
    found = re.findall(r"\+([\d,]+) nodes, (?:\d+ h )?(?:\d+ m )?\d+ s", text)
    assert found
    assert len(text.encode()) <= 150_000


def test_what_had_to_go_is_said_to_be_telling() -> None:
    report = reports.large(10, 80)
    failed = tuple(replace(n, state_group="failed") if n.is_leaf else n for n in report.nodes)
    text = render_page(replace(report, nodes=failed), Language.EN, ZONE,
                       PageOptions(max_bytes=90_000))  # fmt: skip
    assert "of the folded nodes failed, were retried or skipped, or were slow" in text


def test_limits_begin_at_the_size_of_the_run() -> None:
    limits = limits_for(PageOptions(), 10)
    assert (limits.timeline, limits.most_table) == (10, 10)
    assert limits.smaller(0.5).most_table == 4
    assert limits_for(PageOptions(full=True), 5000).timeline == 5000


def test_elements_follow_rows() -> None:
    """At most 20 elements a row of a table, 6 a row of the timeline, and a fixed rest."""
    report = reports.large(30, 60)
    text = render(report, "html")
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    n_rows = text.count('<tr id="n-')
    drawings = [part for part in tree.iter() if part.get("class") == "gantt"]
    lines = sum(int(n) for svg in drawings for n in [len(list(svg.iter()))])
    n_lines = len(re.findall(r'<svg class="gantt"', text)) and _timeline_rows(text)
    assert lines <= 6 * n_lines + 60 * len(drawings)
    assert sum(1 for _ in tree.iter()) <= 20 * n_rows + 6 * n_lines + 2_000


def _timeline_rows(text: str) -> int:
    return max(int(last) for last in re.findall(r"Timeline, rows \d+ to (\d+)", text))


def test_equal_input_gives_equal_bytes() -> None:
    first, second = (
        render_page(reports.failed(), Language.ZH, ZONE, PageOptions()) for _ in range(2)
    )
    assert first == second
