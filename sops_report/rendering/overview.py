"""The small picture under the verdict: all leaves above, what the time went into below."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.rendering.bars import Box, Shape, shapes
from sops_report.rendering.gantt import Band, Mark, bands, marks
from sops_report.rendering.scale import Scale
from sops_report.rendering.voice import Voice, tone
from sops_report.report.model import Node
from sops_report.report.nodes import NodeColumns

LANES: Final = 40
_FEW_LANES: Final = 16
_LANE_HEIGHTS: Final = (8, 4)
_CLASS_HEIGHT: Final = 10
PLACES: Final = 3  # a thousandth of the axis is finer than a pixel
_PIXEL: Final = 0.0011
_LAST: Final = "failed"

Bar = tuple[int, float, float]
"""The lane, and left and right edge as parts of the axis."""


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
    if scale is None or not scale.pieces[-1].end_s:
        return None
    lanes, drawn = _drawn(scale, voice.report.nodes)
    if not lanes:
        return None
    lane_height = _LANE_HEIGHTS[lanes > _FEW_LANES]
    return Overview(
        height=lanes * lane_height,
        leaves=shapes(_leaves(drawn, lane_height)),
        classes=_classes(voice, scale),
        bands=bands(voice, scale),
        marks=marks(voice, scale),
    )


def _drawn(scale: Scale, nodes: Sequence[Node]) -> tuple[int, Mapping[str, Iterable[Bar]]]:
    """Return the number of lanes, and the bars of each colour, equal ones once."""
    if isinstance(nodes, NodeColumns):
        from sops_report.rendering.arrays import overview as arrays  # noqa: PLC0415 - start-up

        return arrays.drawn(scale, nodes)
    leaves = [node for node in nodes if node.is_leaf and node.start_time]
    places = scale.places(when for node in leaves for when in (node.start_time, node.end_time))
    lanes, found = min(len(leaves), LANES), defaultdict[str, set[Bar]](set)
    for n, node in enumerate(leaves):
        start, end = places[node.start_time], places[node.end_time]
        if start is not None and end is not None:
            found[tone(node)].add((n * lanes // len(leaves), *_rounded(start, end)))
    return lanes, found


def _leaves(drawn: Mapping[str, Iterable[Bar]], lane_height: int) -> dict[str, list[Box]]:
    """Return the boxes of each colour, failures last: nothing may be painted over them."""
    return {
        name: _merged(
            (left, right, lane * lane_height, lane_height - 1) for lane, left, right in drawn[name]
        )
        for name in sorted(drawn, key=_LAST.__eq__)
    }


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
    left = round(start, PLACES)
    return left, max(left, round(end, PLACES))
