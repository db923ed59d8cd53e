"""Every node of a large run, for the canvas of the page: what the script draws, and its words.

The static page folds quiet nodes; where scripts run, this shows all of them. Both are made from the
same report. Without scripts the section says so and nothing is missing that the folds do not count.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sops_report.rendering.budget import PageOptions
from sops_report.rendering.palette import TONE_FILLS
from sops_report.rendering.planes import Columns, packed
from sops_report.rendering.visible import line
from sops_report.rendering.voice import Voice, tone
from sops_report.report.model import Node, Report
from sops_report.report.nodes import NodeColumns
from sops_report.words import template
from sops_report.words.lengths import number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST: Final = 2_000  # below, the table of the page lists every node
_SHARE: Final = 0.35  # of the page's budget, for the script and all data
_SHARE_OF_IDS: Final = 0.015  # random ids are seven times as large as everything else
_SCRIPT: Final = 19_000
_ID_BYTES: Final = 26  # a node with its random id
_LABEL: Final = 120
_ID: Final = 60
SECOND, MILLI = 1, 1_000  # ticks in a second
CRITICAL, NO_START, ROOT_CAUSE, NO_LENGTH = 1, 2, 4, 8
_TONES: Final = tuple(TONE_FILLS)

_WORDS: Final = (
    "search", "hint", "all", "retried", "critical", "slowest", "open", "close", "whole", "shown",
    "nothing", "no_start", "root_cause", "on_path", "retries", "plot",
)  # fmt: skip
_UNITS: Final = ("below", "seconds", "minutes", "hours", "days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explorer:
    """What a page needs to show every node.

    Attributes:
        data: The packed nodes; see `planes.packed`.
        n: How many.
        has_ids: It knows the ids too; there was room for them.
        is_alone: It is the page's main part: it starts at once, not when it comes into sight.
    """

    data: str
    n: int
    has_ids: bool
    is_alone: bool

    @property
    def count(self) -> str:
        """Return the number of nodes as people write it."""
        return number(self.n)


def explorer(voice: Voice, options: PageOptions) -> Explorer | None:
    """Return the explorer of a page, None where it has none."""
    n = len(voice.report.nodes)
    is_alone = options.explorer == "only"
    is_wanted = is_alone or (options.explorer == "auto" and n > FEWEST)
    if options.js == "none" or not is_wanted:
        return None
    ids_fit = n * _ID_BYTES < options.max_bytes * _SHARE_OF_IDS
    data = _packed(voice, with_ids=ids_fit)
    if len(data) + _SCRIPT > options.max_bytes * _SHARE and not is_alone:
        return None
    return Explorer(data=data, n=n, is_alone=is_alone, has_ids=ids_fit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the script is told of all nodes.

    Attributes:
        columns: The nodes.
        labels, states: Words that the columns name by their places.
        ticks: In a second.
    """

    columns: Columns
    labels: list[str]
    states: list[str]
    ticks: int


def _packed(voice: Voice, *, with_ids: bool) -> str:
    told = _told(voice, with_ids=with_ids)
    header = {
        "n": len(voice.report.nodes),
        "ticks": told.ticks,
        "labels": told.labels,
        "states": told.states,
        "tones": [[name, voice.say(f"letter.{name}"), voice.tone_word(name)] for name in _TONES],
        "words": {key: template(f"explorer.{key}", voice.language) for key in _WORDS},
        "units": {key: template(f"length.{key}", voice.language) for key in _UNITS},
    }
    return packed(told.columns, header)


def _told(voice: Voice, *, with_ids: bool) -> Told:
    nodes = voice.report.nodes
    if isinstance(nodes, NodeColumns):
        from sops_report.rendering.arrays import explorer as arrays  # noqa: PLC0415 - start-up

        return arrays.told(voice, nodes, with_ids=with_ids)
    names, codes = _labels(voice)
    states, state_codes = _states(voice)
    ticks = _ticks(voice.report)
    places = {name: at for at, name in enumerate(_TONES)}
    start, took = _times(voice.report, ticks)
    columns = Columns(
        depth=_array([node.depth for node in nodes]),
        label=_array(codes),
        tone=_array([places[tone(node)] for node in nodes]),
        state=_array(state_codes),
        flags=_array([_flags(node) for node in nodes]),
        retry=_array([node.retry or 0 for node in nodes]),
        start=start,
        took=took,
        ids=[shown_id(node.node_id) for node in nodes] if with_ids else [],
    )
    return Told(columns=columns, labels=names, states=states, ticks=ticks)


def _labels(voice: Voice) -> tuple[list[str], list[int]]:
    """Return the distinct names, and for each node the place of its own."""
    place: dict[str, int] = {}
    known: dict[tuple[str, bool, str], int] = {}  # steps of one name are many
    codes = []
    for node in voice.report.nodes:
        key = node.label, node.named, node.kind
        if key not in known:
            name = shown_label(voice, node)
            known[key] = place.setdefault(name, len(place))
        codes.append(known[key])
    return list(place), codes


def _states(voice: Voice) -> tuple[list[str], list[int]]:
    """Return the distinct words for states, and for each node the place of its own."""
    known: dict[tuple[str | None, bool | None, bool | None], int] = {}
    words: list[str] = []
    codes = []
    for node in voice.report.nodes:
        key = node.state, node.skip, node.error_ignored
        if key not in known:
            known[key] = len(words)
            words.append(shown_state(voice, node))
        codes.append(known[key])
    return words, codes


def shown_id(node_id: str | None) -> str:
    """Return an id as one visible line."""
    return line(node_id or "", _ID)


def shown_label(voice: Voice, node: Node) -> str:
    """Return a node's readable name, cut to what a row can hold."""
    return line(voice.label(node), _LABEL)


def shown_state(voice: Voice, node: Node) -> str:
    """Return the word for a node's state."""
    return line(voice.state(node), _ID)


def _flags(node: Node) -> int:
    return (
        CRITICAL * node.on_critical_path
        | NO_START * (node.start_time is None)
        | ROOT_CAUSE * node.is_root_cause
        | NO_LENGTH * (node.duration_s is None)
    )


def _ticks(report: Report) -> int:
    """Return how fine times are told: whole seconds where the server ticks them."""
    moments = {node.start_time for node in report.nodes} | {node.end_time for node in report.nodes}
    fine = any(when.microsecond for when in moments if when is not None)
    return MILLI if fine else SECOND


def _times(report: Report, ticks: int) -> tuple["NDArray[np.int64]", "NDArray[np.int64]"]:
    """Return start and length of all nodes in ticks; a node without a start gets the one above."""
    first = report.task.start_time
    known: dict[datetime, int] = {}  # many begin together
    starts, last = [], 0
    for node in report.nodes:
        when = node.start_time
        if when is not None:
            if when not in known:
                known[when] = _since(first, when, ticks)
            last = known[when]
        starts.append(last)
    took = [max(0, round(node.duration_s * ticks)) if node.duration_s else 0
            for node in report.nodes]  # fmt: skip
    return _array(starts), _array(took)


def _since(first: datetime | None, when: datetime, ticks: int) -> int:
    return round((when - (first or when)).total_seconds() * ticks)


def _array(values: list[int]) -> "NDArray[np.int64]":
    import numpy as np  # noqa: PLC0415 - only large pages need it

    return np.asarray(values, dtype=np.int64)
