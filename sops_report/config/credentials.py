"""Who asks: the credentials, and where a secret is found. No secret is ever shown by `repr`."""

import json
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from sops_report.errors import NotAllowedError

# The keys of a profile that hold a literal secret.
SECRETS: Final = ("app_secret", "bk_token", "access_token")
# As they stand in requests; none of these may reach a file.
SECRET_PARAMETERS: Final = frozenset({
    *SECRETS, "bk_app_secret", "bk_access_token", "bk_signature", "x-bkapi-authorization",
    "authorization", "cookie",
})  # fmt: skip
_COMMAND_SECONDS: Final = 60
# A shorter "secret" would only make the words unreadable.
_SHORTEST_MASKED: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credentials:
    """The app and the user a site shall see; text and `repr` never show a secret.

    Attributes:
        app_code, app_secret: The app.
        username, bk_token: The user: by name (apps on the site's list only) or by login token.
        access_token: Stands for app and user together; nothing else is needed then.
    """

    app_code: str = ""
    app_secret: str = ""
    username: str = ""
    bk_token: str = ""
    access_token: str = ""

    def __repr__(self) -> str:
        """Tell the app and which secrets are set."""
        held = [name for name in SECRETS if getattr(self, name)]
        return f"<Credentials app {self.app_code!r}, user {self.username!r}, set: {held}>"

    def as_header(self) -> Mapping[str, str]:
        """Return what goes into ``X-Bkapi-Authorization``."""
        if self.access_token:
            return {"access_token": self.access_token}
        user = {"bk_token": self.bk_token} if self.bk_token else {"bk_username": self.username}
        return {"bk_app_code": self.app_code, "bk_app_secret": self.app_secret, **user}

    def as_parameters(self) -> Mapping[str, str]:
        """Return the same as parameters of the ESB; only ever sent in the body of a POST."""
        header = dict(self.as_header())
        if self.access_token:
            app = {"bk_app_code": self.app_code, "bk_app_secret": self.app_secret}
            token = {"bk_access_token": self.access_token, "access_token": self.access_token}
            return {name: value for name, value in (app | token).items() if value}
        return header

    def masked(self, text: str) -> str:
        """Return *text* with each of our secrets replaced; a site may echo what it was sent."""
        for name in SECRETS:
            secret = getattr(self, name)
            if len(secret) >= _SHORTEST_MASKED:
                for spelling in _spellings(secret):
                    text = text.replace(spelling, "***")
        return text


def _spellings(secret: str) -> list[str]:
    """Return the ways a site may write a secret, the longest first."""
    ways = {secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}
    for _ in range(2):  # a message may hold JSON that holds JSON
        ways |= {json.dumps(way)[1:-1] for way in ways}
        ways |= {json.dumps(way, ensure_ascii=False)[1:-1] for way in ways}
    return sorted(ways, key=len, reverse=True)


def find_secret(
    layer: Mapping[str, object], name: str, environ: Mapping[str, str], folder: Path
) -> str:
    """Return the secret *name* of a layer: literal, ``_env``, ``_cmd`` or ``_file``.

    Args:
        layer: One layer of the settings.
        name: One of `SECRETS`.
        environ: Where ``_env`` looks.
        folder: What a relative ``_file`` starts from.

    Returns:
        The secret without surrounding white space, empty if the layer has none.

    Raises:
        NotAllowedError: The source is named and yields nothing; no output of it is shown.
    """
    literal, variable = layer.get(name), layer.get(f"{name}_env")
    command, file = layer.get(f"{name}_cmd"), layer.get(f"{name}_file")
    if literal:
        return str(literal).strip()
    if variable:
        return _not_empty(environ.get(str(variable), ""), name, f"${variable}")
    if command:
        return _not_empty(_run(command), name, f"{name}_cmd")
    if file:
        return _not_empty(_read(folder / Path(str(file)).expanduser()), name, f"{name}_file")
    return ""


def _not_empty(secret: str, name: str, source: str) -> str:
    if not secret.strip():
        raise NotAllowedError("no-secret", name=name, source=source)
    return secret.strip()


def _run(command: object) -> str:
    """Run a command of the user's own file, without a shell; empty if it fails."""
    try:
        words = (
            [str(word) for word in command]
            if isinstance(command, list)
            else (shlex.split(str(command)))
        )
        ran = subprocess.run(  # noqa: S603 - the user's own command, no shell
            words, capture_output=True, check=True, timeout=_COMMAND_SECONDS, encoding="utf-8"
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""
    return ran.stdout


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
