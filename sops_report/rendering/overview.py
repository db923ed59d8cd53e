"""The small picture under the verdict: all leaves above, what the time went into below."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.rendering.bars import Box, Shape, shapes
from sops_report.rendering.gantt import Band, Mark, bands, marks
from sops_report.rendering.scale import Scale
from sops_report.rendering.voice import Voice, tone
from sops_report.report.model import Node

_LANES: Final = 40
_FEW_LANES: Final = 16
_LANE_HEIGHTS: Final = (8, 4)
_CLASS_HEIGHT: Final = 10
_PLACES: Final = 3  # a thousandth of the axis is finer than a pixel
_PIXEL: Final = 0.0011
_LAST: Final = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One path a colour, however many leaves there are."""

    height: int
    leaves: tuple[Shape, ...]
    classes: tuple[Shape, ...]
    bands: tuple[Band, ...]
    marks: tuple[Mark, ...]


def overview(voice: Voice, scale: Scale | None) -> Overview | None:
    """Return the small picture; None without times or where nothing took any."""
    leaves = [node for node in voice.report.nodes if node.is_leaf and node.start_time]
    if scale is None or not leaves or not scale.pieces[-1].end_s:
        return None
    lanes = min(len(leaves), _LANES)
    lane_height = _LANE_HEIGHTS[lanes > _FEW_LANES]
    return Overview(
        height=lanes * lane_height,
        leaves=shapes(_leaves(scale, leaves, lanes, lane_height)),
        classes=_classes(voice, scale),
        bands=bands(voice, scale),
        marks=marks(voice, scale),
    )


def _leaves(
    scale: Scale, leaves: Sequence[Node], lanes: int, lane_height: int
) -> dict[str, list[Box]]:
    """Return the boxes of each colour, failures last: nothing may be painted over them."""
    places = scale.places(when for node in leaves for when in (node.start_time, node.end_time))
    drawn: dict[str, set[Box]] = defaultdict(set)
    for n, node in enumerate(leaves):
        start, end = places[node.start_time], places[node.end_time]
        if start is not None and end is not None:
            y = n * lanes // len(leaves) * lane_height
            drawn[tone(node)].add((*_rounded(start, end), y, lane_height - 1))
    return {name: _merged(drawn[name]) for name in sorted(drawn, key=_LAST.__eq__)}


def _classes(voice: Voice, scale: Scale) -> tuple[Shape, ...]:
    drawn: dict[str, set[Box]] = defaultdict(set)
    for section in voice.report.critical_path:
        start, end = scale.place(section.start_time), scale.place(section.end_time)
        if start is not None and end is not None and end > start:
            drawn[section.section_class].add((*_rounded(start, end), 0, _CLASS_HEIGHT))
    return shapes({name: sorted(boxes) for name, boxes in drawn.items()})


def _merged(boxes: Iterable[Box]) -> list[Box]:
    """Return boxes of one colour; what touches or overlaps in one lane is one box."""
    merged: list[Box] = []
    for box in sorted(boxes, key=lambda box: (box[2], box[0])):
        left, right, y, height = box
        if merged and merged[-1][2] == y and left - merged[-1][1] <= _PIXEL:
            begin, end, *_ = merged[-1]
            merged[-1] = (begin, max(end, right), y, height)
        else:
            merged.append(box)
    return merged


def _rounded(start: float, end: float) -> tuple[float, float]:
    left = round(start, _PLACES)
    return left, max(left, round(end, _PLACES))
