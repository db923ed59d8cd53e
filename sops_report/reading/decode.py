"""Bytes → JSON value, carefully: every oddity is a note, every refusal names its place.

The standard library's reader is the fast way; where it gives up although the text is sound (nesting
beyond the interpreter's recursion limit) `deep.parse` reads without recursion.
"""

import codecs
import gzip
import io
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Final

from sops_report.errors import InputError
from sops_report.reading import deep
from sops_report.reading.texts import brief
from sops_report.snapshot import Note

MAX_BYTES: Final = 2 * 1024**3  # an unpacked answer beyond this is no answer of a server
_GZIP_MAGIC: Final = b"\x1f\x8b"
_ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_INT_DIGITS: Final = 4000
_RAW_CONTROL: Final = "Invalid control character"
_TRY_AGAIN: Final = object()
_KEY_END: Final = '":'

Json = dict[str, object]
Remark = Callable[[Note], None]


def unpack(data: bytes, source: str) -> bytes:
    """Return *data* unpacked if it is gzip or (with the extra ``zstd``) Zstandard data.

    Raises:
        InputError: The packed data is damaged, too large, or no reader for it is installed.
    """
    if data.startswith(_ZSTD_MAGIC):
        return _unpack_zstd(data, source)
    if not data.startswith(_GZIP_MAGIC):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            plain = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as cause:
        raise InputError("damaged-gzip", source=source, reason=cause) from cause
    if len(plain) > MAX_BYTES:
        raise InputError("too-large", source=source, limit=MAX_BYTES)
    return plain


def _unpack_zstd(data: bytes, source: str) -> bytes:
    zstd = _zstd_module()
    if zstd is None:
        raise InputError("zstd-missing", source=source)
    try:
        with zstd.open(io.BytesIO(data)) as stream:
            plain = bytes(stream.read(MAX_BYTES + 1))
    except (zstd.ZstdError, EOFError) as cause:
        raise InputError("damaged-zstd", source=source, reason=cause) from cause
    if len(plain) > MAX_BYTES:
        raise InputError("too-large", source=source, limit=MAX_BYTES)
    return plain


def _zstd_module() -> ModuleType | None:
    """Return the reader of Zstandard data: of Python 3.14, else of the extra; None without it."""
    for name in ("compression.zstd", "backports.zstd"):
        with suppress(ImportError):
            return import_module(name)
    return None


def decode(data: bytes, source: str, remark: Remark) -> object:
    """Return the one JSON value in *data*; *remark* is told what is odd.

    Raises:
        InputError: *data* is empty, not text, or not one JSON value.
    """
    text = _text(data, source, remark)
    reader = _Reader(remark)
    try:
        return reader.read(text)
    except json.JSONDecodeError as cause:
        if cause.msg.startswith(_RAW_CONTROL):
            return _lenient(text, source, reader)
        raise _refusal(text, cause, source) from cause


def decode_lines(data: bytes, source: str, remark: Remark) -> list[object]:
    """Return the JSON values of *data*, one a line (blank lines are skipped).

    Raises:
        InputError: As `decode`; the message names the line.
    """
    lines = _text(data, source, remark).split("\n")
    return [
        decode(line.encode("utf-8", "surrogatepass"), f"{source}:{number}", remark)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _text(data: bytes, source: str, remark: Remark) -> str:
    stripped = data.rstrip(b"\x00") if not data.startswith(codecs.BOM_UTF16_LE) else data
    if len(stripped) < len(data):
        remark(Note(code="padding", values={"count": len(data) - len(stripped)}))
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    try:
        text = stripped.decode(encoding)
    except UnicodeDecodeError as cause:
        raise InputError("not-text", source=source, byte=cause.start) from cause
    if not text.strip():
        raise InputError("empty", source=source)
    return text


def _lenient(text: str, source: str, reader: "_Reader") -> object:
    # Somebody pasted from a terminal: raw control characters inside texts. They are made visible
    # by every renderer, so reading on is safe; it is noted all the same.
    reader.remark(Note(code="raw-control"))
    try:
        return reader.read(text, strict=False)
    except json.JSONDecodeError as cause:
        raise _refusal(text, cause, source) from cause


def _refusal(text: str, cause: json.JSONDecodeError, source: str) -> InputError:
    place = {"source": source, "line": cause.lineno, "column": cause.colno, "reason": cause.msg}
    start = text.lstrip()[:200].lower()
    if start.startswith("<"):
        return InputError("html-instead", source=source)
    if start.startswith("{'") or "': none" in start or "': true" in start:
        return InputError("python-repr", **place)
    if cause.msg == "Extra data":
        return InputError("extra-data", **place)
    return InputError("not-json", **place)


class _Reader:
    """One reading of one text; collects what the plain reader would swallow."""

    def __init__(self, remark: Remark) -> None:
        self.remark = remark
        self.found: list[Note] = []

    def read(self, text: str, *, strict: bool = True) -> object:
        """Read *text*; its objects as pairs only where a key may stand twice in one of them."""
        kept: list[int] = []

        def count(found: Json) -> Json:
            kept.append(len(found))
            return found

        value = self._parse(text, strict=strict, hook={"object_hook": count})
        # Texts that hold a key's end, and blanks before a colon, make the counts differ too: then
        # the careful way is taken, so a wrong guess costs time and not truth.
        if value is _TRY_AGAIN or text.count(_KEY_END) != sum(kept):
            self.found = []
            value = self._read_pairs(text, strict=strict)
        for note in self.found:
            self.remark(note)
        return value

    def _read_pairs(self, text: str, *, strict: bool) -> object:
        value = self._parse(text, strict=strict, hook={"object_pairs_hook": self._pairs})
        if value is _TRY_AGAIN:
            self.found = []
            return deep.parse(text, self._pairs, self._constant, self._integer, strict=strict)
        return value

    def _parse(self, text: str, *, strict: bool, hook: dict[str, Callable[..., object]]) -> object:
        try:
            return json.loads(text, strict=strict, parse_constant=self._constant, **hook)  # type: ignore[arg-type]
        except RecursionError:
            return _TRY_AGAIN
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer beyond the interpreter's digit limit
            return _TRY_AGAIN

    def _pairs(self, pairs: list[tuple[str, object]]) -> Json:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self.found.append(Note(code="key-twice", values={"key": brief(key, 64)}))
                seen.add(key)
        return found

    def _constant(self, word: str) -> None:
        self.found.append(Note(code="not-a-number", values={"value": word}))

    def _integer(self, digits: str) -> int | None:
        if len(digits) <= _MAX_INT_DIGITS:
            return int(digits)
        self.found.append(Note(code="huge-number", values={"value": f"{digits[:12]}…"}))
        return None
