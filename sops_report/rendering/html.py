"""`Report` → one HTML file that needs nothing else: no network, no script, no style if need be."""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from datetime import tzinfo
from functools import cache
from hashlib import sha256
from typing import Any, Final

from markupsafe import Markup

from sops_report.rendering import gantt, listing
from sops_report.rendering.budget import Limits, PageOptions, limits_for
from sops_report.rendering.events import events_of
from sops_report.rendering.explorer import Explorer, explorer
from sops_report.rendering.flowchart import flowchart
from sops_report.rendering.folding import ranks_of
from sops_report.rendering.groups import groups_of
from sops_report.rendering.overview import overview
from sops_report.rendering.palette import CLASS_FILLS, TONE_FILLS, TONE_INKS
from sops_report.rendering.rows import Row, choose, chunks
from sops_report.rendering.scale import Scale, scale_of
from sops_report.rendering.templates import environment, templates_folder
from sops_report.rendering.voice import Voice
from sops_report.report.model import Report
from sops_report.sources.page_block import BLOCK_ID
from sops_report.words import Language

_CHUNK: Final = 200
_OPEN_ROWS: Final = 300
_MOST_LINKED: Final = 3000
_TRIES: Final = 8
_LONG: Final = 500  # nodes, from which on a browser lays out a section when it comes into sight
_COMMENTS: Final = ("/*", "//")
_SHORTER: Final = {" { ": "{", " {": "{", "; }": "}", " }": "}", "; ": ";", ": ": ":", ", ": ","}


class Page(str):
    """An HTML document as text; a notebook shows it in a frame of its own."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        frame = '<iframe sandbox width="100%" height="640" srcdoc="{}"></iframe>'
        return str(Markup(frame).format(str(self)))  # noqa: S704 - a constant, filled escaped


def render_html(report: Report, language: Language, zone: tzinfo) -> str:
    """Return *report* as a whole page, made as usual; see `render_page`."""
    return render_page(report, language, zone, PageOptions())


def render_page(report: Report, language: Language, zone: tzinfo, options: PageOptions) -> Page:
    """Return *report* as a whole page.

    Args:
        report: What to show; all its texts are taken for hostile.
        language: Of all words.
        zone: Of all moments.
        options: How the page is made.

    Returns:
        HTML whose content policy allows our own style and script by their hashes and nothing
        else. Rows beyond the page's budget are folded and counted. A budget below the size of the
        empty page cannot be kept; what must be told is told.
    """
    voice = Voice(report=report, language=language, zone=zone)
    template = environment().get_template("report.html.j2")
    canvas = explorer(voice, options)
    limits, is_shrunk = limits_for(options, len(report.nodes)), False
    n_fixed = len(options.data.block or "") if options.data else 0
    for _ in range(_TRIES):
        context = _context(voice, limits, options, canvas) | {"is_shrunk": is_shrunk}
        page = Page(template.render(context))
        n_bytes = len(page.encode("utf-8", "replace"))
        if n_bytes <= options.max_bytes or limits == limits.smaller(0.5):
            break
        room = (options.max_bytes - n_fixed) / (n_bytes - n_fixed)
        limits, is_shrunk = limits.smaller(max(0.1, room)), True
    return page


def _context(
    voice: Voice, limits: Limits, options: PageOptions, canvas: Explorer | None
) -> dict[str, Any]:
    report = voice.report
    scale = scale_of(report)
    is_alone = canvas is not None and canvas.is_alone
    ranks = ranks_of(report.nodes)
    table = [] if is_alone else choose(report, limits.table, limits.most_table, ranks)
    is_drawn = scale is not None and not is_alone
    timeline = choose(report, limits.timeline, limits.most_timeline, ranks) if is_drawn else []
    listed = frozenset(row.node.position for row in table)
    style, script = asset("report.css"), asset("report.js")
    return {
        "v": voice, "r": report, "t": voice.say, "listing": listing, "limits": limits,
        "o": options, "style": style, "script": script, "policy": _policy(options, canvas),
        "explorer": canvas, "is_alone": is_alone, "explorer_script": asset("explorer.js"),
        "overview": overview(voice, scale),
        "timeline": _gantts(voice, scale, timeline, listed), "scale": scale,
        "n_folded": _n_folded(timeline), "n_unlisted": _n_folded(table),
        "n_telling": sum(row.fold.n_telling for row in table),
        "chart": None if is_alone else flowchart(voice, limits.flow, listed, limits.most_flow),
        "pieces": gantt.ledger_pieces(report.ledger),
        "n_sections": Counter(
            section.section_class
            for section in report.critical_path
            if section.section_class in report.ledger
        ),
        "sections": listing.sections(report, limits.sections),
        "table": list(chunks(table, _CHUNK)), "listed": listed,
        "signatures": Counter(failure.signature for failure in report.failures),
        "is_long": len(report.nodes) > _LONG,
        # JSON in which `block_of` left no <, > and &; tests/test_round_trip.py looks for them
        "data_block": Markup(options.data.block or "") if options.data else "",  # noqa: S704
        "block_id": BLOCK_ID,
        "events": events_of(voice), "groups": groups_of(report),
        "tones": TONE_FILLS, "inks": TONE_INKS, "fills": CLASS_FILLS,
    }  # fmt: skip


def _n_folded(rows: Sequence[Row]) -> int:
    return sum(row.n_folded for row in rows)


def _gantts(
    voice: Voice, scale: Scale | None, rows: Sequence[Row], listed: frozenset[int]
) -> list[gantt.Chunk]:
    if scale is None:
        return []
    linked = listed if len(rows) <= _MOST_LINKED else frozenset()
    n_rows = _OPEN_ROWS if len(rows) <= _OPEN_ROWS else _CHUNK
    pieces = chunks(rows, n_rows)
    return [
        gantt.chunk(voice, scale, piece, 1 + n * n_rows, linked) for n, piece in enumerate(pieces)
    ]


@cache
def asset(name: str) -> Markup:
    """Return one of our own style or script files, to be put into the page as it is."""
    text = (templates_folder() / "assets" / name).read_text("utf-8")
    # indentation and whole lines of comment are for us
    lines = (line.strip() for line in text.splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith(_COMMENTS))
    return Markup(_without_blanks(kept) if name.endswith(".css") else kept)  # noqa: S704 - ours


def _without_blanks(style: str) -> str:
    for piece, shorter in _SHORTER.items():
        style = style.replace(piece, shorter)
    return style


def _policy(options: PageOptions, canvas: Explorer | None) -> str:
    is_inline = options.css == "inline"
    style = f"'{_hash(asset('report.css'))}'" if is_inline else "'self'"
    scripts = ["report.js"] * (options.js == "inline") + ["explorer.js"] * (canvas is not None)
    script = " ".join(f"'{_hash(asset(name))}'" for name in scripts) or "'none'"
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
