"""Habits that keep the checkout clean; they look at tracked files only."""

import re
import subprocess
from pathlib import Path

import pytest

LONGEST = 400
# Written in pieces so that this file does not find itself.
UNWANTED = {
    "unfinished work": re.compile(rf"\b({'TO'}DO|{'FIX'}ME|{'XX'}X)\b|{'NotImplemented'}Error"),
    "a path of one machine": re.compile(rf"(?<![\w.])/({'wo'}rk|{'ro'}ot|{'Us'}ers|{'ho'}me)/\w"),
    "a registry": re.compile(rf"{'index'}-url\s*=|\"{'resolved'}\": *\"http|{'find'}-links"),
    "a catch-all": re.compile(rf"{'exc'}ept (Base)?Exception\b|{'exc'}ept:"),
    "a skipped test": re.compile(
        rf"pytest\.mark\.{'skip'}\b|pytest\.mark\.{'xfail'}|{'assert'} True"
    ),
}


@pytest.fixture(scope="module")
def tracked(checkout: Path) -> list[Path]:
    """Return the tracked text files that people write; recorded answers and pictures are not."""
    if not (checkout / ".git").exists():  # a source archive has no history: take what is there
        return [path for path in checkout.rglob("*.py") if ".venv" not in path.parts]
    done = subprocess.run(
        ["git", "ls-files", "-z", "--", ":!tests/data", ":!tests/golden", ":!*.png", ":!*.svg"],  # noqa: S607 - git is found on PATH
        cwd=checkout,
        capture_output=True,
        check=True,
    )
    names = done.stdout.decode().rstrip("\0").split("\0")
    return [checkout / name for name in names if (checkout / name).is_file()]


@pytest.mark.parametrize("what", sorted(UNWANTED))
def test_no_tracked_file_holds(what: str, tracked: list[Path], checkout: Path) -> None:
    found = [
        f"{path.relative_to(checkout)}:{number}: {line.strip()[:80]}"
        for path in tracked
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNWANTED[what].search(line)
    ]
    assert not found


def test_no_module_grows_beyond_a_sitting(tracked: list[Path]) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in tracked}
    assert not {
        str(path): lines
        for path, lines in lengths.items()
        if path.suffix == ".py" and lines > LONGEST
    }


def test_constraints_name_no_host(checkout: Path) -> None:
    text = (checkout / "constraints.txt").read_text(encoding="utf-8")
    assert "pandas==" in text
    assert "://" not in text


def test_every_make_target_is_explained(checkout: Path) -> None:
    text = (checkout / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert targets is not None
    explained = set(re.findall(r"^([a-z]+):.*## \S", text, re.MULTILINE))
    assert set(targets[1].split()) == explained
