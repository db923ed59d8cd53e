"""``report``: the post-mortem as files and on standard output."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.dialect import DialectName, check_dialect
from sops_report.cli.masking import (
    Anonymise,
    Ips,
    NoEmbed,
    NoRedact,
    Patterns,
    PostMortemFile,
    RulesFile,
    rules_of,
)
from sops_report.cli.options import Ascii, Force, Talk, on_source
from sops_report.cli.outputs import check_targets, is_stdout, put
from sops_report.cli.writing import STYLE, Writer, data_budget, page_options
from sops_report.errors import UsageError
from sops_report.files import write_pieces
from sops_report.masking.text import redact_text
from sops_report.redaction.report import redact
from sops_report.rendering import Format
from sops_report.report.build import build_report
from sops_report.report.model import Report
from sops_report.report.naming import file_name
from sops_report.snapshot import Snapshot
from sops_report.words import Language

Out = Annotated[list[Path] | None, typer.Option("-o", "--out", metavar="FILE", help="help.out")]
To = Annotated[Format | None, typer.Option("--to", "-t", help="help.to")]

Bundle = Annotated[Path | None, typer.Option("--bundle", metavar="DIR", help="help.bundle")]
Email = Annotated[Path | None, typer.Option("--email", metavar="FILE", help="help.email")]
Css = Annotated[
    str, typer.Option("--css", metavar="inline|external", show_default=False, help="help.css")
]
Js = Annotated[str, typer.Option("--js", metavar="inline|none", show_default=False, help="help.js")]
Full = Annotated[bool, typer.Option("--full", help="help.full")]
MaxBytes = Annotated[
    int | None, typer.Option("--max-bytes", metavar="N", min=20_000, help="help.max_bytes")
]

Explorer = Annotated[
    str,
    typer.Option("--explorer", metavar="auto|only|none", show_default=False, help="help.explorer"),
]

_EXPLORER: Final = ("auto", "only", "none")
_CSS: Final = ("inline", "external")
_JS: Final = ("inline", "none")
_OTHER_SUFFIXES: Final = {"htm": "html", "markdown": "md", "text": "txt"}


def add_to(app: typer.Typer) -> None:
    """Add the command of this room."""
    app.command("report", cls=Command, help="help.report")(report)


@on_source
def report(  # noqa: PLR0913 - options
    snapshot: Snapshot,
    talk: Talk,
    *,
    out: Out = None,
    to: To = None,
    force: Force = False,
    dialect: DialectName = None,
    ascii_bars: Ascii = False,
    bundle: Bundle = None,
    email: Email = None,
    css: Css = "inline",
    js: Js = "inline",
    full: Full = False,
    explorer: Explorer = "auto",
    max_bytes: MaxBytes = None,
    postmortem: PostMortemFile = None,
    anonymise: Anonymise = False,
    no_redact: NoRedact = False,
    ips: Ips = False,
    pattern: Patterns = None,
    rules: RulesFile = None,
    no_embed: NoEmbed = False,
) -> None:
    """Write the post-mortem of a task."""
    check_dialect(dialect)
    _check_word("--css", css, _CSS)
    _check_word("--js", js, _JS)
    _check_word("--explorer", explorer, _EXPLORER)
    chosen = rules_of(no_redact=no_redact, ips=ips, patterns=pattern, file=rules)
    subject = _with_pseudonyms(snapshot) if anonymise else snapshot
    made = _remembering(build_report(subject, zone=talk.zone), talk.command)
    targets, formats = _targets(made, out, to, alone=bundle is None and email is None)
    check_targets([*targets, *([email] if email else [])], force=force)
    if postmortem is not None:
        made = _with_people(made, postmortem, talk.language)
    writer = Writer(
        snapshot=subject,
        report=redact(made, chosen)[0],
        talk=talk,
        rules=chosen,
        page=page_options(css=css, js=js, full=full, explorer=explorer, max_bytes=max_bytes),
        dialect=dialect or "github",
        ascii_bars=ascii_bars,
        embed=not no_embed,
        data_budget=data_budget(max_bytes),
    )
    _write(writer, targets, formats, force=force)
    if email is not None:
        write_pieces(email, (writer.email(),), force=force)
        typer.echo(str(email))
    for path in writer.bundle(bundle, force=force) if bundle is not None else ():
        typer.echo(str(path))


def _with_pseudonyms(snapshot: Snapshot) -> Snapshot:
    from sops_report.redaction.pseudonyms import anonymise  # noqa: PLC0415 - start-up time

    return anonymise(snapshot)


def _with_people(made: Report, file: Path, language: Language) -> Report:
    """Return *made* with what people wrote in the post-mortem file, which is brought up to date."""
    from sops_report.postmortem import refresh  # noqa: PLC0415 - start-up time

    return replace(made, postmortem=refresh(file, made, language))


def _remembering(made: Report, command: str) -> Report:
    """Return *made* with the command line that makes it again; an address may hold a secret."""
    shown, _ = redact_text(command)
    return replace(made, provenance=replace(made.provenance, command=shown))


def _targets(
    made: Report, out: list[Path] | None, to: Format | None, *, alone: bool
) -> tuple[list[Path], list[Format]]:
    """Return where to write and in which formats; by default one file named after the task."""
    own_name = Path(file_name(made, to or Format.HTML))
    asked = out or ([own_name] if alone else [])
    targets = [path / own_name if path.is_dir() else path for path in asked]
    return targets, [_format_of(target, to) for target in targets]


def _write(writer: Writer, targets: list[Path], formats: list[Format], *, force: bool) -> None:
    """Write all files, or none if one text cannot be made."""
    to_stdout = any(map(is_stdout, targets))
    for target, pieces in list(writer.files(targets, formats)):
        if is_stdout(target):
            put(pieces)
        else:
            is_style = target.name == STYLE and target not in targets
            write_pieces(target, pieces, force=force or is_style)
            typer.echo(str(target), err=to_stdout)


def _check_word(option: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise UsageError("bad-word", option=option, word=word[:40], known=", ".join(known))


def _format_of(target: Path, to: Format | None) -> Format:
    """Return the format of one output: by the file's suffix, else by ``--to``."""
    suffix = target.suffix.removeprefix(".").lower()
    try:
        return Format(_OTHER_SUFFIXES.get(suffix, suffix))
    except ValueError:
        if to is not None:
            return to
        known = ", ".join(Format) if is_stdout(target) else ", ".join(f".{form}" for form in Format)
        key = "to-needed" if is_stdout(target) else "unknown-format"
        raise UsageError(key, path=target, known=known) from None
