"""All nodes of a run as a few bytes each: what the explorer of a large page draws from.

Each column becomes byte planes (the lowest bytes of all rows, then the next …), so that what hardly
changes from node to node hardly costs a bit after deflating. Starts are told against the sibling
before (the parent for a first child), since siblings mostly begin together or one after the other.
"""

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEVEL: Final = 6
_LENGTH_BYTES: Final = 4
_ALIKE: Final = re.compile("[a-z0-9]+")  # fromhex would take blanks and capitals


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The nodes in document order, a value a row.

    Attributes:
        depth, label, tone, state, flags, retry: Whole numbers; *label*, *tone* and *state* are
            places in lists.
        start: Ticks since the start of the task; for a node without a start any value will do.
        took: Ticks, 0 where not known.
        ids: The node ids, empty if the page has no room for them.
    """

    depth: "NDArray[np.int64]"
    label: "NDArray[np.int64]"
    tone: "NDArray[np.int64]"
    state: "NDArray[np.int64]"
    flags: "NDArray[np.int64]"
    retry: "NDArray[np.int64]"
    start: "NDArray[np.int64]"
    took: "NDArray[np.int64]"
    ids: Sequence[str]


def packed(columns: Columns, header: Mapping[str, object]) -> str:
    """Return *columns* as text for a page.

    Args:
        columns: What to pack.
        header: What the script needs to know beside; must be fit for JSON.

    Returns:
        Base64 of the raw deflate stream of: the header's length (4 bytes, little endian), the
        header as JSON with ``planes`` ([name, bytes a value, signed]) and ``ids`` added, the planes
        of each column, the ids: `_Ids`.
    """
    told, planes = [], []
    for name, values in _deltas(columns).items():
        width, signed = _width(values)
        told.append([name, width, signed])
        planes.append(_planes(values, width))
    ids = _ids(columns.ids)
    whole = {**header, "planes": told, "ids": ids.form}
    head = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    first = head.encode("utf-8", "replace")
    length = len(first).to_bytes(_LENGTH_BYTES, "little")
    return _deflated([length, first, *planes, ids.data])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    """Ids as a script finds them again.

    Attributes:
        form: ``none``; ``lines``; or the number of hexadecimal digits behind the first letter.
        data: Lines; or all first letters, and then the digits of each id as bytes (an odd last
            digit stands in the upper half of its byte).
    """

    form: str | int
    data: bytes


def _ids(ids: Sequence[str]) -> _Ids:
    """Pack *ids*: the server's are a letter and random digits, which take half a byte each."""
    if not ids:
        return _Ids(form="none", data=b"")
    whole = "".join(ids)
    size = len(ids[0])
    if size > 1 and _ALIKE.fullmatch(whole) and set(map(len, ids)) == {size}:
        pad = "0" * ((size - 1) % 2)
        letters = "".join(node_id[0] for node_id in ids).encode()
        try:
            digits = bytes.fromhex("".join(node_id[1:] + pad for node_id in ids))
        except ValueError:  # a letter among the digits
            return _Ids(form="lines", data="\n".join(ids).encode())
        return _Ids(form=size - 1, data=letters + digits)
    return _Ids(form="lines", data="\n".join(ids).encode("utf-8", "replace"))


def _deltas(columns: Columns) -> dict[str, "NDArray[np.int64]"]:
    before = _before(columns.depth)
    delta = columns.start - columns.start[before]
    delta[0] = columns.start[0]
    return {
        "depth": columns.depth, "tone": columns.tone, "state": columns.state,
        "flags": columns.flags, "retry": columns.retry, "label": columns.label, "delta": delta,
        "took": columns.took,
    }  # fmt: skip


def _before(depth: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Return each row's sibling before, the parent of a first child, 0 for the root.

    The row before in a stable order by depth is the sibling before, unless the row's parent stands
    between them: then the row is the first child of the row above it.
    """
    import numpy as np  # noqa: PLC0415 - only large pages need it

    order = np.argsort(depth, kind="stable")
    before = np.zeros(len(depth), dtype=np.int64)
    before[order[1:]] = order[:-1]
    is_first_child = np.zeros(len(depth), dtype=bool)
    is_first_child[1:] = depth[1:] > depth[:-1]
    above = np.arange(len(depth), dtype=np.int64) - 1
    before[is_first_child] = above[is_first_child]
    before[0] = 0
    return before


def _width(values: "NDArray[np.int64]") -> tuple[int, int]:
    """Return how many bytes the values need, and 1 if some are negative."""
    least, most = int(values.min()), int(values.max())
    if least < 0:
        return (max(-least - 1, most).bit_length() + 8) // 8, 1
    return max(1, (most.bit_length() + 7) // 8), 0


def _planes(values: "NDArray[np.int64]", width: int) -> bytes:
    little = values.astype("<i8").view("u1").reshape(len(values), 8)
    return little[:, :width].T.tobytes()


def _deflated(parts: Sequence[bytes]) -> str:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    stream = b"".join([*map(packer.compress, parts), packer.flush()])
    return b64encode(stream).decode("ascii")
