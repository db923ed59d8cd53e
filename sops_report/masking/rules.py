r"""The built-in rules: what a secret looks like.

Every pattern is linear: no repetition holds another one that could match the same text, and what
stands before a secret is bounded. The group ``s`` is what gets masked, the rest is context.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

MASK: Final = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing to look for.

    Attributes:
        name: Stands in the counts; ``redaction.rule.<name>`` says it in words.
        expression: A regular expression; its group ``s`` is the secret.
        needs: Lower-case pieces, one of which every match holds: a cheap look before the search.
        holds: A last look at the secret, as a checksum; None takes every match.
    """

    name: str
    expression: str
    needs: tuple[str, ...] = ()
    holds: Callable[[str], bool] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """The expression, compiled when it is first needed: most reports need few of them."""
        return compiled(self.expression)


@cache
def compiled(expression: str) -> re.Pattern[str]:
    """Return a regular expression that is compiled once."""
    return re.compile(expression)


_QUOTE: Final = r"\\{0,8}[\"']"
_KEYS: Final = (
    r"passw(?:or)?d|passphrase|passwd|pwd|[_-]pass(?![a-z])|secret|token|credential"
    r"|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|encrypt\w{0,4}[_-]?key"
    r"|bk_ticket|session_?(?:id|key)|csrf"
)
_KEY_WORDS: Final = (
    "pass", "pwd", "secret", "token", "credential", "key", "bk_ticket", "session", "csrf",
)  # fmt: skip
_CHINESE_KEYS: Final = "密码|口令|密钥|令牌"
# What stands behind a key and is no secret, and what was masked already.
_NOTHING: Final = r"(?!(?:\*\*\*(?![\w*])|(?:null|none|nil|true|false|undefined)(?!\w)))"
_END: Final = r"\s\"'<>,;&|)}\]，。；、（）「」\\"
_BARE: Final = rf"[^({{\[{_END}][^{_END}]{{0,4000}}"
_VALUE: Final = (
    rf"(?:[bu]?(?P<q>{_QUOTE}))?{_NOTHING}"
    rf"(?P<s>(?(q)(?!(?P=q))(?:[^\n]{{1,4000}}?(?=(?<!\\)(?P=q))|[^\n]{{1,4000}})|{_BARE}))"
)
KEY_NEEDS: Final = (*_KEY_WORDS, *_CHINESE_KEYS.split("|"), "authorization", "cookie")
_KEY_NAME: Final = rf"(?i){_KEYS}|{_CHINESE_KEYS}|authorization|cookie"

_KEY_VALUE: Final = (
    rf"(?i)(?:(?:{_KEYS})[\w-]{{0,30}}\}}?(?:{_QUOTE})?\s{{0,8}}(?:=>|[:=：>])"
    rf"|(?:{_CHINESE_KEYS})(?:{_QUOTE})?\s{{0,8}}(?:=>|[:=：>为是]))\s{{0,8}}"
    rf"(?:\{{\s{{0,8}}{_QUOTE}value{_QUOTE}\s{{0,8}}:\s{{0,8}})?{_VALUE}"
)
_OPTION: Final = (
    r"(?i)(?<![\w-])(?:--?(?:[\w-]{0,30}?(?:passw(?:or)?d|pwd|secret|token|api-?key))[\w-]{0,20}\s{1,4}"
    r"|\b(?:mysql\w{0,10}|sshpass)\s[^\n]{0,200}?(?<=\s)-p\s?"
    r"|\bredis-cli\s[^\n]{0,200}?(?<=\s)-a\s{1,4})"
    rf"(?P<q>[\"'])?{_NOTHING}(?P<s>(?(q)[^\"'\n]{{1,4000}}|[^\s\"'-][^\s\"']{{0,4000}}))"
)
_HEADER: Final = (
    rf"(?i)(?:(?:X-Bkapi-|Proxy-|X-)?Authorization|(?:Set-)?Cookie)(?:{_QUOTE})?\s{{0,8}}[:=：]\s{{0,8}}"
    rf"(?:{_QUOTE})?{_NOTHING}(?P<s>\{{[^}}\n]{{0,4000}}\}}?|[^\s\"'<>\\{{][^\n\r\"'<>\\]{{0,4000}})"
)
_BEARER: Final = r"(?i)\b(?:Bearer|Basic)\s{1,4}(?P<s>[A-Za-z0-9._~+/=-]{8,4000})"
_URL: Final = rf"(?i)://[^\s/@:\"'<>\\]{{0,200}}:{_NOTHING}(?P<s>[^\s/\"'<>\\]{{1,200}})(?=@|…)"
_QUERY: Final = (
    r"(?i)[?&](?:sig|sign|signature|auth|code|ticket|sid|key|ak|sk|session)="
    rf"{_NOTHING}(?P<s>[^&\s#\"'<>\\]{{1,2000}})"
)
_PEM: Final = (
    r"(?P<s>-----BEGIN [A-Z0-9 ]{1,40}-----"
    r"(?:[^-]{0,20000}-----END [A-Z0-9 ]{1,40}-----|[A-Za-z0-9+/=\\\s…,:-]{0,20000}))"
)
_KNOWN: Final = (
    r"(?<![A-Za-z0-9])(?P<s>(?:AKIA|ASIA)[0-9A-Z]{16}|LTAI[0-9A-Za-z]{12,26}"
    r"|AKID[0-9A-Za-z]{13,40}|gh[pousr]_[0-9A-Za-z]{30,100}|glpat-[\w-]{16,100}"
    r"|xox[abprs]-[\w-]{10,200}|sk-[A-Za-z0-9]{20,100}"
    r"|eyJ[\w-]{6,4000}\.[\w-]{4,4000}(?:\.[\w-]{0,4000})?)"
)
_LONG_KEY: Final = (
    rf"(?i)(?:key|signature|\bsign|\bak|\bsk)s?(?:{_QUOTE})?\s{{0,8}}[:=：]\s{{0,8}}(?:{_QUOTE})?"
    r"(?P<s>[A-Za-z0-9+/_=-]{20,4000})"
)
_EMAIL: Final = (
    r"(?<![A-Za-z0-9._%+-])(?P<s>[A-Za-z0-9._%+-]{1,64})"
    r"@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"
)
_MOBILE: Final = (
    r"(?<![0-9A-Za-z_.])(?P<s>(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![0-9A-Za-z_])"
)
_IDENTITY: Final = r"(?<![0-9A-Za-z])(?P<s>[1-9]\d{16}[\dXx])(?![0-9A-Za-z])"
IPV4: Final = r"(?<![\w.])(?P<s>(?:\d{1,3}\.){3}\d{1,3})(?![\w]|\.\d)"
_IPV6: Final = r"(?<![\w:.])(?P<s>(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{1,4})(?![\w:])"

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def tells_secret(name: str) -> bool:
    """Tell whether what stands under *name* is secret by that name.

    Example:
        >>> tells_secret("db_password"), tells_secret("db_host")
        (True, False)
    """
    return compiled(_KEY_NAME).search(name) is not None


def is_identity(number: str) -> bool:
    """Tell whether 18 characters are a Chinese identity number: a real birthday and checksum."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return number[17].upper() == "10X98765432"[total % 11]


def is_ipv4(address: str) -> bool:
    """Tell whether four numbers are an address; versions like 2026.1.1.999 are none."""
    return all(int(part) <= 255 for part in address.split("."))  # noqa: PLR2004 - one byte


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text) or text.endswith("=")


def _is_mixed(text: str) -> bool:
    return _has_digit(text) and any(character.isalpha() for character in text)


def _is_ipv6(address: str) -> bool:
    groups = address.split(":")
    return len(groups) == 8 or ("" in groups and any(len(group) > 2 for group in groups))  # noqa: PLR2004 - a clock's 12:30:05 is none


BUILT_IN: Final = (
    Rule(name="pem", expression=_PEM, needs=("-----begin",)),
    Rule(name="header", expression=_HEADER, needs=("authorization", "cookie")),
    Rule(name="url", expression=_URL, needs=("://",)),
    Rule(name="secret", expression=_KEY_VALUE, needs=(*_KEY_WORDS, *_CHINESE_KEYS.split("|"))),
    Rule(name="secret", expression=_OPTION, needs=("-p", "-a", "pwd", "secret", "token", "api")),
    Rule(name="token", expression=_BEARER, needs=("bearer", "basic"), holds=_has_digit),
    Rule(name="url", expression=_QUERY, needs=("?", "&")),
    Rule(name="token", expression=_KNOWN, needs=(
        "akia", "asia", "ltai", "akid", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat-", "xox",
        "sk-", "eyj",
    )),
    Rule(name="token", expression=_LONG_KEY, needs=("key", "sign", "ak", "sk"), holds=_is_mixed),
    Rule(name="email", expression=_EMAIL, needs=("@",)),
    Rule(name="mobile", expression=_MOBILE),
    Rule(name="identity", expression=_IDENTITY, holds=is_identity),
)  # fmt: skip
ADDRESSES: Final = (
    Rule(name="ip", expression=IPV4, holds=is_ipv4),
    Rule(name="ip", expression=_IPV6, needs=(":",), holds=_is_ipv6),
)
