"""What people type on the command line → nodes and new lengths for `whatif`."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from sops_report.analysis import Analysis
from sops_report.analysis.clock import SECOND_US
from sops_report.errors import UsageError
from sops_report.snapshot import Snapshot

_SHOWN: Final = 5
_SHORTEST_PREFIX: Final = 4
_WHOLE: Final = 100
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
_CHANGE: Final = re.compile(r"([+-]?)(\d+(?:\.\d+)?)(%|x|s|m|h)", re.ASCII | re.IGNORECASE)


def find_node(snapshot: Snapshot, text: str) -> int:
    """Return the position of the one node that *text* means.

    Tried in this order: the whole id, the label, the path (labels joined by `` / ``), the
    beginning of an id (four characters or more). The first way that finds anything decides.

    Raises:
        UsageError: Nothing is called so, or several nodes are; the hint names the candidates.
    """
    wanted = text.strip()
    tree, everyone = snapshot.tree, range(1, len(snapshot.tree))
    ways: tuple[Callable[[int], bool], ...] = (
        lambda p: tree.node_id[p] == wanted,
        lambda p: snapshot.label[p] == wanted,
        lambda p: " / " in wanted and path_of(snapshot, p) == wanted,
        lambda p: len(wanted) >= _SHORTEST_PREFIX and (tree.node_id[p] or "").startswith(wanted),
    )
    for fits in ways:
        found = [position for position in everyone if fits(position)]
        if len(found) == 1:
            return found[0]
        if found:
            names = _names(snapshot, found)
            raise UsageError("node-ambiguous", node=text, count=len(found), names=names)
    raise UsageError("node-unknown", node=text)


def _names(snapshot: Snapshot, positions: Sequence[int]) -> str:
    shown = [
        f"{path_of(snapshot, position)} [{(snapshot.tree.node_id[position] or '–')[:12]}]"
        for position in positions[:_SHOWN]
    ]
    return "; ".join(shown) + ("; …" if len(positions) > _SHOWN else "")


def new_length(text: str, length_us: int) -> int:
    """Return a node's new length.

    Args:
        text: ``50%`` half as long (50 % are saved) · ``2x`` twice as fast · ``-30s`` 30 s shorter
            · ``+2m`` two minutes longer · ``90s`` exactly this.
        length_us: The length it had.

    Raises:
        UsageError: The text is none of these.

    Example:
        >>> texts = ("50%", "2x", "-30s", "+2m", "90s")
        >>> [new_length(text, 60_000_000) // 1_000_000 for text in texts]
        [30, 30, 30, 180, 90]
    """
    match = _CHANGE.fullmatch(text.strip())
    if match is None:
        raise UsageError("change-unclear", change=text)
    sign, number, unit = match[1], float(match[2]), match[3].lower()
    if unit == "x":
        if number == 0 or sign:
            raise UsageError("change-unclear", change=text)
        return round(length_us / number)
    if unit == "%":
        share = number / _WHOLE
        return max(0, round(length_us * (1 + share if sign == "+" else 1 - share)))
    by = round(number * _SECONDS[unit] * SECOND_US)
    if not sign:
        return by
    return max(0, length_us + (by if sign == "+" else -by))


def read_changes(
    analysis: Analysis, *, skip: Iterable[str] = (), speedup: Iterable[str] = ()
) -> dict[int, int]:
    """Return the new lengths by position that the command line asks for.

    Args:
        analysis: The run as it was.
        skip: Nodes that take no time, as `find_node` understands them.
        speedup: ``NODE=CHANGE``, as `new_length` understands the change.

    Raises:
        UsageError: A node or a change is not understood, or a node has no length.
    """
    changes: dict[int, int] = {}
    for text in speedup:
        name, equals, change = text.rpartition("=")
        if not equals:
            raise UsageError("change-unclear", change=text)
        position = find_node(analysis.snapshot, name)
        changes[position] = new_length(change, _length_of(analysis, position, name))
    for text in skip:
        position = find_node(analysis.snapshot, text)
        _length_of(analysis, position, text)  # a node that never ran cannot be skipped
        changes[position] = 0
    return changes


def _length_of(analysis: Analysis, position: int, name: str) -> int:
    length = analysis.durations.duration_us[position]
    if length is None:
        raise UsageError("node-no-length", node=name)
    return length


def path_of(snapshot: Snapshot, position: int) -> str:
    """Return the labels from the root's child down to a node, joined by `` / ``."""
    labels: list[str] = []
    while position > 0:
        labels.append(snapshot.label[position])
        position = snapshot.tree.parent[position]
    return " / ".join(reversed(labels))
