"""What the READMEs say is true: commands exist, outputs are real, snippets run, links lead on."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

from sops_report.cli.app import app, main
from sops_report.config import Credentials, Settings, read_settings

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE_OF = {"README.md": "en", "README.zh-CN.md": "zh-CN"}
READMES = sorted(LANGUAGE_OF)
PAGES = [*READMES, "CHANGELOG.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
ANYTHING = "…"
each_readme = pytest.mark.parametrize("name", READMES)


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _blocks(name: str, *kinds: str) -> list[str]:
    found = re.findall(r"^```(\w+)\n(.*?)^```$", _text(name), re.DOTALL | re.MULTILINE)
    return [body for kind, body in found if kind in kinds]


def _prose(name: str) -> str:
    """Return the page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", _text(name), flags=re.DOTALL | re.MULTILINE)


def _commands(name: str) -> list[list[str]]:
    """Return the words of every command of ours on a page, in blocks and in running text."""
    lines = [line.removeprefix("$ ") for body in _blocks(name, "sh", "console")
             for line in body.splitlines()]  # fmt: skip
    lines += re.findall(r"`(sops-report [^`]+)`", _prose(name))
    commands = (shlex.split(line, comments=True) for line in lines if "sops-report " in line)
    return [words[1:] for words in commands if words and words[0] == "sops-report"]


def _without_redirect(words: list[str]) -> list[str]:
    return words[: words.index("<")] if "<" in words else words


def _leaf_of(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that the words name, and the words left for it."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def _options(command: Any) -> Iterator[str]:  # noqa: ANN401 - typer vendors its classes
    for parameter in command.params:
        yield from parameter.opts
    for child in getattr(command, "commands", {}).values():
        yield from _options(child)


@pytest.mark.parametrize("name", PAGES)
def test_every_command_parses(name: str) -> None:
    for words in _commands(name):
        command, rest = _leaf_of(_without_redirect(words))
        assert not getattr(command, "commands", {}), f"{words} names no command"
        assert command.make_context(command.name, list(rest))


@pytest.mark.parametrize("name", PAGES)
def test_every_option_exists(name: str) -> None:
    known = {*_options(typer.main.get_command(app)), "--help"}
    named = set(re.findall(r"`(--[a-z-]+)", _prose(name)))
    assert named <= known


def test_commands_were_found() -> None:
    assert {name: len(_commands(name)) >= 12 for name in READMES} == dict.fromkeys(READMES, True)


@each_readme
def test_every_environment_variable_is_read(name: str) -> None:
    held = [*fields(Settings), *fields(Credentials)]
    known = {field.name.lstrip("_") for field in held} | {"lang"}
    named = set(re.findall(r"SOPS_REPORT_([A-Z_]+)", _text(name)))
    assert len(named) > 5
    assert {variable.lower() for variable in named} <= known


@each_readme
def test_the_profile_is_understood(name: str, tmp_path: Path) -> None:
    (profile,) = _blocks(name, "toml")
    written = tomllib.loads(profile)["profiles"]["prod"]
    file = tmp_path / "config.toml"
    file.write_text(profile, encoding="utf-8")
    settings = read_settings({}, config_file=file)
    assert (settings.profile, settings.url, settings.biz) == ("prod", written["url"], "2")
    assert settings.site().door == "gateway"
    assert settings.archive == Path(written["archive"]).expanduser()


def test_both_languages_say_the_same() -> None:
    """Equal headings by level, commands, pictures, links and rows of tables."""
    english, chinese = (_outline(name) for name in READMES)
    assert english == chinese


def _outline(name: str) -> dict[str, list[str]]:
    prose = _prose(name)
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", prose)
    links = re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", prose)
    return {
        "headings": re.findall(r"^#+", prose, re.MULTILINE),
        "commands": [shlex.join(words) for words in _commands(name)],
        "pictures": [re.sub(r"-(en|zh)\.png$", "", picture) for picture in pictures],
        "links": [link for link in links if not link.startswith("README")],
        "bullets": re.findall(r"^- ", prose, re.MULTILINE),
        "rows": re.findall(r"^\|", prose, re.MULTILINE),
    }


@pytest.mark.parametrize("name", PAGES)
def test_every_link_and_picture_exists(name: str) -> None:
    here = (ROOT / name).parent
    for target in re.findall(r"\]\(([^)]+)\)", _prose(name)):
        assert "://" not in target, "pages lead to files of the checkout only"
        path, _, anchor = target.partition("#")
        page = here / path if path else ROOT / name
        assert page.is_file(), target
        assert not anchor or anchor in _anchors(page), target


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_picture_is_shown_and_small(checkout: Path) -> None:
    shown = {
        path for name in READMES for path in re.findall(r"\((docs/pictures/[^)]+)\)", _text(name))
    }
    there = {path.relative_to(checkout).as_posix() for path in checkout.glob("docs/pictures/*")}
    assert shown == there
    assert {path: (checkout / path).stat().st_size <= 300_000 for path in there} == dict.fromkeys(
        there, True
    )


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder that has the bundled data where a checkout has it."""
    (tmp_path / "sops_report").mkdir()
    (tmp_path / "sops_report" / "demo_data").symlink_to(ROOT / "sops_report" / "demo_data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command as the shell would, in this process, and return its standard output."""
    words = shlex.split(command)
    with ExitStack() as stack:
        if "<" in words:
            given = stack.enter_context(Path(words[-1]).open(encoding="utf-8"))
            monkeypatch.setattr("sys.stdin", given)
        code = _exit_code(_without_redirect(words)[1:])
    said = capsys.readouterr()
    assert code == 0, f"{command}: {said.err}"
    return said.out


def _exit_code(arguments: list[str]) -> int | str:
    try:
        main(arguments)
    except SystemExit as stop:
        return stop.code or 0
    return 0


def _sessions(name: str) -> Iterator[tuple[str, str]]:
    """Yield each command of the console blocks with the output that the page shows."""
    for body in _blocks(name, "console"):
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def _pattern(shown: str) -> str:
    """Return what an output has to match: a line of ``…`` is any lines, ``…`` in one any text."""
    lines = []
    for line in shown.splitlines():
        words = " ".join(line.split())
        if words == ANYTHING:
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(".*".join(map(re.escape, re.split(f" ?{ANYTHING} ?", words))) + r"\n")
    return "".join(lines)


def _plain(output: str) -> str:
    return "".join(f"{' '.join(line.split())}\n" for line in output.splitlines())


@pytest.mark.slow
@each_readme
@pytest.mark.usefixtures("desk")
def test_the_tour_says_what_it_shows(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOPS_REPORT_LANG", LANGUAGE_OF[name])
    _run("sops-report demo --quiet", monkeypatch, capsys)
    sessions = list(_sessions(name))
    assert len(sessions) >= 8
    for command, shown in sessions:
        real = _plain(_run(command, monkeypatch, capsys))
        assert re.fullmatch(_pattern(shown), real), f"{command} says:\n{real[:3000]}"


def test_a_wrong_output_would_be_found() -> None:
    assert re.fullmatch(_pattern("a … c\n…\n"), "a b c\nd\n")
    assert not re.fullmatch(_pattern("a … c\n…\n"), "a b d\nd\n")


@pytest.mark.slow
@each_readme
def test_the_snippets_run(name: str, desk: Path) -> None:
    """In a fresh interpreter, as a reader would; a warning counts as an error."""
    (snippet,) = _blocks(name, "python")
    (desk / "snippet.py").write_text(snippet, encoding="utf-8")
    # PYTHONSAFEPATH: the package itself, not the folder of its name on the desk
    own = {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "snippet.py"], cwd=desk, env=os.environ | own,
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "drag_s" in done.stdout
    assert (desk / "gantt.svg").stat().st_size > 10_000
