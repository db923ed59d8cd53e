"""Names for links to nodes, made from their ids by a hash: no hostile text in them."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from sops_report.columns import Unkept, taken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BYTES: Final = 5
_ROWS: Final = 4096  # hashed at a time


def anchors_of(node_ids: Sequence[str | None]) -> list[str]:
    """Return a name for links to each node; the same id at two places has two names."""
    anchors: list[str] = []
    seen: set[str] = set()
    for position, node_id in enumerate(node_ids):
        anchor = _named(_hash(_text(node_id, position)))
        if anchor in seen:
            anchor = _again(node_id, position)
        seen.add(anchor)
        anchors.append(anchor)
    return anchors


class Anchors(Unkept[str]):
    """`anchors_of` the ids of a big run, without a text a node."""

    def __init__(self, node_ids: Sequence[str | None]) -> None:
        """Remember the ids; they are hashed on the first question."""
        self._node_ids = node_ids

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self._node_ids)

    def _one(self, position: int) -> str:
        if position in self._twins:
            return _again(self._node_ids[position], position)
        return _named(self._hashes[position].tobytes())

    @cached_property
    def _hashes(self) -> "NDArray[np.uint8]":
        """The hash of each id, a row of bytes a node."""
        import numpy as np  # noqa: PLC0415 - only big runs come here

        return np.frombuffer(b"".join(self._in_pieces()), np.uint8).reshape(-1, _BYTES)

    def _in_pieces(self) -> Iterator[bytes]:
        for begin in range(0, len(self), _ROWS):
            ids = taken(self._node_ids, slice(begin, begin + _ROWS))
            yield b"".join([_hash(_text(one, at)) for at, one in enumerate(ids, begin)])

    @cached_property
    def _twins(self) -> frozenset[int]:
        """The nodes whose hash an earlier node has too."""
        import numpy as np  # noqa: PLC0415 - only big runs come here

        wide = np.zeros((len(self), 8), np.uint8)
        wide[:, :_BYTES] = self._hashes
        whole = wide.view("<u8").ravel()
        order = np.argsort(whole, kind="stable")
        is_later = whole[order[1:]] == whole[order[:-1]]
        return frozenset(order[1:][is_later].tolist())


def _text(node_id: str | None, position: int) -> str:
    return node_id if node_id is not None else f"#{position}"


def _again(node_id: str | None, position: int) -> str:
    return _named(_hash(f"{node_id}#{position}"))


def _hash(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=_BYTES).digest()


def _named(digest: bytes) -> str:
    return f"n-{digest.hex()}"
