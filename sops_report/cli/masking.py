"""Options about secrets and names that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from sops_report.masking.rules import ADDRESSES, BUILT_IN, Rule

NoRedact = Annotated[bool, typer.Option("--no-redact", help="help.no_redact")]
NoEmbed = Annotated[bool, typer.Option("--no-embed", help="help.no_embed")]
Anonymise = Annotated[bool, typer.Option("--anonymise", help="help.anonymise")]
Ips = Annotated[bool, typer.Option("--ips", help="help.redact_ips")]
Patterns = Annotated[
    list[str] | None, typer.Option("--redact-pattern", metavar="REGEX", help="help.redact_pattern")
]
RulesFile = Annotated[
    Path | None, typer.Option("--redact-rules", metavar="FILE", help="help.redact_rules")
]
PostMortemFile = Annotated[
    Path | None, typer.Option("--postmortem", metavar="FILE", help="help.postmortem")
]


def rules_of(
    *,
    no_redact: bool = False,
    ips: bool = False,
    patterns: list[str] | None = None,
    file: Path | None = None,
) -> tuple[Rule, ...]:
    """Return what is to be masked.

    Raises:
        UsageError: An own rule makes no sense.
    """
    own = _own(patterns, file) if patterns or file else ()
    if no_redact:
        return own
    return (*BUILT_IN, *(ADDRESSES if ips else ()), *own)


def _own(patterns: list[str] | None, file: Path | None) -> tuple[Rule, ...]:
    from sops_report.redaction.own import own_rules  # noqa: PLC0415 - start-up time

    return own_rules(patterns or (), file)
