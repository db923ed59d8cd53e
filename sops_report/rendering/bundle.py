"""A folder for hosts that allow no inline style: page, style sheet and pictures as files.

Jenkins shows archived pages under ``style-src 'self'; img-src 'self'``: a style sheet and an SVG
file beside the page are allowed there, a ``<style>`` is not.
"""

from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Final

from sops_report.files import write_whole
from sops_report.rendering import html
from sops_report.rendering.budget import PageOptions
from sops_report.rendering.pictures import render_charts
from sops_report.report.model import Report
from sops_report.words import Language

PAGE: Final = "report.html"
STYLE: Final = "report.css"
CHARTS: Final = "charts"


def bundle(  # noqa: PLR0913 - two of them are the reader's language and zone
    report: Report,
    folder: Path,
    language: Language,
    zone: tzinfo,
    options: PageOptions | None = None,
    *,
    force: bool = False,
) -> list[Path]:
    """Write *report* into *folder*: ``report.html``, ``report.css`` and ``charts/*.svg``.

    Args:
        report: What to show.
        folder: Where to; made if missing.
        language: Of all words.
        zone: Of all moments.
        options: How the page is made; its style is a file in any case.
        force: Whether existing files may be replaced.

    Returns:
        What was written, the page first.

    Raises:
        SopsReportError: A file exists, or cannot be written.
    """
    drawn = render_charts(report, language, zone)
    charts = {f"{CHARTS}/{name}.svg": text for name, text in drawn.items()}
    made = replace(options or PageOptions(), css="external", charts=tuple(charts))
    page = html.render_page(report, language, zone, made)
    texts = {PAGE: str(page), STYLE: str(html.asset(STYLE)), **charts}
    (folder / CHARTS).mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in texts.items():
        write_whole(folder / name, text.encode("utf-8", "replace"), force=force)
        written.append(folder / name)
    return written
