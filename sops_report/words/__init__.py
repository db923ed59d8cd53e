"""All words that people read, in English and Chinese side by side.

One file a topic, one line a key: ``"key": ("English", "中文")``. Placeholders are
`str.format` fields; both languages must use the same ones (a test compares them).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sops_report.words import (
    advice,
    charts,
    cli,
    dialects,
    errors,
    events,
    explorer,
    export,
    fleet,
    glossary,
    kit,
    labels,
    live,
    notes,
    operations,
    page,
    postmortem,
    redaction,
    report,
    site,
    verdict,
    whatif,
)

Pair = tuple[str, str]

# Placeholders that hold how many there are of something, where they hold a whole number.
_COUNTS: Final = frozenset({
    "n", "count", "all", "total", "shown", "done", "expected", "failed", "never", "not_run", "retried",
    "skipped", "ignored", "files", "rows", "parts", "new", "known", "kept", "left", "most",
})  # fmt: skip


class Language(StrEnum):
    """The languages we speak; each value is the tag used in HTML and on the command line."""

    EN = "en"
    ZH = "zh-CN"


def _merge(*topics: Mapping[str, Pair]) -> Mapping[str, Pair]:
    merged: dict[str, Pair] = {}
    for topic in topics:
        twice = merged.keys() & topic.keys()
        if twice:
            raise ValueError(f"the key {min(twice)} stands in two topics")
        merged.update(topic)
    return MappingProxyType(merged)


CATALOGUE: Final = _merge(
    advice.WORDS,
    charts.WORDS,
    cli.WORDS,
    dialects.WORDS,
    errors.WORDS,
    events.WORDS,
    explorer.WORDS,
    export.WORDS,
    fleet.WORDS,
    glossary.WORDS,
    kit.WORDS,
    labels.WORDS,
    live.WORDS,
    notes.WORDS,
    operations.WORDS,
    page.WORDS,
    postmortem.WORDS,
    redaction.WORDS,
    report.WORDS,
    site.WORDS,
    verdict.WORDS,
    whatif.WORDS,
)


def has_words(key: str) -> bool:
    """Tell whether the catalogue knows *key*."""
    return key in CATALOGUE


def template(key: str, language: Language) -> str:
    """Return the text of *key* with its placeholders open, for a script that fills them.

    Example:
        >>> template("length.minutes", Language.EN)
        '{m} m {s:02} s'
    """
    return CATALOGUE[key][language is Language.ZH]


def say(key: str, language: Language, /, **values: object) -> str:
    """Return the text of *key* in *language*, its placeholders filled with *values*.

    Whole numbers in the placeholders of counts have their thousands apart.

    Example:
        >>> say("outcome.failed", Language.ZH)
        '失败'
        >>> say("report.more_failures", Language.EN, n=3847)
        '… 3,847 more failures'
    """
    english, chinese = CATALOGUE[key]
    for name in values.keys() & _COUNTS:
        if type(values[name]) is int:
            values[name] = f"{values[name]:,}"
    return (english if language is Language.EN else chinese).format(**values)
