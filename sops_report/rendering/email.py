"""`Report` → the body of a mail: tables, attributes and inline style only, within 90 kB.

Mail programs drop style sheets, SVG and scripts, and one of them clips a mail at 102 kB. A picture
can be shown by its content id; without one nothing is missing.
"""

from datetime import tzinfo
from typing import Any, Final

from sops_report.rendering import listing
from sops_report.rendering.palette import CLASS_FILLS, TONE_FILLS, TONE_INKS
from sops_report.rendering.templates import environment
from sops_report.rendering.voice import Voice
from sops_report.report.model import Report
from sops_report.words import Language

MOST_BYTES: Final = 90_000
_FAILURES: Final = 20
_ROWS: Final = 20
_SECTIONS: Final = 15
_TEXT: Final = 1200
_HALVINGS: Final = 6


def render_email(
    report: Report,
    language: Language,
    zone: tzinfo,
    picture_cid: str | None = None,
    max_bytes: int = MOST_BYTES,
) -> str:
    """Return the body of a mail about *report*.

    Args:
        report: What to tell; all its texts are taken for hostile.
        language: Of all words.
        zone: Of all moments.
        picture_cid: The content id of a PNG that the mail carries; None shows no picture.
        max_bytes: The budget; lists get shorter and say by how much until it holds.

    Returns:
        HTML without style sheet, script, SVG, form or address to load.
    """
    template = environment().get_template("email.html.j2")
    voice = Voice(report=report, language=language, zone=zone)
    for halvings in range(_HALVINGS):
        text = template.render(_context(voice, halvings) | {"picture_cid": picture_cid})
        if len(text.encode("utf-8", "replace")) <= max_bytes:
            break
    return text


def _context(voice: Voice, halvings: int) -> dict[str, Any]:
    report = voice.report
    whole = sum(report.ledger.values())
    shade = listing.outcome_tone(report)
    fills = {**CLASS_FILLS, **TONE_FILLS}
    return {
        "v": voice, "r": report, "t": voice.say,
        "fill": _plain(TONE_FILLS[shade], TONE_INKS[shade]), "ink": TONE_INKS[shade],
        "fills": {name: _plain(fill, TONE_INKS["skipped"]) for name, fill in fills.items()},
        "bars": {name: max(1, round(100 * s / whole)) if whole else 1
                 for name, s in report.ledger.items()},
        "sections": listing.sections(report, _SECTIONS >> halvings),
        "n_failures": _FAILURES >> halvings, "n_rows": _ROWS >> halvings,
        "n_text": _TEXT >> halvings,
    }  # fmt: skip


def _plain(fill: str, otherwise: str) -> str:
    """Return a colour where a hatched pattern cannot be drawn."""
    return fill if fill.startswith("#") else otherwise
