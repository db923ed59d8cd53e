"""The live view in a terminal; this module brings rich, so it is imported when one is there."""

from collections.abc import Callable, Iterable
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from sops_report.watching.wording import Row

_STYLES: Final = {
    "head": "bold", "running": "cyan", "failed": "red", "change": "dim", "lost": "yellow",
    "left": "dim",
}  # fmt: skip


def live_view(rows: Callable[[], Iterable[Row]], console: Console | None = None) -> Live:
    """Return a view that paints *rows* again every second below what is told.

    Args:
        rows: Asked anew for each painting; their texts are plain, never markup.
        console: Where to paint; standard error by default.
    """
    return Live(
        console=console or Console(stderr=True),
        get_renderable=lambda: painted(rows()),
        refresh_per_second=1,
        vertical_overflow="ellipsis",
    )


def painted(rows: Iterable[Row]) -> Text:
    """Return the rows as one coloured text."""
    lines = (Text(row.text, style=_STYLES[row.role], no_wrap=True) for row in rows)
    return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)
