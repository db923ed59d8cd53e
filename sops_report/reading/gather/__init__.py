"""Bytes → columns without an object a node, for long answers of the server's own form.

The first leaf tells how the document writes a node (`template`). Then every node is looked for by
the bytes it begins with (`structure`), and each of its parts is read of thousands of nodes at a
time (`nodes`, and the parts it names), as numpy arrays; `walk` does both, and sees that they fit.
What stands around the nodes is left to the careful reader (`shell`).

Where a node begins is a guess; what makes the reading true is that no byte goes unread. Each piece
of text has to be, to the byte, a text that was parsed before, or a value that was checked digit by
digit, and has to begin where the piece before it ended. Whatever does not fit, as a quotation mark
in a name or a field that only one node has, sends the whole document to another reader.
"""

from collections.abc import Callable

from sops_report.reading.facts import engine_of
from sops_report.reading.fingerprints import may_repeat
from sops_report.reading.gather.columns import tree_of
from sops_report.reading.gather.nodes import Nodes
from sops_report.reading.gather.shell import read_shell
from sops_report.reading.gather.template import learn
from sops_report.reading.gather.walk import walk
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
    walked = walk(data, form, Nodes, at_least)
    if may_repeat(walked.nodes.ids.array[1:]):  # no key of one object stands twice
        raise SteppedAsideError
    shell = read_shell(data, form.begin, walked.end, source)
    tree = tree_of(walked.nodes, walked.structure, shell.tree)
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
