"""Values of the command line come as a command's annotations say, validators or not."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

from sops_report.cli.chrome import Command

SCRIPT = """
import sys
from tests.test_coercion import command
print(command(sys.argv[1:]), "pydantic" in sys.modules)
"""


def command(words: list[str]) -> dict[str, Any]:
    got: dict[str, Any] = {}
    app = typer.Typer()

    @app.command(cls=Command)
    def run(  # noqa: PLR0913 - options
        source: str,
        *,
        path: Annotated[Path, typer.Option()] = Path("here"),
        texts: Annotated[list[str] | None, typer.Option()] = None,
        paths: Annotated[list[Path] | None, typer.Option()] = None,
        most: Annotated[int, typer.Option(min=1)] = 5,
        wait: Annotated[float | None, typer.Option()] = None,
        loud: Annotated[bool, typer.Option("--loud")] = False,
    ) -> None:
        got.update(
            source=source, path=path, texts=texts, paths=paths, most=most, wait=wait, loud=loud
        )

    typer.main.get_command(app).main(words, "run", standalone_mode=False)
    return got


DEFAULTS: dict[str, Any] = {
    "source": "a", "path": Path("here"), "texts": None, "paths": None, "most": 5, "wait": None,
    "loud": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        ([], {}),
        (["--path", "b c"], {"path": Path("b c")}),
        (["--texts", "1", "--texts", ""], {"texts": ["1", ""]}),
        (["--paths", "x", "--loud"], {"paths": [Path("x")], "loud": True}),
        (["--most", "7", "--wait", "1.5"], {"most": 7, "wait": 1.5}),
    ],
)
def test_values_are_what_the_annotations_say(words: list[str], changed: dict[str, Any]) -> None:
    got = command(["a", *words])
    assert got == DEFAULTS | changed
    for name, value in (DEFAULTS | changed).items():
        assert type(got[name]) is type(value)


@pytest.mark.parametrize("words", [["--most", "0"], ["--most", "x"], ["--wait", "soon"]])
def test_wrong_numbers_are_refused(words: list[str]) -> None:
    with pytest.raises(typer.BadParameter):
        command(["a", *words])


@pytest.mark.parametrize(("words", "needed"), [(("--path", "b"), False), (("--most", "7"), True)])
def test_validators_are_loaded_for_numbers_only(
    checkout: Path, words: tuple[str, ...], *, needed: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "a", *words],
        cwd=checkout, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split()[-1] == str(needed)
