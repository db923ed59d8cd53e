"""Bytes → columns without an object a node, for long answers of the server's own form.

The first leaf tells how the document writes a node (`template`). Then every node is looked for by
the bytes it begins with (`structure`), and each of its parts is read of thousands of nodes at a
time (`nodes`, and the parts it names), as numpy arrays. What stands around the nodes is left to the
careful reader (`shell`).

Where a node begins is a guess; what makes the reading true is that no byte goes unread. Each piece
of text has to be, to the byte, a text that was parsed before, or a value that was checked digit by
digit, and has to begin where the piece before it ended. Whatever does not fit, as a quotation mark
in a name or a field that only one node has, sends the whole document to another reader.
"""

from collections.abc import Callable

import numpy as np

from sops_report.reading.facts import engine_of
from sops_report.reading.fingerprints import may_repeat
from sops_report.reading.gather.columns import tree_of
from sops_report.reading.gather.nodes import Nodes
from sops_report.reading.gather.shell import read_shell
from sops_report.reading.gather.structure import build, find_closings, find_nodes
from sops_report.reading.gather.template import learn
from sops_report.reading.gather.window import Window
from sops_report.reading.read import Reading, SteppedAsideError
from sops_report.snapshot import Note

__all__ = ["read_gathered"]


def read_gathered(
    data: bytes, source: str, remark: Callable[[Note], None], *, at_least: int = 1
) -> Reading:
    """Read an answer of the server's own form.

    Args:
        data: The unpacked bytes of one document.
        source: What the user named.
        remark: Is told what is odd about the envelope.
        at_least: Fewer nodes than that are left to others: lists serve them better than arrays.

    Raises:
        SteppedAsideError: Another reader has to read this document; nothing was remarked.
    """
    form = learn(data)
    window = Window(data)
    braces = find_nodes(window, form)
    if len(braces) < at_least:
        raise SteppedAsideError(len(braces))
    nodes = Nodes(form, len(braces) + 1)
    starts = braces - len(form.key("")) - form.widths["id"]  # of the keys they stand under
    ends, is_leaf = nodes.read_nodes(window, starts, range(1, len(starts) + 1))
    closings = find_closings(window, form, starts, ends, is_leaf)
    containers = (np.flatnonzero(~is_leaf) + 1).tolist()
    structure = build(containers, closings.after, len(braces) + 1)
    tail_ends = nodes.read_tails(window, np.asarray(closings.at, np.int64), structure.closed)
    if tail_ends.tolist() != closings.until:
        raise SteppedAsideError
    if may_repeat(nodes.ids.array[1:]):  # no key of one object stands twice
        raise SteppedAsideError
    shell = read_shell(data, form.begin, closings.end, source)
    tree = tree_of(nodes, structure, shell.tree)
    for note in shell.around:  # last: nothing steps aside once it remarks
        remark(note)
    return Reading(
        found=shell.found,
        tree=tree,
        times=shell.times,
        offset_minutes=shell.offset_minutes,
        engine=shell.engine if shell.engine != "unknown" else engine_of([dict.fromkeys(form.keys)]),
        ids_differ=True,
        notes=shell.notes,
    )
