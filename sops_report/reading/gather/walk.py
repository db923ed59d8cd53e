"""All nodes of a text that holds the members of one object, and that they are all of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sops_report.reading.gather.nodes import Nodes
from sops_report.reading.gather.structure import Structure, build, find_closings, find_nodes
from sops_report.reading.gather.template import Template
from sops_report.reading.gather.window import Places, Window
from sops_report.reading.read import SteppedAsideError


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """Nodes that follow each other without a byte between them that was not read.

    Attributes:
        nodes: What was read of them, in row 1 and after.
        starts: Where each begins: the key under which it stands.
        structure: Who is below whom.
        end: Where the last one ends.
    """

    nodes: Nodes
    starts: Places
    structure: Structure
    end: int


def walk(
    data: bytes, form: Template, prepare: Callable[[Template, int], Nodes], at_least: int = 1
) -> Walked:
    """Read all nodes from where the form begins.

    Args:
        data: A document.
        form: How it writes a node.
        prepare: Gives columns for as many rows as it is told.
        at_least: Fewer nodes than that are left to others: lists serve them better than arrays.

    Raises:
        SteppedAsideError: Something is no node, or is not written like the others.
    """
    window = Window(data)
    braces = find_nodes(window, form)
    if len(braces) < at_least:
        raise SteppedAsideError(len(braces))
    size = len(braces) + 1
    nodes = prepare(form, size)
    starts = braces - len(form.key("")) - form.widths["id"]
    ends, is_leaf = nodes.read_nodes(window, starts, range(1, size))
    closings = find_closings(window, form, starts, ends, is_leaf)
    structure = build((np.flatnonzero(~is_leaf) + 1).tolist(), closings.after, size)
    tails_end = nodes.read_tails(window, np.asarray(closings.at, np.int64), structure.closed)
    if tails_end.tolist() != closings.until:
        raise SteppedAsideError
    return Walked(nodes=nodes, starts=starts, structure=structure, end=closings.end)
