"""The values that flow down the river: one saved answer, read.

A `Tree` holds the nodes as parallel columns in document order (parents before their children), so
structure is asked by position: the subtree of ``p`` is ``p … p + n_descendants[p]``, and a million
nodes need no million objects. All times are whole microseconds since 1970 in UTC (``…_us``).

A small answer's columns are lists. A big one's are `columns`: `columns.Numbers` (positions, times,
counts), `columns.Reals` (``elapsed_s``), `columns.Texts` (ids, versions) and `columns.Coded` (the
rest, and a snapshot's labels and kinds: computed once a distinct word).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sops_report.columns import Numbers

LONGEST_PATH: Final = 1000
PATH_JOINT: Final = " / "


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One finding about the data itself.

    Attributes:
        code: Short and stable, as ``stale-finish``; its words are ``note.<code>``.
        position: The node's position in the tree, None if the whole answer is meant.
        values: What fills the placeholders of the words. Text of the answer is hostile.
    """

    code: str
    position: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The nodes of one answer as parallel columns; index 0 is the root.

    Attributes:
        node_id: As sent, else the key it was found under; None for stubs (CREATED, EXPIRED).
        parent: The parent's position, -1 at the root.
        depth: 0 at the root.
        n_descendants: Rows ``p + 1 … p + n_descendants[p]`` are exactly the subtree of ``p``.
        name: As sent (a v1 event has a class name here); None if there is none.
        state: As sent, never translated; None if there is none.
        start_us, finish_us: As sent; None if missing or not a time.
        elapsed_s: ``elapsed_time`` as sent.
        retry, loop, skip, error_ignored, version: As sent; None if missing or of a wrong type.
        refresh_us: ``state_refresh_at`` of the first engine.
        ex_data: The failure's text made plain; None where the answer has none.
    """

    node_id: Sequence[str | None]
    parent: Sequence[int]
    depth: Sequence[int]
    n_descendants: Sequence[int]
    name: Sequence[str | None]
    state: Sequence[str | None]
    start_us: Sequence[int | None]
    finish_us: Sequence[int | None]
    elapsed_s: Sequence[float | None]
    retry: Sequence[int | None]
    loop: Sequence[int | None]
    skip: Sequence[bool | None]
    error_ignored: Sequence[bool | None]
    version: Sequence[str | None]
    refresh_us: Sequence[int | None]
    ex_data: Sequence[str | None]

    def __len__(self) -> int:
        """Return the number of nodes, the root included."""
        return len(self.parent)

    def is_leaf(self, position: int) -> bool:
        """Tell whether the node has no children."""
        return self.n_descendants[position] == 0

    def children(self, position: int) -> Iterator[int]:
        """Yield the positions of the direct children in document order."""
        child = position + 1
        last = position + self.n_descendants[position]
        while child <= last:
            yield child
            child += self.n_descendants[child] + 1


def is_columnar(tree: Tree) -> bool:
    """Tell whether the tree's numbers are arrays inside: a big tree, analysed on whole columns."""
    return isinstance(tree.start_us, Numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode:
    """What the flow (``pipeline_tree``) says of one node.

    Attributes:
        kind: One of the kinds of the node table, as ``activity`` or ``parallel_gateway``.
        name: The name in the flow, empty for most gateways and events.
        parent_id: The enclosing subprocess' id, None on the outermost level.
        component: The component's code (``pause_node``, …; a remote plugin's own code), or None.
        template_node_id: The node's identity in the template, stable across runs, or None.
        predecessors, successors: Node ids along the flow's edges, in the order of the edges.
        x, y: Its place on the canvas, None where the flow does not tell it.
    """

    kind: str
    name: str
    parent_id: str | None
    component: str | None = None
    template_node_id: str | None = None
    predecessors: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The flow of a task: true edges, kinds and component codes, by node id.

    Attributes:
        nodes: Every node of the flow, nested ones too, executed or not.
        back_edges: The edges (source, target) that close a loop.
        rank: The place of each node in the order of the other edges: a node's is greater than
            those of all its predecessors, whatever the order of the document.
    """

    nodes: Mapping[str, FlowNode]
    back_edges: frozenset[tuple[str, str]] = frozenset()
    rank: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One earlier try of a node, as the histories (or two snapshots) prove it.

    Attributes:
        start_us, end_us: When it began and ended; None where not known.
        loop: The pass it belongs to.
        failed: It ended in a failure (else it was the good end of an earlier pass).
        skipped: It failed and an operator skipped it: the last attempt of its pass.
        text: Its failure text, plain; None if there was none.
    """

    start_us: int | None
    end_us: int | None
    loop: int = 1
    failed: bool = True
    skipped: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What somebody did to the task or to one of its nodes, as the site recorded it.

    Attributes:
        at_us: When.
        what: The record's own word, as ``retry``, ``skip``, ``revoke``.
        node_id: The node; None where the whole task is meant.
        operator: Who; empty where the record does not tell. Shown only where `Snapshot.names` is
            set, else as a number.
        source: By which way: ``app`` (the web page), ``api``, ``parent`` (the parent task).
    """

    at_us: int
    what: str
    node_id: str | None = None
    operator: str = field(default="", repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a node left behind: the end of its log, what it was given and what it returned.

    Attributes:
        log: The end of the log of its last attempt, plain; None if it could not be had.
        is_cut: The log began earlier than that.
        inputs, outputs: Pairs of name and value, nested names joined by dots. Values may be secret
            and are masked before anything is written.
    """

    log: str | None = None
    is_cut: bool = False
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a snapshot came from; nothing in here is secret.

    Attributes:
        source: What the user named: a path, a URL, ``-``, ``BIZ/TASK``.
        task_id: What the user asks for; not the root's id. None if nothing tells it.
        site, biz, scope: The site's host, the business or project id, what that id means.
        fetched_at_us: When the answer was fetched (sidecar), None if unknown.
        sha256: Of the raw bytes.
        n_bytes: Their number.
        data: The raw bytes themselves, where they are at hand: what a page carries and a kit packs.
    """

    source: str
    task_id: str | None = None
    site: str | None = None
    biz: str | None = None
    scope: str | None = None
    fetched_at_us: int | None = None
    sha256: str | None = None
    n_bytes: int | None = None
    data: bytes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One saved answer, read: what every analysis and report starts from.

    Attributes:
        tree: The nodes.
        label, kind, kind_source: Per position; see the node table.
        named: Per position: the label is the name as sent (else it was derived from the kind).
        engine: ``v1``, ``v2`` or ``unknown``.
        task_name: The root's name; None if there is none or it is a class name.
        offset_minutes: The snapshot's own offset from UTC (of the root's start, else of the first
            time found); None without any.
        flow: True edges and component codes, if they were given.
        attempts: Earlier attempts by node id, oldest first; None if no histories were given.
        child_tasks: Task ids of independent subprocesses by the id of the node that started them.
        seams: Where the tree of a child task was joined: its root's position → its task id.
        parts: What it was joined from: the answer alone, then those of its child tasks in the order
            of joining; empty where it names none.
        operations: Who did what to the task, by time; None if no record was given.
        names: Operators may be named; else they are numbered.
        evidence: Logs, inputs and outputs by node id, where the logs were asked for.
        earlier: Older snapshots of the same task, oldest first.
        auto_retry_ids: Failed nodes that the engine will retry by itself.
        task_text: A failure text that belongs to no node (``ex_data`` that is not a map).
        origin: Where it came from.
        notes: Findings about the data.
    """

    tree: Tree
    label: Sequence[str]
    named: Sequence[bool]
    kind: Sequence[str]
    kind_source: Sequence[str]
    engine: str
    task_name: str | None
    offset_minutes: int | None
    origin: Origin
    flow: Flow | None = None
    attempts: Mapping[str, tuple[Attempt, ...]] | None = None
    child_tasks: Mapping[str, str] = field(default_factory=dict)
    seams: Mapping[int, str] = field(default_factory=dict)
    parts: tuple["Snapshot", ...] = ()
    operations: tuple[Operation, ...] | None = None
    names: bool = False
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    earlier: tuple["Snapshot", ...] = ()
    auto_retry_ids: frozenset[str] = frozenset()
    task_text: str | None = None
    notes: tuple[Note, ...] = ()

    def paths(self) -> list[str]:
        """Return each node's labels from the root's child down, joined by `` / ``.

        Empty at the root. Beyond a thousand characters a path keeps its end only: written out at
        depth 3,000 the paths of a chain would fill a book each.
        """
        return [*self.each_path()]

    def each_path(self) -> Iterator[str]:
        """Yield what `paths` returns, in document order."""
        tree, above = self.tree, {0: ""}
        rows = zip(tree.parent, tree.n_descendants, self.label, strict=True)
        for position, (parent, n_inside, label) in enumerate(rows):
            if position:
                path = clipped_path(above[parent] + label)
                if n_inside:
                    above[position] = f"{path}{PATH_JOINT}"
                yield path
            else:
                yield ""

    def __repr__(self) -> str:
        """Name the task, its state and size; a tree of a million nodes is not printed."""
        who = self.task_name or self.origin.task_id or self.tree.node_id[0]
        return f"<Snapshot {who!r}: {self.tree.state[0]}, {len(self.tree)} nodes>"

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - start-up time

        return f"<code>{escape(repr(self))}</code>"


def clipped_path(path: str) -> str:
    """Return a path, or the end of one that is too long."""
    return path if len(path) <= LONGEST_PATH else f"…{PATH_JOINT}{path[-LONGEST_PATH:]}"
