"""`Report` → `str`, one file a format."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sops_report.masking.rules import BUILT_IN, Rule
from sops_report.redaction.report import redact
from sops_report.rendering.text import render_text
from sops_report.rendering.textbars import in_ascii
from sops_report.report.model import Report
from sops_report.words import Language
from sops_report.words.lengths import display_zone

Renderer = Callable[[Report, Language, tzinfo], str]


class Format(StrEnum):
    """The formats a report can take; each value is also its file suffix."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"
    TEXT = "txt"


_WITH_BARS: Final = frozenset({Format.MARKDOWN, Format.TEXT})


def render(  # noqa: PLR0913 - options
    report: Report,
    to: str = Format.HTML,
    language: Language = Language.EN,
    zone: tzinfo | None = None,
    *,
    dialect: str = "github",
    attachment: str | None = None,
    ascii_bars: bool = False,
    rules: Sequence[Rule] = BUILT_IN,
) -> str:
    """Render *report*; secrets in its texts are masked first.

    Args:
        report: The value every format is made from.
        to: One of `Format`: ``html``, ``md``, ``json``, ``txt``.
        language: Of all words. JSON holds both languages of the verdict.
        zone: Of all moments; None means the snapshot's own offset, else UTC. JSON is always UTC.
        dialect: Of Markdown, one of `sops_report.rendering.dialects.DIALECTS`: ``github``,
            ``gitlab``, ``jira``, ``confluence``, ``wecom``, ``wecom-v2``, ``dingtalk``, ``plain``.
        attachment: Where the whole report is, told in Markdown: a file's name or an address.
        ascii_bars: Bars of ``#`` and ``.`` in Markdown and text, for fonts without blocks.
        rules: What is masked; an empty tuple masks nothing.

    Returns:
        The whole document. Equal input gives equal text.

    Raises:
        ValueError: *to* is no format, or *dialect* no dialect.
    """
    return "".join(
        render_pieces(
            report, to, language, zone, dialect=dialect, attachment=attachment,
            ascii_bars=ascii_bars, rules=rules,
        )
    )  # fmt: skip


def render_pieces(  # noqa: PLR0913 - options
    report: Report,
    to: str = Format.HTML,
    language: Language = Language.EN,
    zone: tzinfo | None = None,
    *,
    dialect: str = "github",
    attachment: str | None = None,
    ascii_bars: bool = False,
    rules: Sequence[Rule] = BUILT_IN,
) -> Iterable[str]:
    """Render *report* as `render` does, for who writes it at once.

    Returns:
        The document in pieces that are made as they are asked for, where it may be large (JSON,
        which lists all nodes); any other as its only piece, made already.

    Raises:
        ValueError: *to* is no format, or *dialect* no dialect.
    """
    form, where = Format(to), display_zone(report.task.offset_minutes, zone)
    masked, _ = redact(report, rules)
    if form is Format.JSON:
        return _json_pieces(masked, language)
    if form is Format.MARKDOWN:
        text = _markdown(masked, language, where, dialect, attachment)
    else:
        text = RENDERERS[form](masked, language, where)
    return (in_ascii(text) if ascii_bars and form in _WITH_BARS else text,)


def _html(report: Report, language: Language, zone: tzinfo) -> str:
    # Jinja takes a while to import; the terminal and JSON do without it
    from sops_report.rendering.html import render_html  # noqa: PLC0415

    return render_html(report, language, zone)


def _markdown(
    report: Report,
    language: Language,
    zone: tzinfo,
    dialect: str = "github",
    attachment: str | None = None,
) -> str:
    from sops_report.rendering.markdown import render_markdown  # noqa: PLC0415

    return render_markdown(report, language, zone, dialect=dialect, attachment=attachment)


def _json(report: Report, language: Language, _zone: tzinfo) -> str:
    return "".join(_json_pieces(report, language))


def _json_pieces(report: Report, language: Language) -> Iterable[str]:
    from sops_report.rendering.json_text import json_pieces  # noqa: PLC0415

    return json_pieces(report, language)


RENDERERS: Final[Mapping[Format, Renderer]] = MappingProxyType(
    {
        Format.HTML: _html,
        Format.MARKDOWN: _markdown,
        Format.JSON: _json,
        Format.TEXT: render_text,
    }
)
