"""The report's bars painted with Matplotlib: a `Figure` for notebooks, PNG, SVG and PDF.

``pyplot`` is never imported and the global ``rcParams`` stay as they are, so a chart of ours looks
the same in every program, and leaves the charts of that program alone.
"""

from sops_report.charts.concurrency import concurrency
from sops_report.charts.draw import draw
from sops_report.charts.fonts import MissingGlyphsWarning
from sops_report.charts.gantt import gantt
from sops_report.charts.ledger import ledger_bar
from sops_report.charts.save import picture, save

__all__ = ["MissingGlyphsWarning", "concurrency", "draw", "gantt", "ledger_bar", "picture", "save"]
