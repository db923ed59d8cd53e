"""The mail's body: small, without anything that mail programs drop or load."""

import html5lib
import pytest
import reports

from sops_report.rendering.email import MOST_BYTES, render_email
from sops_report.words import Language
from sops_report.words.lengths import display_zone

ZONE = display_zone(480)
DROPPED = {"style", "script", "svg", "link", "form", "iframe", "details", "object", "input"}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", sorted(reports.SAMPLES))
def test_a_mail_holds_only_what_mail_programs_show(name: str, language: Language) -> None:
    report = reports.SAMPLES[name]()
    text = render_email(report, language, ZONE)
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    used = {str(element.tag) for element in tree.iter()}
    assert not used & DROPPED
    assert "img" not in used
    for element in tree.iter():
        assert not {"src", "href", "class", "id", "onclick"} & set(element.attrib)
        assert "url(" not in element.get("style", "")
    words = "".join(tree.itertext())
    assert report.verdict.sentence[language][:20] in words


def test_a_picture_comes_by_its_content_id() -> None:
    text = render_email(reports.failed(), Language.ZH, ZONE, picture_cid="overview@report")
    assert '<img src="cid:overview@report" width="596"' in text


@pytest.mark.parametrize("budget", [MOST_BYTES, 30_000, 12_000])
def test_a_mail_keeps_its_budget_and_says_what_is_missing(budget: int) -> None:
    report = reports.large(10, 80)
    failures = tuple(
        reports.failure(report.nodes, node.position, text="错误 " * 2000)
        for node in report.nodes
        if node.is_leaf
    )
    text = render_email(reports.replace(report, failures=failures), Language.ZH, ZONE,
                        max_bytes=budget)  # fmt: skip
    assert len(text.encode()) <= budget
    assert "项见所附报告" in text
