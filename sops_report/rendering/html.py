"""`Report` → one HTML file that needs nothing else: no network, no script, no style if need be."""

from base64 import b64encode
from collections import Counter
from datetime import tzinfo
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sops_report.rendering import gantt, listing
from sops_report.rendering.links import safe_link
from sops_report.rendering.palette import CLASS_FILLS, TONE_FILLS, TONE_INKS
from sops_report.rendering.rows import choose, chunks
from sops_report.rendering.visible import line, visible
from sops_report.rendering.voice import Voice
from sops_report.report.model import Report
from sops_report.words import Language
from sops_report.words.lengths import number, share, size

_MOST_ROWS: Final = 1000
_TABLE_ROWS: Final = 2000
_MOST_TABLE_ROWS: Final = 5000
_CHUNK: Final = 200
_OPEN_ROWS: Final = 300


class Page(str):
    """An HTML document as text; a notebook shows it in a frame of its own."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        frame = '<iframe sandbox width="100%" height="640" srcdoc="{}"></iframe>'
        return str(Markup(frame).format(str(self)))  # noqa: S704 - a constant, filled escaped


def render_html(report: Report, language: Language, zone: tzinfo) -> str:
    """Return *report* as a whole page.

    Args:
        report: What to show; all its texts are taken for hostile.
        language: Of all words.
        zone: Of all moments.

    Returns:
        HTML whose content policy allows our own style and script by their hashes and nothing
        else. Rows beyond a page's budget are folded and counted.
    """
    voice = Voice(report=report, language=language, zone=zone)
    template = _environment().get_template("report.html.j2")
    return Page(template.render(_context(voice)))


def _context(voice: Voice) -> dict[str, Any]:
    report = voice.report
    timeline = choose(report, _OPEN_ROWS, _MOST_ROWS)
    table = choose(report, _TABLE_ROWS, _MOST_TABLE_ROWS)
    style, script = asset("report.css"), asset("report.js")
    return {
        "v": voice, "r": report, "t": voice.say, "listing": listing,
        "style": style, "script": script, "policy": _policy(style, script),
        "overview": gantt.overview(voice),
        "timeline": _gantts(voice, timeline), "n_folded": sum(row.n_folded for row in timeline),
        "pieces": gantt.ledger_pieces(report.ledger),
        "n_sections": Counter(section.section_class for section in report.critical_path),
        "sections": listing.sections(report),
        "table": list(chunks(table, _CHUNK)), "listed": {row.node.position for row in table},
        "n_unlisted": sum(row.n_folded for row in table),
        "signatures": Counter(failure.signature for failure in report.failures),
        "tones": TONE_FILLS, "inks": TONE_INKS, "fills": CLASS_FILLS,
    }  # fmt: skip


def _gantts(voice: Voice, rows: list[Any]) -> list[gantt.Chunk]:
    if voice.report.task.start_time is None:
        return []
    size_of_chunk = _OPEN_ROWS if len(rows) <= _OPEN_ROWS else _CHUNK
    pieces = chunks(rows, size_of_chunk)
    return [gantt.chunk(voice, piece, 1 + n * size_of_chunk) for n, piece in enumerate(pieces)]


def templates_folder() -> Path:
    """Return where the templates lie: inside the installed package, else beside it."""
    package = Path(__file__).parent.parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


@cache
def asset(name: str) -> Markup:
    """Return one of our own style or script files, to be put into the page as it is."""
    return Markup((templates_folder() / "assets" / name).read_text("utf-8"))  # noqa: S704 - ours


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_seen,
    )
    made.filters.update(line=line, number=number, share=share, size=size, safe_link=safe_link)
    return made


def _seen(value: Any) -> Any:  # noqa: ANN401 - whatever an expression of a template yields
    """Write out what cannot be seen, in every text a template prints."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
