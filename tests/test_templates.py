"""Compiled templates are kept, and taken only if they are what they should be."""

import os
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from jinja2.compiler import CodeGenerator

from sops_report.rendering.templates import CompiledTemplates

HELLO = "hello {{ name }}"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the templates that were compiled."""
    names: list[str] = []

    class Counting(CodeGenerator):
        def visit_Template(self, *arguments: object, **named: object) -> None:  # noqa: N802
            names.append(str(self.name))
            super().visit_Template(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Environment, "code_generator_class", Counting)
    return names


def rendered(folder: Path, source: str = HELLO) -> str:
    """Render as a new process would."""
    kept = CompiledTemplates(folder)
    made = Environment(loader=DictLoader({"a.j2": source}), autoescape=True, bytecode_cache=kept)
    return made.get_template("a.j2").render(name="<you>")


def test_a_template_is_compiled_once(tmp_path: Path, compiled: list[str]) -> None:
    folder = tmp_path / "not" / "there" / "yet"
    assert rendered(folder) == rendered(folder) == "hello &lt;you&gt;"
    assert compiled == ["a.j2"]
    assert len(list(folder.iterdir())) == 1


def test_another_text_is_compiled_again(tmp_path: Path, compiled: list[str]) -> None:
    rendered(tmp_path)
    assert rendered(tmp_path, "bye {{ name }}") == "bye &lt;you&gt;"
    assert len(compiled) == 2
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("damage", ["cut", "turned", "emptied"])
def test_a_damaged_file_is_compiled_again(tmp_path: Path, compiled: list[str], damage: str) -> None:
    rendered(tmp_path)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    turned = whole[:-1] + bytes([whole[-1] ^ 1])
    kept.write_bytes({"cut": whole[:-9], "turned": turned, "emptied": b""}[damage])
    assert rendered(tmp_path) == "hello &lt;you&gt;"
    assert len(compiled) == 2
    assert kept.read_bytes() == whole


def test_another_jinja_compiles_again(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered(tmp_path)
    other = tmp_path / "compiler.py"
    other.write_text("# another release")
    monkeypatch.setattr("jinja2.compiler.__file__", str(other))
    rendered(tmp_path)
    assert len(compiled) == 2


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path, compiled: list[str]) -> None:
    folder = tmp_path / "file" / "templates"
    folder.parent.write_text("no folder")
    assert rendered(folder) == rendered(folder) == "hello &lt;you&gt;"
    assert len(compiled) == 2


def test_modules_in_an_archive_are_known_by_their_release(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jinja2.compiler.__file__", str(tmp_path / "j.zip" / "compiler.py"))
    rendered(tmp_path)
    rendered(tmp_path)
    assert len(compiled) == 1
    monkeypatch.setattr("jinja2.__version__", "99")
    rendered(tmp_path)
    assert len(compiled) == 2


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_others_may_write_to_is_done_without(
    tmp_path: Path, compiled: list[str], mode: int
) -> None:
    rendered(tmp_path)
    tmp_path.chmod(mode)
    rendered(tmp_path)
    rendered(tmp_path, "bye {{ name }}")
    tmp_path.chmod(0o700)
    assert rendered(tmp_path) == "hello &lt;you&gt;"  # kept before, not replaced since
    assert len(compiled) == 3


def test_files_are_as_the_user_makes_files(tmp_path: Path, compiled: list[str]) -> None:
    """In a folder of the user alone it does not matter who could write to a file."""
    rendered(tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.chmod(0o664)
    rendered(tmp_path)
    assert len(compiled) == 1


def test_a_file_of_another_user_is_done_without(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the folder is exchanged between the look at it and the reading."""
    rendered(tmp_path)
    found = os.stat_result((0o644, 0, 0, 1, os.geteuid() + 1, 0, 0, 0, 0, 0))
    monkeypatch.setattr(os, "fstat", lambda _: found)
    rendered(tmp_path)
    assert len(compiled) == 2


def test_a_folder_of_another_user_is_done_without(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered(tmp_path)
    owner = tmp_path.stat().st_uid
    monkeypatch.setattr("os.geteuid", lambda: owner + 1)
    rendered(tmp_path)
    assert len(compiled) == 2


def test_a_file_that_cannot_be_written_is_done_without(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert rendered(tmp_path) == rendered(tmp_path) == "hello &lt;you&gt;"
    assert len(compiled) == 2
    assert not list(tmp_path.iterdir())
