"""The page's drawings as SVG files of their own: overview, timeline, flow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from typing import Any, Final

from sops_report.rendering import gantt, overview
from sops_report.rendering.budget import Limits
from sops_report.rendering.flowchart import flowchart
from sops_report.rendering.palette import CLASS_FILLS, TONE_FILLS, TONE_INKS
from sops_report.rendering.rows import choose
from sops_report.rendering.scale import scale_of
from sops_report.rendering.templates import environment
from sops_report.rendering.voice import Voice
from sops_report.report.model import Report
from sops_report.words import Language

_WIDTH: Final = 1100
_LABELS_AXIS_AND_CLASSES: Final = 52
_NOWHERE: Final = frozenset[int]()


def render_charts(report: Report, language: Language, zone: tzinfo) -> dict[str, str]:
    """Return the drawings as XML texts by name: ``overview``, ``timeline``, ``flow``.

    What cannot be drawn (no times, no flow) is left out. Colours are attributes, the ground is
    white: the files look the same wherever they are put.
    """
    voice = Voice(report=report, language=language, zone=zone)
    template = environment().get_template("chart.svg.j2")
    shared = {"v": voice, "r": report, "t": voice.say, "tones": TONE_FILLS, "inks": TONE_INKS,
              "fills": CLASS_FILLS}  # fmt: skip
    return {
        drawn["kind"]: template.render(shared | drawn).lstrip("\n") for drawn in _drawings(voice)
    }


def _drawings(voice: Voice) -> Iterator[dict[str, Any]]:
    limits = Limits()
    scale = scale_of(voice.report)
    if scale is not None:
        small = overview.overview(voice, scale)
        if small is not None:
            height = small.height + _LABELS_AXIS_AND_CLASSES
            yield {"kind": "overview", "drawing": small, "width": _WIDTH, "height": height}
        rows = choose(voice.report, limits.timeline)
        drawn = gantt.chunk(voice, scale, rows, 1, _NOWHERE)
        yield {"kind": "timeline", "drawing": drawn, "width": _WIDTH, "height": drawn.height}
    chart = flowchart(voice, limits.most_flow, _NOWHERE)
    if chart is not None:
        level = chart.levels[0]
        boxes = tuple(replace(box, link="") for box in level.boxes)
        yield {"kind": "flow", "drawing": replace(level, boxes=boxes), "width": level.width,
               "height": level.height}  # fmt: skip
