"""Profiles written by the program: nothing of the user's is lost, no secret is taken."""

import os
import stat
import tomllib
from pathlib import Path

import pytest
from commandline import run

from sops_report.config import default_config_file, read_settings
from sops_report.config.writing import add_profile, use_profile
from sops_report.errors import UsageError

URL = "https://bkapi.example.com/api/bk-sops/prod"
OWN = '# mine\nlang = "en"\n\n[profiles.old] # of 2024\nurl = "https://old.example.com"\n'


def test_a_profile_is_appended_and_nothing_else_changes(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "config.toml"
    path.parent.mkdir()
    path.write_text(OWN)
    values = {"url": URL, "biz": "2", "rate": 2.5, "app_secret_cmd": 'pass "bk/我的"'}
    add_profile(path, "prod", values)
    text = path.read_text("utf-8")
    assert text.startswith(OWN)
    assert tomllib.loads(text)["profiles"]["prod"] == values
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = read_settings({}, config_file=path, profile="prod")
    assert (settings.url, settings.rate, settings.secrets_exposed) == (URL, 2.5, False)


def test_the_default_is_set_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(OWN)
    add_profile(path, "prod", {"url": URL})
    for name in ("prod", "old", "prod"):
        use_profile(path, name)
        assert read_settings({}, config_file=path).profile == name
    text = path.read_text()
    assert text.count("default_profile") == 1
    assert text.endswith(OWN + f'\n[profiles.prod]\nurl = "{URL}"\n')


@pytest.mark.parametrize(
    ("name", "values", "key"),
    [
        ("old", {"url": URL}, "profile-exists"), ("a.b", {"url": URL}, "bad-profile-name"),
        ("", {"url": URL}, "bad-profile-name"), ("new", {"url": "x"}, "bad-url"),
        ("new", {"url": URL, "app_secret": "s"}, "literal-secret"),
        ("new", {"url": URL, "username": "a\nb"}, "bad-setting"),
        ("new", {"url": URL, "door": "window"}, "bad-setting"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_changes_nothing(
    tmp_path: Path, name: str, values: dict[str, str], key: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(OWN)
    with pytest.raises(UsageError) as refused:
        add_profile(path, name, values)
    assert refused.value.key == key
    assert path.read_text() == OWN


@pytest.mark.parametrize("text", ["profiles = {}\n", 'profiles = {a = {url = "https://x.y"}}\n'])
def test_a_file_that_cannot_be_extended_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        add_profile(path, "new", {"url": URL})
    assert refused.value.key == "config-by-hand"
    assert path.read_text() == text


def test_the_commands_add_list_and_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    added = run(
        "profile", "add", "prod", "--url", URL, "--biz", "2", "--username", "admin",
        "--secret", "app_secret_env=MY_SECRET",
    )  # fmt: skip
    assert (added.code, added.out.strip()) == (0, str(default_config_file())), added.err
    assert run("profile", "add", "test", "--url", "http://127.0.0.1").code == 0
    assert run("profile", "use", "test").code == 0
    listed = run("profile", "list")
    assert listed.out.splitlines() == [f"  prod\t{URL}\t2", "* test\thttp://127.0.0.1\t–"]
    assert run("profile", "use", "nowhere").code == 2


def test_a_literal_secret_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for text in ("app_secret=kanarie-1", "kanarie-1", "app_secret_env="):
        done = run("profile", "add", "prod", "--url", URL, "--secret", text)
        assert done.code == 2
        assert "kanarie" not in done.out + done.err
    assert not default_config_file().exists()
