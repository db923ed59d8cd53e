"""Which words occur: asked of the codes of the columns."""

from sops_report.rendering.arrays.nodes import first_seen, tones_of
from sops_report.rendering.listing import Met
from sops_report.report.nodes import NodeColumns


def met(nodes: NodeColumns) -> Met:
    """Return the distinct states, kinds and colours, in the order of their coming."""
    return Met(
        first_seen(nodes.state),
        [kind for kind in first_seen(nodes.kind) if kind is not None],
        [tone for tone in first_seen(tones_of(nodes)) if tone is not None],
    )
