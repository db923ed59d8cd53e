"""How much a page may hold: options of the page, and row limits that shrink to a byte budget."""

from dataclasses import dataclass, fields
from typing import Final

from sops_report.redaction.embedding import Data

DEFAULT_BYTES: Final = 10_000_000
_MARGIN: Final = 0.92
_MOST_FLOW: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """How a page is made.

    Attributes:
        css: ``inline``, or ``external``: ``report.css`` beside the page, for hosts such as Jenkins
            that allow no inline style.
        js: ``inline`` or ``none``; nothing on the page needs it.
        max_bytes: The page's budget; quiet rows are folded until it holds.
        explorer: ``auto``: a large run has a canvas with every node; ``only``: that canvas and the
            first lines are the whole page; ``none``.
        full: Every node gets its row, as far as *max_bytes* allows.
        data: What the page carries of its source; it counts among the page's bytes.
        charts: Files with pictures that lie beside the page, named in its last part.
    """

    css: str = "inline"
    js: str = "inline"
    max_bytes: int = DEFAULT_BYTES
    full: bool = False
    explorer: str = "auto"
    data: Data | None = None
    charts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many rows a page shows; what is beyond is folded and counted.

    Attributes:
        timeline: Rows of the timeline that quiet nodes may fill up.
        most_timeline: Rows of the timeline that telling nodes may take.
        table, most_table: The same for the node table.
        flow: Nodes in the pictures of the flow that quiet levels may fill up.
        most_flow: Nodes that the outermost level and those with failures may take.
        cards: Failures that get a card of their own.
        failures: Failures that are named at all.
        sections: Pieces of the critical path.
        refs: Names in a list of skipped, retried or ignored nodes.
        text: Characters of one failure's text.
    """

    timeline: int = 300
    most_timeline: int = 1_500
    table: int = 1_000
    most_table: int = 20_000
    flow: int = 110
    most_flow: int = 500
    cards: int = 20
    failures: int = 500
    sections: int = 100
    refs: int = 100
    text: int = 64_000

    def smaller(self, factor: float) -> "Limits":
        """Return limits for a page that was 1 / *factor* times too large."""
        shrunk = {
            field.name: max(1, int(getattr(self, field.name) * factor * _MARGIN))
            for field in fields(self)
        }
        return Limits(**shrunk)


def limits_for(options: PageOptions, n_nodes: int) -> Limits:
    """Return the limits to begin with; none is larger than the run, so that shrinking tells."""
    usual = Limits()
    if options.full:
        return Limits(timeline=n_nodes, most_timeline=n_nodes, table=n_nodes, most_table=n_nodes,
                      flow=_MOST_FLOW, most_flow=_MOST_FLOW)  # fmt: skip
    return Limits(
        timeline=min(usual.timeline, n_nodes),
        most_timeline=min(usual.most_timeline, n_nodes),
        table=min(usual.table, n_nodes),
        most_table=min(usual.most_table, n_nodes),
    )
