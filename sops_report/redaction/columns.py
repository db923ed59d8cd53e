"""The texts of a big run's nodes, looked through column by column: each distinct one once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from sops_report.columns import Coded, Texts, coded
from sops_report.report.nodes import NodeColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

Clean = Callable[[str], str]

_FEWEST, _MOST = 31, 33  # characters of the server's own ids and versions


def texts_of(nodes: NodeColumns, *, with_ids: bool) -> Iterator[str]:
    """Yield the distinct texts of all nodes but their paths, which are made of labels.

    Args:
        nodes: Whose texts.
        with_ids: The ids and versions that are random digits, too; none of our own rules is about
            them, and they are most of the text.
    """
    for column in (nodes.node_id, nodes.label, nodes.state, nodes.version, nodes.ex_data):
        if isinstance(column, Coded):
            yield from column.words
        elif isinstance(column, Texts) and not with_ids:
            yield from filter(None, column.taken(_odd_ones(column)))
        else:
            yield from filter(None, dict.fromkeys(column))


def _odd_ones(column: Texts) -> "NDArray[np.int64]":
    """Return the rows whose text is no id as the server makes them."""
    import numpy as np  # noqa: PLC0415 - only big runs come here

    size = column.array.dtype.itemsize
    if not _FEWEST <= size <= _MOST:
        return np.arange(len(column))
    hexadecimal = np.zeros(256, dtype=np.bool_)
    hexadecimal[[*b"0123456789abcdef"]] = True
    raw = column.array.view(np.uint8).reshape(-1, size)
    fits = hexadecimal[raw[:, 0]] | ((raw[:, 0] >= ord("a")) & (raw[:, 0] <= ord("z")))
    fits &= hexadecimal[raw[:, 1:_FEWEST]].all(axis=1)
    fits &= (hexadecimal[raw[:, _FEWEST:]] | (raw[:, _FEWEST:] == 0)).all(axis=1)
    return np.flatnonzero(~fits)


def cleaned(nodes: NodeColumns, clean: Clean) -> NodeColumns:
    """Return *nodes* with every text cleaned."""
    return replace(
        nodes,
        node_id=_cleaned(nodes.node_id, clean),
        label=cast("Sequence[str]", _recoded(nodes.label, clean)),
        paths=nodes.paths.changed({
            at: made for at, path in enumerate(nodes.paths) if (made := clean(path)) != path
        }),
        state=_recoded(nodes.state, clean),
        version=_cleaned(nodes.version, clean),
        ex_data=_cleaned(nodes.ex_data, clean),
    )  # fmt: skip


def _recoded(column: Sequence[str | None], clean: Clean) -> Coded[str]:
    """Return a column of few words, each cleaned; those that have become the same are one."""
    import numpy as np  # noqa: PLC0415 - only big runs come here

    found = coded(column)
    words = [*map(clean, found.words)]
    place = {word: at for at, word in enumerate(dict.fromkeys(words))}
    codes = np.asarray([*(place[word] for word in words), -1], dtype=np.int32)[found.codes]
    return Coded(codes, [*place])


def _cleaned(column: Sequence[str | None], clean: Clean) -> Sequence[str | None]:
    if isinstance(column, Coded):
        return _recoded(column, clean)
    changed = {at: made for at, text in enumerate(column) if text and (made := clean(text)) != text}
    return [changed.get(at, text) for at, text in enumerate(column)] if changed else column
