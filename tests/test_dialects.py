"""Dialects of Markdown: golden files, budgets, and nothing hostile is active in any of them."""

import re
from dataclasses import replace

import golden
import pytest
import reports
from hypothesis import given
from hypothesis import strategies as st

from sops_report.rendering import chat, gitlab, jira, render
from sops_report.rendering.blocks import Bold, Code, Heading, Link, Paragraph, Table, Toned
from sops_report.rendering.dialects import DIALECTS
from sops_report.rendering.visible import cells
from sops_report.report.model import Report
from sops_report.words import Language

NAMES = sorted(DIALECTS)
LANGUAGES = list(Language)
SUFFIX = {"jira": "jira", "confluence": "confluence", "plain": "txt"}
CHATS = ("wecom", "dingtalk")
JOINER = "\u200d"


def crowded() -> Report:
    """A report whose every part wants more room than any chat has."""
    report = reports.hostile()
    nodes = report.nodes
    many = tuple(
        reports.failure(
            nodes, 2, path="位" * 400, text="错误" * 4000, links=(f"https://a.example/{'x' * 400}",)
        )
        for _ in range(300)
    )  # fmt: skip
    notes = tuple(report.notes[0] for _ in range(300))
    retried = tuple(reports.ref(nodes, 1, text="x" * 900) for _ in range(300))
    return replace(report, failures=many, notes=notes, retried=retried, task_text="字" * 9000)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dialect", NAMES)
@pytest.mark.parametrize("sample", ["failed", "hostile"])
def test_golden(sample: str, dialect: str, language: Language) -> None:
    made = reports.SAMPLES[sample]()
    text = render(made, "md", language, dialect=dialect, attachment="report.html")
    golden.check(f"dialects/{sample}.{language}.{dialect}.{SUFFIX.get(dialect, 'md')}", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dialect", NAMES)
def test_the_budget_is_kept_and_what_matters_stays(dialect: str, language: Language) -> None:
    report = crowded()
    text = render(report, "md", language, dialect=dialect, attachment="report.html")
    assert len(text.encode()) <= DIALECTS[dialect].budget
    first = text.encode()[:2048].decode("utf-8", "ignore")
    assert Language.EN is not language or "Failed" in first
    assert Language.ZH is not language or "失败" in first
    assert "report" in first
    assert "错误" in text


@pytest.mark.parametrize("dialect", CHATS)
def test_a_cut_is_told_in_the_last_line(dialect: str) -> None:
    made = crowded()
    text = render(made, "md", Language.EN, dialect=dialect)
    if dialect == "wecom":
        assert re.search(
            r"… \d+ parts left out here to keep within 4.1 kB, see the whole report: .+\n\Z", text
        )
    assert "more failures" in text


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(ValueError, match="klingon"):
        render(reports.clean(), "md", dialect="klingon")


@pytest.mark.parametrize("dialect", CHATS)
def test_chats_get_no_table_no_fence_and_no_comment(dialect: str) -> None:
    text = render(reports.failed(), "md", dialect=dialect)
    assert not re.search(r"^\||```|<!--|<details", text, re.MULTILINE)


def test_nobody_is_mentioned_in_a_chat() -> None:
    for dialect in CHATS:
        text = render(reports.hostile(), "md", dialect=dialect)
        assert "@all" not in text
        assert "<@" not in text
        tags = set(re.findall(r"<([^>\u200d]*)>", text))
        assert all(re.fullmatch(r'font color="[\w#]+"|/font', tag) for tag in tags), tags


def test_a_chat_has_colours_by_its_own_words() -> None:
    assert '<font color="warning">Failed</font>' in render(reports.failed(), "md", dialect="wecom")
    assert '<font color="info">Finished</font>' in render(reports.clean(), "md", dialect="wecom")
    assert '<font color="#ad3212">' in render(reports.failed(), "md", dialect="dingtalk")


def test_a_chat_line_ends_as_the_chat_breaks_lines() -> None:
    text = render(reports.failed(), "md", dialect="dingtalk")
    listed = re.findall(r"^- .*$", text, re.MULTILINE)
    assert any(line.endswith("  ") for line in listed)


@given(st.text(st.sampled_from("*_[](){}|<>@#!~`-+^?:;\\abz1 "), max_size=40))
def test_wiki_markup_never_gets_an_active_sign(text: str) -> None:
    shown = jira.plain(text)
    assert not re.search(r"[*_\[\]{}|!~\\^]", shown)
    entities = re.sub(r"&#\d+;", " ", shown)
    assert not re.search(r"[<>&#@]|(?<!\d)[+-]", entities)
    assert jira_text(shown) == text


def jira_text(shown: str) -> str:
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), shown)


def test_a_fence_of_wiki_markup_cannot_be_ended_inside() -> None:
    shown = jira.fence("a {noformat} {color:red} b {CODE}")
    assert shown.count("{noformat}") == 2
    assert "{color" not in shown
    assert "{CODE" not in shown


def test_wiki_tables_keep_their_columns() -> None:
    table = Table(("a", "b"), (((Code("x|y"),), ("",)), ((Bold("||"),), ("{n}",))))
    lines = jira.write(table).split("\n")
    assert [line.count("|") for line in lines] == [6, 3, 3]


def test_wiki_links_and_colours() -> None:
    assert jira.write(Paragraph((Link("https://a.example/x|y"),))) == "[https://a.example/x%7Cy]"
    assert jira.write(Heading(1, (Toned("F", "bad"),))) == "h2. {color:#ad3212}F{color}"


@pytest.mark.parametrize("sign", ["@all", "#12", "!34", "%2.0", "~bug", "&3", "$9"])
def test_gitlab_signs_name_nothing(sign: str) -> None:
    shown = gitlab.plain(f"see {sign}")
    assert re.search(rf"\\?{re.escape(sign[0])}{JOINER}{re.escape(sign[1:])}", shown)


@given(st.text(st.sampled_from("*_~[](<>@#!`-+>1. a"), max_size=30))
def test_chat_text_is_read_as_it_was(text: str) -> None:
    shown = chat.plain(text)
    assert shown.replace(JOINER, "") == text.replace("`", "'")
    assert not re.search(r"\*\*|__|~~|\]\(|<[@a/]", shown)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", sorted(reports.SAMPLES))
def test_plain_tables_are_aligned_by_cells(sample: str, language: Language) -> None:
    lines = render(reports.SAMPLES[sample](), "md", language, dialect="plain").split("\n")
    assert max(map(len, lines)) <= 998
    for n, line in enumerate(lines):
        if re.fullmatch(r"-+(?:  -+)+", line):
            columns = [match.start() for match in re.finditer(r"(?<=  )-", line)]
            for row in (lines[n - 1], lines[n + 1]):
                assert all(at >= cells(row) or _blank_before(row, at) for at in columns), row


def _blank_before(row: str, at: int) -> bool:
    """Tell whether the two cells before cell *at* are blank."""
    seen, filled = 0, ""
    for character in row:
        filled += character * cells(character)
        seen += cells(character)
    return seen < at or filled[at - 2 : at] == "  "


def test_headings_are_underlined_by_cells() -> None:
    lines = render(reports.failed(), "md", Language.ZH, dialect="plain").split("\n")
    assert len(lines[1]) == cells(lines[0])
