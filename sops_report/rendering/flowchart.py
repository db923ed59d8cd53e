"""The flow as people know it from the canvas: which way the run went, and where it stopped.

One picture a level, numbers and texts only; the templates make the SVG. Coordinates are those of
the canvas; without them (or with absurd ones) the nodes stand in layers along the edges.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sops_report.rendering.gantt import Letters
from sops_report.rendering.layers import layered
from sops_report.rendering.visible import cells, clip, line, wrap
from sops_report.rendering.voice import Voice, tone
from sops_report.report.model import FlowStep, Node

NEVER: Final = "never"
_TASK: Final = (156, 46)
_GATE: Final = (36, 36)
_EVENT: Final = (34, 34)
_PAD: Final = 24
_ELBOW: Final = 20
_LINE_CELLS: Final = 19
_SNAP: Final = 12
_NAMES: Final = 4  # enough of a path to tell twins apart
_COLUMN_GAP: Final = 32
_ROW_GAP: Final = 34
_LARGEST: Final = 12_000
_EVENTS: Final = frozenset({"start_event", "end_event"})
_GATES: Final[Mapping[str, str]] = {
    "exclusive_gateway": "×", "parallel_gateway": "+", "conditional_parallel_gateway": "*",
    "converge_gateway": "○",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One node of the picture.

    Attributes:
        x, y, width, height: Its frame in pixels.
        shape: ``task``, ``subprocess``, ``gate`` or ``event``.
        tone: Name of its colour; ``never`` if it was not executed.
        letter: State letter of a task, symbol of a gateway, empty for events.
        texts: Its name, at most two lines.
        below: Its duration, or that it never ran; empty for gateways and events.
        link: Where a click leads, without ``#``; empty if nowhere.
    """

    x: int
    y: int
    width: int
    height: int
    shape: str
    tone: str
    letter: str
    texts: tuple[str, ...]
    below: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """The outlines of all nodes of one colour as one path, and the stripes in their tasks."""

    tone: str
    path: str
    stripes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One picture: the outermost level, or the inside of one subprocess.

    Attributes:
        anchor: Its id on the page.
        name: The path of subprocess names; empty on the outermost level.
        width, height: Pixels.
        boxes: The nodes.
        frames: Their outlines by colour.
        letters: Their letters and symbols by colour.
        taken, other: Edges between executed nodes, and all others, as path data.
        taken_heads, other_heads: Their arrow heads.
        n_failed, n_never: How many of its nodes failed, and were never executed.
        is_open: It holds a root cause.
        place: The indices of the subprocesses around it, for the order of the pictures.
    """

    anchor: str
    name: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    frames: tuple[Frames, ...]
    letters: tuple[Letters, ...]
    taken: str
    other: str
    taken_heads: str
    other_heads: str
    n_failed: int
    n_never: int
    is_open: bool
    place: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The pictures of a flow, the outermost first, and how many were left out."""

    levels: tuple[Level, ...]
    n_left: int


def flowchart(
    voice: Voice, most: int, listed: frozenset[int], most_telling: int = 0
) -> Chart | None:
    """Return the pictures of the flow; None if the flow is not known.

    Args:
        voice: The report and its words.
        most: How many nodes quiet levels may fill up.
        listed: The positions that the node table lists.
        most_telling: How many nodes the outermost level and those with failures may take, where
            that is more than *most*.
    """
    flow = voice.report.flow
    if not flow:
        return None
    inside: dict[int, list[int]] = defaultdict(list)
    for at, step in enumerate(flow):
        inside[step.scope].append(at)
    chosen = _chosen(voice, inside, most, max(most, most_telling))
    drawer = _Drawer(voice, listed, frozenset(chosen))
    levels = [drawer.level(scope, inside[scope]) for scope in chosen]
    levels.sort(key=lambda level: (bool(level.name), not level.is_open, level.place))
    return Chart(levels=tuple(levels), n_left=len(inside) - len(levels))


def _chosen(
    voice: Voice, inside: Mapping[int, Sequence[int]], most: int, most_telling: int
) -> list[int]:
    def worth(scope: int) -> tuple[bool, bool, int]:
        nodes = (_node(voice, voice.report.flow[at]) for at in inside[scope])
        has_failed = any(node is not None and node.state_group == "failed" for node in nodes)
        return scope >= 0, not has_failed, scope

    kept: list[int] = []
    n_drawn = 0
    for rank in sorted(map(worth, inside)):
        is_inner, is_quiet, scope = rank
        n_after = n_drawn + len(inside[scope])
        if n_after <= (most if is_inner and is_quiet else most_telling):
            kept.append(scope)
            n_drawn = n_after
    return sorted(kept)


def _node(voice: Voice, step: FlowStep) -> Node | None:
    """Return the executed node of a step; None if it never ran."""
    node = None if step.position is None else voice.report.nodes[step.position]
    return node if node is not None and node.start_time is not None else None


@dataclass(frozen=True, slots=True)
class _Drawer:
    voice: Voice
    listed: frozenset[int]
    scopes: frozenset[int]

    def level(self, scope: int, members: Sequence[int]) -> Level:
        flow = self.voice.report.flow
        boxes = {
            at: self._box(at, x, y)
            for at, (x, y) in _places([(at, flow[at]) for at in members]).items()
        }
        low = max(box.y + box.height for box in boxes.values()) + _PAD
        edges = [(at, to) for at in members for to in flow[at].successors if to in boxes]
        taken = [edge for edge in edges if self._ran(edge[0]) and self._ran(edge[1])]
        other = [edge for edge in edges if edge not in set(taken)]
        nodes = [_node(self.voice, flow[at]) for at in members]
        return Level(
            anchor=f"w-{scope}" if scope >= 0 else "w-outermost",
            name=self._path(scope),
            width=max(box.x + box.width for box in boxes.values()) + _PAD,
            height=low + _PAD,
            boxes=tuple(boxes.values()),
            frames=_frames(boxes.values()),
            letters=_letters(boxes.values()),
            taken=_lines(boxes, taken, low),
            other=_lines(boxes, other, low),
            taken_heads=_heads(boxes, taken),
            other_heads=_heads(boxes, other),
            n_failed=sum(node is not None and node.state_group == "failed" for node in nodes),
            n_never=sum(node is None for node in nodes),
            is_open=any(node is not None and node.is_root_cause for node in nodes),
            place=tuple(self._around(scope)),
        )

    def _around(self, scope: int) -> list[int]:
        around: list[int] = []
        while scope >= 0:
            around.append(scope)
            scope = self.voice.report.flow[scope].scope
        return around[::-1]

    def _ran(self, at: int) -> bool:
        return _node(self.voice, self.voice.report.flow[at]) is not None

    def _box(self, at: int, x: float, y: float) -> Box:
        step = self.voice.report.flow[at]
        node = _node(self.voice, step)
        width, height = _size(step)
        shape = _shape(step)
        is_text = shape in ("task", "subprocess")
        return Box(
            x=round(x), y=round(y), width=width, height=height, shape=shape,
            tone=tone(node) if node else NEVER,
            letter=_GATES.get(step.kind, "") if not is_text
            else self.voice.letter(node) if node else "–",
            texts=_two_lines(self._name(step)) if is_text else (),
            below="" if not is_text
            else self.voice.measured(node.duration_s) if node
            else self.voice.say("report.never_ran"),
            link=self._link(at, node),
        )  # fmt: skip

    def _link(self, at: int, node: Node | None) -> str:
        if at in self.scopes:
            return f"w-{at}"
        return node.anchor if node is not None and node.position in self.listed else ""

    def _name(self, step: FlowStep) -> str:
        return line(step.name) if step.name else self.voice.either("kind", step.kind)

    def _path(self, scope: int) -> str:
        around = self._around(scope)
        names = [clip(self._name(self.voice.report.flow[at]), 40) for at in around[-_NAMES:]]
        return " / ".join([*["…"] * (len(around) > _NAMES), *names])


def _shape(step: FlowStep) -> str:
    if step.kind in _EVENTS:
        return "event"
    if step.kind in _GATES:
        return "gate"
    return "subprocess" if step.kind == "subprocess" else "task"


def _size(step: FlowStep) -> tuple[int, int]:
    return {"event": _EVENT, "gate": _GATE}.get(_shape(step), _TASK)


def _places(steps: Sequence[tuple[int, FlowStep]]) -> dict[int, tuple[float, float]]:
    """Return the upper left corners, moved to the corner of the picture."""
    points = _on_canvas(steps) or layered(steps)
    middle = {at: points[at][1] + _size(step)[1] / 2 for at, step in steps}
    snapped = _snapped(sorted(set(middle.values())))
    wide: dict[float, int] = defaultdict(int)
    for at, step in steps:
        wide[points[at][0]] = max(wide[points[at][0]], _size(step)[0] + _COLUMN_GAP)
    columns = _squeezed(wide)
    rows = _squeezed(dict.fromkeys(snapped.values(), _TASK[1] + _ROW_GAP))
    return {
        at: (columns[points[at][0]], rows[snapped[middle[at]]] - _size(step)[1] / 2 + _PAD)
        for at, step in steps
    }


def _squeezed(room: Mapping[float, int]) -> dict[float, float]:
    """Return the places in their order, closer where they are farther apart than they need."""
    moved: dict[float, float] = {}
    order = sorted(room)
    for n, place in enumerate(order):
        before = order[n - 1]
        far = min(place - before, room[before])
        moved[place] = moved[before] + far if n else float(_PAD)
    return moved


def _on_canvas(steps: Sequence[tuple[int, FlowStep]]) -> dict[int, tuple[float, float]] | None:
    points = {at: (s.x, s.y) for at, s in steps if s.x is not None and s.y is not None}
    if len(points) < len(steps) or len(set(points.values())) < len(steps):
        return None
    xs, ys = zip(*points.values(), strict=True)
    return points if max(xs) - min(xs) < _LARGEST and max(ys) - min(ys) < _LARGEST else None


def _snapped(middles: Sequence[float]) -> dict[float, float]:
    """Put what stands almost in one row exactly in one row."""
    snapped: dict[float, float] = {}
    row = 0.0
    for n, middle in enumerate(middles):
        if n == 0 or middle - row > _SNAP:
            row = middle
        snapped[middle] = row
    return snapped


def _two_lines(name: str) -> tuple[str, ...]:
    lines = list(islice(wrap(name, _LINE_CELLS), 3))
    if len(lines) < 3:  # noqa: PLR2004 - two fit
        return tuple(lines)
    last = lines[1] if cells(lines[1]) < _LINE_CELLS else clip(lines[1], _LINE_CELLS - 1)
    return lines[0], last.rstrip("…") + "…"


def _frames(boxes: Iterable[Box]) -> tuple[Frames, ...]:
    by_tone: dict[str, list[Box]] = defaultdict(list)
    for box in boxes:
        by_tone[box.tone].append(box)
    return tuple(
        Frames(
            tone=name,
            path="".join(map(_outline, found)),
            stripes="".join(f"M{b.x:g} {b.y:g}h6v{b.height}h-6z" for b in found if b.texts),
        )
        for name, found in by_tone.items()
    )


def _outline(box: Box) -> str:
    if box.shape == "event":
        return f"M{box.x + 1:g} {box.y + 17:g}a16 16 0 1 1 0 .1z"
    if box.shape == "gate":
        return f"M{box.x:g} {box.y + 18:g}l18 -18l18 18l-18 18z"
    frame = f"M{box.x:g} {box.y:g}h{box.width}v{box.height}h-{box.width}z"
    if box.shape == "subprocess":
        frame += f"M{box.x + 4:g} {box.y + 4:g}h{box.width - 8}v{box.height - 8}h{8 - box.width}z"
    return frame


def _letters(boxes: Iterable[Box]) -> tuple[Letters, ...]:
    by_tone: dict[str, list[Box]] = defaultdict(list)
    for box in boxes:
        if box.letter:
            by_tone[box.tone].append(box)
    return tuple(
        Letters(
            tone=name,
            text="".join(box.letter for box in found),
            x=" ".join(f"{box.x + (11 if box.texts else 13):g}" for box in found),
            y=" ".join(f"{box.y + (27 if box.texts else 22):g}" for box in found),
        )
        for name, found in by_tone.items()
    )


def _lines(boxes: Mapping[int, Box], edges: Sequence[tuple[int, int]], low: float) -> str:
    return "".join(_line(boxes[source], boxes[target], low) for source, target in edges)


def _line(source: Box, target: Box, low: float) -> str:
    right, left = source.x + source.width, target.x
    y, to_y = source.y + source.height / 2, target.y + target.height / 2
    if left >= right:
        elbow = right + _ELBOW if source.shape == "gate" else max(right, left - _ELBOW)
        turn = "" if y == to_y else f"H{min(left, elbow):g}V{to_y:g}"
        return f"M{right:g} {y:g}{turn}H{left - 7:g}"
    down = target.y + target.height  # an edge that leads back goes round below
    from_x, to_x = source.x + source.width / 2, target.x + target.width / 2
    return f"M{from_x:g} {source.y + source.height:g}V{low:g}H{to_x:g}V{down + 7:g}"


def _heads(boxes: Mapping[int, Box], edges: Sequence[tuple[int, int]]) -> str:
    return "".join(dict.fromkeys(_heads_of(boxes, edges)))


def _heads_of(boxes: Mapping[int, Box], edges: Sequence[tuple[int, int]]) -> Iterator[str]:
    for source, target in edges:
        box = boxes[target]
        if box.x >= boxes[source].x + boxes[source].width:
            yield f"M{box.x:g} {box.y + box.height / 2:g}l-8-4v8z"
        else:
            yield f"M{box.x + box.width / 2:g} {box.y + box.height:g}l-4 8h8z"
