"""The pages below docs/ say what the program says, and leave nothing out."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from sops_report.analysis.ledger import CLASSES
from sops_report.states import GROUPS
from sops_report.version import __version__
from sops_report.words import CATALOGUE
from sops_report.words.notes import WORDS as NOTES


def _script(checkout: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, checkout / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _keys(group: str) -> set[str]:
    return {key.removeprefix(f"{group}.") for key in CATALOGUE if key.startswith(f"{group}.")}


@pytest.fixture(scope="module")
def measures(checkout: Path) -> str:
    """Return the page of the measures."""
    return (checkout / "docs" / "measures.md").read_text(encoding="utf-8")


def _listed(text: str, title: str) -> set[str]:
    """Return the words in the first column of the tables of a section."""
    section = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def test_the_command_line_is_as_written(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails: ``python docs/make_cli.py``."""
    monkeypatch.delenv("COLUMNS", raising=False)
    page = (checkout / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == _script(checkout, "make_cli").page()


def test_every_class_is_defined(measures: str) -> None:
    assert _listed(measures, "Where the time went") == set(CLASSES) == _keys("class")


def test_every_outcome_is_defined(measures: str) -> None:
    assert _listed(measures, "Verdict") == _keys("outcome")


def test_every_note_is_listed(measures: str) -> None:
    assert _listed(measures, "Notes") == {key.removeprefix("note.") for key in NOTES}


def test_every_advice_is_listed(measures: str) -> None:
    titles = (key for key in CATALOGUE if key.startswith("advice.") and key.endswith(".title"))
    assert _listed(measures, "Advice") == {key.split(".")[1] for key in titles}


def test_every_state_group_and_clock_is_named(checkout: Path, measures: str) -> None:
    schema = (checkout / "sops_report" / "report" / "schema.json").read_text(encoding="utf-8")
    clocks = json.loads(schema)["properties"]["task"]["properties"]["as_of_source"]["enum"]
    words = {*GROUPS, *filter(None, clocks)}
    assert len(words) == len(GROUPS) + 3
    assert {word for word in words if f"`{word}`" not in measures} == set()


def test_every_finding_of_the_archive_is_listed(checkout: Path) -> None:
    page = (checkout / "docs" / "archive.md").read_text(encoding="utf-8")
    assert _listed(page, "Checking") == _keys("archive")


def test_the_changelog_knows_the_version(checkout: Path) -> None:
    text = (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## [{__version__}]" in text
