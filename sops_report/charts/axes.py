"""The axis of time that our charts share, and boxes as one array of corners."""

from collections.abc import Sequence
from typing import Any, Final

import matplotlib.dates as mdates
import numpy as np
from matplotlib.axes import Axes

from sops_report.rendering.voice import Voice
from sops_report.words import Language, say

_TICKS: Final = ("%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%H:%M:%S")
_MARGIN: Final = 0.015
_INSTANT: Final = 1e-6  # days: an axis must not be of no length

Box = tuple[float, float, float, float]  # left, right, lower, upper


def time_axis(axes: Axes, left: float, right: float, voice: Voice, language: Language) -> None:
    """Let *axes* show the time from *left* to *right*, both in Matplotlib's days."""
    margin = _MARGIN * (right - left) or _INSTANT
    axes.set_xlim(left - margin, right + margin)
    locator = mdates.AutoDateLocator(tz=voice.zone, minticks=4, maxticks=9)
    formatter = mdates.ConciseDateFormatter(
        locator,
        tz=voice.zone,
        formats=list(_TICKS),
        zero_formats=["", "%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M"],
        offset_formats=["", "%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%d", "%Y-%m-%d"],
    )
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.grid(axis="x")
    axes.set_xlabel(say("chart.axis", language, zone=voice.zone_name()))


def corners(boxes: Sequence[Box]) -> Any:  # noqa: ANN401 - see below
    """Return boxes as one array of shape (boxes, 4, 2).

    Matplotlib's types ask for a list of arrays; with one array it is three times as fast.
    """
    left, right, lower, upper = np.array(boxes, dtype=float).reshape(-1, 4).T
    x = np.stack([left, right, right, left], axis=1)
    y = np.stack([lower, lower, upper, upper], axis=1)
    return np.stack([x, y], axis=2)
