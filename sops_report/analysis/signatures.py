"""Error signatures: texts that differ only by ids, addresses, numbers, times or paths are one.

The same fault has the same signature in every task, so it can be searched for in a knowledge
base. The first character is the version of the rules below and changes with them.
"""

import re
from base64 import b32encode
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from sops_report.masking.text import redact_text

ALGORITHM: Final = "1"
_LONGEST: Final = 4_000
_LENGTH: Final = 5
_SHORTEST_ID: Final = 31  # as many digits are an id, not a number
_LAST_LINES: Final = 1
_TRACEBACK: Final = "Traceback (most recent call last)"

# Ids: 31 or 32 hexadecimal digits, or at least seven with a letter and a figure among them.
_ID: Final = (
    r"(?<![0-9A-Za-z])(?=[0-9a-z]*\d)[nv]?(?:[0-9a-f]{31,32}|(?=\w*[a-f])[0-9a-f]{7,})"
    r"(?![0-9A-Za-z])"
)
_ZONE: Final = r"(?:Z|[+-]\d\d:?\d\d)?"


def _rule(mark: str, pattern: str, placeholder: str) -> tuple[str, re.Pattern[str], str]:
    # ASCII: next to a Chinese character a word begins and ends.
    return mark, re.compile(pattern, re.IGNORECASE | re.ASCII), placeholder


# What a word must hold for the rule, the rule, the placeholder. Order matters: longer things first,
# numbers last, also inside names: web12 and web13 fail of the same fault.
_RULES: Final = (
    _rule("://", r"https?://[^\s<>\"'）)，,]+", "<url>"),
    _rule("-", r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<id>"),
    _rule(
        "-",
        rf"\d{{4}}-\d\d?-\d\d?(?:T\d\d?:\d\d(?::\d\d)?(?:[.,]\d+)?{_ZONE})?",
        "<time>",
    ),
    _rule("/", r"\b\d{4}/\d\d?/\d\d?\b", "<time>"),
    _rule(":", rf"\b\d\d?:\d\d:\d\d(?:[.,]\d+)?{_ZONE}", "<time>"),
    _rule(".", r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b", "<ip>"),
    _rule(":", r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}\b", "<ip>"),
    _rule("/", r"(?<![\w<.])(?:/[\w.@+-]+)+/?", "<path>"),
    _rule("\\", r"(?<![\w<])(?:[A-Za-z]:)?(?:\\[\w.@+-]+){2,}\\?", "<path>"),
    _rule("", _ID, "<id>"),
    _rule("0x", r"0x[0-9a-f]+", "<n>"),
    _rule("", r"(?<![A-Za-z])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|\d+", "<n>"),
)

# Only words with a digit, addresses and paths can vary; everything else is passed over in one scan.
_WORD: Final = r"\w.:,/\\@+-"
_MAY_VARY: Final = re.compile(
    r"https?://[^\s<>\"'）)，,]+"
    rf"|(?<![{_WORD}])[^\W\d]*+(?:[.:,/\\@+-]++[^\W\d]*+)*+\d[{_WORD}]*+"
    r"|(?<![A-Za-z0-9_<.])(?:[A-Za-z]:)?(?:[/\\][A-Za-z0-9_.@+-]+)+[/\\]?"
)
_BLANKS: Final = re.compile(r"\s+")
_REPEATS: Final = re.compile(r"(<\w+>)(?:[\s,;、，]+\1)+")


def signature_of(text: str | None, kind: str) -> str:
    """Return the signature of a failure's text.

    Args:
        text: The plain text; None or blank stands for ``<no text>`` and the node's kind.
        kind: The kind of the failed node.

    Example:
        >>> one = signature_of("10.0.0.1: disk /data/a is full, 99 %", "activity")
        >>> one == signature_of("10.0.0.22: disk /data/b is full, 100 %", "activity")
        True
        >>> one
        'E-1db2e6'
    """
    template = template_of(text) if text and text.strip() else f"<no text>{kind}"
    digest = b32encode(blake2b(template.encode(), digest_size=5).digest()).decode().lower()
    return f"E-{ALGORITHM}{digest[:_LENGTH]}"


@lru_cache(maxsize=4096)
def template_of(text: str) -> str:
    """Return a text with everything that varies from run to run replaced by a placeholder.

    Of a traceback only its last line counts: the stack differs from release to release.

    Example:
        >>> template_of("port 8080 not listening on 10.0.1.15")
        'port <n> not listening on <ip>'
    """
    line = text[:_LONGEST]
    if _TRACEBACK in line:
        lines = [part for part in text[-_LONGEST:].splitlines() if part.strip()]
        line = "\n".join(lines[-_LAST_LINES:])
    # a page carries its data masked: read back it must give the same signature
    line = _MAY_VARY.sub(_masked, redact_text(line)[0])
    return _REPEATS.sub(r"\1", _BLANKS.sub(" ", line).strip())


def _masked(match: re.Match[str]) -> str:
    word = match.group()
    return "<n>" if word.isdecimal() and len(word) < _SHORTEST_ID else _mask(word)


@lru_cache(maxsize=65_536)
def _mask(word: str) -> str:
    for mark, pattern, placeholder in _RULES:
        if mark in word:
            word = pattern.sub(placeholder, word)
    return word
