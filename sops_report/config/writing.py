"""Profiles written into the user's ``config.toml`` without touching what people wrote there.

A profile is appended as text, and the result is read back: unless it says exactly what it said
before plus the change, nothing is written. Secrets are named by their source only.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sops_report.config.credentials import SECRETS
from sops_report.config.settings import read_profiles
from sops_report.config.site import make_site
from sops_report.errors import UsageError
from sops_report.files import whole_file

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_DEFAULT: Final = re.compile(r"^default_profile[ \t]*=.*$", re.MULTILINE)
_TABLE: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)
_PRIVATE: Final = 0o600

Value = str | int | float


def add_profile(config_file: Path, name: str, values: Mapping[str, Value]) -> None:
    """Append a profile; the file is readable by its owner only afterwards.

    Args:
        config_file: The user's ``config.toml``; made if it is not there.
        name: Letters, digits, ``-`` and ``_``.
        values: Settings by name; a secret as ``…_env``, ``…_cmd`` or ``…_file`` only.

    Raises:
        UsageError: The name is taken or none, a value makes no sense, or the file cannot be
            understood or written.
    """
    if not _NAME.fullmatch(name):
        raise UsageError("bad-profile-name", name=repr(name[:40]))
    if name in read_profiles(config_file):
        raise UsageError("profile-exists", name=name)
    for key, value in values.items():
        if key in SECRETS:
            raise UsageError("literal-secret", name=key)
        if isinstance(value, str) and not value.isprintable():
            raise UsageError("bad-setting", setting=key, words="text")
    make_site(str(values.get("url", "")), door=_text(values, "door"), biz=_text(values, "biz"),
              scope=_text(values, "scope") or "cmdb_biz")  # fmt: skip
    text, known = _read(config_file)
    lines = [f"{key} = {_toml(value)}\n" for key, value in values.items()]
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    profiles = {**known.get("profiles", {}), name: dict(values)}
    expected = {**known, "profiles": profiles}
    _write(config_file, f"{text}{gap}[profiles.{name}]\n{''.join(lines)}", expected)


def use_profile(config_file: Path, name: str) -> None:
    """Make a profile the one that is used where none is named.

    Raises:
        UsageError: There is no such profile, or the file cannot be understood or written.
    """
    profiles = read_profiles(config_file)
    if name not in profiles:
        raise UsageError("no-such-profile", name=name, known=", ".join(profiles) or "-")
    text, known = _read(config_file)
    table = _TABLE.search(text)
    head, rest = text[: table.start()] if table else text, text[table.start() :] if table else ""
    line = f"default_profile = {_toml(name)}"
    if _DEFAULT.search(head):
        head = _DEFAULT.sub(lambda _: line, head, count=1)
    else:
        head = f"{line}\n{head or chr(10)}"
    _write(config_file, head + rest, {**known, "default_profile": name})


def _text(values: Mapping[str, Value], name: str) -> str | None:
    return str(values[name]) if name in values else None


def _toml(value: Value) -> str:
    """Write a value; of printable texts JSON and TOML are written alike."""
    return json.dumps(value, ensure_ascii=False)


def _read(config_file: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = config_file.read_text("utf-8-sig")
    except FileNotFoundError:
        return "", {}
    return text, tomllib.loads(text)


def _write(config_file: Path, text: str, expected: Mapping[str, object]) -> None:
    try:
        is_right = tomllib.loads(text) == expected
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        raise UsageError("config-by-hand", path=config_file)
    try:
        config_file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("folder", path=config_file.parent, why=error.strerror) from error
    with whole_file(config_file, force=True) as temporary:
        temporary.chmod(_PRIVATE)
        temporary.write_text(text, "utf-8")
