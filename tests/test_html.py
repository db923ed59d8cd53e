"""The page's text: well formed, closed to the outside, the same in all layers, within budgets."""

import itertools
import re
from collections import Counter
from datetime import UTC, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import pytest
import reports
from reports import START

from sops_report.rendering import render
from sops_report.rendering.html import Page, templates_folder
from sops_report.rendering.links import safe_link
from sops_report.rendering.overview import overview
from sops_report.rendering.palette import CLASS_FILLS, TONE_FILLS, TONE_INKS
from sops_report.rendering.scale import scale_of
from sops_report.rendering.voice import Voice
from sops_report.report.model import Try
from sops_report.words import Language

NAMES = sorted(reports.SAMPLES)
LANGUAGES = list(Language)
CSS = (templates_folder() / "assets" / "report.css").read_text(encoding="utf-8")
WHITE = "#ffffff"


def page(name: str, language: Language = Language.EN) -> str:
    return render(reports.SAMPLES[name](), "html", language)


def parse(text: str) -> ET.Element:
    """Return the tree of a page; the strict parser raises at the first error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: ET.Element = parser.parse(text)
    return tree


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_strictly_html(name: str, language: Language) -> None:
    tree = parse(page(name, language))
    assert tree.get("lang") == language.value


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_unique_and_links_lead_somewhere(name: str) -> None:
    tree = parse(page(name))
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    assert not [found for found, n in ids.items() if n > 1]
    targets = {link.get("href", "") for link in tree.iter("a")}
    inner = {target[1:] for target in targets if target.startswith("#")}
    assert inner
    assert inner <= set(ids)
    for element in tree.iter():
        for reference in (element.get("aria-labelledby") or "").split():
            assert reference in ids


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_the_page_leaves_it(name: str) -> None:
    tree = parse(page(name))
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in {"link", "iframe", "object", "embed", "base", "form", "img"}
        for attribute, value in element.attrib.items():
            assert attribute not in {"src", "srcset", "style", "action", "background", "data"}
            assert not attribute.startswith("on"), attribute
            if "//" in value and attribute != "content":
                assert element.tag == "a" or attribute not in {"href", "xlink:href"}
    assert "url(" not in CSS.replace("url(#", "")
    assert "@import" not in CSS


@pytest.mark.parametrize("name", NAMES)
def test_links_out_tell_nobody_where_they_come_from(name: str) -> None:
    for link in parse(page(name)).iter("a"):
        if not link.get("href", "").startswith("#"):
            assert link.get("rel") == "noopener noreferrer nofollow"
            assert safe_link(link.get("href", ""))


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "data:text/html,x", "https://user:secret@host/", "//host/x",
        "https://", "http://a.example/\u202e", 'https://a.example/"onclick=x', "ftp://a.example/",
        "https://a.example/" + "x" * 3000,
    ],
)  # fmt: skip
def test_odd_addresses_are_text(address: str) -> None:
    assert safe_link(address) is None


def test_the_policy_knows_our_own_blocks_and_nothing_else() -> None:
    tree = parse(page("hostile"))
    policies = [
        meta.get("content", "")
        for meta in tree.iter("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    assert "unsafe" not in policies[0]
    assert policies[0].startswith("default-src 'none'; style-src 'sha256-")
    assert len(list(tree.iter("script"))) == 1
    assert len(list(tree.iter("style"))) == 1


def test_the_title_starts_with_the_verdict() -> None:
    assert parse(page("failed", Language.ZH)).findtext("head/title", "").startswith("失败")


@pytest.mark.parametrize("name", NAMES)
def test_headings_skip_no_level(name: str) -> None:
    levels = [int(e.tag[1]) for e in parse(page(name)).iter() if re.fullmatch("h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    steps = itertools.pairwise(levels)
    assert all(after <= before + 1 for before, after in steps)


@pytest.mark.parametrize("name", NAMES)
def test_tables_have_captions_and_scopes(name: str) -> None:
    for table in parse(page(name)).iter("table"):
        assert table.find("caption") is not None
        assert all(head.get("scope") in {"col", "row"} for head in table.iter("th"))


def test_state_is_a_letter_and_a_word_and_a_colour() -> None:
    row = next(
        row
        for row in parse(page("failed")).iter("tr")
        if row.get("id") and "执行 DDL" in "".join(row.itertext())
    )
    assert "S Skipped" in " ".join("".join(row.itertext()).split())
    text = page("failed")
    assert 'fill="url(#hatch)"' in text
    assert text.count('<pattern id="hatch"') == 1


def _paths(tree: ET.Element, drawing: str, css: str) -> list[str]:
    """Return the path data of one class in the drawings of another."""
    return [
        part.get("d", "")
        for svg in tree.iter()
        if svg.get("class") == drawing
        for part in svg.iter()
        if css in (part.get("class") or "").split()
    ]


def test_bars_stand_where_they_should() -> None:
    """负责人审批 runs from second 36 to 1840 of 4210, and 55,035 s of idling take 16 %."""
    tree = parse(page("failed"))
    left, right = round(36 / 4210 * 840, 1), round(1840 / 4210 * 840, 1)
    bar = f"M{left} 113h{right - left:.1f}v14h-"
    assert bar in _paths(tree, "gantt", "t-success")[0]
    assert bar in _paths(tree, "gantt", "critical")[0]


def test_a_short_bar_is_still_seen() -> None:
    """A stroke that does not stretch is as wide as the shortest bar has to be."""
    tree = parse(page("failed"))
    bars = [
        part for part in tree.iter() if "t-success" in (part.get("class") or "") and part.get("d")
    ]
    assert bars
    assert all(bar.get("vector-effect") == "non-scaling-stroke" for bar in bars)
    assert all(float(bar.get("stroke-width", 0)) >= 1 for bar in bars)


def test_long_idleness_is_a_band_with_its_true_length() -> None:
    text = page("failed")
    assert "Then idle for 15 h 17 m 15 s (not drawn to scale)" in text
    assert "≈ 15 h 17 m ≈</text>" in text


def test_a_long_gap_inside_the_run_is_folded_too() -> None:
    nodes = reports.lay_out(reports.N(label="run", end=100_000, kind="root", inside=(
        reports.N(label="first", end=100), reports.N(label="second", start=99_000, end=100_000),
    )))  # fmt: skip
    report = reports.make(nodes, "finished", ("Done.", "完成。"))
    text = render(report, "html")
    assert "≈ 1 d 03 h ≈" in text
    scale = scale_of(report)
    assert scale is not None
    assert [piece.is_break for piece in scale.pieces] == [False, True, False]
    assert scale.place(reports.at(100_000)) == pytest.approx(1)
    assert scale.place(reports.at(100)) == pytest.approx(100 / 1100 * 0.84)


def test_attempts_and_the_waits_between_them_are_drawn() -> None:
    tries = tuple(
        Try(
            start_time=reports.at(begin),
            end_time=reports.at(end),
            loop=1,
            failed=True,
            skipped=False,
        )
        for begin, end in ((10, 20), (40, 45))
    )
    nodes = reports.lay_out(reports.N(label="run", end=100, kind="root", inside=(
        reports.N(label="step", start=60, end=100,
                  more={"attempts": tries, "retry": 2, "wait_before_s": 10.0}),
    )))  # fmt: skip
    tree = parse(render(reports.make(nodes, "finished", ("Done.", "完成。")), "html"))
    assert _paths(tree, "gantt", "t-failed") == ["M100 67h100v10h-100zM400 67h50v10h-50z"]
    assert _paths(tree, "gantt", "wait") == [
        "M0 70h100v4h-100zM200 70h200v4h-200zM450 70h150v4h-150z"
    ]
    words = "".join(tree.itertext())
    assert "↻ retried" in words
    assert "Narrow bar: an earlier attempt" in words


def test_how_many_leaves_ran_is_drawn_over_the_bars() -> None:
    steps = tuple((START + timedelta(seconds=s), n) for s, n in ((0, 1), (50, 3), (75, 0)))
    nodes = reports.lay_out(reports.N(label="run", end=100, kind="root", inside=(
        reports.N(label="a", end=75), reports.N(label="b", start=50, end=75),
    )))  # fmt: skip
    report = reports.make(nodes, "finished", ("Done.", "完成。"), concurrency=steps)
    tree = parse(render(report, "html"))
    assert _paths(tree, "gantt", "strip") == ["M0 78V66.7H500V44H750V78z"]
    assert "at most 3" in "".join(tree.itertext())


def test_a_running_bar_is_open() -> None:
    assert "▶" in page("running")
    assert "▶" not in page("failed")


def test_a_clean_run_says_so_in_one_line() -> None:
    text = page("clean")
    assert "Nothing failed, and nothing was skipped, retried or ignored." in text
    assert 'class="card"' not in text


def test_a_long_message_is_folded_with_its_size() -> None:
    text = page("hostile")
    assert "Show the whole message (8.2 kB)" in text
    assert text.count("long" * 2000) == 2


def test_hostile_texts_are_texts() -> None:
    tree = parse(page("hostile"))
    assert reports.HOSTILE_NAME[:25] in "".join(tree.find("body/header").itertext())  # type: ignore[union-attr]
    assert "49" not in "".join(pre.text or "" for pre in tree.iter("pre"))


def test_long_tables_come_in_folded_chunks() -> None:
    tree = parse(render(reports.large(10, 80), "html"))
    chunks = [fold for fold in tree.iter("details") if fold.get("class") == "chunk"]
    assert [fold.get("open") is not None for fold in chunks] == [True, False, False, False, False]
    assert [len(list(fold.iter("tr"))) - 1 for fold in chunks] == [200, 200, 200, 200, 11]


def test_a_notebook_shows_the_page_in_a_frame() -> None:
    shown = Page('<p title="x">').__getattribute__("_repr_html_")()
    assert shown.startswith("<iframe sandbox")
    assert 'srcdoc="&lt;p title=&#34;x&#34;&gt;"' in shown


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("colour", "least"),
    [
        *((c, 3.0) for c in [*TONE_FILLS.values(), *CLASS_FILLS.values()] if c.startswith("#")),
        *((c, 4.5) for c in TONE_INKS.values()),
    ],
)
def test_colours_stand_out_without_the_style(colour: str, least: float) -> None:
    assert _contrast(colour, WHITE) >= least


def test_the_templates_never_trust_data() -> None:
    for path in Path(templates_folder()).rglob("*.j2"):
        text = path.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", "").replace("|safe_link", "")
        assert "autoescape false" not in text
        if path.name != "email.html.j2":  # mail programs know nothing else
            assert " style=" not in text


def test_nothing_is_painted_over_failures_in_the_small_picture() -> None:
    report = reports.failed()
    drawn = overview(Voice(report=report, language=Language.EN, zone=UTC), scale_of(report))
    assert drawn is not None
    names = [shape.name for shape in drawn.leaves]
    assert names[-1] == "failed"
    assert len(names) > 1
