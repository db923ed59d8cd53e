"""Failure texts made plain: whatever a plugin wrote becomes text without markup.

A value may be text, HTML, a dict with ``exception_msg``, any other JSON, or nothing. Tags go, the
targets of links stay as ``text <url>``, entities are decoded once. The result is still hostile
text: every renderer escapes it for its own medium.
"""

import json
import re
from html.parser import HTMLParser
from typing import Final

_TAG: Final = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--)>", re.DOTALL)
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
        text = _without_tags(text)
    return scrub(text.strip("\n")) or None


def links(text: str | None) -> tuple[str, ...]:
    """Return the http(s) addresses in a plain text, each once, in order."""
    if not text:
        return ()
    return tuple(dict.fromkeys(match.group() for match in _URL.finditer(text)))


def scrub(text: str) -> str:
    """Return *text* with lone surrogates replaced, so that it can be written as UTF-8.

    Example:
        >>> scrub("a\\ud800b")
        'a\\ufffdb'
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


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
    return f"\n{_as_text(others)}" if others else ""


class _Stripper(HTMLParser):
    """Collects text and link targets; everything else of the markup is dropped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.targets: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")
        elif tag in _SILENT:
            self.silent += 1
        elif tag == "a":
            self.targets.append(dict(attrs).get("href") or "")
        elif tag not in _MARKUP:
            self.parts.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self.silent:
            self.silent -= 1
        elif tag == "a" and self.targets:
            target = self.targets.pop()
            if target.startswith(_LINK_SCHEMES):
                self.parts.append(f" <{target}>")
        elif tag not in _MARKUP:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        # The text of a script is no message, but dropping it silently would hide evidence.
        self.parts.append(f"[{data}]" if self.silent else data)


def _without_tags(text: str) -> str:
    stripper = _Stripper()
    stripper.feed(text)
    stripper.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(stripper.parts))
