"""One plain answer of the server → its nodes' fields as lists, or nothing for the odd ones.

Decoding and its proofs are `reading.fast`'s; only what follows differs: texts of times stay texts,
so that those of many documents can be read at once.
"""

import re
from dataclasses import dataclass
from typing import Final

from sops_report.errors import InputError
from sops_report.reading.fast import _Answer as Answer
from sops_report.reading.fast import _Columns as Fields
from sops_report.reading.fast import _decoded as decoded
from sops_report.reading.fast import _Envelope as Envelope
from sops_report.reading.fast import _extras as extras_of
from sops_report.reading.fast import _found as found_in
from sops_report.reading.fast import _lay_out as lay_out
from sops_report.reading.fast import _Layout as Layout
from sops_report.reading.fast import _n_quotes_of_extras as n_quotes_of
from sops_report.reading.fast import _Root as Root
from sops_report.reading.fast import _SecondRoot as SecondRoot
from sops_report.reading.read import SteppedAsideError
from sops_report.reading.tree import failure_texts

_QUOTE: Final = b'"'
# No failure text, no error, and no second key: a number, a word or a text without escapes.
_HARMLESS: Final = re.compile(rb'0|null|true|\{\}|\[\]|""|"[ !#-\[\]-~]*"')


@dataclass(slots=True)
class Plain:
    """The nodes of one plain answer.

    Attributes:
        laid: Their places.
        fields: Their fields, as sent.
        error_ignored: Its two names merged.
        texts: The failure texts by node id.
    """

    laid: Layout
    fields: Fields
    error_ignored: list[bool | None]
    texts: dict[str, str | None]


def read_plain(data: bytes) -> Plain | None:
    """Read an answer of the server's plain form.

    Args:
        data: One unpacked document.

    Returns:
        Its nodes; None where the careful reader has to read (or to refuse) it.
    """
    try:
        answer = decoded(data)
        root = answer.data if isinstance(answer, Envelope) else answer
        laid = lay_out(root)
        fields = Fields.of(laid.nodes)
        n_quotes = fields.n_quotes(is_second=isinstance(root, SecondRoot)) + n_quotes_of(root)
        if isinstance(answer, Envelope):
            n_quotes += n_quotes_of(answer) + 2  # the key "data"
        if data.count(_QUOTE) != n_quotes:
            return None
        texts = {} if is_bare(answer, root) else texts_of(answer, root)
    except (SteppedAsideError, InputError):
        return None
    laid.nodes.clear()
    return Plain(laid, fields, fields._error_ignored(), texts)  # noqa: SLF001 - one family


def is_bare(answer: Answer | Root, root: Root) -> bool:
    """Tell whether around the nodes stands only what says nothing, as in most good answers."""
    extras = [*extras_of(root), *(extras_of(answer) if isinstance(answer, Envelope) else ())]
    return all(says_nothing(name, bytes(value)) for name, value in extras)


def says_nothing(name: str, raw: bytes) -> bool:
    """Tell whether a value around the nodes is one of a good answer.

    Args:
        name: Its key, of the root or of the envelope.
        raw: As it is written.
    """
    return raw == b"true" if name == "result" else _HARMLESS.fullmatch(raw) is not None


def texts_of(answer: Answer | Root, root: Root) -> dict[str, str | None]:
    """Let the careful reader judge what stands around the nodes, and return failure texts."""
    found = found_in(answer, root, "", lambda _: None)
    return failure_texts(found.root, lambda _: None)[0]
