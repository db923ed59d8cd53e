"""One field of a node → a value of the right type, or None and a note.

Nothing is guessed: what is not of the documented type (or a safe form of it) is missing.
"""

import math
from collections.abc import Callable
from typing import Final

from sops_report.read.texts import scrub

_INT32: Final = 2**31
_FLAG_WORDS: Final = {"true": True, "false": False, "1": True, "0": False}

Odd = Callable[[str, object], None]


def text_field(value: object, odd: Odd) -> str | None:
    """Return a text, or None; other scalars become their text and are noted."""
    if value is None:
        return None
    if not isinstance(value, str):
        odd("not-text", value)
        return str(value) if isinstance(value, bool | int | float) else None
    clean = scrub(value)
    if clean is not value and clean != value:
        odd("lone-surrogate", clean)
    return clean


def count_field(value: object, odd: Odd) -> int | None:
    """Return a whole number that fits 32 bits, or None."""
    if value is None:
        return None
    number = value
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 12:  # noqa: PLR2004
        odd("number-as-text", value)
        number = int(value)
    if isinstance(number, int) and not isinstance(number, bool) and -_INT32 <= number < _INT32:
        return number
    odd("not-a-count", value)
    return None


def seconds_field(value: object, odd: Odd) -> float | None:
    """Return a finite number of seconds, or None."""
    if value is None:
        return None
    number = value
    if isinstance(value, str):
        odd("number-as-text", value)
        try:
            number = float(value)
        except ValueError:
            return None
    if isinstance(number, bool) or not isinstance(number, int | float):
        odd("not-a-count", value)
        return None
    if abs(number) >= _INT32 * 1000 or not math.isfinite(number):
        odd("not-a-count", value)
        return None
    return float(number)


def flag_field(value: object, odd: Odd) -> bool | None:
    """Return a flag; 0 and 1 are flags (the CREATED stub sends 0), words are noted."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in _FLAG_WORDS:
        odd("flag-as-text", value)
        return _FLAG_WORDS[value.strip().lower()]
    odd("not-a-flag", value)
    return None
