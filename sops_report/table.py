"""The node table and the other frames: the surface where columns become pandas.

Every frame has the same columns and dtypes for every input. The dtypes are explicit, so pandas 2
and 3, with and without pyarrow, give the same table.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sops_report.analysis import Measures, analyse, measure
from sops_report.analysis.arrays.tree import is_one_of
from sops_report.collector import collector_at_rest
from sops_report.columns import MISSING, Coded, Column, coded, numbers, reals
from sops_report.reading.identity import LABELS, SOURCES
from sops_report.snapshot import LONGEST_PATH, PATH_JOINT, Snapshot, clipped_path
from sops_report.states import CLOSED, GROUP_OF, GROUPS, group_of

_STRING: Final = pd.StringDtype(storage="python", na_value=pd.NA)
_SECOND_US: Final = 1_000_000
_CODE_BITS: Final = 32  # of a label, beside a place among the containers in one number

_MANY_ROWS: Final = 50_000
_MOST_SMALL: Final = 2**7

_Codes = NDArray[np.int8] | NDArray[np.int32]
T = TypeVar("T")


def flatten(snapshot: Snapshot) -> pd.DataFrame:
    """Lay a snapshot's tree flat.

    Nothing is computed or dropped here: what a column cannot hold is <NA> and a note of the
    snapshot.

    Args:
        snapshot: As `sops_report.read` returns it.

    Returns:
        One row a node in document order (parents first), a ``RangeIndex``, and these columns:
        ``node_id``, ``parent_id`` (string; <NA> at the root), ``depth`` (int32, 0 at the root),
        ``position`` (int64), ``n_descendants`` (int64: rows ``position + 1 … position +
        n_descendants`` are the node's subtree), ``path`` (string: labels from the root's child
        down), ``name``, ``label`` (string), ``kind``, ``kind_source``, ``state``, ``state_group``
        (category), ``start_time``, ``finish_time`` (datetime64[us, UTC]), ``finish_is_valid``
        (boolean), ``elapsed_s`` (float64, seconds), ``retry``, ``loop`` (Int32), ``skip``,
        ``error_ignored`` (boolean; <NA> on the root), ``version`` (string), ``state_refresh_at``
        (datetime64[us, UTC]), ``is_leaf`` (bool), ``ex_data`` (string: the failure's text, plain).

    Example:
        >>> from sops_report.reading import read_bytes
        >>> snapshot = read_bytes(b'{"state": "CREATED", "children": {}, "name": "go"}')
        >>> flatten(snapshot)[["label", "kind", "state_group"]].to_dict("records")
        [{'label': 'go', 'kind': 'root', 'state_group': 'not_started'}]
    """
    with collector_at_rest():
        return _frame(_columns(snapshot), len(snapshot.tree))


def _columns(snapshot: Snapshot) -> dict[str, object]:
    """Return the columns of the node table, in its order; no array is the snapshot's own."""
    tree = snapshot.tree
    ids = _strings(tree.node_id)
    states = _states(tree.state)
    start, finish = numbers(tree.start_us), numbers(tree.finish_us)
    below = numbers(tree.n_descendants)
    return {
        "node_id": ids,
        "parent_id": ids.take(numbers(tree.parent), allow_fill=True),
        "depth": numbers(tree.depth).astype("int32"),
        "position": np.arange(len(tree), dtype="int64"),
        "n_descendants": below.copy(),
        "path": _paths(snapshot),
        "name": _strings(tree.name),
        "label": _strings(snapshot.label),
        "kind": _category(snapshot.kind, LABELS),
        "kind_source": _category(snapshot.kind_source, SOURCES),
        "state": states,
        "state_group": _groups(states),
        "start_time": _times(tree.start_us),
        "finish_time": _times(tree.finish_us),
        "finish_is_valid": _finish_is_valid(states, start, finish),
        "elapsed_s": reals(tree.elapsed_s).copy(),
        "retry": _counts(tree.retry),
        "loop": _counts(tree.loop),
        "skip": _flags_below(tree.skip),
        "error_ignored": _flags_below(tree.error_ignored),
        "version": _strings(tree.version),
        "state_refresh_at": _times(tree.refresh_us),
        "is_leaf": below == 0,
        "ex_data": _strings(tree.ex_data),
    }


def nodes(snapshot: Snapshot) -> pd.DataFrame:
    """Lay a snapshot's tree flat, with the analysis beside it.

    Args:
        snapshot: As `sops_report.read` returns it.

    Returns:
        The rows and columns of `flatten`, then ``duration_s`` (effective end − start), ``self_s``
        (the part of it in which no child ran), ``is_root_cause``, ``on_critical_path`` (bool),
        ``slack_s``, ``drag_s``, ``wait_before_s``; lengths are float64 seconds, NaN where not
        defined.
    """
    with collector_at_rest():
        found = measure(snapshot)
        beside, snapshot = _measures(found), found.run.snapshot
        del found  # what it was worked out from is let go before the texts are made
        return _frame({**_columns(snapshot), **beside}, len(snapshot.tree))


def _measures(found: Measures) -> dict[str, object]:
    """Return the columns beside the node table."""
    is_cause = np.zeros(len(found.run.tree), dtype="bool")
    is_cause[list(found.incidents.root_causes)] = True
    return {
        "duration_s": _seconds(found.durations.duration_us),
        "self_s": _seconds(found.durations.self_us),
        "is_root_cause": is_cause,
        "on_critical_path": is_one_of(found.on_path, {True}),
        "slack_s": _seconds(found.slack.slack_us),
        "drag_s": _seconds(found.slack.drag_us),
        "wait_before_s": _seconds(found.slack.wait_us),
    }


def _frame(columns: Mapping[str, object], size: int) -> pd.DataFrame:
    """Return a table of columns that are its own: none is copied."""
    return pd.DataFrame(columns, index=pd.RangeIndex(size), copy=False)


def critical_path(snapshot: Snapshot) -> pd.DataFrame:
    """Return the sections of the critical path, earliest first.

    Args:
        snapshot: As `sops_report.read` returns it.

    Returns:
        One row a section: ``node_id``, ``label`` (string), ``position`` (int64), ``start_time``,
        ``end_time`` (datetime64[us, UTC]), ``seconds`` (float64; their sum is the wall time),
        ``class`` (string), ``is_gap``, ``certain`` (bool), ``co_critical`` (string: node ids of
        the others of a true tie, joined by a space).
    """
    analysis = analyse(snapshot)
    tree, sections = snapshot.tree, analysis.sections
    ids = tree.node_id
    return pd.DataFrame(
        {
            "node_id": _strings([ids[s.position] for s in sections]),
            "label": _strings([snapshot.label[s.position] for s in sections]),
            "position": np.asarray([s.position for s in sections], dtype="int64"),
            "start_time": _times([s.start_us for s in sections]),
            "end_time": _times([s.end_us for s in sections]),
            "seconds": _seconds([s.length_us for s in sections]),
            "class": _strings([s.section_class for s in sections]),
            "is_gap": np.asarray([s.is_gap for s in sections], dtype="bool"),
            "certain": np.asarray([s.certain for s in sections], dtype="bool"),
            "co_critical": _strings(
                [" ".join(ids[p] or "–" for p in s.co_critical) for s in sections]
            ),
        }
    )


def ledger(snapshot: Snapshot) -> pd.Series:
    """Return where the time went: seconds (float64) by class of section, largest first.

    Args:
        snapshot: As `sops_report.read` returns it.

    Returns:
        A series named ``seconds`` with the index ``class``; its sum is the wall time.
    """
    found = analyse(snapshot).ledger
    index = pd.Index(_strings(list(found)), name="class")
    return pd.Series(_seconds(list(found.values())), index=index, name="seconds", dtype="float64")


def failures(snapshot: Snapshot) -> pd.DataFrame:
    """Return the root causes, the first failure first.

    Args:
        snapshot: As `sops_report.read` returns it.

    Returns:
        One row a failed leaf: ``node_id``, ``label``, ``path`` (string), ``position`` (int64),
        ``failed_at`` (datetime64[us, UTC]), ``signature``, ``text`` (string).
    """
    found = analyse(snapshot).failures
    paths = snapshot.paths()
    return pd.DataFrame(
        {
            "node_id": _strings([snapshot.tree.node_id[f.position] for f in found]),
            "label": _strings([snapshot.label[f.position] for f in found]),
            "path": _strings([paths[f.position] for f in found]),
            "position": np.asarray([f.position for f in found], dtype="int64"),
            "failed_at": _times([f.failed_at_us for f in found]),
            "signature": _strings([f.signature for f in found]),
            "text": _strings([f.text for f in found]),
        }
    )


def _strings(values: Sequence[str | None]) -> pd.arrays.StringArray:
    if isinstance(values, Coded):
        # What is taken from a checked array is not checked again.
        return _checked(_objects([*values.words, pd.NA])).take(values.codes)
    return _checked(_objects(values.fresh() if isinstance(values, Column) else values))


def _checked(values: NDArray[np.object_]) -> pd.arrays.StringArray:
    """Return texts and None as a column; in the array itself, by one look at each."""
    return pd.array(values, dtype=_STRING, copy=False)


def _objects(values: Iterable[object]) -> NDArray[np.object_]:
    made = values if isinstance(values, list) else [*values]
    return np.fromiter(made, dtype="object", count=len(made))


def _paths(snapshot: Snapshot) -> pd.arrays.StringArray:
    """Return `Snapshot.paths`: in a big tree it is joined once for namesakes below one node."""
    if not isinstance(snapshot.label, Coded):
        return _strings(snapshot.paths())
    words = _objects(snapshot.label.words)
    codes, parent = snapshot.label.codes, numbers(snapshot.tree.parent)
    containers = np.flatnonzero(numbers(snapshot.tree.n_descendants))
    place = np.zeros(len(codes) + 1, dtype="int32")
    place[containers] = np.arange(len(containers))
    place[-1] = len(containers)  # of the root's parent: the root is no namesake of its children
    above = [""]
    for at, word in zip(
        place[parent[containers[1:]]].tolist(), words[codes[containers[1:]]], strict=True
    ):
        above.append(f"{clipped_path(above[at] + word)}{PATH_JOINT}")
    above.append("")
    keys = (place[parent].astype("int64") << _CODE_BITS) | codes
    if len(keys) <= _MANY_ROWS:  # texts of their own take memory, finding namesakes takes time
        return _checked(_joined(above, words, keys))
    rows, different = pd.factorize(keys)
    return _checked(_joined(above, words, different)).take(rows)


def _joined(
    above: Sequence[str], words: NDArray[np.object_], keys: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Return the paths of nodes, of which the first is the root; a key is two places in one."""
    paths: NDArray[np.object_] = _objects(above)[keys >> _CODE_BITS]
    paths += words[keys & ((1 << _CODE_BITS) - 1)]
    if max(map(len, above)) + max(map(len, words)) > LONGEST_PATH:
        paths = _objects(map(clipped_path, paths))
    paths[0] = ""
    return paths


def _flags_below(values: Sequence[bool | None]) -> pd.arrays.BooleanArray:
    """Return flags; the root's is noise."""
    codes = _codes(values, (False, True))
    codes[0] = -1
    return pd.arrays.BooleanArray(codes == 1, codes < 0)


def _counts(values: Sequence[int | None]) -> pd.arrays.IntegerArray:
    plain = numbers(values)
    missing = plain == MISSING
    return pd.arrays.IntegerArray(np.where(missing, 0, plain).astype("int32"), missing)


def _codes(values: Sequence[T | None], known: Iterable[T]) -> _Codes:
    """Return the place of each value among the known ones, -1 for every other."""
    column = coded(values)
    place = {word: at for at, word in enumerate(known)}
    return _small([*(place.get(word, -1) for word in column.words), -1])[column.codes]


def _small(places: Sequence[int]) -> _Codes:
    """Return places in the integers that pandas keeps them in, so that nothing is converted."""
    return np.asarray(places, dtype="int8" if max(places) < _MOST_SMALL else "int32")


def _category(values: Sequence[str | None], known: Iterable[str]) -> pd.Categorical:
    words = list(known)
    return _coded(_codes(values, words), words)


def _coded(codes: _Codes, words: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, dtype=_dtype_of(tuple(words)), validate=False)


@lru_cache(maxsize=16)  # making one takes as long as coding thousands of nodes
def _dtype_of(words: tuple[str, ...]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index(words, dtype=_STRING))


def _states(values: Sequence[str | None]) -> pd.Categorical:
    """Return the state words: the known ones are always categories, others follow by name."""
    column = coded(values)
    return _category(column, [*GROUP_OF, *sorted(set(column.words) - GROUP_OF.keys())])


def _groups(states: pd.Categorical) -> pd.Categorical:
    """Return the group of each state: looked up once a word; the last is for a missing state."""
    group_at = [GROUPS.index(group_of(word)) for word in (*states.categories, None)]
    return _coded(_small(group_at)[states.codes], GROUPS)


def _finish_is_valid(
    states: pd.Categorical, start: NDArray[np.int64], finish: NDArray[np.int64]
) -> pd.arrays.BooleanArray:
    """Return `analysis.clock.finish_is_valid` of all nodes at once (no start is the least one)."""
    is_closed = np.asarray([word in CLOSED for word in (*states.categories, None)])
    return pd.arrays.BooleanArray(is_closed[states.codes] & (finish >= start), finish == MISSING)


def _times(values: Sequence[int | None]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(numbers(values).view("datetime64[us]"), tz="UTC", copy=True)


def _seconds(values: Sequence[int | None]) -> NDArray[np.float64]:
    us = numbers(values)
    return np.where(us == MISSING, np.nan, us / _SECOND_US)
