"""The file on disk: made once, refreshed between two lines, never rewritten."""

import re
from hashlib import blake2b
from pathlib import Path
from typing import Final

from sops_report.errors import InputError, UsageError
from sops_report.files import write_whole
from sops_report.postmortem.parse import parse
from sops_report.postmortem.template import machine_part, template
from sops_report.report.model import Report
from sops_report.report.postmortem import PostMortem
from sops_report.words import Language, say

MOST_BYTES: Final = 1_000_000
_BEGIN: Final = "# >>> sops-report"
_END: Final = "# <<< sops-report"
_PART: Final = re.compile(
    r"^# >>> sops-report[^\n]*?(?:\[(?P<sum>[0-9a-f]{8})\])?[ \t]*\n"
    r"(?P<body>.*?)^# <<< sops-report[^\n]*$",
    re.MULTILINE | re.DOTALL,
)
_MACHINE_KEY: Final = re.compile(r"^machine[ \t]*:", re.MULTILINE)


def refresh(path: Path, report: Report, language: Language) -> PostMortem:
    """Bring the machine's part of a post-mortem file up to date and read what people wrote.

    Args:
        path: The file; it is made if it is not there.
        report: Where the numbers come from.
        language: Of the prompts.

    Returns:
        What people wrote. Whatever they typed stays in the file as it is, byte for byte; what they
        typed between the machine's lines is kept below them as a comment.

    Raises:
        InputError: The file is no post-mortem file; it was not touched.
        UsageError: It cannot be read or written.
    """
    before = read_text(path) if path.exists() else ""
    body = machine_part(report, language)
    after = with_part(before, body, language) if before.strip() else _new(report, body, language)
    written = parse(after, str(path))
    if after != before:
        write_whole(path, after.encode(), force=True)
    return written


def read_text(path: Path) -> str:
    """Return the text of a post-mortem file.

    Raises:
        InputError: It is not UTF-8, or larger than anybody types.
        UsageError: It cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as cause:
        raise UsageError("system", path=path, reason=cause.strerror) from cause
    if len(data) > MOST_BYTES:
        raise InputError("postmortem-unreadable", path=path, reason=f"> {MOST_BYTES} B")
    try:
        return data.decode()
    except UnicodeDecodeError as cause:
        raise InputError("postmortem-unreadable", path=path, reason=cause.reason) from cause


def _new(report: Report, body: str, language: Language) -> str:
    title = say("postmortem.file.title", language)
    return f"# {title}\n\n{_framed(body, language)}\n\n{template(report, language)}"


def with_part(text: str, body: str, language: Language) -> str:
    """Return *text* with the machine's part replaced, or added where somebody took it out."""
    match = _PART.search(text)
    if match is None:
        if _MACHINE_KEY.search(text):  # somebody made the part their own
            return text
        gap = "" if text.endswith("\n") else "\n"
        return f"{text}{gap}\n{_framed(body, language)}\n"
    kept = _typed_inside(match, language)
    return text[: match.start()] + _framed(body, language) + kept + text[match.end() :]


def _typed_inside(match: re.Match[str], language: Language) -> str:
    """Return what was typed between the machine's lines, as comments to put below them."""
    body = match["body"]
    if match["sum"] == _sum(body):
        return ""
    lines = [f"# {line}".rstrip() for line in body.splitlines()]
    return "\n".join(["", f"# {say('postmortem.file.kept', language)}", *lines])


def _framed(body: str, language: Language) -> str:
    told = say("postmortem.file.machine", language)
    return f"{_BEGIN}: {told} [{_sum(body)}]\n{body}{_END}"


def _sum(body: str) -> str:
    return blake2b(body.encode("utf-8", "replace"), digest_size=4).hexdigest()
