"""Notebooks use the public library only, are committed without outputs, and run."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def _code(path: Path) -> list[nbformat.NotebookNode]:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def test_there_is_a_notebook() -> None:
    assert [path.name for path in NOTEBOOKS] == ["first_look.ipynb"]


@each
def test_it_is_committed_without_outputs(path: Path) -> None:
    assert all(cell.outputs == [] and cell.execution_count is None for cell in _code(path))


@each
def test_it_uses_the_public_library_only(path: Path) -> None:
    tree = ast.parse("\n".join(cell.source for cell in _code(path)))
    imported = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"pathlib", "sops_report"}


@pytest.mark.slow
@each
def test_it_runs_and_shows_chart_and_tables(
    path: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(checkout))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, startup_timeout=600, kernel_name="python3")
    client.execute(cwd=str(path.parent))
    kinds = [set(out.get("data", ())) for cell in notebook.cells for out in cell.get("outputs", ())]
    assert any("image/png" in kind for kind in kinds)
    assert sum("text/html" in kind for kind in kinds) >= 4
