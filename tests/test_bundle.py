"""The bundle for strict hosts: files that need nothing inline."""

from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import pytest
import reports

from sops_report.errors import UsageError
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.bundle import bundle
from sops_report.words import Language
from sops_report.words.lengths import display_zone

ZONE = display_zone(480)


def test_a_bundle_has_no_inline_style(tmp_path: Path) -> None:
    written = bundle(reports.failed(), tmp_path / "out", Language.ZH, ZONE)
    names = [str(path.relative_to(tmp_path / "out")) for path in written]
    assert names == ["report.html", "report.css", "charts/overview.svg", "charts/timeline.svg"]
    text = written[0].read_text(encoding="utf-8")
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert not list(tree.iter("style"))
    (link,) = tree.iter("link")
    assert link.attrib == {"rel": "stylesheet", "href": "report.css"}
    assert "style-src 'self'" in unescape(text)
    linked = {anchor.get("href") for anchor in tree.iter("a")}
    assert {"charts/overview.svg", "charts/timeline.svg"} <= linked
    for path in written[2:]:
        assert ET.parse(path).getroot().get("width") == "1100"  # noqa: S314 - our own


def test_a_bundle_without_script(tmp_path: Path) -> None:
    options = PageOptions(js="none")
    page, *_ = bundle(reports.clean(), tmp_path, Language.EN, ZONE, options)
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "script-src 'none'" in unescape(text)


def test_a_bundle_replaces_nothing_unasked(tmp_path: Path) -> None:
    bundle(reports.clean(), tmp_path, Language.EN, ZONE)
    with pytest.raises(UsageError):
        bundle(reports.clean(), tmp_path, Language.EN, ZONE)
    bundle(reports.clean(), tmp_path, Language.EN, ZONE, force=True)
    assert not list(tmp_path.glob(".*"))


def test_a_bundle_of_nothing_has_no_pictures(tmp_path: Path) -> None:
    written = bundle(reports.stub(), tmp_path, Language.EN, ZONE)
    assert [path.name for path in written] == ["report.html", "report.css"]
