"""What a report was made from as one value, and the snapshot that is read from it again.

It holds the answer (masked before it is written), older answers of the same task, the flow's
structure without constants, the earlier attempts, and the same of every child task that was joined:
enough to make the same report again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256

from sops_report.errors import InputError
from sops_report.reading import read_snapshots, with_earlier
from sops_report.reading.decode import unpack
from sops_report.snapshot import Note, Origin, Snapshot
from sops_report.sources.companions import (
    flow_bytes,
    histories_bytes,
    logs_bytes,
    operations_bytes,
)
from sops_report.sources.refusals import noted, read_refusals, refusals_bytes, refusals_in
from sops_report.sources.remarks import read_remarks, remarks_bytes
from sops_report.sources.stitching import stitched


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An older answer of the same task."""

    data: bytes
    fetched_at_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything a report was made from, as a page carries it.

    Attributes:
        answer: The raw answer as plain JSON (or JSON Lines), not packed.
        earlier: Older answers, oldest first.
        flow: A ``pipeline_tree`` of structure only.
        histories: The earlier attempts, as ``histories.json`` has them.
        operations: Who did what, as ``operate_records.json`` has it.
        logs: What failed nodes left behind, as ``node_logs.json`` has it.
        refusals: What could not be had, as ``refusals.json`` has it.
        remarks: Which files beside the answer could not be used, as `remarks_bytes` tells it.
        child_tasks: As in `Snapshot`.
        children: The child tasks' own pages, theirs among them, in the order of joining; each has a
            `task_id` and no children. None where nobody looked for them.
        task: Which task is meant, where the answer holds several.
        task_id, site, biz, scope, fetched_at_us: As in `Origin`.
    """

    answer: bytes
    earlier: tuple[Earlier, ...] = ()
    flow: bytes | None = None
    histories: bytes | None = None
    operations: bytes | None = None
    logs: bytes | None = None
    refusals: bytes | None = None
    remarks: bytes | None = None
    child_tasks: Mapping[str, str] = field(default_factory=dict)
    children: tuple["Page", ...] | None = None
    task: str | None = None
    task_id: str | None = None
    site: str | None = None
    biz: str | None = None
    scope: str | None = None
    fetched_at_us: int | None = None

    @property
    def answers(self) -> tuple[bytes, ...]:
        """The newest answers, the parent task's first."""
        return (self.answer, *(child.answer for child in self.children or ()))


def page_of(snapshot: Snapshot) -> Page | None:
    """Return what *snapshot* was read from; None if the bytes of an answer are not at hand."""
    origin = snapshot.origin
    alone, *children = snapshot.parts or (snapshot,)
    if snapshot.seams and not children:  # joined by other hands
        return None
    page = _page_of_part(snapshot, replace(alone, origin=origin))
    inner = [_page_of_part(snapshot, child) for child in children]
    carried = tuple(child for child in inner if child is not None)
    if page is None or len(carried) < len(inner):
        return None
    own = [note for note in snapshot.notes if note.position is None]
    older = [item.origin for item in snapshot.earlier if item.origin.data is not origin.data]
    return replace(
        page,
        earlier=tuple(
            Earlier(data=unpack(item.data, item.source), fetched_at_us=item.fetched_at_us)
            for item in older
            if item.data is not None
        ),
        refusals=_refusals(own),
        remarks=remarks_bytes(own),
        children=carried if snapshot.parts else None,
    )


def _page_of_part(snapshot: Snapshot, part: Snapshot) -> Page | None:
    """Return one task's own page; *snapshot* is the whole, by which people are numbered."""
    origin = part.origin
    if origin.data is None:
        return None
    return Page(
        answer=unpack(origin.data, origin.source),
        flow=None if part.flow is None else flow_bytes(part.flow),
        histories=histories_bytes(part),
        operations=operations_bytes(snapshot, part),
        logs=logs_bytes(part),
        refusals=_refusals(part.notes),
        remarks=remarks_bytes(part.notes),
        child_tasks=part.child_tasks,
        task=origin.task_id or part.tree.node_id[0],
        task_id=origin.task_id,
        site=origin.site,
        biz=origin.biz,
        scope=origin.scope,
        fetched_at_us=origin.fetched_at_us,
    )


def _refusals(notes: Iterable[Note]) -> bytes | None:
    known = refusals_in(notes)
    return refusals_bytes(known) if known else None


def snapshot_of(page: Page, source: str) -> Snapshot:
    """Return the snapshot that *page* was made from.

    Raises:
        InputError: The answer in it is no status answer.
    """
    return with_earlier(_of_task(snapshots_of(page, source), page.task))


def snapshots_of(page: Page, source: str) -> list[Snapshot]:
    """Return all snapshots that *page* carries, the older ones first.

    Child tasks are joined to the newest one of its task, as they were.

    Raises:
        InputError: The answer in it is no status answer.
    """
    found: list[Snapshot] = []
    for item in page.earlier:
        found += _read(page, item.data, source, item.fetched_at_us)
    found += _read(page, page.answer, source, page.fetched_at_us)
    if page.children is None:
        return found
    mine = _of_task(found, page.task)
    others = [snapshot for snapshot in found if all(snapshot is not one for one in mine)]
    newest = with_earlier(mine)
    return [*others, *newest.earlier, _joined(replace(newest, earlier=()), page.children, source)]


def _joined(snapshot: Snapshot, children: tuple[Page, ...], source: str) -> Snapshot:
    known = {child.task_id: child for child in children}

    def find(task_id: str) -> Snapshot | None:
        child = known.get(task_id)
        try:
            return None if child is None else snapshot_of(child, source)
        except InputError:
            return None

    return stitched(snapshot, find)


def _read(page: Page, data: bytes, source: str, fetched_at_us: int | None) -> list[Snapshot]:
    origin = Origin(
        source=source, task_id=page.task_id, site=page.site, biz=page.biz, scope=page.scope,
        fetched_at_us=fetched_at_us, sha256=sha256(data).hexdigest(), n_bytes=len(data), data=data,
    )  # fmt: skip
    read = partial(
        read_snapshots, data, origin, flow=page.flow, histories=page.histories,
        operations=page.operations, logs=page.logs,
    )  # fmt: skip
    try:
        found = read()
    except InputError as refusal:
        if refusal.key != "extra-data":
            raise
        found = read(lines=True)
    told = [*read_remarks(page.remarks), *read_refusals(page.refusals)]
    return [
        replace(noted(one, told), child_tasks=page.child_tasks or one.child_tasks) for one in found
    ]


def _of_task(found: list[Snapshot], task: str | None) -> list[Snapshot]:
    named = [s for s in found if task in (s.origin.task_id, s.tree.node_id[0])]
    return named or found
