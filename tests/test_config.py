"""Settings: what wins over what, what is told from an address, and how secrets are found."""

import os
import sys
from pathlib import Path

import pytest

from sops_report.config import (
    Credentials,
    default_config_file,
    make_site,
    read_profiles,
    read_settings,
)
from sops_report.errors import NotAllowedError, UsageError
from sops_report.words import Language

PROFILES = """
default_profile = "prod"

[profiles.prod]
url = "https://bkapi.example.com/api/bk-sops/prod/"
app_code = "from-profile"
app_secret = "canary-secret"
username = "admin"
biz = 2
timeout = 30

[profiles.other]
url = "https://paas.example.com"
scope = "project"
access_token_env = "MY_TOKEN"
"""
APP = {"SOPS_REPORT_APP_CODE": "a", "SOPS_REPORT_APP_SECRET": "canary-s"}


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(PROFILES, "utf-8")
    path.chmod(0o600)
    return path


def test_explicit_wins_over_environment_over_profile_over_default(config_file: Path) -> None:
    plain = read_settings({}, config_file=config_file)
    assert (plain.profile, plain.biz, plain.scope, plain.timeout_s) == ("prod", "2", "cmdb_biz", 30)
    environ = {"SOPS_REPORT_BIZ": "3", "SOPS_REPORT_SCOPE": "project", "SOPS_REPORT_ARCHIVE": "~/a"}
    settings = read_settings(environ, config_file=config_file)
    assert (settings.biz, settings.scope) == ("3", "project")
    assert settings.archive == Path("~/a").expanduser()
    assert read_settings(environ, config_file=config_file, biz=4).biz == "4"
    assert read_settings({"SOPS_REPORT_BIZ": ""}, config_file=config_file).biz == "2"


def test_the_profile_is_chosen_by_flag_environment_or_file(config_file: Path) -> None:
    chosen = read_settings({"SOPS_REPORT_PROFILE": "other"}, config_file=config_file)
    assert chosen.site().door == "esb"
    assert chosen.scope == "project"
    both = read_settings({"SOPS_REPORT_PROFILE": "other"}, config_file=config_file, profile="prod")
    assert both.site().door == "gateway"
    with pytest.raises(UsageError) as caught:
        read_settings({}, config_file=config_file, profile="nope")
    assert "prod, other" in caught.value.hint(Language.EN)
    assert list(read_profiles(config_file)) == ["prod", "other"]


def test_without_a_file_the_environment_is_enough(tmp_path: Path) -> None:
    environ = {**APP, "SOPS_REPORT_URL": "http://127.0.0.1:8000/", "SOPS_REPORT_USERNAME": "me",
               "REQUESTS_CA_BUNDLE": "/ca.pem", "SOPS_REPORT_DOOR": "gateway"}  # fmt: skip
    settings = read_settings(environ, config_file=tmp_path / "missing.toml")
    site = settings.site()
    assert (site.url, site.door, site.host) == (
        "http://127.0.0.1:8000",
        "gateway",
        "127.0.0.1:8000",
    )
    assert (site.biz, site.ca_bundle, site.timeout_s) == (None, "/ca.pem", 120.0)
    assert settings.credentials() == Credentials(
        app_code="a",
        app_secret=APP["SOPS_REPORT_APP_SECRET"],
        username="me",
    )
    assert default_config_file().name == "config.toml"
    assert settings.archive.name == "archive"


@pytest.mark.parametrize(
    ("url", "door", "kept"),
    [
        ("https://bkapi.example.com/api/bk-sops/prod/", "gateway", "/api/bk-sops/prod"),
        ("https://bk-sops.apigw.example.com/prod", "gateway", "/prod"),
        ("https://bk-sops.apigw.example.com", "gateway", ""),
        ("https://paas.example.com", "esb", ""),
        ("https://PAAS.example.com:8443/", "esb", ""),
        ("https://paas.example.com/api/c/compapi/v2/sops/get_task_status/", "esb", ""),
        ("http://[::1]:8000/stage", "gateway", "/stage"),
    ],
)
def test_the_door_is_told_from_the_address(url: str, door: str, kept: str) -> None:
    site = make_site(url)
    assert site.door == door
    assert site.url == f"{url.split(':', maxsplit=1)[0]}://{site.host}{kept}"
    assert site.host == site.host.lower()


@pytest.mark.parametrize(
    "url",
    ["", "paas.example.com", "ftp://h", "https://", "https://user:canary@h/x", "https://h/?a=canary",
     "https://h/#canary", "https://h:99999", "https://h:x", "https://a b", "https://[::1", "file:///x"],
)  # fmt: skip
def test_an_address_that_is_none_or_could_hold_a_secret_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_site(url)
    assert caught.value.key == "bad-url"
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"door": "window"}, "bad-setting"), ({"scope": "x"}, "bad-setting"),
        ({"biz": "two"}, "bad-id"), ({"biz": "2/../3"}, "bad-id"),
    ],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_told(changed: dict[str, str], key: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_site("https://h.example", **changed)  # type: ignore[arg-type]
    assert caught.value.key == key


@pytest.mark.parametrize(
    "text",
    ["[profiles.a", "profiles = 3", "[profiles]\na = 1", "default_profile = [1]",
     "x = canary-value",
     '[profiles.a]\ntimeout = "soon"\n[x]', "[profiles.a]\nbiz = [2]\n", "\udcff"],
)  # fmt: skip
def test_a_file_that_cannot_be_understood_is_one_line_without_its_text(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError) as caught:
        read_settings({}, config_file=path, profile="a")
    assert "canary" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    nowhere = tmp_path / "missing.toml"
    with pytest.raises(UsageError) as caught:
        read_settings({}, config_file=nowhere).site()
    assert "SOPS_REPORT_URL" in caught.value.hint(Language.EN)
    for environ, variable in (
        ({}, "SOPS_REPORT_APP_CODE"),
        ({"SOPS_REPORT_APP_CODE": "a"}, "SOPS_REPORT_APP_SECRET"),
        (APP, "SOPS_REPORT_USERNAME"),
    ):
        with pytest.raises(NotAllowedError) as missing:
            read_settings(environ, config_file=nowhere).credentials()
        assert variable in str(missing.value)
        assert missing.value.exit_code == 5
    token = read_settings({"SOPS_REPORT_ACCESS_TOKEN": "t"}, config_file=nowhere).credentials()
    assert token.as_header() == {"access_token": "t"}


def test_the_user_of_a_higher_layer_hides_the_token_of_a_lower(config_file: Path) -> None:
    environ = {**APP, "SOPS_REPORT_USERNAME": "me", "MY_TOKEN": "canary-token"}
    other = read_settings(environ, config_file=config_file, profile="other")
    assert other.credentials().as_header()["bk_username"] == "me"
    del environ["SOPS_REPORT_USERNAME"]
    other = read_settings(environ, config_file=config_file, profile="other")
    assert other.credentials().as_header() == {"access_token": "canary-token"}


def test_a_secret_comes_from_a_variable_a_command_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("canary-file\n")
    command = f'"{sys.executable}" -c "print(\'canary-command\')"'.replace("\\", "/")
    sources = {
        'app_secret_env = "MINE"': "canary-env",
        f"app_secret_cmd = '''{command}'''": "canary-command",
        f"app_secret_cmd = ['{sys.executable}', '-c', 'print(1234)']": "1234",
        'app_secret_file = "secret.txt"': "canary-file",
        'app_secret = "canary-literal"': "canary-literal",
    }
    path = tmp_path / "config.toml"
    for line, secret in sources.items():
        path.write_text(f'[profiles.p]\napp_code = "a"\nusername = "u"\n{line}\n')
        settings = read_settings({"MINE": "canary-env"}, config_file=path, profile="p")
        assert settings.credentials().app_secret == secret
        assert "canary" not in repr(settings) + repr(settings.credentials())


@pytest.mark.parametrize(
    "line",
    ['app_secret_env = "MISSING"', 'app_secret_file = "missing.txt"', 'app_secret_cmd = "nope-x"',
     "app_secret_cmd = ['{python}', '-c', 'import sys; print(\"canary\"); sys.exit(1)']",
     "app_secret_cmd = \"'unclosed\"", "app_secret_cmd = []"],
)  # fmt: skip
def test_a_source_that_yields_nothing_is_named_and_its_output_is_not(
    tmp_path: Path, line: str
) -> None:
    path = tmp_path / "config.toml"
    known = '[profiles.p]\napp_code = "a"\nusername = "u"\n'
    path.write_text(known + line.replace("{python}", sys.executable))
    with pytest.raises(NotAllowedError) as caught:
        read_settings({}, config_file=path, profile="p").credentials()
    assert caught.value.key in {"no-secret", "no-credentials"}
    assert "canary" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX modes")
def test_a_file_with_secrets_that_others_may_read_is_noticed(config_file: Path) -> None:
    assert not read_settings({}, config_file=config_file).secrets_exposed
    config_file.chmod(0o640)
    assert read_settings({}, config_file=config_file).secrets_exposed
    assert not read_settings({}, config_file=config_file, profile="other").secrets_exposed
