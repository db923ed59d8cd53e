"""Whatever word a report shows, ``explain`` knows it, in both languages."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import reports
from commandline import DATA, run

from sops_report.cli.explaining import _known
from sops_report.errors import UsageError
from sops_report.rendering import render
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.report.postmortem import PostMortem
from sops_report.sources import read
from sops_report.words import CATALOGUE, Language, has_words
from sops_report.words.labels import SHOWN

CORPUS = ("release_60", "dr_drill_failed_open", "parallel_24_straggler", "fail_skip")
# Labels of what people typed, and of what stands in a message: no words of ours to explain.
THEIRS = ("postmortem.", "report.task_text")


def made() -> Iterator[Report]:
    for make in reports.SAMPLES.values():
        yield replace(make(), postmortem=PostMortem())
    for name in CORPUS:
        yield build_report(read(DATA / "corpus" / name))


def shown(language: Language) -> set[str]:
    """Return all headings of columns, labels, badges and words of definitions."""
    found: set[str] = set()
    for report in made():
        page = render(report, "html", language)
        for pattern in (
            r'<th scope="col"[^>]*>([^<]*)', r"<dt>([^<]*)", r"<h2[^>]*>([^<]*)",
        ):  # fmt: skip
            found |= {text.strip() for text in re.findall(pattern, page)}
        markdown = render(report, "md", language)
        for head in re.findall(r"^(\|.*\|)\n\| ?-", markdown, re.MULTILINE):
            found |= {cell.strip() for cell in head.strip("|").split("|")}
    return found - {""}


@pytest.mark.parametrize("language", list(Language))
def test_every_heading_and_label_is_explained(language: Language) -> None:
    known_otherwise = {
        text for key, both in CATALOGUE.items() if key.startswith(THEIRS) for text in both
    }
    unknown = []
    for word in shown(language) - known_otherwise:
        try:
            _known(word)
        except UsageError:
            unknown.append(word)
    assert not unknown


@pytest.mark.parametrize("word", sorted(SHOWN))
def test_every_label_is_explained_by_its_name_and_its_text(word: str) -> None:
    for language in Language:
        for key in SHOWN[word]:
            assert _known(CATALOGUE[key][list(Language).index(language)])
    assert has_words(f"explain.{word}")
    assert run("explain", word).code == 0


def test_a_sign_of_a_legend_is_not_part_of_its_word() -> None:
    assert _known("» skipped") == "skipped"
    assert _known("T+") == "offset"
