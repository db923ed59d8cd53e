"""One field of all nodes → a column of the right type; what does not fit is None and a note.

Nothing is guessed: what is not of the documented type (or a safe form of it) is missing. A column
whose values are all of the usual type is taken as it is; only an odd one is read value by value.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import Final, TypeVar, cast

from sops_report.reading.texts import scrub

_INT32: Final = 2**31
_LONGEST_SECONDS: Final = _INT32 * 1000
_FLAG_WORDS: Final = {"true": True, "false": False, "1": True, "0": False}
_WHOLE: Final = re.compile(r"\s*-?\d{1,11}\s*", re.ASCII)
_NONE: Final = type(None)
_TEXT: Final = frozenset({str, _NONE})
_COUNT: Final = frozenset({int, _NONE})
_FLAG: Final = frozenset({bool, _NONE})

# Is told the position, the note's code and the value.
Odd = Callable[[int, str, object], None]
_Value = TypeVar("_Value")
_Reader = Callable[[object], tuple[_Value | None, str | None]]


def text_column(values: Sequence[object], odd: Odd) -> list[str | None]:
    """Return texts; other scalars become their text and are noted."""
    if _TEXT.issuperset(map(type, values)):
        texts = cast("list[str | None]", list(values))
        if _is_sound("".join(filter(None, texts))):
            return texts
    return _one_by_one(values, _text, odd)


def count_column(values: Sequence[object], odd: Odd) -> list[int | None]:
    """Return whole numbers that fit 32 bits."""
    if _COUNT.issuperset(map(type, values)):
        counts = cast("list[int | None]", list(values))
        present = [count for count in counts if count is not None]
        if not present or (min(present) >= -_INT32 and max(present) < _INT32):
            return counts
    return _one_by_one(values, _count, odd)


def seconds_column(values: Sequence[object], odd: Odd) -> list[float | None]:
    """Return finite numbers of seconds."""
    if _COUNT.issuperset(map(type, values)):
        counts = cast("list[int | None]", list(values))
        present = [count for count in counts if count is not None]
        if max(map(abs, present), default=0) < _LONGEST_SECONDS:
            return [None if count is None else float(count) for count in counts]
    return _one_by_one(values, _seconds, odd)


def flag_column(values: Sequence[object], odd: Odd) -> list[bool | None]:
    """Return flags; 0 and 1 are flags (the CREATED stub sends 0), words are noted."""
    if _FLAG.issuperset(map(type, values)):
        return cast("list[bool | None]", list(values))
    return _one_by_one(values, _flag, odd)


def _one_by_one(values: Sequence[object], read: _Reader[_Value], odd: Odd) -> list[_Value | None]:
    column = []
    for position, value in enumerate(values):
        found, code = (None, None) if value is None else read(value)
        if code is not None:
            odd(position, code, found if code == "lone-surrogate" else value)
        column.append(found)
    return column


def _is_sound(text: str) -> bool:
    """Tell whether a text can be written as UTF-8: half a surrogate pair cannot."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: object) -> tuple[str | None, str | None]:
    if isinstance(value, str):
        clean = scrub(value)
        return clean, None if clean == value else "lone-surrogate"
    return _scalar_text(value), "not-text"


def _scalar_text(value: object) -> str | None:
    if not isinstance(value, bool | int | float):
        return None
    try:
        return str(value)
    except ValueError:  # a number beyond the interpreter's digit limit
        return None


def _count(value: object) -> tuple[int | None, str | None]:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        number = int(value)
        if -_INT32 <= number < _INT32:
            return number, "number-as-text"
    elif isinstance(value, int) and not isinstance(value, bool) and -_INT32 <= value < _INT32:
        return value, None
    return None, "not-a-count"


def _seconds(value: object) -> tuple[float | None, str | None]:
    if isinstance(value, str):
        try:
            return _usable(float(value)), "number-as-text"
        except ValueError:
            return None, "number-as-text"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, "not-a-count"
    number = _usable(value)
    return number, "not-a-count" if number is None else None


def _usable(number: float) -> float | None:
    # An int may be too large to become a float, so its size is asked first.
    return float(number) if abs(number) < _LONGEST_SECONDS and math.isfinite(number) else None


def _flag(value: object) -> tuple[bool | None, str | None]:
    if isinstance(value, bool):
        return value, None
    if isinstance(value, int) and value in (0, 1):
        return bool(value), None
    word = value.strip().lower() if isinstance(value, str) else ""
    return (_FLAG_WORDS[word], "flag-as-text") if word in _FLAG_WORDS else (None, "not-a-flag")
