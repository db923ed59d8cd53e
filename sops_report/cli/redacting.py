"""``redact``: a cleaned copy of a raw answer, after a look at what would be masked."""

from pathlib import Path
from typing import Annotated

import typer

from sops_report.cli.chrome import Command
from sops_report.cli.masking import Anonymise, Ips, Patterns, RulesFile, rules_of
from sops_report.cli.options import Force, Talk, on_source
from sops_report.cli.outputs import check_targets, is_stdout, put
from sops_report.errors import InputError, UsageError
from sops_report.files import write_whole
from sops_report.redaction.answer import Finding, counts_of, redact_answer
from sops_report.redaction.pseudonyms import anonymise_answer
from sops_report.rendering.visible import line
from sops_report.snapshot import Snapshot
from sops_report.words import has_words, say

Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="help.redact_out")]
Preview = Annotated[bool, typer.Option("--preview", help="help.preview")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command("redact", cls=Command, help="help.redact")(redact)


@on_source
def redact(  # noqa: PLR0913 - options
    snapshot: Snapshot,
    talk: Talk,
    *,
    out: Out = None,
    preview: Preview = False,
    ips: Ips = False,
    anonymise: Anonymise = False,
    pattern: Patterns = None,
    rules: RulesFile = None,
    force: Force = False,
) -> None:
    """Write a cleaned copy, or list what would be masked."""
    if out is None and not preview:
        raise UsageError("redact-what")
    source = snapshot.origin.source
    if snapshot.origin.data is None:
        raise InputError("no-raw-answer", source=source)
    if out is not None:
        check_targets([out], force=force)
    chosen = rules_of(ips=ips, patterns=pattern, file=rules)
    cleaned, found = redact_answer(snapshot.origin.data, source, chosen)
    if preview:
        for finding in found:
            typer.echo(_shown(finding, talk))
    if anonymise:
        cleaned = anonymise_answer(cleaned, source)
    if out is not None:
        _write(cleaned, out, force=force)
    _tell(found, talk)


def _write(cleaned: bytes, out: Path, *, force: bool) -> None:
    if is_stdout(out):
        put((cleaned.decode("utf-8", "replace"),))
        return
    write_whole(out, cleaned, force=force)
    typer.echo(str(out))


def _shown(finding: Finding, talk: Talk) -> str:
    place, text = line(finding.place, 200), line(finding.shown, 120)
    return f"{_rule(finding.rule, talk)}\t{place}\t{text}"


def _rule(name: str, talk: Talk) -> str:
    key = f"redaction.rule.{name}"
    return say(key, talk.language) if has_words(key) else name


def _tell(found: list[Finding], talk: Talk) -> None:
    if not found:
        talk.tell("talk.nothing_redacted")
        return
    comma = say("report.list_comma", talk.language)
    counts = comma.join(
        say("redaction.count", talk.language, rule=_rule(name, talk), n=n)
        for name, n in counts_of(found).items()
    )
    talk.tell("talk.redacted", counts=counts)
