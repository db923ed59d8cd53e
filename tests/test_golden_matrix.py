"""Golden files of real answers: every scenario in every format that people read, both languages.

The samples of `reports.py` show what a renderer can say; these show what it says of what the
engine really sent, from bytes to text.
"""

import json
from dataclasses import replace
from datetime import timedelta, timezone
from functools import cache

import golden
import html5lib
import pytest
from commandline import DATA
from jsonschema import Draft202012Validator
from test_render import SCHEMA

from sops_report.rendering import render
from sops_report.rendering.dialects import DIALECTS
from sops_report.rendering.mermaid import mermaid_gantt
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.sources import read
from sops_report.words import Language

SCENARIOS = {
    "seed": "seed/answer.json",
    "clean": "corpus/seq_all_ok",
    "failed": "corpus/fail_leaf_nested_siblings",
    "retried": "corpus/fail_retry_ok",
    "skipped": "corpus/fail_skip",
    "running": "corpus/running_now",
    "revoked": "corpus/revoke_running",
    "days": "corpus/long_approval_2days",
    "created": "corpus/created",
}
SUFFIX = {"jira": "jira", "confluence": "confluence", "plain": "txt"}
CST = timezone(timedelta(hours=8))
LANGUAGES = list(Language)


@cache
def report_of(scenario: str) -> Report:
    """Return the report of a scenario, with nothing of this machine or this release in it."""
    made = build_report(read(DATA / SCENARIOS[scenario]))
    origin = replace(made.provenance, source=SCENARIOS[scenario], tool_version="1.0.0")
    return replace(made, provenance=origin)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("to", ["md", "txt"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_golden_texts(scenario: str, to: str, language: Language) -> None:
    text = render(report_of(scenario), to, language)
    golden.check(f"matrix/{scenario}.{language.value}.{to}", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scenario", ["seed", "running", "revoked", "skipped"])
def test_golden_pages(scenario: str, language: Language) -> None:
    golden.check(
        f"matrix/{scenario}.{language.value}.html", render(report_of(scenario), "html", language)
    )


@pytest.mark.parametrize("scenario", ["seed", "running", "revoked", "skipped"])
def test_golden_values(scenario: str) -> None:
    golden.check(f"matrix/{scenario}.json", render(report_of(scenario), "json"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dialect", sorted(set(DIALECTS) - {"github"}))
@pytest.mark.parametrize("scenario", ["seed", "retried", "running"])
def test_golden_dialects(scenario: str, dialect: str, language: Language) -> None:
    text = render(
        report_of(scenario), "md", language, dialect=dialect, attachment="https://a.example/r.html"
    )
    suffix = SUFFIX.get(dialect, "md")
    golden.check(f"matrix/{scenario}.{language.value}.{dialect}.{suffix}", text)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_golden_diagrams(scenario: str) -> None:
    text = mermaid_gantt(report_of(scenario), Language.ZH, CST)
    golden.check(f"matrix/{scenario}.mmd", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_pages_are_strict_html_and_values_fit_the_schema(scenario: str, language: Language) -> None:
    html5lib.HTMLParser(strict=True).parse(render(report_of(scenario), "html", language))
    value = json.loads(render(report_of(scenario), "json", language))
    Draft202012Validator(SCHEMA).validate(value)


def test_the_first_step_is_for_the_failure_that_the_verdict_tells() -> None:
    report = build_report(read(DATA / "corpus/multi_fail_3"))
    first, *others = (failure.label for failure in report.failures)
    text = render(report, "md")
    step = next(said for said in text.splitlines() if said.startswith("Next"))
    assert first in step
    assert not any(label in step for label in others)


@pytest.mark.parametrize("scenario", ["multi_fail_3", "seq_all_ok", "v1_retry_skip_ignore"])
def test_the_sections_of_the_ledger_add_up(scenario: str) -> None:
    tree = html5lib.parse(
        render(build_report(read(DATA / "corpus" / scenario)), "html"), namespaceHTMLElements=False
    )
    table = next(found for found in tree.iter("table") if found.get("class") == "ledger")
    rows = [int(row.findall("td")[0].text) for row in table.find("tbody").iter("tr")]
    assert rows
    assert sum(rows) == int(table.find("tfoot/tr/td").text)
