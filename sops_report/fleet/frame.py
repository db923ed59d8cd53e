"""Blocks of columns → one DataFrame with the dtypes of `table.flatten`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sops_report.columns import MISSING
from sops_report.fleet.block import SOURCES, Block
from sops_report.fleet.identity import KINDS
from sops_report.fleet.sheet import Codes, Ints
from sops_report.states import GROUP_OF, GROUPS

_STRING: Final = pd.StringDtype(storage="python", na_value=pd.NA)


def frame_of(blocks: Sequence[Block], sources: Sequence[str]) -> pd.DataFrame:
    """Return all rows of *blocks*, in the order of the documents' numbers.

    Args:
        blocks: Any number of them.
        sources: What the documents are called, by their numbers.

    Returns:
        ``source``, ``task_id`` (string), ``as_of`` (datetime64[us, UTC]), then the columns of
        `table.flatten`, and a ``RangeIndex``.
    """
    sizes = _joined((block.sizes for block in blocks), np.int64)

    def repeated(values: Iterable[str | None]) -> pd.arrays.StringArray:
        return _strings(values, len(sizes)).repeat(sizes)

    def texts(get: Callable[[Block], Iterable[str | None]]) -> pd.arrays.StringArray:
        size = int(sizes.sum())
        return _strings((text for block in blocks for text in get(block)), size)

    def ints(get: Callable[[Block], Ints]) -> Ints:
        return _joined(map(get, blocks), np.int64)

    def codes(get: Callable[[Block], Codes]) -> Codes:
        return _joined(map(get, blocks), np.int32)

    columns: dict[str, object] = {
        "source": repeated(sources[number] for block in blocks for number in block.numbers),
        "task_id": repeated(task_id for block in blocks for task_id in block.task_ids),
        "as_of": _moments(np.repeat(ints(lambda b: b.as_of_us), sizes)),
        "node_id": texts(lambda b: b.node_id),
        "parent_id": texts(parent_ids),
        "depth": codes(lambda b: b.depth),
        "position": ints(lambda b: b.position),
        "n_descendants": ints(lambda b: b.n_descendants),
        "path": texts(lambda b: b.path),
        "name": texts(lambda b: b.name),
        "label": texts(lambda b: b.label),
        "kind": _category(codes(lambda b: b.kind), KINDS),
        "kind_source": _category(codes(lambda b: b.kind_source), SOURCES),
        "state": _states(blocks),
        "state_group": _category(codes(lambda b: b.state_group), GROUPS),
        "start_time": _moments(ints(lambda b: b.start_time)),
        "finish_time": _moments(finish := ints(lambda b: b.finish_time)),
        "finish_is_valid": pd.arrays.BooleanArray(
            _joined((block.finish_is_valid for block in blocks), np.bool_), finish == MISSING
        ),
        "elapsed_s": _joined((block.elapsed_s for block in blocks), np.float64),
        "retry": _counts(ints(lambda b: b.retry)),
        "loop": _counts(ints(lambda b: b.loop)),
        "skip": _flags(codes(lambda b: b.skip)),
        "error_ignored": _flags(codes(lambda b: b.error_ignored)),
        "version": texts(lambda b: b.version),
        "state_refresh_at": _moments(ints(lambda b: b.state_refresh_at)),
        "is_leaf": ints(lambda b: b.n_descendants) == 0,
        "ex_data": texts(lambda b: b.ex_data),
    }
    frame = pd.DataFrame(columns, index=pd.RangeIndex(int(sizes.sum())))
    order = np.repeat([number for block in blocks for number in block.numbers], sizes)
    if (np.diff(order) >= 0).all():
        return frame
    return frame.take(np.argsort(order, kind="stable")).reset_index(drop=True)


def parent_ids(block: Block) -> list[str | None]:
    """Return each node's parent's id, None at a root."""
    ids = [*block.node_id, None]  # -1 is the last
    return [ids[row] for row in block.parent.tolist()]


def _joined(arrays: Iterable[NDArray[np.generic]], dtype: type) -> NDArray:  # type: ignore[type-arg]
    return np.concatenate([np.empty(0, dtype=dtype), *arrays])


def _strings(values: Iterable[str | None], size: int) -> pd.arrays.StringArray:
    made = np.fromiter(values, dtype="object", count=size)
    return pd.array(made, dtype=_STRING, copy=False)


def _moments(us: Ints) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(us.view("datetime64[us]")).tz_localize("UTC")


def _counts(values: Ints) -> pd.arrays.IntegerArray:
    missing = values == MISSING
    return pd.arrays.IntegerArray(np.where(missing, 0, values).astype(np.int32), missing)


def _flags(codes: Codes) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(codes == 1, codes < 0)


def _category(codes: Codes, words: Iterable[str]) -> pd.Categorical:
    dtype = pd.CategoricalDtype(pd.Index(list(words), dtype=_STRING))
    return pd.Categorical.from_codes(codes, dtype=dtype)


def _states(blocks: Sequence[Block]) -> pd.Categorical:
    """Return the states of all blocks: the known words, then the others by name."""
    others = sorted({word for block in blocks for word in block.states} - GROUP_OF.keys())
    words = [*GROUP_OF, *others]
    place = {word: at for at, word in enumerate(words)}
    coded = (
        np.asarray([*(place[word] for word in block.states), -1], dtype=np.int32)[block.state]
        for block in blocks
    )
    return _category(_joined(coded, np.int32), words)
