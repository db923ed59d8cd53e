"""A post-mortem's texts as the options of ``report`` want them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sops_report.cli.options import Talk
from sops_report.masking.rules import Rule
from sops_report.redaction.embedding import BUDGET, data_of
from sops_report.rendering import Format, render_pieces
from sops_report.rendering.budget import PageOptions
from sops_report.report.model import Report
from sops_report.snapshot import Snapshot
from sops_report.words.lengths import display_zone

STYLE = "report.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Makes the texts of one report.

    Attributes:
        snapshot: What the report is made from; a page carries it as data.
        report: The report, masked already: once for all formats.
        talk: The reader's language and zone.
        rules: What is masked in the data of a page.
        page: How an HTML page is made.
        dialect: Of Markdown.
        ascii_bars: Bars of plain signs in Markdown and text.
        embed: A page carries its data, so that it can be read back.
        data_budget: The most bytes of it.
    """

    snapshot: Snapshot
    report: Report
    talk: Talk
    rules: Sequence[Rule]
    page: PageOptions
    dialect: str
    ascii_bars: bool
    embed: bool
    data_budget: int

    def pieces(self, form: Format) -> Iterable[str]:
        """Return the document in one format, made already but for JSON: see `render_pieces`."""
        if form is Format.HTML:
            return (self._page(),)
        return render_pieces(
            self.report,
            form,
            self.talk.language,
            self.talk.zone,
            dialect=self.dialect,
            ascii_bars=self.ascii_bars,
            rules=(),
        )

    def _page(self) -> str:
        from sops_report.rendering.html import render_page  # noqa: PLC0415 - brings Jinja

        zone = display_zone(self.report.task.offset_minutes, self.talk.zone)
        data = data_of(self.snapshot, self.rules, self.data_budget) if self.embed else None
        page = replace(self.page, data=data)
        return str(render_page(self.report, self.talk.language, zone, page))

    def bundle(self, folder: Path, *, force: bool) -> list[Path]:
        """Write the page, its style sheet and its charts as files for strict hosts."""
        from sops_report.rendering.bundle import bundle  # noqa: PLC0415 - brings Jinja

        zone = display_zone(self.report.task.offset_minutes, self.talk.zone)
        return bundle(self.report, folder, self.talk.language, zone, self.page, force=force)

    def email(self) -> str:
        """Return the body of a mail."""
        from sops_report.rendering.email import render_email  # noqa: PLC0415 - brings Jinja

        zone = display_zone(self.report.task.offset_minutes, self.talk.zone)
        return render_email(self.report, self.talk.language, zone)

    def files(
        self, targets: Sequence[Path], forms: Sequence[Format]
    ) -> Iterator[tuple[Path, Iterable[str]]]:
        """Yield every file to write; a page whose style is a file brings that file along."""
        for target, form in zip(targets, forms, strict=True):
            yield target, self.pieces(form)
        pages = [t for t, form in zip(targets, forms, strict=True) if form is Format.HTML]
        if self.page.css == "external":
            from sops_report.rendering.html import asset  # noqa: PLC0415 - brings Jinja

            for folder in dict.fromkeys(page.parent for page in pages):
                yield folder / STYLE, (str(asset(STYLE)),)


def page_options(
    *, css: str, js: str, full: bool, explorer: str, max_bytes: int | None
) -> PageOptions:
    """Return how a page is made; the default budget where none is given."""
    options = PageOptions(css=css, js=js, full=full, explorer=explorer)
    return options if max_bytes is None else replace(options, max_bytes=max_bytes)


def data_budget(max_bytes: int | None) -> int:
    """Return how much of a page its data may take: a fixed part, or two fifths of what is asked."""
    return BUDGET if max_bytes is None else max_bytes * 2 // 5
