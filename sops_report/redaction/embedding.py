"""What a page carries of its source, masked: so that the report can be made again from it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sops_report.redaction.answer import redact_answer
from sops_report.redaction.rules import BUILT_IN, Rule
from sops_report.snapshot import Snapshot
from sops_report.sources.page import BLOCK_ID, Page, block_of, page_of

BUDGET: Final = 4_000_000
_END: Final = "</body>"


def data_block(
    snapshot: Snapshot, rules: Sequence[Rule] = BUILT_IN, budget: int = BUDGET
) -> str | None:
    """Return the content of a page's data block.

    Args:
        snapshot: What the report is made from.
        rules: What is masked in it.
        budget: The most bytes.

    Returns:
        JSON that is safe inside HTML; None where the raw answer is not at hand or does not fit.
    """
    page = page_of(snapshot)
    return None if page is None else block_of(masked(page, rules), budget)


def masked(page: Page, rules: Sequence[Rule]) -> Page:
    """Return *page* with every secret in its answers and companions masked."""

    def clean(data: bytes | None) -> bytes | None:
        return None if data is None else redact_answer(data, rules=rules)[0]

    return replace(
        page,
        answer=clean(page.answer) or b"",
        earlier=tuple(replace(item, data=clean(item.data) or b"") for item in page.earlier),
        flow=clean(page.flow),
        histories=clean(page.histories),
        operations=clean(page.operations),
        logs=clean(page.logs),
    )


def with_data(html: str, block: str | None) -> str:
    """Return one of our pages with a data block at its end; without a block as it is."""
    if block is None:
        return html
    script = f'<script type="application/json" id="{BLOCK_ID}">{block}</script>\n'
    head, end, tail = html.rpartition(_END)
    return f"{head}{script}{end}{tail}" if end else html
