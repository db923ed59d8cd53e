"""Bytes that are markup and not JSON: what one of our pages may be, as tools have saved it."""

import codecs


def as_markup(data: bytes) -> bytes | None:
    r"""Return a page as UTF-8, as editors and shells may have saved it; None if it is no markup.

    Example:
        >>> as_markup("\ufeff <html>".encode("utf-16-le")), as_markup(b'{"result": true}')
        (b' <html>', None)
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    return data if data.lstrip()[:1] == b"<" else None
