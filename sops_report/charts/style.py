"""How our charts look: colours, hatches and the rcParams that hold only inside a ``with``."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Final

from matplotlib import style

# Told apart by lightness too, so that a grey print still says which is which.
COLOURS: Final[Mapping[str, str]] = MappingProxyType({
    "success": "#4fae86", "failed": "#c5282f", "running": "#3a7bd5", "waiting": "#f2a93b",
    "revoked": "#7d6aa8", "not_started": "#d5d8dd", "unknown": "#8f959e",
})  # fmt: skip
HATCHES: Final[Mapping[str, str]] = MappingProxyType({
    "failed": "////", "waiting": "....", "revoked": "xxxx", "unknown": "\\\\\\\\",
})  # fmt: skip
CLASS_COLOURS: Final[Mapping[str, str]] = MappingProxyType({
    "work": "#4fae86", "running": "#3a7bd5", "manual": "#f2a93b", "timer": "#f6d28b",
    "skipped": "#b9b2d3", "control": "#aab4c0", "retry_gap": "#c5282f", "loop_gap": "#e08a6d",
    "attempt": "#a04045", "reaction": "#d98c8f", "paused": "#7d6aa8", "dispatch": "#d5d8dd",
})  # fmt: skip
INK: Final = "#1f2329"

_RC: Final[Mapping[str, object]] = MappingProxyType({
    "font.size": 8.0, "axes.titlesize": 11.0, "axes.titlelocation": "left",
    "axes.edgecolor": "#8f959e", "axes.axisbelow": True, "text.color": INK,
    "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "grid.color": "#e3e6ea",
    "hatch.linewidth": 0.6, "hatch.color": "#ffffff", "figure.dpi": 110.0, "savefig.dpi": 110.0,
    "svg.hashsalt": "sops_report", "svg.fonttype": "none", "pdf.fonttype": 42,
})  # fmt: skip


def house_style(families: tuple[str, ...] = ()) -> AbstractContextManager[None]:
    """Return a context in which Matplotlib draws our way; afterwards everything is as before."""
    fonts = {"font.family": list(families)} if families else {}
    return style.context({**_RC, **fonts}, after_reset=True)
