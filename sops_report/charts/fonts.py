"""Fonts that can draw a text, found character by character; a box is never drawn.

Matplotlib looks a glyph up in each family of a list in turn, so it is enough to list families that
together have every character. What none of them has is reported, and the caller says it in
another way.
"""

import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from sops_report.errors import UsageError
from sops_report.words import Language, say

BASE: Final = "DejaVu Sans"  # comes with Matplotlib, has no Chinese
_CJK: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "SimHei", "Heiti SC", "Heiti TC", "Droid Sans Fallback",
)  # fmt: skip
_PACK: Final = ("pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf")  # the extra [cjk]
# Has a "glyph" for every character: a box with its number.
_BOXES: Final = ("Last Resort", ".LastResort", "Adobe Blank", "Adobe NotDef")


class MissingGlyphsWarning(UserWarning):
    """Some characters are in no font: the texts that hold them were drawn as numbers.

    Attributes:
        characters: The missing ones.
        key: What each number stands for; ``#7`` is row 7 of the node table.
    """

    def __init__(self, characters: str, key: tuple[tuple[str, str], ...]) -> None:
        """Remember what could not be drawn."""
        self.characters = characters
        self.key = key
        super().__init__(self.text(Language.EN))

    def text(self, language: Language) -> str:
        """Return the warning as one line."""
        shown = self.characters[:12] + ("…" if len(self.characters) > 12 else "")  # noqa: PLR2004 - enough to recognise a script
        return say("chart.missing_glyphs", language, characters=shown, count=len(self.key))

    def hint(self, language: Language) -> str:
        """Return what to do about it."""
        return say("chart.missing_glyphs.hint", language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fonts:
    """Families to list, in order, and the characters that none of them has."""

    families: tuple[str, ...]
    missing: frozenset[str]

    def can_draw(self, text: str) -> bool:
        """Tell whether every character of *text* has a glyph."""
        return self.missing.isdisjoint(text)


def choose(texts: Iterable[str], font: Path | None = None) -> Fonts:
    """Find families that together can draw *texts*.

    Args:
        texts: Everything that is going to be drawn.
        font: A font file to prefer.

    Raises:
        UsageError: *font* cannot be read.
    """
    wanted = {c for text in texts for c in text if not c.isspace()}
    first = [_add(font)] if font else []
    missing = wanted - _glyphs(BASE)
    for family in first:
        missing -= _glyphs(family)
    found = []
    for family in _candidates() if missing else ():
        has = _glyphs(family)
        if has & missing:
            found.append(family)
            missing -= has
        if not missing:
            break
    return Fonts(families=(*first, *found, BASE), missing=frozenset(missing))


def _candidates() -> Iterator[str]:
    """Yield families likely to have Chinese first, then every other one that is installed."""
    pack = packaged()
    if pack:
        yield _add(pack)
    installed = {entry.name for entry in font_manager.fontManager.ttflist if _is_regular(entry)}
    yield from (name for name in _CJK if name in installed)
    yield from sorted(n for n in installed.difference(_CJK) if not n.startswith(_BOXES))


def packaged() -> Path | None:
    """Return the font file of the extra ``[cjk]``, None where it is not installed."""
    package, name = _PACK
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).with_name(name) if spec and spec.origin else None
    return path if path and path.is_file() else None


def _add(path: Path) -> str:
    """Make a font file known to this process and return its family."""
    manager = font_manager.fontManager
    known = [entry.name for entry in manager.ttflist if entry.fname == str(path)]
    if not known:
        try:
            manager.addfont(path)
        except (OSError, RuntimeError) as error:
            raise UsageError("chart-font", path=path) from error
        known = [entry.name for entry in manager.ttflist if entry.fname == str(path)]
    # a collection holds several faces: the one for simplified Chinese first
    return next((name for name in known if name.endswith((" SC", " CN"))), known[0])


def _is_regular(entry: font_manager.FontEntry) -> bool:
    """Tell whether it is a plain upright face; Matplotlib logs a line for each other one."""
    upright = entry.style == "normal" and entry.stretch == "normal"
    return upright and entry.weight in {400, "normal", "regular"}


def _glyphs(family: str) -> set[str]:
    path = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return {chr(code) for code in FT2Font(path).get_charmap()}
