"""Which addresses of a failure's text may be clicked."""

from typing import Final

from sops_report.rendering.visible import visible

_LONGEST: Final = 2000
_BREAKS: Final = frozenset("<>\"'` \n\t\\")


def safe_link(address: str) -> str | None:
    """Return *address* if a reader may click it, else None.

    Only http and https, no user or password in it, nothing invisible, nothing that could end a
    link of any format.

    Example:
        >>> safe_link("https://a.example/x"), safe_link("javascript:alert(1)")
        ('https://a.example/x', None)
        >>> safe_link("https://user:secret@a.example")
    """
    scheme, found, rest = address.partition("://")
    host = rest.split("/", 1)[0]
    if not found or not host or scheme.lower() not in {"http", "https"} or "@" in host:
        return None
    is_whole = visible(address) == address and not _BREAKS & set(address)
    return address if is_whole and len(address) <= _LONGEST else None
