"""A cleaned copy of a raw answer: the structure, the ids and every harmless byte stay."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sops_report.masking.rules import BUILT_IN, KEY_NEEDS, MASK, Rule, tells_secret
from sops_report.masking.text import Masker, holds_any, that_may_match
from sops_report.reading.decode import unpack
from sops_report.redaction.tokens import Place, replace_texts, texts_in

_AROUND: Final = 30
_NAMING: Final = frozenset({"key", "name"})
_MOST_KNOWN: Final = 50_000
_LITERALS: Final = frozenset({"null", "true", "false"})
# Keys of the status answer that only sound like secrets.
_HARMLESS: Final = frozenset({"retry", "skip", "loop", "id", "version"})


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
    plain = unpack(data, source)
    document = text_of(plain)
    found: list[Finding] = []
    active = _rules_for(document, rules)
    if active is not None:
        document = replace_texts(document, _Change(active, found), _secret_pairs(document))
    elif document.isascii() and len(document) == len(plain):
        return plain, found  # a copy of a large answer would be the same bytes again
    return document.encode("utf-8", "surrogatepass"), found


def _rules_for(document: str, rules: Sequence[Rule]) -> tuple[Rule, ...] | None:
    """Return the rules that may find something in a document; None if nothing can be found."""
    texts = texts_in(document) if rules else set()
    active = that_may_match(texts, rules)
    whole = "\n".join(texts)
    has_secret_key = holds_any(whole.lower(), KEY_NEEDS) and tells_secret(whole)
    return active if active or has_secret_key else None


def _secret_pairs(document: str) -> set[int]:
    """Return where the objects begin whose ``key`` or ``name`` tells that their value is secret."""
    begins: set[int] = set()

    def look(text: str, place: Place) -> str:
        is_name = not place.is_key and place.own in _NAMING
        if is_name and tells_secret(text):
            begins.add(place.container)
        return text

    if '"value"' in document:
        replace_texts(document, look)
    return begins


class _Change:
    """Masks the texts of one document; equal texts are looked at once."""

    def __init__(self, rules: Sequence[Rule], found: list[Finding]) -> None:
        self.rules = rules
        self.found = found
        self._secret_keys: dict[str, bool] = {}
        self._known: dict[str, tuple[str, Mapping[str, int]]] = {}

    def __call__(self, text: str, place: Place) -> str:
        if not place.is_key and self._is_secret(text, place):
            self.found.append(Finding(rule="secret", place=self._where(place), shown=MASK))
            return MASK
        if text in _LITERALS:
            return text
        cleaned, counts = self._cleaned(text)
        if not counts:
            return cleaned
        self.found.extend(
            Finding(rule=rule, place=self._where(place), shown=_around(cleaned), count=n)
            for rule, n in counts.items()
        )
        return cleaned

    def _cleaned(self, text: str) -> tuple[str, Mapping[str, int]]:
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:  # ids and moments come once or twice, and together
                self._known.clear()
            masker = Masker(self.rules)
            known = self._known[text] = masker.clean(text), masker.counts
        return known

    def _where(self, place: Place) -> str:
        """Return the place for people to read: a key may hold a secret itself."""
        return ".".join(self._cleaned(part)[0] for part in place.parts())

    def _is_secret(self, text: str, place: Place) -> bool:
        """Tell whether a text is secret by the words beside or above it."""
        if text in _LITERALS or text in ("", MASK):
            return False
        return place.is_paired or self._is_secret_key(
            place.holder if place.key == "value" else place.key
        )

    def _is_secret_key(self, key: str) -> bool:
        known = self._secret_keys.get(key)
        if known is None:
            known = key not in _HARMLESS and tells_secret(key)
            self._secret_keys[key] = known
        return known


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


def _around(text: str) -> str:
    at = text.find(MASK)
    begin, end = max(0, at - _AROUND), at + len(MASK) + _AROUND
    head = "…" if begin else ""
    return f"{head}{text[begin:end]}{'…' if end < len(text) else ''}"
