"""Failure texts made plain: whatever a plugin wrote becomes text without markup.

A value may be text, HTML, a dict with ``exception_msg``, any other JSON, or nothing. Tags go, the
targets of links stay as ``text <url>``, entities are decoded once. The result is still hostile
text: every renderer escapes it for its own medium.

The standard library's HTML parser takes hours for a megabyte of ``<a <a <a``; this one is linear.
"""

import json
import re
from html import unescape
from typing import Final

# No `<` or `>` inside a tag, so no two attempts of the search overlap.
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])([^<>]*)>|<!--")
_HREF: Final = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_BREAKS: Final = frozenset({"br", "p", "div", "li", "tr", "pre", "h1", "h2", "h3"})
_SILENT: Final = frozenset({"script", "style"})
# Only these are markup; `File "<stdin>"` of a traceback is text and stays.
_MARKUP: Final = (
    _BREAKS
    | _SILENT
    | frozenset({
        "a", "abbr", "b", "big", "body", "center", "code", "dd", "dl", "dt", "em", "font", "form",
        "h4", "h5", "h6", "head", "hr", "html", "i", "iframe", "img", "input", "kbd", "label",
        "link", "meta", "object", "ol", "s", "samp", "section", "small", "span", "strong", "sub",
        "sup", "svg", "table", "tbody", "td", "th", "thead", "title", "tt", "u", "ul", "video",
    })
)  # fmt: skip
_URL: Final = re.compile(r"https?://[^\s<>\"'（），。；]+")
_LINK_SCHEMES: Final = ("http://", "https://")
_BLANK_LINES: Final = re.compile(r"\n{3,}")


def plain(value: object) -> str | None:
    """Return a failure's value as plain text, None if nothing was recorded.

    Example:
        >>> plain({"exception_msg": "failed, <a href='https://job.example.com/1'>details</a>"})
        'failed, details <https://job.example.com/1>'
        >>> plain(["10.0.0.1"]), plain("a < b && c > d"), plain("")
        ('["10.0.0.1"]', 'a < b && c > d', None)
    """
    text = _as_text(value)
    if _TAG.search(text):
        text = _BLANK_LINES.sub("\n\n", _Stripper(text).strip())
    return scrub(text.strip("\n")) or None


def links(text: str | None) -> tuple[str, ...]:
    """Return the http(s) addresses in a plain text, each once, in order."""
    if not text:
        return ()
    return tuple(dict.fromkeys(match.group() for match in _URL.finditer(text)))


def scrub(text: str) -> str:
    r"""Return *text* with lone surrogates replaced, so that it can be written as UTF-8.

    Example:
        >>> scrub("a\ud800b")
        'a\ufffdb'
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def brief(value: object, limit: int) -> str:
    """Return any JSON value as a short text; never fails, however deep or long it is.

    Example:
        >>> brief(["a", None], 20), brief("abcdef", 3)
        ("['a', None]", 'abc…')
    """
    try:
        text = value if isinstance(value, str) else repr(value)
    except (RecursionError, ValueError):
        text = f"({type(value).__name__})"
    return scrub(text if len(text) <= limit else f"{text[:limit]}…")


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("exception_msg"), str):
        return str(value["exception_msg"]) + _rest(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        return f"({type(value).__name__})"


def _rest(value: dict[str, object]) -> str:
    known = {"exception_msg", "task_inst_id", "show_ip_log"}
    others = {key: item for key, item in value.items() if key not in known}
    if not others:
        return ""
    try:
        return f"\n{json.dumps(others, ensure_ascii=False)}"
    except (RecursionError, ValueError):
        return ""


class _Stripper:
    """Collects text and link targets; everything else of the markup is dropped."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: list[str] = []
        self.targets: list[str] = []  # of the links that are open
        self.silent = 0

    def strip(self) -> str:
        reached = 0
        match = _TAG.search(self.text)
        while match is not None:
            self.parts.append(unescape(self.text[reached : match.start()]))
            reached = self._comment(match) if match.group(2) is None else self._tag(match)
            match = _TAG.search(self.text, reached)
        self.parts.append(unescape(self.text[reached:]))
        return "".join(self.parts)

    def _comment(self, match: re.Match[str]) -> int:
        """Leave a comment out; without an end everything after it is text, so nothing is lost."""
        end = self.text.find("-->", match.end())
        if end >= 0:
            return end + 3
        self.parts.append(unescape(self.text[match.start() :]))
        return len(self.text)

    def _tag(self, match: re.Match[str]) -> int:
        closes, name = bool(match.group(1)), match.group(2).lower()
        if name not in _MARKUP:
            self.parts.append(match.group())
        elif name == "a":
            self._close_link() if closes else self._open_link(match.group(3))
        elif name in _SILENT:
            self._mark_code(closes=closes)
        elif name in _BREAKS and not closes:
            self.parts.append("\n")
        return match.end()

    def _open_link(self, attributes: str) -> None:
        found = _HREF.search(attributes)
        target = next(filter(None, found.groups()), "") if found else ""
        self.targets.append(unescape(target))

    def _close_link(self) -> None:
        target = self.targets.pop() if self.targets else ""
        if target.startswith(_LINK_SCHEMES):
            self.parts.append(f" <{target}>")

    def _mark_code(self, *, closes: bool) -> None:
        # The text of a script is no message, but dropping it silently would hide evidence.
        if not closes:
            self.silent += 1
            self.parts.append("[")
        elif self.silent:
            self.silent -= 1
            self.parts.append("]")
