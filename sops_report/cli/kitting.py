"""``kit``: what a ticket needs, in one folder."""

import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.dialect import DialectName, check_dialect
from sops_report.cli.masking import (
    Anonymise,
    NoEmbed,
    NoRedact,
    Patterns,
    PostMortemFile,
    RulesFile,
    rules_of,
)
from sops_report.cli.options import Force, Talk, on_source
from sops_report.kit import TRACKERS, make_kit
from sops_report.postmortem import refresh
from sops_report.redaction.pseudonyms import anonymise as with_pseudonyms
from sops_report.report.build import build_report
from sops_report.snapshot import Snapshot
from sops_report.words.lengths import size

Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="help.kit_out")]
For = Annotated[str, typer.Option("--for", metavar="|".join(TRACKERS), help="help.kit_for")]
Raw = Annotated[bool, typer.Option("--raw", help="help.kit_raw")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("kit", cls=Command, help="help.kit")(kit)


@on_source
def kit(  # noqa: PLR0913 - options
    snapshot: Snapshot,
    talk: Talk,
    *,
    out: Out,
    tracker: For = "github",
    dialect: DialectName = None,
    postmortem: PostMortemFile = None,
    raw: Raw = False,
    anonymise: Anonymise = False,
    no_redact: NoRedact = False,
    no_embed: NoEmbed = False,
    pattern: Patterns = None,
    rules: RulesFile = None,
    force: Force = False,
) -> None:
    """Write the kit; what the tracker would refuse is told and left out."""
    check_dialect(dialect)
    if anonymise:
        snapshot = with_pseudonyms(snapshot)
    written = None
    if postmortem is not None:
        written = refresh(postmortem, build_report(snapshot, zone=talk.zone), talk.language)
    chosen = rules_of(no_redact=no_redact, patterns=pattern, file=rules)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = make_kit(
            snapshot, tracker=tracker, dialect=dialect, language=talk.language, zone=talk.zone,
            rules=chosen, raw=raw, embed=not no_embed, postmortem=written,
            command=talk.command,
        )  # fmt: skip
    for path in made.write(out, force=force):
        typer.echo(str(path))
    _tell_fonts(talk, caught)
    for name, n_bytes in made.too_large.items():
        talk.tell(
            "talk.kit_too_large",
            path=name, size=size(n_bytes), limit=size(made.limit), tracker=tracker,
        )  # fmt: skip


def _tell_fonts(talk: Talk, caught: list[Any]) -> None:
    from sops_report import charts  # noqa: PLC0415 - brings Matplotlib, which painted already

    if any(issubclass(warning.category, charts.MissingGlyphsWarning) for warning in caught):
        talk.tell("talk.no_font")
