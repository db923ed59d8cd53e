"""What stands around the children of the root: the envelope, and the root itself.

It is read by the careful reader, with a mark in the children's place: the mark is found again as
the root's only child only if the children really stood there. Nobody can write it beforehand: each
reading has its own.
"""

import os
from dataclasses import dataclass, replace

from sops_report.errors import InputError
from sops_report.reading.answers import Found, find_trees
from sops_report.reading.decode import decode
from sops_report.reading.facts import engine_of, first_offset
from sops_report.reading.layout import lay_out
from sops_report.reading.read import SteppedAsideError
from sops_report.reading.times import TimeReader
from sops_report.reading.tree import read_tree
from sops_report.snapshot import Note, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """An answer without its nodes.

    Attributes:
        found: The root's own fields, and what the wrapping says.
        tree: The columns of the root alone.
        times: Reads the answer's times.
        offset_minutes: The offset of the root's times.
        engine: As the root's keys tell it; ``unknown`` if they do not.
        notes: What is odd about the root.
        around: What is odd about the envelope.
    """

    found: Found
    tree: Tree
    times: TimeReader
    offset_minutes: int
    engine: str
    notes: tuple[Note, ...]
    around: tuple[Note, ...]


def read_shell(data: bytes, begin: int, end: int, source: str) -> Shell:
    """Read a document whose bytes from *begin* to *end* are the members of the root's children.

    Raises:
        SteppedAsideError: They are not; or something is odd that the nodes could have a part in.
    """
    mark = os.urandom(16).hex()
    bare = b'%s"%s": {}%s' % (data[:begin], mark.encode(), data[end:])
    notes: list[Note] = []
    envelope: list[Note] = []
    try:
        document = decode(bare, source, notes.append)
        found = find_trees(document, source, envelope.append)
    except InputError as refusal:
        raise SteppedAsideError from refusal
    if notes or len(found) != 1 or found[0].root.get("children") != {mark: {}}:
        raise SteppedAsideError
    root = {**found[0].root, "children": {}}
    laid = lay_out(root, notes.append)
    offset = first_offset(laid.nodes)
    if offset is None:
        raise SteppedAsideError
    times = TimeReader(assume_minutes=offset)
    tree = read_tree(laid, times, notes.append)
    return Shell(
        found=replace(found[0], root=root),
        tree=tree,
        times=times,
        offset_minutes=offset,
        engine=engine_of([root]),
        notes=tuple(notes),
        around=tuple(envelope),
    )
