"""`Report` → Markdown for a ticket or a chat: the verdict first, within the target's budget."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from sops_report.rendering.blocks import Dialect, Limits, Part
from sops_report.rendering.dialects import DIALECTS
from sops_report.rendering.document import parts_of
from sops_report.rendering.voice import Voice
from sops_report.report.model import Report
from sops_report.words import Language
from sops_report.words.lengths import size

_HALVINGS: Final = 4


def render_markdown(  # noqa: PLR0913 - options
    report: Report,
    language: Language,
    zone: tzinfo,
    *,
    dialect: str = "github",
    budget: int | None = None,
    attachment: str | None = None,
) -> str:
    """Return *report* as Markdown that its target takes.

    Args:
        report: What to show.
        language: Of all words.
        zone: Of all moments.
        dialect: One of `sops_report.rendering.dialects.DIALECTS`.
        budget: The most bytes, where it is less than the dialect's own.
        attachment: Where the whole report is: a file's name or an address.

    Returns:
        Text of at most so many bytes of UTF-8. What does not fit is cut at the borders of parts,
        the least important first, and named in the last line; verdict, cause and link stay.

    Raises:
        ValueError: *dialect* is none of ours.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"{dialect!r} is no dialect: {', '.join(DIALECTS)}")
    writer = DIALECTS[dialect]
    if budget is not None:
        writer = replace(writer, budget=min(budget, writer.budget))
    voice = Voice(report=report, language=language, zone=zone)
    limits = writer.limits
    for _ in range(_HALVINGS):
        text = _fitted(voice, writer, _parts(voice, writer, limits, attachment))
        if _bytes(text) <= writer.budget:
            break
        limits = _halved(limits)
    return text


def _parts(voice: Voice, writer: Dialect, limits: Limits, attachment: str | None) -> list[Part]:
    return parts_of(voice, limits, lambda text: _bytes(writer.plain(text)), attachment)


def _halved(limits: Limits) -> Limits:
    """Return less of what is never left out: shorter messages before fewer failures."""
    return replace(
        limits,
        message=max(40, limits.message // 2),
        sentence=max(100, limits.sentence // 2),
        name=max(20, limits.name // 2),
        full_failures=max(1, limits.full_failures // 2),
        links=max(1, limits.links // 2),
    )


def _fitted(voice: Voice, writer: Dialect, parts: Sequence[Part]) -> str:
    texts = {part.name: _written(writer, part) for part in parts}
    texts = {name: text for name, text in texts.items() if text}
    cuttable = sorted(
        (part for part in parts if part.worth is not None and part.name in texts), key=_worth
    )
    left_out: list[str] = []
    while cuttable and _bytes(_joined(voice, writer, texts, left_out)) > writer.budget:
        name = cuttable.pop(0).name
        del texts[name]
        left_out.append(name)
    return _joined(voice, writer, texts, left_out)


def _written(writer: Dialect, part: Part) -> str:
    written = list(filter(None, map(writer.write, part.blocks)))
    if not part.folded or writer.fold is None:
        return "\n\n".join(written)
    heading, inner = written[0], "\n\n".join(written[1:])
    return f"{heading}\n\n{writer.fold(part.summary or part.name, inner)}"


def _worth(part: Part) -> int:
    return part.worth or 0


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _joined(voice: Voice, writer: Dialect, texts: dict[str, str], left_out: Sequence[str]) -> str:
    begin, end = writer.around
    pieces = [begin, *texts.values()]
    if left_out:
        names = voice.say("report.list_comma").join(left_out)
        n, room = len(left_out), size(writer.budget)
        pieces.append(writer.plain(voice.say("report.left_out", n=n, size=room, names=names)))
    return "\n\n".join(filter(None, [*pieces, end])) + "\n"
