"""The order of rooms in docs/architecture.md is the law: a room imports only rooms above it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "sops_report"
# The porch stands outside the house. Version, writing of files and collector at rest are
# at everybody's service; they know nothing of the house but its errors.
PORCH = {"__init__", "__main__"}
SERVICES = {"files": {"errors"}, "collector": set[str](), "version": set[str]()}
# Who may import a heavy library, and whether only inside functions.
HEAVY = {
    "httpx2": {"api"},
    "matplotlib": {"charts", "porch"},
    "pandas": {"table", "export", "fleet"},
}


def _rooms(checkout: Path) -> dict[str, tuple[int, int]]:
    """Return the rooms of the table: name → (row, place in the row)."""
    text = (checkout / "docs/architecture.md").read_text(encoding="utf-8")
    first_cells = re.findall(r"^\| (`[^|]+`) \|", text, re.MULTILINE)
    return {
        name.removesuffix(".py").rstrip("/"): (row, place)
        for row, cell in enumerate(first_cells)
        for place, name in enumerate(re.findall(r"`([^`]+)`", cell))
    }


def _modules(checkout: Path) -> Iterator[tuple[str, ast.Module]]:
    package = checkout / PACKAGE
    for path in sorted(package.rglob("*.py")):
        name = ".".join(path.relative_to(package).with_suffix("").parts)
        yield name, ast.parse(path.read_text(encoding="utf-8"), str(path))


def _imports(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names of all imports, those inside functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import hides the room"
            module = node.module or ""
            if module == PACKAGE:
                yield from (f"{PACKAGE}.{alias.name}" for alias in node.names)
            else:
                yield module


def _at_module_level(tree: ast.Module) -> Iterator[str]:
    """Yield what is imported as soon as the module is."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imports(node)


def test_the_table_names_the_rooms(checkout: Path) -> None:
    rooms = _rooms(checkout)
    assert len(rooms) >= 10
    assert rooms["words"] < rooms["errors"] < rooms["reading"] < rooms["analysis"] < rooms["cli"]


def test_every_module_belongs_to_a_room(checkout: Path) -> None:
    rooms = _rooms(checkout).keys() | PORCH | SERVICES.keys()
    strays = {name for name, _ in _modules(checkout) if name.split(".")[0] not in rooms}
    assert not strays, "give these a row in docs/architecture.md"


def test_a_room_imports_only_rooms_above_it(checkout: Path) -> None:
    rooms = _rooms(checkout)
    wrong = []
    for name, tree in _modules(checkout):
        here = name.split(".")[0]
        ours = (
            {t for t in _imports(tree) if t.startswith(f"{PACKAGE}.")} if here not in PORCH else ()
        )
        for target in ours:
            there = target.removeprefix(f"{PACKAGE}.").split(".")[0]
            if here in SERVICES:
                fine = there in SERVICES[here]
            else:
                fine = there in {here, *SERVICES} or rooms[there] < rooms[here]
            if not fine:
                wrong.append(f"{name} imports {target}")
    assert not wrong


def test_no_inner_module_imports_the_package_root(checkout: Path) -> None:
    wrong = [
        name
        for name, tree in _modules(checkout)
        for target in _imports(tree)
        if target == PACKAGE and name not in PORCH
    ]
    assert not wrong


@pytest.mark.parametrize("library", sorted(HEAVY))
def test_a_heavy_library_is_at_home_in_its_rooms(checkout: Path, library: str) -> None:
    """Elsewhere it is imported by nobody; pandas also inside functions, by whoever needs it."""
    wrong = []
    for name, tree in _modules(checkout):
        found = _at_module_level(tree) if library == "pandas" else _imports(tree)
        if name.split(".")[0] not in HEAVY[library]:
            wrong += [name for target in found if target.split(".")[0] == library]
    assert not wrong


def test_nobody_imports_pyplot(checkout: Path) -> None:
    wrong = [
        name
        for name, tree in _modules(checkout)
        for target in _imports(tree)
        if target.startswith(("matplotlib.pyplot", "pylab"))
    ]
    assert not wrong


@pytest.mark.parametrize(
    "start",
    [
        "import sops_report",
        "sys.argv = ['sops-report', '--help']; from sops_report.cli import main; main()",
    ],
    ids=["import", "help"],
)
def test_starting_up_loads_no_heavy_library(start: str, checkout: Path) -> None:
    script = (
        "import atexit, sys\n"
        f"heavy = {sorted(HEAVY)!r}\n"
        "atexit.register(lambda: print('loaded', [n for n in heavy if n in sys.modules]))\n"
        f"{start}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=checkout,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded []", done.stderr
