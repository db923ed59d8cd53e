"""A page's data made small: ids as bytes, then one LZMA stream over everything, then Base64.

Ids are most of what an answer holds, random, and written as hexadecimal digits: twice their size.
Each stands once in a table behind the text, and the text refers to it.
"""

import lzma
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Final

_ID: Final = re.compile(rb'("[a-z]?)([0-9a-f]{31,32})')
_REFERENCE: Final = re.compile(rb"[\x80-\xff]{3}")
_LONG: Final = 32
_MOST_IDS: Final = 1 << 20
_SIZE: Final = 16
_LARGE: Final = 2_000_000
_TIGHT: Final = {"mode": lzma.MODE_NORMAL, "mf": lzma.MF_BT4, "nice_len": 64}
_FAST: Final = {"mode": lzma.MODE_FAST, "mf": lzma.MF_HC4, "nice_len": 273, "depth": 8}
_SMALLEST_WINDOW: Final = 1 << 16
_LARGEST_WINDOW: Final = 1 << 24
_MOST_MEMORY: Final = 1 << 28
_MOST_UNPACKED: Final = 1 << 30


class PackingError(ValueError):
    """What was to be unpacked is damaged or too large."""


def pack(text: bytes) -> str:
    """Return ASCII *text* packed, as Base64."""
    # on a large text a tight search takes ten times as long for a tenth of the bytes
    search = _TIGHT if len(text) < _LARGE else _FAST
    steps = {"id": lzma.FILTER_LZMA2, "pb": 0, "dict_size": _window(len(text)), **search}
    packed = lzma.compress(
        _with_table(text), lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=[steps]
    )
    return b64encode(packed).decode("ascii")


def unpack_text(packed: str) -> bytes:
    """Return what `pack` was given.

    Raises:
        PackingError: It is damaged, or larger than anything we write.
    """
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)
    try:
        plain = unpacker.decompress(b64decode(packed, validate=True), _MOST_UNPACKED)
    except (ValueError, lzma.LZMAError, EOFError) as cause:
        raise PackingError(str(cause)) from cause
    if not unpacker.eof:
        raise PackingError("cut off")
    return _without_table(plain)


def _window(size: int) -> int:
    return min(max(1 << size.bit_length(), _SMALLEST_WINDOW), _LARGEST_WINDOW)


def _with_table(text: bytes) -> bytes:
    """Put references for ids: three bytes above ASCII each, the table behind a zero."""
    references: dict[bytes, bytes] = {}

    def refer(match: re.Match[bytes]) -> bytes:
        before, found = match.groups()
        known = references.get(found)
        if known is None:
            if len(references) == _MOST_IDS:
                return match[0]
            known = references[found] = _reference(len(references), is_long=len(found) == _LONG)
        return before + known

    referring = _ID.sub(refer, text)
    table = bytes.fromhex("".join(found.decode().rjust(_LONG, "0") for found in references))
    return b"\0".join((referring, table))


def _reference(number: int, *, is_long: bool) -> bytes:
    value = number << 1 | is_long
    return bytes((0x80 | value >> 14, 0x80 | value >> 7 & 0x7F, 0x80 | value & 0x7F))


def _without_table(plain: bytes) -> bytes:
    text, _, table = plain.partition(b"\0")
    digits = table.hex().encode()
    ids = [digits[at : at + 2 * _SIZE] for at in range(0, len(digits), 2 * _SIZE)]
    known: Mapping[bytes, bytes] = {
        _reference(number, is_long=is_long): found if is_long else found[1:]
        for number, found in enumerate(ids)
        for is_long in (True, False)
    }
    try:
        return _REFERENCE.sub(lambda match: known[match[0]], text)
    except KeyError as cause:
        raise PackingError("unknown reference") from cause
