"""A cleaned copy of a raw answer: the structure, the ids and every harmless byte stay."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.reading.decode import unpack
from sops_report.redaction.rules import BUILT_IN, KEY_NAME, MASK, Rule
from sops_report.redaction.text import Masker
from sops_report.redaction.tokens import Place, replace_texts

_AROUND: Final = 30
_LITERALS: Final = frozenset({"null", "true", "false"})
# Keys of the status answer that only sound like secrets.
_HARMLESS: Final = frozenset({"retry", "skip", "loop", "id", "version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is to be masked.

    Attributes:
        rule: The rule's name.
        place: Where it stands, as ``data.children.n1.name``.
        shown: The text around it, already masked; hostile like every text of an answer.
        count: How often the rule was right in this text.
    """

    rule: str
    place: str
    shown: str
    count: int = 1


def redact_answer(
    data: bytes, source: str = "–", rules: Sequence[Rule] = BUILT_IN
) -> tuple[bytes, list[Finding]]:
    """Return a raw answer with every secret masked, and what was found.

    A value whose key names a secret (``"password": …``) is masked whole, whatever it looks like.

    Args:
        data: JSON or JSON Lines, UTF-8, possibly packed.
        source: Its name, for errors.
        rules: What to look for.

    Raises:
        InputError: The packed data is damaged.
    """
    found: list[Finding] = []

    def change(text: str, place: Place) -> str:
        if rules and not place.is_key and _is_secret(text, place):
            found.append(Finding(rule="secret", place=str(place), shown=MASK))
            return MASK
        if text in _LITERALS:
            return text
        masker = Masker(rules)
        cleaned = masker.clean(text)
        found.extend(
            Finding(rule=rule, place=str(place), shown=_around(cleaned), count=n)
            for rule, n in masker.counts.items()
        )
        return cleaned

    document = text_of(unpack(data, source))
    return replace_texts(document, change).encode("utf-8", "surrogatepass"), found


def text_of(data: bytes) -> str:
    """Return a document's text; what is no UTF-8 is kept as far as it can be."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x00").decode("utf-8", "replace")


def counts_of(found: Sequence[Finding]) -> dict[str, int]:
    """Return how many were found by rule."""
    counted: Counter[str] = Counter()
    for finding in found:
        counted[finding.rule] += finding.count
    return dict(counted)


def _is_secret(text: str, place: Place) -> bool:
    if text in _LITERALS or text in ("", MASK):
        return False
    key = place.holder if place.key == "value" else place.key
    return key not in _HARMLESS and KEY_NAME.search(key) is not None


def _around(text: str) -> str:
    at = text.find(MASK)
    begin, end = max(0, at - _AROUND), at + len(MASK) + _AROUND
    head = "…" if begin else ""
    return f"{head}{text[begin:end]}{'…' if end < len(text) else ''}"
