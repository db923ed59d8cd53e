"""A figure as bytes and as a file; equal figures make equal bytes."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

from matplotlib.figure import Figure

from sops_report.charts.style import house_style
from sops_report.errors import UsageError
from sops_report.files import write_whole

# Neither the moment nor the version of Matplotlib belongs into a chart.
_METADATA: Final[Mapping[str, Mapping[str, None]]] = MappingProxyType({
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
})  # fmt: skip


def picture(figure: Figure, suffix: str) -> bytes:
    """Return *figure* as the bytes of a ``png``, ``svg`` or ``pdf`` file.

    Raises:
        UsageError: We do not write *suffix*.
    """
    kind = suffix.lstrip(".").lower()
    if kind not in _METADATA:
        raise UsageError("chart-suffix", suffix=suffix or "?")
    buffer = BytesIO()
    with house_style():
        figure.savefig(buffer, format=kind, metadata=dict(_METADATA[kind]))
    return buffer.getvalue()


def save(figure: Figure, path: Path | str, *, force: bool = False) -> None:
    """Write *figure* whole or not at all; the suffix of *path* is the format.

    Raises:
        UsageError: The suffix is none of ours, or *path* exists and *force* is not set.
    """
    path = Path(path)
    write_whole(path, picture(figure, path.suffix), force=force)


class Chart(Figure):
    """A figure that shows itself in a notebook, without pyplot and its back ends."""

    def _repr_png_(self) -> bytes:
        return picture(self, "png")
