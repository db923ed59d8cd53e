"""Markdown: read back by the parser of GitHub, tamed, and within its budget."""

import html
import re
from dataclasses import replace
from datetime import UTC
from itertools import pairwise

import cmarkgfm
import pytest
import reports
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from sops_report.rendering import render
from sops_report.rendering.blocks import Bullets, Code, Fence, Paragraph, Table
from sops_report.rendering.dialects import DIALECTS
from sops_report.rendering.github import code, fence, plain, write
from sops_report.rendering.markdown import render_markdown
from sops_report.words import Language

NAMES = sorted(reports.SAMPLES)


def to_html(text: str) -> str:
    rendered: str = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    return rendered


def words(text: str) -> str:
    """Return the text a reader of the rendered Markdown sees."""
    return html.unescape(re.sub(r"<[^>]*>", "", to_html(text)))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", NAMES)
def test_tables_are_tables(name: str, language: Language) -> None:
    report = reports.SAMPLES[name]()
    text = render(report, "md", language)
    tables = re.findall(r"<table>.*?</table>", to_html(text), re.DOTALL)
    assert len(tables) == len(re.findall(r"^\| -", text, re.MULTILINE)) >= 1
    for table in tables:
        rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
        assert len({len(re.findall(r"<t[hd][ >]", row)) for row in rows}) == 1
        assert len(rows) <= 31


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_fits_into_the_first_bytes(name: str, language: Language) -> None:
    text = render(reports.SAMPLES[name](), "md", language)
    head = text.encode()[:2048].decode("utf-8", "ignore")
    assert "\n### " in head


def test_headings_leave_the_first_level_to_the_ticket() -> None:
    levels = re.findall(r"^(#+) ", render(reports.failed(), "md"), re.MULTILINE)
    assert levels[0] == "##"
    assert levels.count("##") == 1
    assert "#" not in levels


def test_hostile_texts_make_no_markup() -> None:
    shown = to_html(render(reports.hostile(), "md"))
    tags = set(re.findall(r"<(\w+)", shown))
    assert not tags & {"script", "img", "svg", "style"}
    assert not re.search(r'<a (?!name="n-[0-9a-z]+">)', shown)
    assert "{{ 7*7 }}" in html.unescape(shown)


def test_nobody_is_mentioned_outside_code() -> None:
    shown = to_html(render(reports.hostile(), "md"))
    outside = re.sub(r"<(code|pre)\b.*?</\1>", "", shown, flags=re.DOTALL)
    assert "@\u200dall" in outside
    assert not re.search(r"[@#]\w", html.unescape(re.sub(r"<!--.*?-->|<[^>]*>", "", outside)))


def test_no_bare_id_stands_outside_code() -> None:
    shown = to_html(plain("commit 0123456789abcdef and n0123456 at deadbee"))
    assert "<code>0123456789abcdef</code>" in shown
    assert "<code>deadbee</code>" in shown


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60))
def test_plain_text_is_read_back_as_it_was(text: str) -> None:
    assert words(write(Paragraph((f"x {text} x",)))).replace("\u200d", "").split() == (
        f"x {text} x".replace("\u200d", "").split()
    )


@given(st.text(st.sampled_from("`|a\\ *<"), max_size=20))
def test_code_is_read_back_as_it_was(text: str) -> None:
    shown = to_html(f"x {code(text)} x")
    found = re.search(r"<code>(.*?)</code>", shown, re.DOTALL)
    expected = text.strip()
    assert (html.unescape(found[1]).strip() if found else "") == expected


@given(st.lists(st.text(st.sampled_from("`|a\\ *<"), max_size=12), min_size=1, max_size=3))
def test_a_cell_of_code_stays_one_cell(texts: list[str]) -> None:
    table = Table(("a", "b"), tuple(((Code(text),), ("x",)) for text in texts))
    shown = to_html(write(table))
    assert shown.count("<td>") == 2 * len(texts)


@given(st.text(st.sampled_from("`~\na "), max_size=40))
def test_a_fence_is_closed_by_itself_only(text: str) -> None:
    shown = to_html(fence(text) + "\n\nafter")
    assert shown.count("<pre") == 1
    assert "<p>after</p>" in shown


def test_blocks_in_words() -> None:
    assert write(Bullets((("a",), ("b",)))) == "- a\n- b"
    assert write(Fence("x")) == "```text\nx\n```"


def test_failures_and_rows_have_the_anchors_of_the_page() -> None:
    report = reports.failed()
    text = render(report, "md", attachment="report.html")
    names = re.findall(r'<a name="([^"]+)"></a>', text)
    assert len(names) == len(set(names))
    assert set(names) <= {node.anchor for node in report.nodes}
    anchor = report.nodes[report.failures[0].position].anchor
    assert f'#### <a name="{anchor}"></a>First failure' in text
    assert f"In the whole report: `report.html#{anchor}`" in text
    linked = render(report, "md", attachment="https://a.example/report.html")
    assert f"In the whole report: <https://a.example/report.html#{anchor}>" in linked
    assert "In the whole report" not in render(report, "md", attachment="report.zip")
    assert f"{{anchor:{anchor}}}" in render(report, "md", dialect="jira")
    for dialect in ("wecom", "wecom-v2", "dingtalk", "plain"):
        assert anchor not in render(report, "md", dialect=dialect)


@pytest.mark.parametrize("name", NAMES)
def test_levels_of_headings_are_never_skipped(name: str) -> None:
    text = re.sub(r"```.*?```", "", render(reports.SAMPLES[name](), "md"), flags=re.DOTALL)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels


def test_parts_are_given_up_in_the_order_of_their_worth() -> None:
    report = _crowded()
    names = ("Data quality", "All nodes", "Event log", "Critical path", "more failures")
    gone: list[str] = []
    for budget in range(60_000, 2_000, -1_000):
        text = render_markdown(report, Language.EN, UTC, budget=budget)
        told = re.search(r"parts? left out here.*?: (.*)$", text, re.MULTILINE)
        gone += [name for name in names if told and name in told[1] and name not in gone]
    assert gone == list(names)


def _crowded() -> reports.Report:
    report = reports.hostile()
    nodes = report.nodes
    many = tuple(reports.failure(nodes, 2, path="\u202e" * 400) for _ in range(300))
    notes = tuple(report.notes[0] for _ in range(300))
    retried = tuple(reports.ref(nodes, 1, text="x" * 900) for _ in range(300))
    return replace(report, failures=many, notes=notes, retried=retried, task_text="\u202e" * 9000)


def test_the_budget_is_kept_and_the_cut_is_told() -> None:
    report = _crowded()
    text = render(report, "md")
    assert len(text.encode()) <= DIALECTS["github"].budget
    assert "290 more failures" in text
    assert text.endswith("<!-- sops-report:end -->\n")


def test_what_is_cut_first_is_worth_least() -> None:
    text = render_markdown(reports.failed(), Language.EN, UTC, budget=4000)
    assert len(text.encode()) <= 4000
    assert (
        "parts left out here to keep within 4.0 kB, see the whole report: Data quality, All nodes"
        in text
    )
    assert "Failures and root cause" in text
    assert to_html(text).count("<pre") == text.count("```text") + text.count("```mermaid")
