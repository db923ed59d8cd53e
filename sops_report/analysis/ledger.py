"""Where the time went: every piece of the path gets exactly one class.

The classes add up to the wall time because the pieces do. With earlier attempts known, the gap
before a retried node is split exactly into attempts and reactions.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sops_report.analysis.clock import SECOND_US
from sops_report.analysis.path import Piece
from sops_report.analysis.spans import CONTROL_KINDS, Run
from sops_report.snapshot import is_columnar

MANUAL_COMPONENTS: Final = frozenset({"pause_node", "bk_approve", "bot-approval"})
MANUAL_STATES: Final = frozenset({"PENDING_APPROVAL", "PENDING_CONFIRMATION"})
TIMER: Final = "sleep_timer"
_Part = tuple[Piece, str | None]  # a piece, or a part of one whose class the attempts tell
CLASSES: Final = (
    "work", "control", "manual", "timer", "running", "skipped",
    "attempt", "reaction", "retry_gap", "loop_gap", "paused", "dispatch",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One classed piece of the critical path; see `path.Piece`."""

    position: int
    start_us: int
    end_us: int
    section_class: str
    is_gap: bool
    certain: bool
    co_critical: tuple[int, ...]

    @property
    def length_us(self) -> int:
        """The section's length."""
        return self.end_us - self.start_us


def classify(run: Run, pieces: Sequence[Piece]) -> list[Section]:
    """Return the sections of the path, earliest first."""
    on_path = {piece.position for piece in pieces if not piece.is_gap}
    own_class = _own_classes(run)
    parts: Iterable[_Part] = ((piece, None) for piece in pieces)
    if run.attempts:
        parts = (part for piece in pieces for part in _split(run, piece))
    return [_section(run, piece, known, on_path, own_class) for piece, known in parts]


def is_all_attempts(run: Run, piece: Piece) -> bool:
    """Tell whether a node's piece is told as earlier attempts alone: it has not begun since."""
    position = piece.position
    if position not in run.attempts or run.tree.start_us[position] is not None:
        return False
    return bool(_attempt_times(run, piece))


def _own_classes(run: Run) -> Callable[[int], str]:
    """Return what tells the class of a node's own time; in a big tree it is known of all."""
    if is_columnar(run.tree):
        from sops_report.analysis.arrays.classes import classes_of  # noqa: PLC0415 - start-up
        from sops_report.analysis.arrays.tree import full  # noqa: PLC0415

        known = full(classes_of(run))
        return lambda position: known[position]
    return lambda position: leaf_class(run, position)


def ledger_of(sections: Sequence[Section]) -> Mapping[str, int]:
    """Return microseconds by class, largest first.

    Classes without length are left out, unless the whole run has none.
    """
    sums: dict[str, int] = {}
    for section in sections:
        sums[section.section_class] = sums.get(section.section_class, 0) + section.length_us
    ranked = sorted(sums.items(), key=lambda item: (-item[1], CLASSES.index(item[0])))
    told = [(name, length) for name, length in ranked if length or not any(sums.values())]
    return MappingProxyType(dict(told))


def _split(run: Run, piece: Piece) -> Iterator[_Part]:
    """Cut a piece where earlier attempts of its node end, and where its last attempt begins."""
    cuts = _attempt_times(run, piece) if piece.position in run.attempts else ()
    if not cuts:
        yield piece, None
        return
    reached = piece.start_us
    has_tried = False
    last_start = run.tree.start_us[piece.position]
    for start, end in cuts:
        if start > reached:
            yield _part(piece, reached, start, "reaction" if has_tried else None)
        yield _part(piece, max(start, reached), end, "attempt")
        reached, has_tried = max(reached, end), True
    if piece.is_gap or last_start is None:
        yield _part(piece, reached, piece.end_us, "reaction")
        return
    begin = min(max(last_start, reached), piece.end_us)
    yield _part(piece, reached, begin, "reaction")
    yield piece._replace(start_us=begin), None


def _part(piece: Piece, start: int, end: int, known_class: str | None) -> _Part:
    return piece._replace(start_us=start, end_us=end, is_gap=True), known_class


def _attempt_times(run: Run, piece: Piece) -> list[tuple[int, int]]:
    """Return the failed earlier attempts inside a piece, clipped to it, in order."""
    position = piece.position
    if piece.at_end:
        return []
    skipped_whole = run.tree.skip[position] is True and not piece.is_gap
    if skipped_whole or not run.tree.is_leaf(position):
        return []
    last_start = run.tree.start_us[position]
    limit = piece.end_us if last_start is None else min(piece.end_us, last_start)
    times = sorted(
        (max(a.start_us, piece.start_us), min(a.end_us, limit))
        for a in run.attempts[position]
        if a.failed and a.start_us is not None and a.end_us is not None
    )
    return [(start, end) for start, end in times if start < end]


def _section(
    run: Run,
    piece: Piece,
    known_class: str | None,
    on_path: set[int],
    own_class: Callable[[int], str],
) -> Section:
    ties = piece.co_critical
    return Section(
        position=piece.position,
        start_us=piece.start_us,
        end_us=piece.end_us,
        section_class=known_class
        or (_gap_class(run, piece) if piece.is_gap else own_class(piece.position)),
        is_gap=piece.is_gap,
        certain=piece.certain,
        co_critical=tuple(p for p in ties if p not in on_path) if ties else (),
    )


def leaf_class(run: Run, position: int) -> str:
    """Return the class of a node's own time, the first that fits."""
    tree, snapshot = run.tree, run.snapshot
    component = component_of(run, position)
    if tree.skip[position]:
        return "skipped"
    if component in MANUAL_COMPONENTS or tree.state[position] in MANUAL_STATES:
        return "manual"
    if component == TIMER:
        return "timer"
    if tree.start_us[position] is not None and not run.clock.finish_is_valid[position]:
        return "running"
    return "control" if snapshot.kind[position] in CONTROL_KINDS else "work"


def leaves_of_class(run: Run, wanted: Collection[str]) -> Sequence[int]:
    """Return the leaves whose own time is of one of the classes *wanted*, in document order."""
    if is_columnar(run.tree):
        from sops_report.analysis.arrays.classes import leaves_of_class as found  # noqa: PLC0415

        return found(run, wanted)
    leaves = filter(run.tree.is_leaf, range(len(run.tree)))
    return [position for position in leaves if leaf_class(run, position) in wanted]


def component_of(run: Run, position: int) -> str | None:
    """Return the component code of a node, None without the flow."""
    flow, node_id = run.snapshot.flow, run.tree.node_id[position]
    known = flow.nodes.get(node_id) if flow is not None and node_id is not None else None
    return known.component if known is not None else None


def _is_before_first_attempt(run: Run, piece: Piece) -> bool:
    """Tell whether the gap ends where the pass is proven to have begun, so no attempt is in it."""
    loop = run.tree.loop[piece.position] or 1
    starts = [
        attempt.start_us
        for attempt in run.attempts.get(piece.position, ())
        if attempt.failed and attempt.loop == loop and attempt.start_us is not None
    ]
    return bool(starts) and piece.end_us <= min(starts)


def _gap_class(run: Run, piece: Piece) -> str:
    tree, position = run.tree, piece.position
    if not piece.at_end:
        if tree.skip[position] and tree.start_us[position] == tree.finish_us[position]:
            return "skipped"
        if (tree.retry[position] or 0) > 0 and not _is_before_first_attempt(run, piece):
            return "retry_gap"
        if (tree.loop[position] or 0) > 1:
            return "loop_gap"
    return "paused" if piece.end_us - piece.start_us > SECOND_US else "dispatch"
