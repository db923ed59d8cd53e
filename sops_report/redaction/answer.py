"""A cleaned copy of a raw answer: the structure, the ids and every harmless byte stay."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.masking.rules import BUILT_IN, KEY_NAME, KEY_NEEDS, MASK, Rule
from sops_report.masking.text import Masker, holds_any, that_may_match
from sops_report.reading.decode import unpack
from sops_report.redaction.tokens import Place, replace_texts, texts_in

_AROUND: Final = 30
_ID: Final = re.compile("[a-z]?[0-9a-f]{31,32}")
_NAMING: Final = (("key",), ("name",))
_LITERALS: Final = frozenset({"null", "true", "false"})
# Keys of the status answer that only sound like secrets.
_HARMLESS: Final = frozenset({"retry", "skip", "loop", "id", "version"})


Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is to be masked.

    Attributes:
        rule: The rule's name.
        place: Where it stands, as ``data.children.n1.name``, masked like the text.
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

    A value whose key names a secret (``"password": …``) is masked whole, whatever it looks like; so
    is the ``value`` beside a ``key`` or ``name`` that does, as variables and outputs have them.

    Args:
        data: JSON or JSON Lines, UTF-8, possibly packed.
        source: Its name, for errors.
        rules: What to look for.

    Raises:
        InputError: The packed data is damaged.
    """
    document = text_of(unpack(data, source))
    found: list[Finding] = []
    active = _rules_for(document, rules)
    if active is not None:
        document = replace_texts(document, _Change(active, found, _secret_pairs(document)))
    return document.encode("utf-8", "surrogatepass"), found


def _rules_for(document: str, rules: Sequence[Rule]) -> tuple[Rule, ...] | None:
    """Return the rules that may find something in a document; None if nothing can be found."""
    texts = texts_in(document) if rules else set()
    # ids are most of what differs, and none of our own rules is about them
    told = [text for text in texts if not _ID.fullmatch(text)]
    active = that_may_match(told, rules)
    whole = "\n".join(told)
    has_secret_key = holds_any(whole.lower(), KEY_NEEDS) and KEY_NAME.search(whole) is not None
    return active if active or has_secret_key else None


def _secret_pairs(document: str) -> frozenset[Keys]:
    """Return where the objects stand whose ``key`` or ``name`` tells that their value is secret."""
    places: set[Keys] = set()

    def look(text: str, place: Place) -> str:
        is_name = not place.is_key and place.keys[-1:] in _NAMING
        if is_name and KEY_NAME.search(text):
            places.add(place.keys[:-1])
        return text

    if '"value"' in document:
        replace_texts(document, look)
    return frozenset(places)


class _Change:
    """Masks the texts of one document; equal texts are looked at once."""

    def __init__(
        self, rules: Sequence[Rule], found: list[Finding], secret_pairs: frozenset[Keys]
    ) -> None:
        self.rules = rules
        self.found = found
        self.secret_pairs = secret_pairs
        self._known: dict[str, tuple[str, Mapping[str, int]]] = {}

    def __call__(self, text: str, place: Place) -> str:
        if not place.is_key and (_is_secret(text, place) or self._is_paired(text, place)):
            self.found.append(Finding(rule="secret", place=self._where(place), shown=MASK))
            return MASK
        if text in _LITERALS:
            return text
        cleaned, counts = self._cleaned(text)
        self.found.extend(
            Finding(rule=rule, place=self._where(place), shown=_around(cleaned), count=n)
            for rule, n in counts.items()
        )
        return cleaned

    def _cleaned(self, text: str) -> tuple[str, Mapping[str, int]]:
        known = self._known.get(text)
        if known is None:
            masker = Masker(self.rules)
            known = self._known[text] = masker.clean(text), masker.counts
        return known

    def _where(self, place: Place) -> str:
        """Return the place for people to read: a key may hold a secret itself."""
        return ".".join(self._cleaned(part)[0] for part in place.parts())

    def _is_paired(self, text: str, place: Place) -> bool:
        if not self.secret_pairs or text in _LITERALS or text in ("", MASK):
            return False
        keys = place.keys
        return any(
            key == "value" and keys[:depth] in self.secret_pairs for depth, key in enumerate(keys)
        )


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
