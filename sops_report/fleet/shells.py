"""What stands around the nodes of an answer: the envelope and the root, judged for each document.

The members of the root's children are cut out and a mark is put in their place. Only if the typed
decoder finds that mark, and nothing else, as the children of the root did they stand there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

import msgspec
from msgspec import Raw

from sops_report.errors import InputError
from sops_report.fleet.decoding import says_nothing, texts_of
from sops_report.reading.fast import (
    _BEGINNING,
    _IS_SECOND_ENGINE,
    _STARTS_WITH_ENVELOPE,
    _AnyNode,
    _Envelope,
    _Extra,
    _Node,
    _Root,
)
from sops_report.reading.fast import _Columns as Fields
from sops_report.reading.fast import _extras as extras_of
from sops_report.reading.read import SteppedAsideError

MARK: Final = b'"the nodes that were cut out": 0'
_CHILDREN: Final = b"{%s}" % MARK
_QUOTES: Final = MARK.count(b'"')


class _FirstShell(_Node, gc=False, kw_only=True):
    children: Raw
    state_refresh_at: str
    error_ignored: bool = None  # type: ignore[assignment]  # not sent; null is refused
    ex_data: _Extra = msgspec.UNSET
    failed_node_info: _Extra = msgspec.UNSET
    auto_retry_infos: _Extra = msgspec.UNSET
    auto_retry_status: _Extra = msgspec.UNSET


class _SecondShell(_Node, gc=False, kw_only=True):
    children: Raw
    root_id: str = msgspec.field(name="root_id:")
    parent_id: str
    error_ignored: bool
    state_refresh_at: str = None  # type: ignore[assignment]
    ex_data: _Extra = msgspec.UNSET
    failed_node_info: _Extra = msgspec.UNSET
    auto_retry_infos: _Extra = msgspec.UNSET
    auto_retry_status: _Extra = msgspec.UNSET


class _FirstAnswer(_Envelope, gc=False, kw_only=True):
    data: _FirstShell


class _SecondAnswer(_Envelope, gc=False, kw_only=True):
    data: _SecondShell


_AnyShell = _FirstShell | _SecondShell | _FirstAnswer | _SecondAnswer
_DECODERS: Final[Mapping[tuple[bool, bool], msgspec.json.Decoder[_AnyShell]]] = MappingProxyType({
    (False, False): msgspec.json.Decoder(_FirstShell),
    (False, True): msgspec.json.Decoder(_SecondShell),
    (True, False): msgspec.json.Decoder(_FirstAnswer),
    (True, True): msgspec.json.Decoder(_SecondAnswer),
})  # fmt: skip


@dataclass(slots=True)
class Shell:
    """An answer without the nodes below its root.

    Attributes:
        root: The root's own fields.
        texts: The failure texts by node id.
    """

    root: _Root
    texts: dict[str, str | None]


def read_shell(data: bytes, begin: int, end: int) -> Shell | None:
    """Read an answer whose bytes from *begin* to *end* are cut out.

    Returns:
        None where another reader has to read the document, as `decoding.read_plain` does.
    """
    bare = b"".join((data[:begin], MARK, data[end:]))
    if bare.count(MARK) > 1:  # the one that is found could be the document's own
        return None
    is_second = data.find(_IS_SECOND_ENGINE, 0, _BEGINNING) >= 0
    is_wrapped = _STARTS_WITH_ENVELOPE.match(bare) is not None
    try:
        answer = _DECODERS[is_wrapped, is_second].decode(bare)
        root = answer.data if isinstance(answer, _FirstAnswer | _SecondAnswer) else answer
        if bytes(root.children) != _CHILDREN:
            return None
        node = cast("_Root", root)  # has all that is asked of a root here
        extras = list(extras_of(node))
        n_quotes = _n_quotes(root) + _QUOTES
        if isinstance(answer, _Envelope):
            extras += extras_of(answer)
            n_quotes += 2  # the key "data"
        is_harmless = True
        for name, value in extras:
            raw = bytes(value)
            n_quotes += 2 + raw.count(b'"')
            is_harmless = is_harmless and says_nothing(name, raw)
        if bare.count(b'"') != n_quotes:
            return None
        texts = {} if is_harmless else texts_of(cast("_Root", answer), node)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, SteppedAsideError, InputError):
        return None
    return Shell(node, texts)


def _n_quotes(root: _FirstShell | _SecondShell) -> int:
    """Return how many quotation marks a root needs; see `reading.fast`."""
    is_second = isinstance(root, _SecondShell)
    optional = (root.name, root.start_time, root.finish_time, root.state_refresh_at)
    n_texts = 3 + 2 * is_second + len(optional) - optional.count(None)
    n_unsent = (root.state_refresh_at is None) + (root.error_ignored is None)
    return 2 * (n_texts + 14 + 2 * is_second - n_unsent)


def fields_of(shells: Sequence[Shell]) -> Fields:
    """Return the roots' fields as columns."""
    return Fields.of(cast("Sequence[_AnyNode]", [shell.root for shell in shells]))
