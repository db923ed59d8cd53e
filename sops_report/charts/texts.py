"""Texts of a chart that are drawn as they are where a font has them, else as numbers."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes

from sops_report.charts import rows
from sops_report.charts.fonts import Fonts, MissingGlyphsWarning, choose
from sops_report.rendering.visible import cells, line
from sops_report.report.model import Node, Report
from sops_report.words import CATALOGUE, Language, say

Numbers = list[tuple[str, str]]
_COLUMN: Final = 4.1  # points; an average Latin letter, half a Chinese character


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The fonts of a chart and the language that they can draw."""

    fonts: Fonts
    language: Language

    @classmethod
    def fitting(cls, texts: Sequence[str], language: Language, font: Path | None) -> "Texts":
        """Choose fonts for *texts* and our own words; ours fall back to English."""
        own = [] if language is Language.EN else _own_words()
        fonts = choose([*texts, *own], font)
        speaks = all(map(fonts.can_draw, own))
        return cls(fonts=fonts, language=language if speaks else Language.EN)

    def title(self, title: str, report: Report) -> str:
        """Return *title*, or what can be said of the task without its name."""
        if self.fonts.can_draw(title):
            return title
        who = line(report.task.task_id or report.task.root_id or "")
        outcome = say(f"outcome.{report.verdict.outcome}", self.language)
        return f"{who} – {outcome}" if who and self.fonts.can_draw(who) else outcome

    def labels(self, axes: Axes, labels: Sequence[str], nodes: Sequence[Node]) -> Numbers:
        """Write the names beside the rows; return what the numbers among them stand for."""
        numbers: Numbers = []
        widest = max(labels, key=cells, default="")
        left = -_COLUMN * (cells(widest) + 1)
        for row, (node, label) in enumerate(zip(nodes, labels, strict=False)):
            drawn = label
            if not self.fonts.can_draw(label):
                drawn = f"{rows.indent(node)}#{node.position}"
                numbers.append((drawn.strip(), label.strip()))
            axes.annotate(
                drawn, (0, row), (left, 0), ("axes fraction", "data"), "offset points",
                ha="left", va="center", parse_math=False, annotation_clip=False,
            )  # fmt: skip
        return numbers


def _own_words() -> list[str]:
    topics = (
        "chart.",
        "group.",
        "class.",
        "outcome.",
        "term.",
        "length.",
        "page.legend.wait",
        "page.concurrency",
    )
    return [chinese for key, (_, chinese) in CATALOGUE.items() if key.startswith(topics)]


def say_missing(fonts: Fonts, numbers: Numbers) -> None:
    """Warn once, if any character could not be drawn."""
    if fonts.missing:
        shown = "".join(sorted(fonts.missing))
        warnings.warn(MissingGlyphsWarning(shown, tuple(numbers)), stacklevel=3)
