"""How our charts look: the page's colours, hatches, and settings that hold inside a ``with``."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Final

from matplotlib import style

from sops_report.rendering.palette import CLASS_FILLS, TONE_FILLS

COLOURS: Final = TONE_FILLS
HATCHES: Final[Mapping[str, str]] = MappingProxyType({
    "failed": "////", "waiting": "....", "revoked": "xxxx", "unknown": "\\\\\\\\",
})  # fmt: skip
# The page fills skipped things with a pattern of its own; Matplotlib hatches a colour.
CLASS_COLOURS: Final[Mapping[str, str]] = MappingProxyType({**CLASS_FILLS, "skipped": "#b9c2c7"})
CLASS_HATCHES: Final[Mapping[str, str]] = MappingProxyType({"skipped": "////", "retry_gap": "xxxx"})
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
