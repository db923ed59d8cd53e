"""What the explorer is told of a million nodes, without an object a node."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sops_report.analysis.arrays.tree import Ints, is_one_of
from sops_report.columns import MISSING, coded, numbers
from sops_report.rendering import explorer as loops
from sops_report.rendering.arrays.nodes import (
    SECOND_US,
    TONES,
    is_ignored,
    is_leaf,
    is_skipped,
    lengths_of,
    seconds_since,
    tones_of,
)
from sops_report.rendering.palette import TONE_FILLS
from sops_report.rendering.planes import Columns
from sops_report.rendering.voice import Voice
from sops_report.report.moments import us_of
from sops_report.report.nodes import NodeColumns


def told(voice: Voice, nodes: NodeColumns, *, with_ids: bool) -> loops.Told:
    """Return what the explorer draws from."""
    labels, label = _labels(voice, nodes)
    states, state = _states(voice, nodes)
    first, ticks = voice.report.task.start_time, _ticks(nodes)
    columns = Columns(
        depth=numbers(nodes.depth),
        label=label,
        tone=_tones(nodes),
        state=state,
        flags=_flags(nodes),
        retry=lengths_of(numbers(nodes.retry)),
        start=_starts(nodes, None if first is None else us_of(first), ticks),
        took=_took(nodes, ticks),
        ids=[*map(loops.shown_id, nodes.node_id)] if with_ids else [],
    )
    return loops.Told(columns=columns, labels=labels, states=states, ticks=ticks)


def _labels(voice: Voice, nodes: NodeColumns) -> tuple[list[str], Ints]:
    """Return the distinct names, and for each node the place of its own."""
    keys = [coded(nodes.label).codes, coded(nodes.named).codes, coded(nodes.kind).codes]
    first, number = _numbered(keys)
    names = [loops.shown_label(voice, node) for node in nodes.some(first)]
    place = {name: at for at, name in enumerate(dict.fromkeys(names))}
    return list(place), np.asarray([place[name] for name in names])[number]


def _states(voice: Voice, nodes: NodeColumns) -> tuple[list[str], Ints]:
    """Return the distinct words for states, and for each node the place of its own."""
    first, number = _numbered([coded(nodes.state).codes, is_skipped(nodes), is_ignored(nodes)])
    return [loops.shown_state(voice, node) for node in nodes.some(first)], number


def _numbered(keys: Sequence[NDArray[Any]]) -> tuple[list[int], Ints]:
    """Number the distinct rows of *keys* by their coming; return the first of each, and all."""
    shifted = [key.astype(np.int64) + 1 for key in keys]
    shape = [int(key.max()) + 1 for key in shifted]
    whole = np.ravel_multi_index(shifted, shape)
    _, first, inverse = np.unique(whole, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    return first[order].tolist(), number[inverse]


def _tones(nodes: NodeColumns) -> Ints:
    places = [[*TONE_FILLS].index(name) for name in TONES]
    return np.asarray(places, dtype=np.int64)[tones_of(nodes).codes]


def _flags(nodes: NodeColumns) -> Ints:
    is_cause = is_one_of(nodes.state_group, {"failed"}) & is_leaf(nodes)
    told = {
        loops.CRITICAL: is_one_of(nodes.on_critical_path, {True}),
        loops.NO_START: numbers(nodes.start_us) == MISSING,
        loops.ROOT_CAUSE: is_cause,
        loops.NO_LENGTH: numbers(nodes.duration_us) == MISSING,
    }
    flags = np.zeros(len(nodes), dtype=np.int64)
    for flag, holds in told.items():
        flags[holds] |= flag
    return flags


def _ticks(nodes: NodeColumns) -> int:
    """Return how fine times are told: whole seconds where the server ticks them."""
    for us in (numbers(nodes.start_us), numbers(nodes.end_us)):
        if ((us % SECOND_US != 0) & (us != MISSING)).any():
            return loops.MILLI
    return loops.SECOND


def _starts(nodes: NodeColumns, first_us: int | None, ticks: int) -> Ints:
    """Return the start of each node in ticks; a node without one gets the one above."""
    us = numbers(nodes.start_us)
    known = us != MISSING
    if first_us is None or not known.any():
        return np.zeros(len(us), dtype=np.int64)
    since = np.rint(seconds_since(us, first_us) * ticks).astype(np.int64)
    last = np.maximum.accumulate(np.where(known, np.arange(len(us)), -1))
    return np.where(last < 0, 0, since[last])


def _took(nodes: NodeColumns, ticks: int) -> Ints:
    us = lengths_of(numbers(nodes.duration_us))
    return np.maximum(0, np.rint(us / SECOND_US * ticks).astype(np.int64))
