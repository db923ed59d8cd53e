"""Both languages say everything, with the same values, and nothing is said in vain."""

import ast
import errno
import os
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from sops_report.errors import SopsReportError
from sops_report.words import CATALOGUE, Language, glossary, has_words, say

ERRORS = ("SopsReportError", "UsageError", "InputError", "NetworkError", "NotAllowedError")


def _fields(text: str) -> set[str]:
    """Return the names of the placeholders, formats and attributes left off."""
    names = (name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    return {re.split(r"[.\[]", name)[0] for name in names}


def _nodes(checkout: Path) -> Iterator[tuple[Path, ast.AST]]:
    """Yield every syntax node of our code; the topics of the catalogue are left out."""
    for path in sorted((checkout / "sops_report").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "\nWORDS: Final" not in text:
            for node in ast.walk(ast.parse(text)):
                yield path, node


def _said(checkout: Path) -> Iterator[tuple[Path, str]]:
    """Yield the keys that code says by a literal: `say("…")` and `SomeError("…")`."""
    for path, node in _nodes(checkout):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        prefix = {"say": ""} | dict.fromkeys(ERRORS, "error.")
        first = node.args[0]
        if node.func.id in prefix and isinstance(first, ast.Constant):
            yield path, f"{prefix[node.func.id]}{first.value}"


def _spoken(checkout: Path) -> tuple[set[str], set[str]]:
    """Return what code and templates may say: whole keys, and beginnings as ``outcome.``."""
    whole: set[str] = set()
    starts: set[str] = set()
    for _, node in _nodes(checkout):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            starts.add(str(node.values[0].value))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole.add(node.value)
    for path in (checkout / "templates").rglob("*.j2"):
        text = path.read_text(encoding="utf-8")
        whole |= set(re.findall(r"[\"']([a-z][\w.-]+)[\"']", text))
        starts |= set(re.findall(r"[\"']([a-z][\w.-]*\.)[\"'] *[~+]", text))
    return whole, {start for start in starts if re.fullmatch(r"[a-z-]+\.[\w.-]*", start)}


@pytest.mark.parametrize("key", sorted(CATALOGUE))
def test_both_languages_say_it_with_the_same_values(key: str) -> None:
    english, chinese = CATALOGUE[key]
    assert bool(english.strip()) == bool(chinese.strip())  # both blank: a gap between sentences
    assert _fields(english) == _fields(chinese)


def test_chinese_is_chinese() -> None:
    """A text of several English words was forgotten, unless both are the same on purpose."""
    forgotten = [
        key
        for key, (english, chinese) in CATALOGUE.items()
        if english != chinese
        and not re.search(r"[\u4e00-\u9fff]", chinese)
        and len(re.findall(r"[A-Za-z]{2,}", re.sub(r"\{[^}]*\}", "", chinese))) > 1
    ]
    assert not forgotten


def test_every_key_that_is_said_exists(checkout: Path) -> None:
    unknown = {f"{path.name}: {key}" for path, key in _said(checkout) if not has_words(key)}
    assert not unknown


def test_no_key_is_unused(checkout: Path) -> None:
    """A key is used if a literal is it, or if an f-string or a template begins like it."""
    whole, starts = _spoken(checkout)
    starts -= {"error."}  # our errors name their keys
    starts |= {f"{group}." for group in (*glossary.GROUPS, "explain")}  # looked up by any word
    unused = []
    for key in CATALOGUE:
        plain = key.removesuffix(".hint")
        if not {key, plain, plain.removeprefix("error.")} & whole and not key.startswith(
            tuple(starts)
        ):
            unused.append(key)
    assert not unused


def test_a_text_is_never_said_without_its_values() -> None:
    keys = [key for key, (english, _) in CATALOGUE.items() if _fields(english)]
    assert keys
    for key in keys:
        with pytest.raises(KeyError):
            say(key, Language.EN)


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS])
def test_what_the_system_refuses_is_told_in_chinese_too(number: int) -> None:
    refusal = SopsReportError("archive-write", path="kept", reason=os.strerror(number))
    assert os.strerror(number) in refusal.text(Language.EN)
    assert not re.search(r"[A-Za-z]{2,}", refusal.text(Language.ZH).replace("kept", ""))
