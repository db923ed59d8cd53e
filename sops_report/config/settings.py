"""Where the site is and who asks: explicit value > environment > profile > default.

Nothing here asks the network, and a secret is only looked up when `Settings.credentials` is
called. The user's file is ``config.toml`` in the platform's config folder:

    default_profile = "prod"

    [profiles.prod]
    url = "https://bkapi.example.com/api/bk-sops/prod"
    app_code = "my-app"
    app_secret_cmd = "pass show bk/my-app"      # or app_secret_env, app_secret_file, app_secret
    username = "admin"                          # or bk_token_…, access_token_…
    biz = 2
"""

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sops_report.config.credentials import SECRETS, Credentials, find_secret
from sops_report.config.site import Site, clean_id, make_site
from sops_report.errors import NotAllowedError, UsageError

ENV_PREFIX: Final = "SOPS_REPORT_"

Layer = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that was configured; what is missing is an error only where it is needed.

    Attributes:
        url, door, biz, scope, ca_bundle, timeout_s, rate: As in `Site`; None if not configured.
        language, font: As configured, None if not.
        profile: The profile in use, None without one.
        config_file: The file that was looked at, whether it exists or not.
        secrets_exposed: The file holds literal secrets and others may read it.
    """

    url: str | None
    door: str | None
    biz: str | None
    scope: str
    ca_bundle: str | None
    timeout_s: float | None
    rate: float | None
    language: str | None
    font: str | None
    profile: str | None
    config_file: Path
    secrets_exposed: bool
    _archive: str | None = field(repr=False)
    _layers: tuple[Layer, ...] = field(repr=False)
    _environ: Mapping[str, str] = field(repr=False)

    @property
    def archive(self) -> Path:
        """The archive's folder.

        Raises:
            UsageError: None is configured, and the user has no home where it could be.
        """
        if not self._archive:
            return default_archive()
        try:
            return Path(self._archive).expanduser()
        except RuntimeError:
            raise UsageError("no-home") from None

    def site(self) -> Site:
        """Return the configured site.

        Raises:
            UsageError: No site is configured, or its address is not one.
        """
        if self.url is None:
            raise UsageError("no-url")
        return make_site(
            self.url, door=self.door, biz=self.biz, scope=self.scope,
            ca_bundle=self.ca_bundle, timeout_s=self.timeout_s, rate=self.rate,
        )  # fmt: skip

    def credentials(self) -> Credentials:
        """Look up the credentials; runs ``…_cmd``, reads ``…_file``.

        Raises:
            NotAllowedError: Something is missing; the error names the variable to set.
        """
        token_layer = self._layer_with("access_token", "bk_token", "username")
        access_token = self._secret(token_layer, "access_token")
        bk_token = self._secret(token_layer, "bk_token") if not access_token else ""
        app_code = _text(self._layer_with("app_code"), "app_code") or ""
        app_secret = self._secret(self._layer_with("app_secret"), "app_secret")
        username = _text(token_layer, "username") or ""
        if not access_token:
            _demand(app_code, "SOPS_REPORT_APP_CODE")
            _demand(app_secret, "SOPS_REPORT_APP_SECRET")
            _demand(bk_token or username, "SOPS_REPORT_USERNAME")
        return Credentials(
            app_code=app_code, app_secret=app_secret, username=username,
            bk_token=bk_token, access_token=access_token,
        )  # fmt: skip

    def _layer_with(self, *names: str) -> Layer:
        for layer in self._layers:
            if any(_mentions(layer, name) for name in names):
                return layer
        return {}

    def _secret(self, layer: Layer, name: str) -> str:
        return find_secret(layer, name, self._environ, self.config_file.parent)


def _mentions(layer: Layer, name: str) -> bool:
    return any(key in layer for key in (name, f"{name}_env", f"{name}_cmd", f"{name}_file"))


def _demand(value: str, variable: str) -> None:
    if not value:
        raise NotAllowedError("no-credentials", variable=variable)


def default_config_file() -> Path:
    """Return where the user's ``config.toml`` lives on this platform.

    Raises:
        UsageError: The user has no home.
    """
    return _folder_of_user("config") / "config.toml"


def default_archive() -> Path:
    """Return the archive's folder where none is configured.

    Raises:
        UsageError: The user has no home.
    """
    return _folder_of_user("data") / "archive"


def default_cache() -> Path:
    """Return the folder for what can be made again at any time.

    Raises:
        UsageError: The user has no home.
    """
    return _folder_of_user("cache")


def _folder_of_user(purpose: str) -> Path:
    import platformdirs  # noqa: PLC0415 - start-up time

    find: Callable[..., Path] = getattr(platformdirs, f"user_{purpose}_path")
    try:
        folder = find("sops-report", appauthor=False)
    except RuntimeError:
        raise UsageError("no-home") from None
    if not folder.is_absolute():  # older releases write ~ for a home that nobody knows
        raise UsageError("no-home")
    return folder


def read_profiles(config_file: Path) -> Mapping[str, Layer]:
    """Return the profiles of a config file by name; none where there is no file.

    Raises:
        UsageError: The file is there and cannot be read.
    """
    return _profiles(_read_toml(config_file), config_file)


def read_settings(  # noqa: PLR0913 - settings
    environ: Mapping[str, str] | None = None,
    *,
    config_file: Path | None = None,
    profile: str | None = None,
    url: str | None = None,
    door: str | None = None,
    biz: str | int | None = None,
    scope: str | None = None,
    username: str | None = None,
    ca_bundle: str | None = None,
    timeout_s: float | None = None,
    archive: Path | None = None,
    language: str | None = None,
    font: str | None = None,
) -> Settings:
    """Collect the settings: explicit value > environment > profile > default.

    Args:
        environ: The environment; this process' own where none is given.
        config_file: The user's file; the platform's where none is given.
        profile: The profile to use; else ``SOPS_REPORT_PROFILE``, else ``default_profile``.
        url: Explicit values, as given by flags: the site's address,
        door: ``gateway`` or ``esb``,
        biz: the business or project id,
        scope: what that id means,
        username: the user's name,
        ca_bundle: a PEM file,
        timeout_s: what a call may take in all,
        archive: the archive's folder,
        language: the language of reports,
        font: the font of charts.

    Raises:
        UsageError: The file or a value in it cannot be understood, or there is no such profile.
    """
    environ = os.environ if environ is None else environ
    given = {
        "url": url, "door": door, "biz": biz, "scope": scope, "username": username,
        "ca_bundle": ca_bundle, "timeout": timeout_s, "archive": archive, "lang": language,
        "font": font,
    }  # fmt: skip
    config_file = config_file or _config_file_if_any()
    table = _read_toml(config_file)
    name = profile or environ.get(f"{ENV_PREFIX}PROFILE") or _text(table, "default_profile")
    chosen = _choose(_profiles(table, config_file), name)
    layers = (_set_only(given), _from_environment(environ), chosen)
    return _settings(layers, environ, config_file, name)


def _config_file_if_any() -> Path:
    try:
        return default_config_file()
    except UsageError:  # who has no home has no settings there
        return Path(os.devnull)


def _settings(
    layers: tuple[Layer, ...], environ: Mapping[str, str], config_file: Path, name: str | None
) -> Settings:
    exposed = any(key in layers[-1] for key in SECRETS) and _others_may_read(config_file)
    biz = _first(layers, "biz")
    return Settings(
        url=_first(layers, "url"),
        door=_first(layers, "door"),
        biz=None if biz is None else clean_id("biz", biz),
        scope=_first(layers, "scope") or "cmdb_biz",
        ca_bundle=_first(layers, "ca_bundle") or environ.get("REQUESTS_CA_BUNDLE") or None,
        timeout_s=_number("timeout", _first(layers, "timeout")),
        rate=_number("rate", _first(layers, "rate")),
        language=_first(layers, "lang"),
        font=_first(layers, "font"),
        profile=name,
        config_file=config_file,
        secrets_exposed=exposed,
        _archive=_first(layers, "archive"),
        _layers=layers,
        _environ=environ,
    )


def _set_only(layer: Layer) -> Layer:
    return {name: value for name, value in layer.items() if value not in (None, "")}


def _from_environment(environ: Mapping[str, str]) -> Layer:
    return _set_only(
        {
            name.removeprefix(ENV_PREFIX).lower(): value
            for name, value in environ.items()
            if name.startswith(ENV_PREFIX)
        }
    )


def _first(layers: tuple[Layer, ...], name: str) -> str | None:
    return next((_text(layer, name) for layer in layers if name in layer), None)


def _text(layer: Layer, name: str) -> str | None:
    value = layer.get(name)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float | Path) and not isinstance(value, bool):
        return str(value)
    raise UsageError("bad-setting", setting=name, words="text")


def _number(setting: str, value: str | None) -> float | None:
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", value) or float(value) == 0:
        raise UsageError("bad-setting", setting=setting, words="1 … 999999")
    return float(value)


def _read_toml(config_file: Path) -> Layer:
    try:
        text = config_file.read_text("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError("bad-config", path=config_file, reason=error.strerror) from None
    except UnicodeDecodeError:
        raise UsageError("bad-config", path=config_file, reason="not TOML") from None
    return _parsed(text, config_file)


def _parsed(text: str, config_file: Path) -> Layer:
    import tomllib  # noqa: PLC0415 - start-up time, for most users have no such file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line \d+", str(error))  # only the place: the text may be secret
        reason = where.group() if where else "at its end"
        raise UsageError("bad-config", path=config_file, reason=reason) from None
    except RecursionError:
        raise UsageError("bad-config", path=config_file, reason="not TOML") from None


def _profiles(table: Layer, config_file: Path) -> Mapping[str, Layer]:
    profiles = table.get("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(p, dict) for p in profiles.values()):
        raise UsageError("bad-config", path=config_file, reason="[profiles.NAME]")
    return profiles


def _choose(profiles: Mapping[str, Layer], name: str | None) -> Layer:
    if name is None:
        return {}
    if name not in profiles:
        raise UsageError("no-such-profile", name=name, known=", ".join(profiles) or "-")
    return _set_only(profiles[name])


def _others_may_read(config_file: Path) -> bool:
    try:
        mode = config_file.stat().st_mode
    except OSError:
        return False
    return os.name == "posix" and bool(mode & (stat.S_IRGRP | stat.S_IROTH))
