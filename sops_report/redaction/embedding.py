"""What a page carries of its source, masked: so that the report can be made again from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sops_report.masking.rules import BUILT_IN, Rule
from sops_report.masking.text import Masker
from sops_report.redaction.answer import redact_answer
from sops_report.snapshot import Snapshot
from sops_report.sources.page import Page, page_of
from sops_report.sources.page_block import block_of

BUDGET: Final = 400_000
_LEAST_A_NODE: Final = 40  # bytes: its two random ids, packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """What a page carries of its source.

    Attributes:
        block: Content of the data block, safe inside HTML; None where nothing is carried.
        n_children: How many answers of child tasks are in it.
        n_earlier: How many older answers are in it.
        n_left: How many older answers had to stay out.
        n_bytes: Of the answers, where they are too large to be carried; else 0.
    """

    block: str | None
    n_children: int = 0
    n_earlier: int = 0
    n_left: int = 0
    n_bytes: int = 0


def data_of(snapshot: Snapshot, rules: Sequence[Rule] = BUILT_IN, budget: int = BUDGET) -> Data:
    """Return what a page can carry of its source.

    Args:
        snapshot: What the report is made from.
        rules: What is masked in it.
        budget: The most bytes; what surely does not fit is not even tried.

    Returns:
        Without a block where a raw answer is not at hand, or they do not fit together.
    """
    page = page_of(snapshot)
    if page is None:
        return Data(block=None)
    may_fit = len(snapshot.tree) * _LEAST_A_NODE <= budget
    found = block_of(masked(page, rules), budget) if may_fit else None
    if found is None:
        return Data(block=None, n_bytes=sum(map(len, page.answers)))
    block, n_left = found
    return Data(
        block=block,
        n_children=len(page.children or ()),
        n_earlier=len(page.earlier) - n_left,
        n_left=n_left,
    )


def masked(page: Page, rules: Sequence[Rule]) -> Page:
    """Return *page* with every secret in it masked: answers, companions and what names them."""
    names = _Names(rules)
    children = page.children and tuple(_masked(child, names) for child in page.children)
    return replace(_masked(page, names), children=children)


def _masked(page: Page, names: "_Names") -> Page:
    def clean(data: bytes | None) -> bytes | None:
        return None if data is None else redact_answer(data, rules=names.rules)[0]

    return replace(
        page,
        answer=clean(page.answer) or b"",
        earlier=tuple(replace(item, data=clean(item.data) or b"") for item in page.earlier),
        flow=clean(page.flow),
        histories=clean(page.histories),
        operations=clean(page.operations),
        logs=clean(page.logs),
        refusals=clean(page.refusals),
        remarks=clean(page.remarks),
        child_tasks={
            names.in_answer(node) or "": names.of_task(task) or ""
            for node, task in page.child_tasks.items()
        },
        # without a number of its own a task is named by its root in the answer
        task=names.in_answer(page.task) if page.task_id is None else names.of_task(page.task),
        task_id=names.of_task(page.task_id),
        site=names.in_answer(page.site),
        biz=names.in_answer(page.biz),
        scope=names.in_answer(page.scope),
    )


class _Names:
    """Masks what stands beside the answers: a rule may be about a host or a number of a task."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self._masker = Masker(rules)
        self._tasks: dict[str, str] = {}

    def in_answer(self, text: str | None) -> str | None:
        """Mask a text as it is masked in the answers."""
        return None if text is None else self._masker.clean(text)

    def of_task(self, name: str | None) -> str | None:
        """Mask what names a task; two that are masked must not become one."""
        cleaned = self.in_answer(name)
        if name is None or cleaned == name or cleaned is None:
            return name
        return self._tasks.setdefault(name, f"{cleaned}-{len(self._tasks) + 1}")
